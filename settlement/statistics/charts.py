"""Bars of a chart, in whole units of its picture; a template draws them.  Plain Python."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

WIDTH, HEIGHT = 720, 220  # of columns; rows are as high as they are many
LABELS, ROW, BAR = 190, 26, 16  # left of a row, its height, the bar's
FOOT, HEAD, RIGHT = 24, 14, 90  # below and above columns; right of rows, for the amount
MOST_LABELS = 12  # that have room under columns


@dataclass(frozen=True, slots=True)
class Mark:
    """What a bar stands for.  part: of the amount, in a second colour.  In yuan; less than nought shows none."""

    label: str
    amount: Decimal
    part: Decimal


@dataclass(frozen=True, slots=True)
class Bar:
    """x, y, width, height: of the whole bar; inner: width (in rows) or height (in columns) of its part.

    label_x, label_y: where its label stands.  written: the label, empty where there is no room.  is_told: whether there
    is room for the amount too.
    """

    mark: Mark
    x: int
    y: int
    width: int
    height: int
    inner: int
    label_x: int
    label_y: int
    written: str
    is_told: bool

    @property
    def inner_y(self) -> int:
        """Where the part of a column begins: it stands on the ground."""
        return self.y + self.height - self.inner

    @property
    def over(self) -> int:
        """Where what stands above a column stands."""
        return self.y - 4

    @property
    def end(self) -> int:
        return self.x + self.width


@dataclass(frozen=True, slots=True)
class Chart:
    """is_columns: time runs to the right; otherwise one row below the other."""

    title: str
    width: int
    height: int
    is_columns: bool
    bars: list[Bar]

    @property
    def ground(self) -> int:
        return self.height - FOOT


def columns(title: str, marks: Iterable[Mark]) -> Chart:
    shown = list(marks)
    most = _most(shown)
    step = WIDTH // max(len(shown), 1)
    wide = max(min(step * 2 // 3, 48), 1)
    every = -(-len(shown) // MOST_LABELS)
    room = HEIGHT - HEAD - FOOT
    bars = []
    for place, mark in enumerate(shown):
        x, high = place * step + (step - wide) // 2, _share(mark.amount, most, room)
        written = mark.label if place % every == 0 else ""
        y = HEIGHT - FOOT - high
        inner = _share(mark.part, most, room)
        bars.append(
            Bar(mark, x, y, wide, high, inner, x + wide // 2, HEIGHT - 8, written, every == 1 and mark.amount > 0)
        )
    return Chart(title, WIDTH, HEIGHT, True, bars)


def rows(title: str, marks: Iterable[Mark]) -> Chart:
    shown = list(marks)
    most, room = _most(shown), WIDTH - LABELS - RIGHT
    bars = []
    for place, mark in enumerate(shown):
        y, wide = place * ROW + (ROW - BAR) // 2, _share(mark.amount, most, room)
        inner = _share(mark.part, most, room)
        bars.append(Bar(mark, LABELS, y, wide, BAR, inner, LABELS - 8, y + BAR - 4, mark.label, True))
    return Chart(title, WIDTH, max(len(shown), 1) * ROW, False, bars)


def _most(marks: list[Mark]) -> Decimal:
    return max((mark.amount for mark in marks), default=Decimal(0))


def _share(amount: Decimal, most: Decimal, room: int) -> int:
    """At least one unit of whatever is more than nought."""
    return max(int(amount * room / most), 1) if amount > 0 and most > 0 else 0
