"""Reading the question of `manage.py calculate`: what JSON says of a stay, checked field by field.

Money is a string, because JSON numbers are binary floats to most programs: 25000, 25000.5 and 25000.00 in quotes are
all read, a number without quotes is not.  Fields that nobody asked for are passed over.
"""

import re
from collections.abc import Container, Mapping
from decimal import Decimal
from typing import Any

from filings.vocabulary import Employment, Hardship, Scheme, SettlementWay, Tier
from hospitals.fields import Fields, shown
from hospitals.reasons import Refused
from hospitals.vocabulary import Level, Scope, Service
from settlement.calculation.money import to_fen
from settlement.calculation.stay import Stay, disagreements

NAMES = {
    "area": "参保地",
    "scheme": "险种",
    "employment": "在职状态",
    "tier": "待遇档次",
    "scope": "就医范围",
    "service": "服务",
    "hospital_level": "医院级别",
    "admitted_on": "入院日期",
    "discharged_on": "出院日期",
    "basis": "结算方式",
    "total": "医疗费总额",
    "eligible": "符合政策范围费用",
    "deductible_paid_this_year": "本年度已付起付标准",
    "fund_paid_this_year": "本年度基金已支付",
    "hardship": "困难群体",
}
HARDSHIPS = {
    **{term.value: term for term in Hardship},
    **{term.label: term for term in Hardship},
    "特困": Hardship.EXTREME_POVERTY,
    "低保": Hardship.MINIMUM_LIVING,
    "返贫致贫": Hardship.POVERTY_RETURNED,
    "监测帮扶": Hardship.MONITORED,
}
AMOUNT = re.compile(r"[0-9]{1,14}(\.[0-9]{1,2})?")
BAD_AMOUNTS = (
    (re.compile(r"-[0-9]+(\.[0-9]+)?"), "不能为负"),
    (re.compile(r"[0-9]+\.[0-9]{3,}"), "最多精确到分"),
    (re.compile(r"[0-9]{15,}(\.[0-9]+)?"), "整数部分最多十四位"),
)


def read(question: Mapping[str, object], areas: Container[str]) -> Stay:
    """The stay a question asks about.  areas: the codes of all areas there are.

    Raises Refused with every fault at once, each naming its field.
    """
    fields = StayFields(question, NAMES)
    area, scheme = fields.area(areas), fields.term("scheme", Scheme)
    found: dict[str, Any] = {
        "area": area,
        "scheme": scheme,
        "employment": fields.term("employment", Employment, required=scheme is Scheme.EMPLOYEE),
        "tier": fields.term("tier", Tier),
        "scope": fields.term("scope", Scope),
        "service": fields.term("service", Service),
        "level": fields.term("hospital_level", Level),
        "admitted_on": fields.day("admitted_on"),
        "discharged_on": fields.day("discharged_on"),
        "basis": fields.term("basis", SettlementWay),
        "total": fields.money("total"),
        "eligible": fields.money("eligible"),
        "deductible_paid_this_year": fields.money("deductible_paid_this_year"),
        "fund_paid_this_year": fields.money("fund_paid_this_year"),
        "hardship": fields.hardship(),
    }
    if fields.faults:
        days_and_amounts = (found[name] for name in ("admitted_on", "discharged_on", "total", "eligible"))
        raise Refused(*fields.faults, *disagreements(*days_and_amounts))
    if scheme is Scheme.RESIDENT:
        found["employment"] = None
    return Stay(**found)


class StayFields(Fields):
    """Adds to the general fields what only a stay has."""

    __slots__ = ()

    def area(self, areas: Container[str]) -> str | None:
        code = self.text("area")
        if code and code not in areas:
            self.fault("area", "unknown_value", f"没有{shown(code)}这个行政区划代码")
        return code

    def hardship(self) -> Hardship | None:
        """By code or in the document's words."""
        word = self.text("hardship", required=False)
        if word and word not in HARDSHIPS:
            self.fault("hardship", "unknown_value", f"没有{shown(word)}这个值，可填{'、'.join(Hardship)}")
        return HARDSHIPS.get(word or "")

    def money(self, key: str) -> Decimal | None:
        """Yuan, not negative, to the fen; 16 digits at most."""
        value = self.given.get(key)
        if isinstance(value, str) and AMOUNT.fullmatch(value):
            return to_fen(Decimal(value))
        if value is None or value == "":
            self.fault(key, "missing_field", "必须填写")
        elif not isinstance(value, str):
            self.fault(key, "wrong_type", f"应为带引号的金额，如 25000.00，所给为{shown(value)}")
        else:
            why = next((why for shape, why in BAD_AMOUNTS if shape.fullmatch(value)), "应为金额，如 25000.00")
            self.fault(key, "malformed_amount", f"{why}，所给为{shown(value)}")
        return None
