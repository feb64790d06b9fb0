"""The platform's totals of a month (3201), a line a statement: pasted from its notice or out of its file."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from filings.vocabulary import Scheme
from hospitals.models import Area
from hospitals.reasons import Reason, Refused
from hospitals.sheets import Column, Kind, Unreadable, read_table
from settlement.clearing.comparing import Total
from settlement.clearing.files.columns import COLUMNS as OF_DETAILS
from settlement.clearing.files.reading import AMOUNT
from settlement.clearing.words import INSUTYPE, ClearingType

SCHEMES = {word: scheme for scheme in Scheme for word in (scheme.label, scheme.label[:2], INSUTYPE[scheme])}
TYPES = {word: kind for kind in ClearingType for word in (kind.label, kind.value)}
MOST_LINES = 2_000
MOST_BYTES = 4 * 1024 * 1024
SHOWN = 20  # faults told at once
SUMS = ("合计", "总计", "小计")  # what a row that only adds up begins with
AMOUNTS = ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")
COLUMNS = (
    Column("serial", "序号", ("行号",), serial=True),
    Column(
        "place",
        "就医地",
        ("就医地统筹区", "就医地区划", "就医地代码", "就医地名称", "mdtrtarea_admvs"),
        kind=Kind.CODE,
        required=True,
    ),
    Column("scheme", "险种", ("险种类型", "insutype"), required=True),
    Column("clr_type", "类别", ("清算类别", "clr_type"), required=True),
    Column("count", "人次", ("结算人次", "笔数", "结算笔数", "psntime", "fixmedins_setl_cnt"), required=True),
    *(column for column in OF_DETAILS if column.name in AMOUNTS),
)
NAMES = tuple(column.name for column in COLUMNS if not column.serial)


def totals_in(text: str) -> list[Total]:
    """Lines as they were pasted, the columns set apart by blanks, commas or tabs.  Raises Refused."""
    rows = [line.strip() for line in text.splitlines() if line.strip()]
    lines = []
    for number, row in enumerate(rows, 1):
        cells = [cell for cell in re.split(r"[\s,，;；]+", row) if cell]
        if len(cells) not in (len(NAMES) - 1, len(NAMES)):
            raise Refused.because("cells", _("第%d行应有六项或七项") % number)
        lines.append((_("第%d行") % number, dict(zip(NAMES, cells, strict=False))))
    return _totals(lines)


def totals_of(data: bytes) -> list[Total]:
    """Out of a file (xlsx, xls, csv).  Raises Refused, also where it cannot be read: nothing of it is compared then."""
    try:
        table = read_table(data, COLUMNS)
    except Unreadable as problem:
        raise Refused.because("unreadable", str(problem).rstrip("。")) from problem
    rows = [row for row in table.rows if row.values["place"] not in SUMS or row.values["scheme"]]
    return _totals([(f"{row.sheet}{_('第%d行') % row.number}", row.values) for row in rows])


def _totals(lines: Sequence[tuple[str, Mapping[str, str]]]) -> list[Total]:
    """Of lines with where each stands, to be named where it is wrong."""
    if len(lines) > MOST_LINES:
        raise Refused.because("too_many", _("最多%d行") % MOST_LINES)
    places = {name: area for area in Area.objects.pools() for name in (area.pk, area.name, area.full_name)}
    found = [(where, _total(values, places)) for where, values in lines]
    wrong = [Reason("faulty_line", f"{where}的{text}") for where, text in found if isinstance(text, str)]
    if wrong:
        raise Refused.all_of(wrong[:SHOWN])
    return [total for _where, total in found if isinstance(total, Total)]


def _total(values: Mapping[str, str], places: Mapping[str, Area]) -> Total | str:
    """The total, or what is wrong with the line."""
    place, scheme = places.get(values["place"]), SCHEMES.get(values["scheme"])
    kind = TYPES.get(values["clr_type"])
    if place is None or scheme is None or kind is None:
        unknown = values["place" if place is None else "scheme" if scheme is None else "clr_type"]
        return _("“%s”不认识") % unknown
    amounts = [values.get(name, "").replace(",", "").lstrip("¥￥ ") for name in AMOUNTS]
    if not re.fullmatch(r"[0-9]{1,9}", values["count"]) or not all(map(AMOUNT.fullmatch, filter(None, amounts))):
        return _("人次或金额不对")
    if not all(amounts[:2]):
        return _("人次或金额不对")
    fee, fund, account = (Decimal(text).quantize(Decimal("0.01")) if text else None for text in amounts)
    assert fee is not None  # noqa: S101 - looked at above
    assert fund is not None  # noqa: S101 - looked at above
    return Total(
        treatment_area=place,
        scheme=scheme,
        clr_type=kind,
        count=int(values["count"]),
        medfee_sumamt=fee,
        fund_pay_sumamt=fund,
        acct_pay=account,
    )
