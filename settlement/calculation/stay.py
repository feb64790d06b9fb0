"""The question: one stay in hospital, and what the year has already paid."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from filings.vocabulary import Employment, Hardship, Scheme, SettlementWay, Tier
from hospitals.reasons import Reason
from hospitals.vocabulary import Level, Scope, Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """What decides a benefit.  Amounts are yuan, not negative, to the fen.

    area: six-digit code of the home area.  employment: None for residents.  basis: how the stay is settled, and
    with it whose catalogue made `eligible`.  eligible: cost within policy (符合政策范围费用), at most `total`.
    deductible_paid_this_year, fund_paid_this_year: charged and paid for earlier stays of the year of admission.
    hardship: the group the person belongs to, or None.
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


def contradictions(stay: Stay) -> list[Reason]:
    """What cannot all be true of one stay."""
    found = disagreements(stay.admitted_on, stay.discharged_on, stay.total, stay.eligible)
    if stay.scheme is Scheme.EMPLOYEE and stay.employment is None:
        found.append(Reason("missing_field", "在职状态（employment）必须填写：职工医保须注明在职或退休"))
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
