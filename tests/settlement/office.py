"""An office to try claims in: the shipped policies, staff of every role, claims brought to every state."""

import datetime as dt
import itertools
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import User

from filings.models import Filing, InsuredPerson
from filings.vocabulary import Category, Employment, Material, Tier
from hospitals.access import Right
from hospitals.models import Area
from hospitals.vocabulary import Level, Role, Scope
from settlement.claims import decisions, desk, steps
from settlement.claims.entry import ClaimEntry, MaterialEntry, Payee, ReceiptEntry, StayEntry
from settlement.models import Claim, ClaimPolicy, SupplementItem
from settlement.models.claim import CLAIM_LIFECYCLE
from settlement.vocabulary import ClaimStatus, ManualReason
from tests import factories as make
from tests import shipped

SHENYANG = "210100"
TODAY = dt.date(2026, 3, 20)
DAYS = 20
ADMITTED, DISCHARGED = dt.date(2026, 3, 1), dt.date(2026, 3, 12)
numbers = itertools.count(1)


class Office:
    """person: insured in Tieling, employee, active.  Staff of Tieling and Yantai, there once a test asks for them."""

    def __init__(self, person: InsuredPerson) -> None:
        self.person = person

    @cached_property
    def clerk(self) -> User:
        return _staff(Role.CLERK)

    @cached_property
    def colleague(self) -> User:
        return _staff(Role.CLERK)

    @cached_property
    def reviewer(self) -> User:
        return _staff(Role.REVIEWER)

    @cached_property
    def second(self) -> User:
        return _staff(Role.REVIEWER)

    @cached_property
    def finance(self) -> User:
        return _staff(Role.FINANCE)

    @cached_property
    def supervisor(self) -> User:
        return _staff(Role.SUPERVISOR)

    def file(self, person: InsuredPerson | None = None, **fields: Any) -> Filing:
        """A referral to Beijing that covers the stay, as the database holds it."""
        given: dict[str, Any] = {"category": Category.REFERRAL, "tier": Tier.REFERRAL, "start_on": dt.date(2026, 2, 1)}
        given |= {"filed_on": dt.date(2026, 2, 1), "scope": Scope.CROSS_PROVINCE, "employment": Employment.ACTIVE}
        return make.FilingFactory(person=person or self.person, **given | fields)

    def accept(self, entry: ClaimEntry | None = None, **options: Any) -> Claim:
        given: dict[str, Any] = {"by": self.clerk, "on": TODAY, "person": self.person, "hall": None}
        given |= {"request_token": uuid4(), "entry": entry or an_entry()}
        return desk.accept_claim(**given | options)

    def claim_in(self, status: str, **options: Any) -> Claim:
        """A claim brought to a state by the verbs; of somebody else where the person has one already."""
        if "person" not in options and self.person.claims.exists():
            options["person"] = a_person()
        claim = self.accept(**options)
        for verb in WAYS[ClaimStatus(status)]:  # type: ignore[call-arg]
            claim = self.take(claim, verb)
        return claim

    def take(self, claim: Claim, verb: str, by: User | None = None, **options: Any) -> Claim:
        """A step by whoever it belongs to, with whatever it asks for."""
        module: Any = decisions if hasattr(decisions, verb) else steps
        given: dict[str, Any] = {"by": by or self.belongs_to(verb), "claim": claim, "version": claim.version}
        if verb in NEEDS_REASON:
            given["reason"] = "票据不清"
        if verb == "ask":
            given["others"] = ("病历缺页", "清单未盖章")
        if verb in ("receive", "resume") and "received" not in options:
            items = SupplementItem.objects.filter(notice__claim=claim, handed_in_on=None)
            given["received"] = {item.pk: None for item in items[: 1 if verb == "receive" else None]}
        if verb == "pay":
            today = dt.date.today()  # noqa: DTZ011
            given |= {"paid_on": today, "reference": "YH0001", "on": today}
        return getattr(module, verb)(**given | options)

    def belongs_to(self, verb: str) -> User:
        if verb in ("confirm", "object_to"):
            return self.second
        user: User = getattr(self, BY_RIGHT[CLAIM_LIFECYCLE.moves[verb].right])
        return user


