"""Books to try settlements in: an area that nobody has heard of, its benefits by data alone, people with a filing."""

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import User
from django.db.models import Sum

from filings.models import InsuredPerson
from filings.vocabulary import Category
from hospitals.models import Area
from hospitals.vocabulary import Level, Role
from settlement.accounts.bookkeeping import SUMS
from settlement.calculation.pack import benefit_rules
from settlement.claims.desk import accept_claim
from settlement.claims.entry import MaterialEntry, ReceiptEntry, StayEntry
from settlement.claims.steps import submit
from settlement.direct_settlement import settle_directly
from settlement.models import AccountEntry, BenefitPolicy, Claim, Settlement, YearAccount
from settlement.vocabulary import ManualReason
from tests import factories as make
from tests.settlement.office import an_entry

TODAY = dt.date(2026, 11, 2)
YEAR = 2026
EACH_STAY: dict[str, Any] = tomllib.loads("""
deductibles = [{ number = "500.00", section = "一" }]
ratios = [
    { scheme = "employee", number = "0.8333", section = "二" },
    { scheme = "resident", number = "0.60", section = "二" },
]
ceilings = [{ scheme = "employee", number = "40000.00", section = "三" }]
components = [
    { component = "large_amount", scheme = "employee", threshold = "3000.00", ceiling = "9000.00", section = "四" },
    { component = "civil_servant", scheme = "employee", threshold = "0.00", ceiling = "4000.00", section = "五" },
    { component = "serious_illness", scheme = "resident", threshold = "9000.00", ceiling = "15000.00", section = "六" },
]
component_ratios = [
    { component = "large_amount", number = "0.8123", section = "四" },
    { component = "civil_servant", number = "0.3337", section = "五" },
    { component = "serious_illness", number = "0.5551", section = "六" },
    { component = "serious_illness", above = "20000", number = "0.6667", section = "六" },
]

[[follow_ups]]
component = "serious_illness"
scheme = "resident"
payer = "insurer"
text = "后续补偿"
section = "七"

[[hardships]]
component = "serious_illness"
hardship = "extreme_poverty"
threshold_factor = "0.5"
points = "0.05"
no_ceiling = true
section = "六（二）"
""")
CEILINGS = {"310100": 40000, "330100": 9000, "320100": 4000, "390200": 15000}
PLAIN: dict[str, Any] = {
    "deductibles": [{"number": "0.00", "section": "一"}],
    "ratios": [{"number": "1.00", "section": "二"}],
    "ceilings": [{"number": "1000.00", "section": "三"}],
}
PEOPLE: tuple[dict[str, Any], ...] = (
    {"scheme": "employee", "employment": "active"},
    {"scheme": "employee", "employment": "retired", "is_civil_servant": True},
    {"scheme": "resident", "employment": ""},
    {"scheme": "resident", "employment": "", "hardship": "extreme_poverty"},
)


def publish(benefit: Mapping[str, Any], area: str = make.QINGDAO) -> BenefitPolicy:
    head = {"area": area, "version": 1, "document": "某市待遇办法", "starts_on": dt.date(2026, 1, 1)}
    rules = benefit_rules({**head, "benefit": dict(benefit)})
    make.AreaFactory(code=area)
    policy = BenefitPolicy(area_id=area, version=1, document=rules.document, starts_on=rules.starts_on)
    policy.save()
    policy.add_rules(rules)
    policy.publish(by=None)
    return policy


