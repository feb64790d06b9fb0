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
from settlement.calculation.items import Cost
from settlement.calculation.money import to_fen
from settlement.calculation.question_items import ITEM_NAMES, cost_in
from settlement.calculation.stay import Stay, cost_disagreements, disagreements
from settlement.vocabulary import Component

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
FURTHER_NAMES = {
    "destination": "就医地",
    "civil_servant": "公务员标志",
    "deductible_standard_this_year": "本年度起付标准",
    "stays_this_year": "本年度住院次数",
    "personal_eligible_this_year": "本年度个人负担累计",
    "paid_this_year": "本年度各项已支付",
    **ITEM_NAMES,
}
"""What a question may say besides; a question without any of it is read as ever."""
ALL_NAMES = NAMES | FURTHER_NAMES
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
    fields = StayFields(question, ALL_NAMES)
    is_itemised = question.get("items") is not None
    further = fields.further(areas) if FURTHER_NAMES.keys() & question.keys() else {}
    cost: Cost | None = further.get("cost")
    area, scheme = fields.area("area", areas), fields.term("scheme", Scheme)
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
        "total": fields.money("total", required=not is_itemised),
        "eligible": fields.money("eligible", required=not is_itemised),
        "deductible_paid_this_year": fields.money("deductible_paid_this_year"),
        "fund_paid_this_year": fields.money("fund_paid_this_year"),
        "hardship": fields.hardship(),
    }
    days_and_amounts = [found[name] for name in ("admitted_on", "discharged_on", "total", "eligible")]
    at_odds = cost_disagreements(cost, *days_and_amounts[2:]) if cost else []
    if fields.faults or at_odds:
        raise Refused(*fields.faults, *disagreements(*days_and_amounts), *at_odds)
    if scheme is Scheme.RESIDENT:
        found["employment"] = None
    if cost:
        found |= {"total": cost.total, "eligible": cost.eligible}
    return Stay(**found, **further)


class StayFields(Fields):
    """Adds to the general fields what only a stay has."""

    __slots__ = ()

    def area(self, key: str, areas: Container[str], *, required: bool = True) -> str | None:
        code = self.text(key, required=required)
        if code and code not in areas:
            self.fault(key, "unknown_value", f"没有{shown(code)}这个行政区划代码")
        return code

    def hardship(self) -> Hardship | None:
        """By code or in the document's words."""
        word = self.text("hardship", required=False)
        if word and word not in HARDSHIPS:
            self.fault("hardship", "unknown_value", f"没有{shown(word)}这个值，可填{'、'.join(Hardship)}")
        return HARDSHIPS.get(word or "")

    def money(self, key: str, *, required: bool = True) -> Decimal | None:
        """Yuan, not negative, to the fen; 16 digits at most."""
        value = self.given.get(key)
        if isinstance(value, str) and AMOUNT.fullmatch(value):
            return to_fen(Decimal(value))
        if value is None or value == "":
            if required:
                self.fault(key, "missing_field", "必须填写")
        elif not isinstance(value, str):
            self.fault(key, "wrong_type", f"应为带引号的金额，如 25000.00，所给为{shown(value)}")
        else:
            why = next((why for shape, why in BAD_AMOUNTS if shape.fullmatch(value)), "应为金额，如 25000.00")
            self.fault(key, "malformed_amount", f"{why}，所给为{shown(value)}")
        return None

    def further(self, areas: Container[str]) -> dict[str, Any]:
        """What the question says besides; nothing of it is required."""
        return {
            "destination": self.area("destination", areas, required=False),
            "civil_servant": self.flag("civil_servant") or False,
            "deductible_standard_this_year": self.money("deductible_standard_this_year", required=False),
            "stays_this_year": self.count("stays_this_year"),
            "personal_eligible_this_year": self.money("personal_eligible_this_year", required=False),
            "paid_this_year": self.paid_this_year(),
            "cost": cost_in(self),
        }

    def count(self, key: str) -> int | None:
        value = self.given.get(key)
        if value is None or (type(value) is int and 0 <= value <= 999):
            return value
        self.fault(key, "wrong_type", f"应为不小于零的整数，所给为{shown(value)}")
        return None

    def paid_this_year(self) -> Mapping[Component, Decimal] | None:
        """By component; one that is not named has paid nothing."""
        value = self.given.get("paid_this_year")
        if value is None:
            return None
        if not isinstance(value, Mapping):
            self.fault("paid_this_year", "wrong_type", f"应为各项金额，所给为{shown(value)}")
            return None
        unknown = [key for key in value if key not in Component._value2member_map_]
        if unknown:
            self.fault("paid_this_year", "unknown_value", f"没有{shown(unknown[0])}这一项，可填{'、'.join(Component)}")
            return None
        part = StayFields(value, {component: f"本年度{component.label}已支付" for component in Component})
        amounts = {Component.of(key): part.money(key) for key in value}
        self.faults += part.faults
        return {component: amount for component, amount in amounts.items() if amount is not None}