BY_RIGHT = {
    Right.ACCEPT_CLAIMS: "clerk",
    Right.REVIEW_CLAIMS: "reviewer",
    Right.RELEASE_CLAIMS: "finance",
    Right.REVERSE_SETTLEMENTS: "supervisor",
}
NEEDS_REASON = {verb for verb, move in CLAIM_LIFECYCLE.moves.items() if move.needs_reason}
WAYS = {
    ClaimStatus.ACCEPTED: (),
    ClaimStatus.ENTERED: ("enter",),
    ClaimStatus.CHECKED: ("enter", "check"),
    ClaimStatus.CALCULATED: ("enter", "check", "settle"),
    ClaimStatus.WITHDRAWN: ("withdraw",),
    ClaimStatus.SUPPLEMENT: ("ask",),
    ClaimStatus.SECOND_REVIEW: ("submit", "pass_on"),
    ClaimStatus.IN_REVIEW: ("submit",),
    ClaimStatus.RETURNED: ("submit", "send_back"),
    ClaimStatus.REFUSED: ("submit", "refuse"),
    ClaimStatus.APPROVED: ("submit", "approve"),
    ClaimStatus.RELEASED: ("submit", "approve", "release"),
    ClaimStatus.PAID: ("submit", "approve", "release", "pay"),
    ClaimStatus.REVERSED: ("submit", "approve", "release", "pay", "reverse"),
}


def _staff(role: Role) -> User:
    return make.staff(role, make.TIELING, make.YANTAI)


def open_office(*, is_staffed: bool = False) -> Office:
    """is_staffed: all of its staff are there at once, for who goes back to the beginning again and again."""
    shipped.policies(*make.HOMES, make.BEIJING, SHENYANG)
    office = Office(person=a_person())
    for name in ("clerk", "colleague", "reviewer", "second", "finance", "supervisor") if is_staffed else ():
        getattr(office, name)
    return office


def a_person(area: str = make.TIELING, **insured: Any) -> InsuredPerson:
    given: dict[str, Any] = {"scheme": "employee", "employment": Employment.ACTIVE}
    person = make.PersonFactory(area__code=area, name="王小明")
    make.ParticipationFactory(person=person, **given | insured)
    return person


def a_receipt(amount: str = "25000.00", **changes: Any) -> ReceiptEntry:
    given: dict[str, Any] = {"code": "11060125", "number": f"{next(numbers):010d}", "check_code": "123456"}
    return ReceiptEntry(amount=Decimal(amount), **given | {"issued_on": DISCHARGED} | changes)


def a_stay(**changes: Any) -> StayEntry:
    given: dict[str, Any] = {
        "treatment_area": Area.objects.get(pk=make.BEIJING),
        "admitted_on": ADMITTED,
        "discharged_on": DISCHARGED,
        "hospital_name": "北京示例医院",
        "hospital_level": Level.THREE,
        "category": Category.TEMPORARY,
        "total": Decimal("25000.00"),
        "eligible": Decimal("20000.00"),
    }
    return StayEntry(**given | changes)


def an_entry(**changes: Any) -> ClaimEntry:
    """A temporary outing to Beijing.  Keys of the stay, the payee and the claim itself may all be given."""
    stay = {key: changes.pop(key) for key in list(changes) if key in StayEntry.__dataclass_fields__}
    given: dict[str, Any] = {
        "manual_reason": ManualReason.NOT_NETWORKED,
        "diagnosis": "肺炎",
        "stay": a_stay(**stay),
        "payee": Payee(name="王小明", bank="示例银行铁岭支行", account="6222000000000000000"),
        "materials": (MaterialEntry(material=Material.ORIGINAL_RECEIPTS),),
    }
    if "receipts" not in changes:
        changes["receipts"] = (a_receipt(str(given["stay"].total)),)
    return ClaimEntry(**given | changes)


def other(entry: ClaimEntry, **changes: Any) -> ClaimEntry:
    """The same entry with another stay."""
    return replace(entry, stay=replace(entry.stay, **changes))


def a_term(area: str = make.TIELING, **stated: Any) -> ClaimPolicy:
    """A made-up term of an area whose document gives none."""
    given = {"term_days": DAYS, "term_source": "示例", "assumed": True} | stated
    policy = ClaimPolicy(area_id=area, version=1, starts_on=dt.date(2024, 1, 1), document="示例", **given)
    policy.save()
    policy.publish(by=None)
    return policy