@dataclass
class Books:
    clerk: User = field(default_factory=lambda: make.staff(Role.CLERK, make.QINGDAO))
    reviewer: User = field(default_factory=lambda: make.staff(Role.REVIEWER, make.QINGDAO))
    supervisor: User = field(default_factory=lambda: make.staff(Role.SUPERVISOR, make.QINGDAO))

    def person(self, **insured: Any) -> InsuredPerson:
        """Filed for Beijing, with the benefits of home."""
        person = make.PersonFactory(area__code=make.QINGDAO, name="王小明")
        make.ParticipationFactory(person=person, **PEOPLE[0] | insured)
        make.FilingFactory(person=person, category=Category.LONG_TERM_RESIDENT, start_on=dt.date(2025, 12, 1))
        return person

    def settle(self, person: InsuredPerson, eligible: str = "10000.00", **stay: Any) -> Settlement:
        return settle_directly(by=self.clerk, person=person, entry=a_stay(eligible, **stay), on=TODAY)

    def claim(
        self,
        person: InsuredPerson,
        eligible: str = "10000.00",
        *,
        receipts: tuple[ReceiptEntry, ...] = (),
        materials: tuple[MaterialEntry, ...] = (),
        manual_reason: ManualReason = ManualReason.NOT_NETWORKED,
        **stay: Any,
    ) -> Claim:
        """Through the counter: taken in, settled and handed on to review.  receipts: one of the total if not given."""
        given = a_stay(eligible, **stay)
        of_stay = {name: getattr(given, name) for name in StayEntry.__dataclass_fields__}
        of_claim = {
            "materials": materials,
            "manual_reason": manual_reason,
            **({"receipts": receipts} if receipts else {}),
        }
        entry = an_entry(**of_stay, **of_claim)
        taken = accept_claim(by=self.clerk, on=TODAY, person=person, hall=None, entry=entry, request_token=uuid4())
        return submit(by=self.clerk, claim=taken, version=taken.version)


def a_settlement(area: str = make.QINGDAO, eligible: str = "10000.00") -> Settlement:
    """Of somebody insured there, by benefits made up for it."""
    if not BenefitPolicy.objects.filter(area=area).exists():
        make.AreaFactory(code=make.BEIJING)
        publish(EACH_STAY, area)
    person = make.PersonFactory(area__code=area)
    make.ParticipationFactory(person=person, **PEOPLE[0])
    make.FilingFactory(person=person, category=Category.LONG_TERM_RESIDENT, start_on=dt.date(2025, 12, 1))
    return settle_directly(by=make.staff(Role.CLERK, area), person=person, entry=a_stay(eligible), on=TODAY)


def open_books(benefit: Mapping[str, Any] = EACH_STAY) -> Books:
    make.AreaFactory(code=make.BEIJING)
    publish(benefit)
    return Books()


def a_stay(eligible: str = "10000.00", **changes: Any) -> StayEntry:
    given: dict[str, Any] = {
        "treatment_area": Area.objects.get(pk=make.BEIJING),
        "admitted_on": dt.date(YEAR, 3, 1),
        "discharged_on": dt.date(YEAR, 3, 9),
        "hospital_name": "北京示例医院",
        "hospital_level": Level.THREE,
        "eligible": Decimal(eligible),
        "total": Decimal(eligible) + 1000,
    }
    return StayEntry(**given | changes)


def accounts(person: InsuredPerson) -> dict[str, tuple[Any, ...]]:
    """Every account of the person, by fund; what their sums must be is the tests' business."""
    return {row[0]: row[1:] for row in YearAccount.objects.filter(person=person).values_list("fund", *SUMS)}


def ledger(person: InsuredPerson) -> dict[str, tuple[Any, ...]]:
    """What the entries come to, by fund."""
    sums = AccountEntry.objects.filter(person=person).order_by().values("fund")
    return {row.pop("fund"): tuple(row.values()) for row in sums.annotate(**{f"{n}_sum": Sum(n) for n in SUMS})}


def makes_sense(person: InsuredPerson) -> None:
    """The account is its ledger, the ledger is its settlements, and no ceiling is passed."""
    found = accounts(person)
    assert found == ledger(person)
    standing = Settlement.objects.standing().filter(person=person)
    paid = standing.aggregate(paid=Sum("fund_pay_sumamt", default=Decimal(0)))["paid"]
    assert sum(row[1] for row in found.values()) == paid
    knows_no_ceiling = person.participations.get().hardship
    for fund, ceiling in CEILINGS.items():
        if fund in found and not (fund == "390200" and knows_no_ceiling):
            assert found[fund][1] + found[fund][2] <= ceiling
