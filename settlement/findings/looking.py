"""Looking for what a claim looks like: at other claims and at direct settlements, in every area.

A person insured elsewhere later has a row there too, so people are matched by their document.  Whoever looks holds the
person's stays from before until the transaction ends: of two at once, the second one sees the first.
Order of locks: claim, person's year, person's stays, receipts.  A finding refers to a claim that somebody else may be
working on, and does not wait for them: claims are locked without their keys, and are saved once the turns are taken.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, Q, QuerySet
from django.utils.translation import gettext as _

from filings.models import InsuredPerson
from filings.vocabulary import SettlementWay
from hospitals.access import portal_account
from hospitals.compiled import CompiledQuery, Given, Unforeseen
from hospitals.history import doing
from hospitals.turns import take_turns
from hospitals.vocabulary import Service
from settlement.claims.lifecycle import OVER
from settlement.findings.lifecycle import FINDING_LIFECYCLE
from settlement.findings.rules import CaseStay, Found, found_of, shared
from settlement.models import Claim, Finding, Receipt, Settlement
from settlement.vocabulary import ClaimStatus, FindingStatus

Case = Claim | Settlement
Pair = tuple[Claim, Case, Found | None]


def hold_stays(person: InsuredPerson) -> None:
    """Nobody else looks at the stays of this person, whichever area's row it is, until the transaction ends."""
    take_turns([turn_of_stays(person)])


def turn_of_stays(person: InsuredPerson) -> str:
    return f"stays {person.id_type} {person.id_number}"


class Held(NamedTuple):
    """The receipts of a claim ("code number"), and the same ones as other claims have or had them."""

    numbers: frozenset[str]
    elsewhere: Sequence[Receipt]


def look(claim: Claim, held: Held | None = None) -> None:
    """What the claim looks like as it stands; within the transaction that writes it.

    Another claim that is not paid yet gets its finding too, so that it does not matter which came first.
    held: of the claim, where its caller has just read it.
    """
    receipts, elsewhere = held or _held_by(claim)
    pairs: list[Pair] = []
    for earlier, numbers in _by_claim(elsewhere).items():
        pairs.append((claim, earlier, shared(numbers, _called(earlier))))
    # Nearly always there is nothing: that costs one narrow question instead of wide ones.
    person = claim.person
    if _ANYTHING_BESIDE.all(
        own=claim.pk,
        id_type=person.id_type,
        id_number=person.id_number,
        admitted_on=claim.admitted_on,
        discharged_on=claim.discharged_on,
        receipts=sorted(receipts),
    ):
        at_once = _during(_people(person), claim.admitted_on, claim.discharged_on)
        direct = _direct().filter(at_once | Q(receipts__overlap=sorted(receipts)))
        pairs += _beside(claim, _alive().filter(at_once).exclude(pk=claim.pk), direct, receipts)
    _keep(pairs)


def _during(people: Any, admitted_on: Any, discharged_on: Any) -> Q:
    """Stays of these people that share a day with this one."""
    return Q(person__in=people, admitted_on__lte=discharged_on, discharged_on__gte=admitted_on)


def _direct() -> QuerySet[Settlement]:
    return Settlement.objects.standing().filter(way=SettlementWay.DIRECT)


def _asked_during() -> Q:
    """The same of a person and a stay that are not known yet."""
    people = InsuredPerson.objects.filter(id_type=Given("id_type"), id_number=Given("id_number")).order_by()
    return _during(people.values("pk"), Unforeseen("admitted_on"), Unforeseen("discharged_on"))


def _anything_beside() -> QuerySet[Any, Any]:
    claims = _alive().filter(_asked_during()).exclude(pk=Given("own"))
    at_once = _direct().filter(_asked_during())
    with_receipts = _direct().filter(receipts__overlap=Unforeseen("receipts", ArrayField(CharField())))
    first, *others = (rows.order_by().values_list("pk") for rows in (claims, at_once, with_receipts))
    return first.union(*others, all=True)[:1]


_ANYTHING_BESIDE = CompiledQuery(_anything_beside)
_DURING = CompiledQuery(lambda: _alive().filter(_asked_during()))


def _beside(
    claim: Claim, claims: Iterable[Claim], direct: QuerySet[Settlement], receipts: frozenset[str]
) -> Iterator[Pair]:
    """With each of the other claims and direct settlements."""
    mine = _stay(claim)
    for other in claims:
        theirs = _stay(other)
        yield claim, other, found_of(mine, theirs)
        if other.status != ClaimStatus.PAID:
            yield other, claim, found_of(theirs, mine)
    for settlement in direct.select_related("area", "person"):
        if _is(settlement.person, claim.person):
            yield claim, settlement, found_of(mine, _stay(settlement))
        if both := receipts.intersection(settlement.receipts):
            yield claim, settlement, shared(both, _called(settlement))


