"""What was counted, as tables and charts: for the page and the export."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from filings.vocabulary import Category, Scheme
from hospitals.models import Area
from hospitals.vocabulary import Service
from settlement.statistics.charts import Chart, Mark, columns, rows
from settlement.statistics.counting import Asked, Count, Counted
from settlement.vocabulary import Direction, Grouping

MOST_ROWS = 100  # on the page; the export has all
MOST_BARS = 12
NIL = Decimal(0)
TERMS = {Grouping.CATEGORY: Category, Grouping.SCHEME: Scheme, Grouping.SERVICE: Service}
HEADER = ("方向", "", "结算人次", "人数", "医疗费总额（元）", "基金支付（元）", "个人负担（元）")


@dataclass(frozen=True, slots=True)
class Line:
    """A group of one direction."""

    direction: Direction
    label: str
    count: Count

    @property
    def cells(self) -> tuple[str | int | Decimal, ...]:
        one = self.count
        return self.direction.label, self.label, one.settlements, one.persons, one.total, one.fund, one.personal


@dataclass(frozen=True, slots=True)
class Shown:
    """whole: by direction as asked for, then together.  lines: of both directions, each in the order of its groups."""

    by: Grouping
    whole: list[tuple[str, Count]]
    lines: list[Line]
    charts: list[Chart]

    @property
    def page_lines(self) -> list[Line]:
        return self.lines[:MOST_ROWS]

    @property
    def has_more(self) -> bool:
        return len(self.lines) > MOST_ROWS


def shown(counted: Counted, asked: Asked) -> Shown:
    by, names = asked.by, _names(counted, asked.by)
    wanted = [asked.direction] if asked.direction else list(Direction)
    known = [direction for direction in wanted if direction in counted.whole]
    lines = []
    for direction in known:
        mine = {key: count for (where, key), count in counted.groups.items() if where is direction}
        lines += [Line(direction, names(key), mine[key]) for key in _in_order(mine, by)]
    whole = [(direction.label, counted.whole.get(direction, Count())) for direction in wanted]
    if len(wanted) > 1:
        whole.append((_("合计"), sum(counted.whole.values(), Count())))
    return Shown(by, whole, lines, [_chart(one, lines, by) for one in known])


def exported(one: Shown) -> tuple[list[str], Iterable[tuple[str | int | Decimal, ...]]]:
    """Header and rows: every group, then the sums, which count each person once."""
    header = [heading or one.by.label for heading in HEADER]
    sums = [(label, _("合计"), *_numbers(count)) for label, count in one.whole]
    return header, [*(line.cells for line in one.lines), *sums]


def _numbers(one: Count) -> tuple[int | Decimal, ...]:
    return one.settlements, one.persons, one.total, one.fund, one.personal


def _in_order(groups: dict[str | None, Count], by: Grouping) -> list[str | None]:
    """Months as they come, the rest by what they cost."""
    if by is Grouping.MONTH:
        return sorted(groups, key=lambda key: key or "")
    return sorted(groups, key=lambda key: (-groups[key].total, key or ""))


def _names(counted: Counted, by: Grouping) -> Callable[[str | None], str]:
    """How the key of a group reads; one look-up of areas at most."""
    if by is Grouping.MONTH:
        return lambda key: (key or "")[:7]
    if by in TERMS:
        term = TERMS[by]
        return lambda key: term.name_of(key) if key else _("未告知")
    codes = {(key or "")[:6] for _direction, key in counted.groups}
    areas = dict(Area.objects.filter(pk__in=codes).values_list("pk", "name"))
    if by is Grouping.HOSPITAL:
        return lambda key: f"{(key or '')[7:]}（{areas.get((key or '')[:6], '')}）"
    return lambda key: areas.get(key or "", key or "")


def _chart(direction: Direction, lines: list[Line], by: Grouping) -> Chart:
    marks = [Mark(line.label, line.count.total, line.count.fund) for line in lines if line.direction is direction]
    if by is Grouping.MONTH:
        known = {mark.label: mark for mark in marks}
        every = _months(min(line.label for line in lines), max(line.label for line in lines))
        return columns(direction.label, [known.get(month, Mark(month, NIL, NIL)) for month in every])
    return rows(direction.label, marks[:MOST_BARS])


def _months(first: str, last: str) -> list[str]:
    """2026-03 and every month until the last, so that time runs evenly."""
    begin, end = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (first, last))
    return [f"{month // 12:04d}-{month % 12 + 1:02d}" for month in range(begin, end + 1)]
