"""Reading what a question says of the cost: itemised lines, or the parts of the total."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from hospitals.fields import Fields, shown
from settlement.calculation.items import Cost, Item, cost_of
from settlement.calculation.money import NIL
from settlement.vocabulary import CatalogueClass

if TYPE_CHECKING:
    from settlement.calculation.question import StayFields

PARTS = {"fulamt_ownpay_amt": "全自费", "overlmt_selfpay": "超限价自费", "preselfpay_amt": "先行自付"}
ITEM_NAMES = {"items": "费用明细", **PARTS}
NAMES_OF_ITEM = {
    "code": "项目编码",
    "name": "项目名称",
    "class": "目录类别",
    "quantity": "数量",
    "price": "单价",
    "self_pay": "先行自付比例",
    "limit": "支付限价",
}
CLASSES = {word: term for term in CatalogueClass for word in (term.value, term.label, term.label[0])}
LARGEST = Decimal("99999999999999.99")
NUMBERS = {
    "quantity": (re.compile(r"-?[0-9]{1,8}(\.[0-9]{1,4})?"), "最多八位整数、四位小数的数字，如 2 或 -1"),
    "price": (re.compile(r"[0-9]{1,8}(\.[0-9]{1,6})?"), "最多八位整数、六位小数的金额，如 12.50"),
    "limit": (re.compile(r"[0-9]{1,8}(\.[0-9]{1,6})?"), "最多八位整数、六位小数的金额，如 12.50"),
    "self_pay": (re.compile(r"0(\.[0-9]{1,4})?|1(\.0{1,4})?"), "0 与 1 之间、最多四位小数的数字，如 0.10"),
}


def cost_in(fields: "StayFields") -> Cost | None:
    """The cost that a question itemises or divides; None where it does neither, or is at fault."""
    if fields.given.get("items") is not None:
        return _itemised(fields)
    given = {name: fields.money(name, required=False) for name in PARTS}
    total, eligible = (fields.money(name, required=False) for name in ("total", "eligible"))
    if not any(fields.given.get(name) for name in PARTS) or total is None or eligible is None:
        return None
    outside, above_limit, self_paid = (amount or NIL for amount in given.values())
    return Cost(total=total, outside=outside, above_limit=above_limit, self_paid=self_paid, eligible=eligible)


def _itemised(fields: "StayFields") -> Cost | None:
    lines = fields.given["items"]
    if not isinstance(lines, list):
        fields.fault("items", "wrong_type", f"应为列表，所给为{shown(lines)}")
        return None
    items = [_item(fields, number, line) for number, line in enumerate(lines, 1)]
    known = [item for item in items if item is not None]
    if len(known) < len(items):
        return None
    try:
        cost = cost_of(known)
    except ValueError as fault:
        fields.fault("items", "more_taken_back", str(fault))
        return None
    if cost.total > LARGEST:
        fields.fault("items", "malformed_amount", "合计的整数部分最多十四位")
        return None
    return cost


def _item(fields: "StayFields", number: int, line: object) -> Item | None:
    if not isinstance(line, Mapping):
        fields.fault("items", "wrong_type", f"第{number}行应为对象，所给为{shown(line)}")
        return None
    of_line = ItemFields(line, {key: f"费用明细第{number}行{name}" for key, name in NAMES_OF_ITEM.items()})
    catalogue = of_line.catalogue()
    quantity, price = of_line.number("quantity"), of_line.number("price")
    self_pay = of_line.number("self_pay", required=catalogue is CatalogueClass.B)
    limit = of_line.number("limit", required=False)
    code, name = of_line.text("code", required=False), of_line.text("name", required=False)
    fields.faults += of_line.faults
    if of_line.faults or catalogue is None or quantity is None or price is None:
        return None
    return Item(
        catalogue=catalogue,
        quantity=quantity,
        price=price,
        self_pay=self_pay or NIL,
        limit=limit,
        code=code or "",
        name=name or "",
    )


class ItemFields(Fields):
    """One line of a list."""

    __slots__ = ()

    def catalogue(self) -> CatalogueClass | None:
        word = self.text("class")
        if word and word not in CLASSES:
            self.fault("class", "unknown_value", f"没有{shown(word)}这个值，可填甲、乙、丙")
        return CLASSES.get(word or "")

    def number(self, key: str, *, required: bool = True) -> Decimal | None:
        """Written as a string, so that it is exact."""
        written = self.text(key, required=required)
        shape, words = NUMBERS[key]
        if written is None:
            return None
        if not shape.fullmatch(written):
            self.fault(key, "malformed_number", f"应为{words}，所给为{shown(written)}")
            return None
        return Decimal(written)
