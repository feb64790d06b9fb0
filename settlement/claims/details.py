"""Details of cost: a line as it is written, what is wrong with a list of them, and what they come to by class."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal, InvalidOperation

from django.utils.translation import gettext as _

from hospitals.reasons import Reason
from settlement.calculation import Cost, Item, cost_of
from settlement.calculation.question_items import LARGEST, NAMES_OF_ITEM, NUMBERS, ItemFields
from settlement.claims.entry import ClassEntry, Details
from settlement.vocabulary import CatalogueClass

MOST_ITEMS = 5000
LONGEST = {"code": 50, "name": 100}
OTHER_WORDS = {"自费": "丙", "全自费": "丙", "A": "甲", "B": "乙", "C": "丙"}
SHOWN_DIGITS = Context(prec=15)  # what a spreadsheet shows of a number; it keeps more


class LineFields(ItemFields):
    """A line of a list: the code of each fault is the column's name, its text stands beside the column."""

    __slots__ = ()

    def fault(self, key: str, code: str, text: str) -> None:
        self.faults.append(Reason(key, text))


def read_line(written: Mapping[str, str]) -> Item | list[Reason]:
    """An item from a line as people write it (keys of NAMES_OF_ITEM), or its faults, `code` being the column's key."""
    line = {key: unicodedata.normalize("NFKC", text).strip() for key, text in written.items() if key != "name"}
    line |= {key: plain_number(line[key]) for key in NUMBERS if line.get(key)}
    line["name"] = written.get("name", "").strip()
    line["class"] = OTHER_WORDS.get(line.get("class", "").upper(), line.get("class", ""))
    fields = LineFields(line, NAMES_OF_ITEM)
    catalogue, name = fields.catalogue(), fields.text("name")
    quantity, price = fields.number("quantity"), fields.number("price")
    self_pay = fields.number("self_pay", required=catalogue is CatalogueClass.B)
    limit = fields.number("limit", required=False)
    for key, longest in LONGEST.items():
        if not line.get(key, "").isprintable():
            fields.fault(key, "unprintable", _("含有看不见的控制字符"))
        if len(line.get(key, "")) > longest:
            fields.fault(key, "too_long", _("不能超过%d字") % longest)
    if quantity == 0:
        fields.fault("quantity", "nothing", _("不能为零"))
    if fields.faults or catalogue is None or name is None or quantity is None or price is None:
        return fields.faults
    if abs(quantity * price) > LARGEST:
        return [Reason("price", _("金额的整数部分最多十四位"))]
    return Item(
        catalogue=catalogue,
        quantity=quantity,
        price=price,
        self_pay=self_pay or Decimal(0),
        limit=limit,
        code=line.get("code", ""),
        name=name,
    )


def plain_number(text: str) -> str:
    """1,234.50, ¥12.5, 10% and what a spreadsheet makes of 0.1 + 0.2 as plain digits; what is no number stays."""
    digits = text.replace(",", "").lstrip("¥￥")
    share = digits.endswith("%")
    try:
        number = SHOWN_DIGITS.create_decimal(digits.rstrip("%"))
    except InvalidOperation:
        return text
    if not number.is_finite() or abs(number.adjusted()) > 20:
        return text
    return f"{(number / 100 if share else number).normalize():f}"


def detail_faults(details: Details) -> Iterator[Reason]:
    """What no database column could hold, or the calculation count; `code` is details."""
    if len(details.items) > MOST_ITEMS:
        yield Reason("details", _("费用明细最多%d行") % MOST_ITEMS)
    for place, item in enumerate(details.items, start=1):
        line = {key: _plain(getattr(item, key)) for key in NUMBERS if getattr(item, key) is not None}
        read = read_line({"code": item.code, "name": item.name, "class": item.catalogue.value, **line})
        if isinstance(read, list):
            text = "；".join(NAMES_OF_ITEM[fault.code] + fault.text for fault in read)
            yield Reason("details", _("第%(row)d行明细：%(text)s") % {"row": place, "text": text})
    for row in details.classes:
        parts = (row.outside, row.above_limit, row.self_paid)
        if not all(0 <= part == part.quantize(Decimal("0.01")) for part in (row.amount, *parts)):
            yield Reason("details", _("%s的金额不能为负，最多精确到分") % row.name)
        elif sum(parts) > row.amount:
            yield Reason("details", _("%s的全自费、超限价与先行自付之和大于金额") % row.name)


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}" if number.is_finite() else str(number)


@dataclass(frozen=True, slots=True)
class ClassSum:
    """What the lines of a class come to."""

    label: str
    lines: int
    cost: Cost


def sums_by_class(details: Details) -> list[ClassSum]:
    """By 甲乙丙 where there are items, by class of expense else.  They add up to the whole: lines are alike only within
    a class."""
    of_class = {
        catalogue: [item for item in details.items if item.catalogue is catalogue] for catalogue in CatalogueClass
    }
    sums = [ClassSum(catalogue.label, len(items), cost_of(items)) for catalogue, items in of_class.items() if items]
    return sums + [ClassSum(row.name, 1, _cost_of_class(row)) for row in details.classes]


def _cost_of_class(row: ClassEntry) -> Cost:
    cost = Details(classes=(row,)).cost()
    assert cost is not None  # noqa: S101 - it has a class
    return cost