def look_at_claims(settlement: Settlement) -> None:
    """Which claims a direct settlement contradicts, paid ones among them; within the transaction that posts it."""
    direct = _stay(settlement)
    pairs: list[Pair] = []
    document = {"id_type": settlement.person.id_type, "id_number": settlement.person.id_number}
    stay = {"admitted_on": settlement.admitted_on, "discharged_on": settlement.discharged_on}
    for claim in _DURING.all(**document, **stay):
        pairs.append((claim, settlement, found_of(_stay(claim), direct)))
    holders = _numbered(settlement.receipts, Receipt.objects.filter(bars_others=True))
    for claim, numbers in _by_claim(holders).items():
        pairs.append((claim, settlement, shared(numbers, _called(settlement))))
    _keep(pairs)


def _people(person: InsuredPerson) -> list[int]:
    """The rows of one person, in every area.  By their keys, what else is asked of them goes by its index."""
    same = InsuredPerson.objects.filter(id_type=person.id_type, id_number=person.id_number)
    return list(same.order_by().values_list("pk", flat=True))


def _is(person: InsuredPerson, other: InsuredPerson) -> bool:
    return (person.id_type, person.id_number) == (other.id_type, other.id_number)


def _alive() -> Any:
    return Claim.objects.exclude(status__in=OVER).select_related("area").order_by("pk")


def _held_by(claim: Claim) -> Held:
    numbers = frozenset(str(receipt) for receipt in claim.receipts.all())
    return Held(numbers, _numbered(numbers, Receipt.objects.exclude(claim=claim)))


def _numbered(numbers: Iterable[str], among: Any) -> list[Receipt]:
    """The receipts of these numbers, with their claims."""
    wanted = Q()
    for code, _blank, number in (text.partition(" ") for text in numbers):
        wanted |= Q(code=code, number=number)
    return list(among.filter(wanted).select_related("claim__area")) if wanted else []


def _by_claim(receipts: Iterable[Receipt]) -> dict[Claim, list[str]]:
    found: dict[Claim, list[str]] = defaultdict(list)
    for receipt in receipts:
        found[receipt.claim].append(str(receipt))
    return found


def _called(case: Case) -> str:
    kind = _("报销件") if isinstance(case, Claim) else _("结算")
    return f"{kind} {case.number}（{case.area.name}）"


def _stay(case: Case) -> CaseStay:
    return CaseStay(
        case=_called(case),
        place=case.treatment_area_id,
        hospital=case.hospital_name,
        listed=case.hospital_id,
        admitted_on=case.admitted_on,
        discharged_on=case.discharged_on,
        service=Service.of(case.service),
        is_direct=isinstance(case, Settlement),
    )


def _keep(pairs: list[Pair]) -> None:
    """Write down what is new.  A finding that was cleared is open again where what it rested on has changed."""
    seen = [(claim, other, found) for claim, other, found in pairs if found]
    if not seen:
        return
    claims = {claim.pk for claim, _other, _found in seen}
    known = {
        (row.claim_id, row.kind, row.other_claim_id, row.other_settlement_id): row
        for row in Finding.objects.filter(claim__in=claims)
    }
    new = []
    with doing(_("发现疑点"), by=portal_account(), reason=_("登记、变更或结算时核对")):
        for claim, other, found in seen:
            others = (other.pk, None) if isinstance(other, Claim) else (None, other.pk)
            row = known.get((claim.pk, found.kind, *others))
            if row is None:
                new.append(_new(claim, other, found))
            elif row.status == FindingStatus.CLEARED and (
                row.facts != list(found.facts) or row.decided_by_id in claim.entered_by
            ):
                FINDING_LIFECYCLE.follow(row, "reopen", effect=partial(_undecided, found=found))
        Finding.objects.bulk_create(new)


def _new(claim: Claim, other: Case, found: Found) -> Finding:
    return Finding(
        area_id=claim.area_id,
        hall_id=claim.hall_id,
        person_id=claim.person_id,
        claim=claim,
        kind=found.kind,
        other_claim=other if isinstance(other, Claim) else None,
        other_settlement=other if isinstance(other, Settlement) else None,
        text=found.text,
        facts=list(found.facts),
    )


def _undecided(finding: Finding, found: Found) -> None:
    finding.decided_by = finding.decided_at = None
    finding.decision_reason = ""
    finding.text, finding.facts = found.text, list(found.facts)
