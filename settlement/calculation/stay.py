"""The question: one stay in hospital, and what the year has already paid."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from filings.vocabulary import Employment, Hardship, Scheme, SettlementWay, Tier
from hospitals.reasons import Reason
from hospitals.vocabulary import Level, Scope, Service
from settlement.calculation.items import Cost, disagreement
from settlement.calculation.rows import Key
from settlement.vocabulary import Component, VersionDay


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """What decides a benefit.  Amounts are yuan, not negative, to the fen; the year is that of admission.

    area: six-digit code of the home area.  employment: None for residents.  basis: how the stay is settled, and
    with it whose catalogue made `eligible`.  eligible: cost within policy (符合政策范围费用), at most `total`.
    cost: what the rest of the total is, where that is known; it agrees with total and eligible.
    hardship: the group the person belongs to, or None.  destination: code of the pooling area of treatment.
    Of earlier stays of the year: deductible_paid_this_year and fund_paid_this_year, what was charged and what the
    basic fund paid; deductible_standard_this_year, the standard that the year's deductible was charged by;
    stays_this_year, how many; personal_eligible_this_year, what the basic fund left to the person of the eligible
    cost, and paid_this_year, what each component paid or still owes of it.  The last four may be None, not known, which
    is refused where it is needed.
    """

    area: str
    scheme: Scheme
    employment: Employment | None
    tier: Tier
    scope: Scope
    service: Service
    level: Level
    admitted_on: dt.date
    discharged_on: dt.date
    basis: SettlementWay
    total: Decimal
    eligible: Decimal
    deductible_paid_this_year: Decimal
    fund_paid_this_year: Decimal
    hardship: Hardship | None = None
    civil_servant: bool = False
    destination: str | None = None
    cost: Cost | None = None
    deductible_standard_this_year: Decimal | None = None
    stays_this_year: int | None = None
    personal_eligible_this_year: Decimal | None = None
    paid_this_year: Mapping[Component, Decimal] | None = None

    @property
    def key(self) -> Key:
        """What rows are looked up by."""
        return self.scheme, self.service, self.tier, self.scope, self.employment, self.level

    def day(self, which: VersionDay) -> dt.date:
        return self.discharged_on if which is VersionDay.DISCHARGE else self.admitted_on


def contradictions(stay: Stay) -> list[Reason]:
    """What cannot all be true of one stay."""
    found = disagreements(stay.admitted_on, stay.discharged_on, stay.total, stay.eligible)
    if stay.scheme is Scheme.EMPLOYEE and stay.employment is None:
        found.append(Reason("missing_field", "在职状态（employment）必须填写：职工医保须注明在职或退休"))
    if stay.cost is not None:
        found += cost_disagreements(stay.cost, stay.total, stay.eligible)
    return found


def disagreements(
    admitted_on: dt.date | None, discharged_on: dt.date | None, total: Decimal | None, eligible: Decimal | None
) -> list[Reason]:
    """Days and amounts that do not agree; one that is not known (None) disagrees with nothing."""
    found = []
    if admitted_on and discharged_on and discharged_on < admitted_on:
        found.append(Reason("discharged_before_admission", f"出院日期{discharged_on}早于入院日期{admitted_on}"))
    if total is not None and eligible is not None and eligible > total:
        found.append(Reason("eligible_above_total", f"符合政策范围费用{eligible:.2f}元大于医疗费总额{total:.2f}元"))
    return found


def cost_disagreements(cost: Cost, total: Decimal | None, eligible: Decimal | None) -> list[Reason]:
    """Where the parts of a cost do not make its total, or are not the amounts given beside them."""
    found = [fault] if (fault := disagreement(cost)) else []
    for name, given, counted in (("医疗费总额", total, cost.total), ("符合政策范围费用", eligible, cost.eligible)):
        if given is not None and given != counted:
            found.append(Reason("amounts_disagree", f"{name}{given:.2f}元与明细合计{counted:.2f}元不一致"))
    return found
