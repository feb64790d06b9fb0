"""How a person stands on the day of admission: insured how, filed how, and which tier of benefits follows."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from filings.coverage import covering_filing, lineage, scope_of
from filings.models import Filing, FilingPolicy, InsuredPerson, Participation
from filings.models.filing import FilingStatus
from filings.vocabulary import LONG_TERM, Category, Handling, Scheme, Tier
from hospitals.models import Area
from hospitals.reasons import Reason, Refused
from hospitals.vocabulary import Scope
from settlement.claims.checklist import ClaimRules
from settlement.claims.materials import requirements_by
from settlement.models import ClaimPolicy
from settlement.models.claim_policy import LookUp

UNFILED = (Category.REFERRAL, Category.EMERGENCY, Category.TEMPORARY)
COUNTS_WITHOUT_FILING = frozenset({Handling.AUTOMATIC, Handling.DEEMED, Handling.NOT_NEEDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """tier: None where no policy says which; `reason` then says so, and otherwise why this one.

    claim_rules: what the area asks for with claims, on the day of admission.
    """

    participation: Participation
    filing: Filing | None
    category: Category
    tier: Tier | None
    scope: Scope
    reason: Reason
    claim_rules: ClaimRules | None


def standing_of(
    *,
    person: InsuredPerson,
    treatment_area: Area,
    admitted_on: dt.date,
    category: Category | None,
    rules_on: LookUp | None = None,
) -> Standing:
    """The standing for a stay.  The filing that covers the day decides; without one, the category the clerk names.

    rules_on: where the caller has looked up what the area asks for with claims.
    Raises Refused where the person was not insured, the place is none to be treated at, or a filing is needed.
    """
    _refuse_place(person, treatment_area)
    participation = person.participation_on(admitted_on)
    if participation is None:
        raise Refused.because("not_insured", _("入院日期 %s 没有参保关系，不能报销") % admitted_on)
    scope = scope_of(person.area_id, treatment_area)
    filing = covering_filing(person, treatment_area, admitted_on)
    asked = (rules_on or ClaimPolicy.objects.rules_on)(person.area_id, admitted_on)
    if filing:
        reason = Reason(
            "tier_by_filing",
            _("备案 %(number)s（%(category)s）覆盖入院日期，按%(tier)s")
            % {
                "number": filing.number,
                "category": filing.get_category_display(),
                "tier": filing.get_tier_display(),
            },
        )
        tier: Tier | None = Tier.of(filing.tier)
        category = Category.of(filing.category)
    else:
        _refuse_after_cancellation(person, treatment_area, admitted_on, asked)
        if category not in UNFILED:
            raise Refused.because("category_missing", _("没有备案覆盖入院日期，请选择就医类别"))
        scheme = Scheme.of(participation.scheme)
        tier, reason = _tier_without_filing(person, category, scheme, scope, admitted_on, asked)
    return Standing(
        participation=participation,
        filing=filing,
        category=category,
        tier=tier,
        scope=scope,
        reason=reason,
        claim_rules=asked,
    )


def _refuse_place(person: InsuredPerson, place: Area) -> None:
    if not place.is_served:
        raise Refused.because("place_not_served", _("%s不在异地就医范围内") % place.name)
    if not place.is_pool or place.pk == person.area_id:
        raise Refused.because("place_not_elsewhere", _("就医地应为参保地以外的统筹区（市或直辖市）"))


def _refuse_after_cancellation(
    person: InsuredPerson, treatment_area: Area, admitted_on: dt.date, asked: ClaimRules | None
) -> None:
    """Where the area's document says so: after cancellation, cost at the former place is not paid."""
    if asked is None or not asked.after_cancellation:
        return
    ended = (
        Filing.objects.filter(
            person=person,
            status=FilingStatus.CANCELLED,
            category__in=LONG_TERM,
            end_on__lt=admitted_on,
            destination__in=lineage(treatment_area),
        )
        .order_by("-end_on")
        .first()
    )
    if ended:
        text = _("备案 %(number)s 已于 %(end)s 终止，终止后在%(place)s发生的医疗费用不予支付") % {
            "number": ended.number,
            "end": ended.end_on,
            "place": ended.destination.name,
        }
        raise Refused.because("after_cancellation", text, f"《{asked.document}》{asked.after_cancellation}")


def _tier_without_filing(
    person: InsuredPerson,
    category: Category,
    scheme: Scheme,
    scope: Scope,
    day: dt.date,
    asked: ClaimRules | None,
) -> tuple[Tier | None, Reason]:
    """What the filing policy says of the category.  Where it asks for a filing, a claim's own materials stand for it if
    the area's document lists them for the category."""
    rules = FilingPolicy.objects.rules_on(person.area_id, day)
    rule = rules.rule_for(category, None, scheme, scope) if rules else None
    if rules is None or rule is None:
        text = _("%(area)s未配置%(category)s的备案政策，待遇档次不能确定")
        return None, Reason("tier_not_configured", text % {"area": person.area.name, "category": category.label})
    by_materials = rule.handling not in COUNTS_WITHOUT_FILING
    if by_materials and not requirements_by(asked, category):
        text = _("%s须有覆盖入院日期的备案；按规定可以补办的，先补办备案") % category.label
        raise Refused.because("filing_needed", text, rules.cite(rule.section))
    text = _("无备案，%(how)s，按%(category)s适用%(tier)s：%(text)s%(assumption)s")
    words = {
        "how": _("凭手工报销材料") if by_materials else rule.handling.label,
        "category": category.label,
        "tier": rule.tier.label,
        "text": rule.text,
        "assumption": f"（{rule.assumption}）" if rule.assumption else "",
    }
    return rule.tier, Reason("tier_by_category", text % words, rules.cite(rule.section))
