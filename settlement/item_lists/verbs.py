"""The verbs of a claim's list of items: preview, apply exactly what was previewed, give out."""

from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.core import signing
from django.http import HttpResponseBase
from django.utils.translation import gettext as _

from hospitals.exports import workbook
from hospitals.reasons import Refused
from hospitals.sheets import Unreadable
from settlement.calculation import Item
from settlement.calculation.money import to_fen
from settlement.claims.contents import details_of
from settlement.claims.desk import replace_details
from settlement.claims.entry import Details
from settlement.item_lists.planning import HEADINGS, ItemList, read_items
from settlement.models import Claim
from settlement.vocabulary import CatalogueClass

SALT = "settlement.item_lists"
HOURS = 12
NUMBERS = ("quantity", "price", "self_pay", "limit")
OF_CLASSES = ["费用大类", "金额", "全自费", "超限价自费", "先行自付"]


def preview(*, claim: Claim, data: bytes) -> tuple[ItemList, str]:
    """What the workbook would make of the claim's details, and the token that `apply` takes; none with faults.

    The token is the list itself, signed, for this claim as it is.  Writes nothing.  Raises Refused.
    """
    try:
        found = read_items(data)
    except Unreadable as problem:
        raise Refused.because("unreadable", str(problem)) from problem
    if found.faults:
        return found, ""
    lines = [_line_of(item) for item in found.details.items]
    return found, signing.dumps([claim.pk, claim.version, lines], salt=SALT, compress=True)


def apply(*, by: User, claim: Claim, token: str) -> Claim:
    """Put the previewed list in the place of the claim's details, all of it or nothing.

    Raises Refused where the claim has changed since the preview.
    """
    try:
        key, version, lines = signing.loads(token, salt=SALT, max_age=HOURS * 3600)
    except signing.BadSignature as fault:
        raise Refused.because("not_previewed", _("请先预览再确认导入")) from fault
    if key != claim.pk:
        raise Refused.because("not_previewed", _("预览的是另一报销件"))
    details = Details(items=tuple(_item_of(line) for line in lines))
    return replace_details(by=by, claim=claim, version=version, details=details)


def give_out(claim: Claim) -> HttpResponseBase:
    """The details as a workbook that can be taken in again; by class of expense, as they were entered."""
    details, name = details_of(claim), f"{claim.number}费用明细"
    if details.classes:
        rows = [[row.name, row.amount, row.outside, row.above_limit, row.self_paid] for row in details.classes]
        return workbook(name, [(_("费用大类"), OF_CLASSES, rows)])
    return workbook(name, [(_("费用明细"), HEADINGS, [_cells_of(item) for item in details.items])])


def template() -> HttpResponseBase:
    """An empty list to fill in, with what each column takes on a second sheet."""
    words = [
        ["项目编码", "国家医保编码，可留空；请设为文本"],
        ["项目名称", "必填"],
        ["目录类别", "必填：甲、乙、丙"],
        ["数量", "必填，退费填负数"],
        ["单价", "必填，元"],
        ["先行自付比例", "乙类必填，如 0.10 或 10%"],
        ["支付限价", "元，没有限价的留空"],
        ["金额", "可留空；填写的，须等于数量乘以单价"],
    ]
    return workbook(_("费用明细模板"), [(_("费用明细"), HEADINGS, []), (_("填写说明"), ["栏目", "说明"], words)])


def _line_of(item: Item) -> list[Any]:
    numbers = [None if getattr(item, name) is None else str(getattr(item, name)) for name in NUMBERS]
    return [item.code, item.name, item.catalogue.value, *numbers]


def _item_of(line: list[Any]) -> Item:
    code, name, catalogue, *numbers = line
    given: dict[str, Any] = {
        key: None if text is None else Decimal(text) for key, text in zip(NUMBERS, numbers, strict=True)
    }
    return Item(code=code, name=name, catalogue=CatalogueClass.of(catalogue), **given)


def _cells_of(item: Item) -> list[Any]:
    numbers = ["" if (number := getattr(item, name)) is None else number.normalize() + 0 for name in NUMBERS]
    return [item.code, item.name, item.catalogue.label, *numbers, to_fen(item.quantity * item.price)]
