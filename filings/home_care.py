"""Care at home while filed for elsewhere: free, on proof, or not regulated, as the document has it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from filings.assessment import FilingRules, MaterialGroup
from filings.models import Filing, FilingPolicy, HomeCareProof, InsuredPerson
from filings.models.filing import FilingStatus
from filings.vocabulary import LONG_TERM, Material, Matter, Procedure, Tier
from hospitals.access import Right, reach_of
from hospitals.constraints import checked, refused_by_constraints
from hospitals.history import doing
from hospitals.reasons import Reason, Refused


@dataclass(frozen=True, slots=True)
class HomeCare:
    """How a person is treated at home on a day.

    tier: None where something is missing, or the document says nothing; `reasons` tell which.
    filing: the long-term filing in effect, None where there is none.  missing: of which one material each is lacking.
    """

    tier: Tier | None
    filing: Filing | None
    proof: HomeCareProof | None
    missing: tuple[MaterialGroup, ...]
    reasons: tuple[Reason, ...]


def home_care_standing(person: InsuredPerson, day: dt.date, rules: FilingRules | None = None) -> HomeCare:
    """rules: in force on the day, where they are at hand already."""
    filing = (
        Filing.objects.asked_for()
        .covering(day)
        .filter(person=person, category__in=LONG_TERM)
        .select_related("destination", "home_care_proof")
        .order_by("status", "-start_on")
        .first()
    )
    if filing is None:
        text = _("没有生效中的长期异地备案，参保地就医按本地待遇")
        return HomeCare(Tier.LOCAL, None, None, (), (Reason("not_filed_elsewhere", text),))
    rules = rules or FilingPolicy.objects.rules_on(person.area_id, day)
    if rules is None or not rules.says(Matter.HOME_CARE):
        text = _("备案 {number} 期间回参保地就医，文件未规定").format(number=filing.number)
        return HomeCare(None, filing, None, (), (Reason("home_care_not_regulated", text),))
    proof = getattr(filing, "home_care_proof", None)
    return _standing(filing, proof if proof and proof.handed_in_on <= day else None, rules)


def take_home_care_proof(
    *, by: User, filing: Filing, materials: Iterable[Material], on: dt.date, note: str = ""
) -> HomeCareProof:
    """The person shows why they need care at home; from then on they have both.  Raises Refused."""
    if not reach_of(by).covers(Right.FILE, filing.area_id, filing.hall_id):
        raise Refused.because("no_right", _("您在此处没有“{right}”的权限").format(right=Right.FILE.label))
    shown = tuple(dict.fromkeys(materials))
    rules = FilingPolicy.objects.rules_on(filing.area_id, on)
    groups = rules.materials_for(Procedure.HOME_CARE) if rules else ()
    if rules is None or not rules.says(Matter.HOME_CARE) or not groups:
        raise Refused.because("home_care_takes_no_proof", _("文件没有要求回参保地就医提交证明"))
    missing = [group for group in groups if group.lacks(frozenset(shown))]
    if missing:
        raise Refused.all_of(_missing(group, rules) for group in missing)
    with transaction.atomic(), doing(_("登记回参保地就医证明"), by=by):
        locked = Filing.objects.select_for_update().get(pk=filing.pk)
        if locked.category not in LONG_TERM or not _is_in_effect(locked, on):
            raise Refused.because("not_in_effect", _("只有生效中的长期异地备案需要提交此证明"))
        proof = HomeCareProof(
            area_id=locked.area_id,
            person_id=locked.person_id,
            filing=locked,
            materials=list(shown),
            handed_in_on=on,
            note=note,
            made_by=by,
        )
        checked(proof)
        with refused_by_constraints(HomeCareProof):
            proof.save()
    return proof


def _standing(filing: Filing, proof: HomeCareProof | None, rules: FilingRules) -> HomeCare:
    groups, source = rules.materials_for(Procedure.HOME_CARE), rules.cite_matter(Matter.HOME_CARE)
    missing = tuple(group for group in groups if proof is None or group.lacks(_shown(proof)))
    if missing:
        return HomeCare(None, filing, proof, missing, tuple(_missing(group, rules) for group in missing))
    text = _("备案期间回参保地就医，按本地待遇")
    if proof:
        text += _("（{day} 已提交{materials}）").format(day=proof.handed_in_on, materials=proof.material_names)
    return HomeCare(Tier.LOCAL, filing, proof, (), (Reason("home_care", text, source),))


def _shown(proof: HomeCareProof) -> frozenset[Material]:
    return frozenset(map(Material.of, proof.materials))


def _missing(group: MaterialGroup, rules: FilingRules) -> Reason:
    text = _("回参保地就医享受本地待遇，须提交{materials}").format(materials=group.label)
    return Reason("home_care_proof_missing", text, rules.cite(group.section))


def _is_in_effect(filing: Filing, day: dt.date) -> bool:
    return (
        filing.status == FilingStatus.ACTIVE
        and filing.start_on <= day
        and (filing.end_on is None or day <= filing.end_on)
    )
