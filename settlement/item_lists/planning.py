"""What a workbook of items holds: every row checked, and what they come to."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from hospitals.sheets import Column, Fault, Row, Unreadable, read_table
from settlement.calculation import Cost, Item
from settlement.calculation.money import to_fen, written
from settlement.calculation.question_items import NAMES_OF_ITEM
from settlement.claims.details import MOST_ITEMS, plain_number, read_line
from settlement.claims.entry import Details

COLUMNS = (
    Column("serial", "序号", ("行号", "编号", "No"), serial=True),
    Column(
        "code", "项目编码", ("医保编码", "项目代码", "医保目录编码", "医保项目编码", "国家医保编码", "收费项目编码")
    ),
    Column("name", "项目名称", ("名称", "收费项目名称", "药品名称", "医保项目名称", "项目"), required=True),
    Column("class", "目录类别", ("费用等级", "甲乙丙", "医保等级", "目录等级", "收费项目等级", "类别"), required=True),
    Column("quantity", "数量", ("次数", "数量合计"), required=True),
    Column("price", "单价", ("单价元",), required=True),
    Column("self_pay", "先行自付比例", ("自付比例", "个人先行自付比例", "先自付比例")),
    Column("limit", "支付限价", ("限价", "医保支付限价", "定价上限", "医保支付标准")),
    Column("amount", "金额", ("合计金额", "费用", "总金额", "总价")),
)
HEADINGS = [column.heading for column in COLUMNS[1:]]


@dataclass(frozen=True, slots=True)
class ItemList:
    """details: of the rows without faults; with any fault nothing is taken.  notes: what was left out."""

    details: Details
    faults: list[Fault]
    notes: list[str]
    cost: Cost | None


def read_items(data: bytes) -> ItemList:
    """Check the workbook row by row.  Writes nothing.  Raises Unreadable."""
    table = read_table(data, COLUMNS)
    if len(table.rows) > MOST_ITEMS:
        raise Unreadable(_("明细共 %(rows)d 行，最多 %(most)d 行。") % {"rows": len(table.rows), "most": MOST_ITEMS})
    items = [item for row in table.rows if (item := _item_in(row))]
    faults = [fault for row in table.rows for fault in row.faults]
    notes = ["：".join(filter(None, (one.sheet, _row_words(one.row), one.text))) for one in table.skipped]
    if table.unknown_headings:
        notes.append(_("未读取的列：%s") % "、".join(table.unknown_headings))
    details, cost = Details(items=tuple(items)), None
    if not faults:
        try:
            cost = details.cost()
        except ValueError as fault:
            faults.append(Fault(row=0, column="", value="", text=str(fault)))
        if cost and cost.total <= 0:
            faults.append(Fault(row=0, column="", value=written(cost.total), text=_("合计须大于零")))
    return ItemList(details, faults, notes, cost)


def _item_in(row: Row) -> Item | None:
    """None where something is wrong with the row, which then says what."""
    if row.faults:
        return None
    read = read_line({key: row.values.get(key, "") for key in NAMES_OF_ITEM})
    if isinstance(read, list):
        for fault in read:
            row.fault(fault.code, fault.text)
        return None
    amount = row.values.get("amount")
    if amount and plain_number(amount) not in _spellings(to_fen(read.quantity * read.price)):
        counted = written(to_fen(read.quantity * read.price))
        row.fault("amount", _("与数量乘以单价不符，应为 %s") % counted)
        return None
    return read


def _spellings(amount: Decimal) -> tuple[str, str]:
    """As written, and as `plain_number` leaves it."""
    return written(amount), plain_number(written(amount))


def _row_words(row: int | None) -> str:
    return _("第 %d 行") % row if row else ""
