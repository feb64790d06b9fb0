"""Settlements of people from elsewhere at Dongying's hospitals, for tests; people and figures are made up."""

import datetime as dt
from decimal import Decimal
from typing import Any

from filings.identity import made_up_number
from filings.vocabulary import Category, Scheme
from hospitals.models import Area, Hospital
from hospitals.vocabulary import Service
from settlement.inbound.recording import ToldSettlement, record_inbound_settlement
from settlement.models import InboundSettlement
from tests import factories as make

CHONGQING = "500000"
DAY = dt.date(2025, 8, 25)


def dongying() -> Area:
    return make.AreaFactory(code=make.DONGYING)


def hospital(**given: Any) -> Hospital:
    return make.HospitalFactory(area=dongying(), **given)


def told(number: int = 1, fund: str = "6000.00", **given: Any) -> ToldSettlement:
    """A stay of 10,000.00 yuan of a person insured in Chongqing; number: tells one from another."""
    paid = Decimal(fund)
    sign = -1 if given.get("reversed_setl_id") else 1
    columns: dict[str, Any] = {
        "hospital": given.pop("hospital", None) or hospital(),
        "insured_area": given.pop("insured_area", None) or make.AreaFactory(code=CHONGQING),
        "setl_id": f"A{number:08d}",
        "mdtrt_id": f"S500000250825{number:08d}",
        "name": "程渝生",
        "id_number": made_up_number("500103", dt.date(1956, 3, 2), number % 1000),
        "scheme": Scheme.EMPLOYEE,
        "service": Service.INPATIENT,
        "category": Category.RESETTLED_RETIREE,
        "admitted_on": dt.date(2025, 8, 11),
        "discharged_on": DAY,
        "settled_on": DAY,
        "medfee_sumamt": sign * Decimal("10000.00"),
        "inscp_scp_amt": sign * Decimal("8600.00"),
        "act_pay_dedc": sign * Decimal("800.00"),
        "hifp_pay": sign * paid,
        "fund_pay_sumamt": sign * paid,
        "psn_part_amt": sign * (Decimal("10000.00") - paid),
    }
    return ToldSettlement(**(columns | given))


def recorded(number: int = 1, fund: str = "6000.00", **given: Any) -> InboundSettlement:
    return record_inbound_settlement(told=told(number, fund, **given))


def reversed_(settlement: InboundSettlement, on: dt.date = DAY) -> InboundSettlement:
    """The settlement taken back by a contrary row."""
    from settlement.inbound.recording import contrary_of

    return record_inbound_settlement(told=contrary_of(settlement, setl_id=f"R{settlement.setl_id}", settled_on=on))
