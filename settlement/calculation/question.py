"""Reading the question of `manage.py calculate`: what JSON says of a stay, checked field by field.

Money is a string, because JSON numbers are binary floats to most programs: 25000, 25000.5 and 25000.00 in quotes are
all read, a number without quotes is not.  Fields that nobody asked for are passed over.
"""

import datetime as dt
import re
from collections.abc import Container, Mapping
from decimal import Decimal
from typing import Any

from filings.vocabulary import Employment, Hardship, Scheme, SettlementWay, Tier
from hospitals.reasons import Reason, Refused
from hospitals.vocabulary import Level, Scope, Service, Term
from settlement.calculation.money import to_fen
from settlement.calculation.stay import Stay, disagreements

NAMES = {
    "area": "参保地",
    "scheme": "险种",
    "employment": "在职状态",
    "tier": "待遇档次",
    "scope": "就医范围",
    "service": "服务类别",
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
SCHEMES = {term.value: term for term in Scheme}
EMPLOYMENTS = {term.value: term for term in Employment}
TIERS = {term.value: term for term in Tier}
SCOPES = {term.value: term for term in Scope}
SERVICES = {term.value: term for term in Service}
LEVELS = {term.value: term for term in Level}
BASES = {term.value: term for term in SettlementWay}
HARDSHIPS = {
    **{term.value: term for term in Hardship},
    **{term.label: term for term in Hardship},
    "特困": Hardship.EXTREME_POVERTY,
    "低保": Hardship.MINIMUM_LIVING,
    "返贫致贫": Hardship.POVERTY_RETURNED,
    "监测帮扶": Hardship.MONITORED,
}
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
AMOUNT = re.compile(r"[0-9]{1,14}(\.[0-9]{1,2})?")
BAD_AMOUNTS = (
    (re.compile(r"-[0-9]+(\.[0-9]+)?"), "不能为负"),
    (re.compile(r"[0-9]+\.[0-9]{3,}"), "最多精确到分（两位小数）"),
    (re.compile(r"[0-9]{15,}(\.[0-9]+)?"), "超出范围（整数部分最多十四位）"),
)


def read(question: Mapping[str, Any], areas: Container[str]) -> Stay:
    """The stay a question asks about.  areas: the codes of all areas there are.

    Raises Refused with every fault at once, each naming its field.
    """
    asked = _Asked(question)
    scheme = asked.term("scheme", SCHEMES)
    found: dict[str, Any] = {
        "area": asked.area(areas),
        "scheme": scheme,
        "employment": asked.term("employment", EMPLOYMENTS, optional=scheme is not Scheme.EMPLOYEE),
        "tier": asked.term("tier", TIERS),
        "scope": asked.term("scope", SCOPES),
        "service": asked.term("service", SERVICES),
        "level": asked.term("hospital_level", LEVELS),
        "admitted_on": asked.day("admitted_on"),
        "discharged_on": asked.day("discharged_on"),
        "basis": asked.term("basis", BASES),
        "total": asked.money("total"),
        "eligible": asked.money("eligible"),
        "deductible_paid_this_year": asked.money("deductible_paid_this_year"),
        "fund_paid_this_year": asked.money("fund_paid_this_year"),
        "hardship": asked.term("hardship", HARDSHIPS, optional=True),
    }
    if asked.faults:
        days_and_amounts = (found[field] for field in ("admitted_on", "discharged_on", "total", "eligible"))
        raise Refused(*asked.faults, *disagreements(*days_and_amounts))
    if scheme is Scheme.RESIDENT:
        found["employment"] = None
    return Stay(**found)


class _Asked:
    """A question being read; `faults` gathers what is wrong with it."""

    __slots__ = ("faults", "question")

    def __init__(self, question: Mapping[str, Any]) -> None:
        self.question = question
        self.faults: list[Reason] = []

    def area(self, areas: Container[str]) -> Any:
        code = self._text("area")
        if code and code not in areas:
            self._unknown("area", code)
        return code

    def term(self, field: str, terms: Mapping[str, Term], *, optional: bool = False) -> Any:
        code = self._text(field, optional=optional)
        if code and code not in terms:
            self._unknown(field, code)
        return terms.get(code) if code else None

    def day(self, field: str) -> dt.date | None:
        text = self._text(field)
        if not text:
            return None
        try:
            if DAY.fullmatch(text):
                return dt.date.fromisoformat(text)
        except ValueError:
            pass
        return self._fault("invalid", field, f"{NAMES[field]}不是有效日期（YYYY-MM-DD）：{_quoted(text)}")

    def money(self, field: str) -> Decimal | None:
        text = self._text(field)
        if not text:
            return None
        if AMOUNT.fullmatch(text):
            return to_fen(Decimal(text))
        why = next((why for shape, why in BAD_AMOUNTS if shape.fullmatch(text)), "不是有效金额")
        return self._fault("invalid", field, f"{NAMES[field]}{why}：{_quoted(text)}")

    def _text(self, field: str, *, optional: bool = False) -> str | None:
        value = self.question.get(field)
        if isinstance(value, str) and value:
            return value
        if value is not None and value != "":
            return self._fault("invalid", field, f"{NAMES[field]}须写成字符串：{_quoted(value)}")
        return None if optional else self._fault("missing", field, f"缺少{NAMES[field]}")

    def _unknown(self, field: str, code: str) -> None:
        self._fault("unknown", field, f"不认识的{NAMES[field]}：{_quoted(code)}")

    def _fault(self, kind: str, field: str, text: str) -> None:
        self.faults.append(Reason(f"{kind}_{field}", text))


def _quoted(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:40]}…"
