"""Admissions elsewhere, as tests tell them."""

import datetime as dt
from typing import Any

from filings.arrivals import Arrival, filing_for_admission
from filings.models import InsuredPerson
from hospitals.models import Area
from hospitals.reasons import Reason
from tests import factories as make

ADMITTED = dt.date(2026, 3, 12)
SHENYANG, JINAN, SHANGHAI = "210100", "370100", "310000"
TIELING_GUIDE = "《铁岭市参保人员异地就医联网结算服务指南》"
WEIFANG_GUIDE = "《异地就医直接结算政策宣传》"


def arrives(person: InsuredPerson, place: str = make.BEIJING, **values: Any) -> Arrival:
    told = {
        "admitted_on": ADMITTED,
        "emergency": False,
        "hospital_name": "示例医院",
        "on": values.get("admitted_on", ADMITTED),
    } | values
    return filing_for_admission(person=person, place=Area.objects.get(pk=place), **told)


def codes(arrival: Arrival) -> list[str]:
    return [reason.code for reason in arrival.reasons]


def reason(arrival: Arrival, code: str) -> Reason:
    return next(one for one in arrival.reasons if one.code == code)
