"""A person's filings on one scale of time."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from filings.models import Filing
from filings.models.filing import FilingStatus
from filings.vocabulary import Channel
from hospitals.listing import badge

WIDTH = 1000  # units of the scale
LEAST = 8  # so that a stay of a day is seen
AHEAD = dt.timedelta(60)
MOST_YEARS = 8
TONES = {
    FilingStatus.PENDING: "warn",
    FilingStatus.RETURNED: "warn",
    FilingStatus.ACTIVE: "good",
    FilingStatus.REFUSED: "bad",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """A filing with its period.  x, width: on the scale; width 0 where it never came into effect.

    kind: css class of the bar.
    """

    filing: Filing
    status: SafeString
    x: int
    width: int
    kind: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """bars: the latest start first.  years: (x, year), as many as have room.  today: on the scale."""

    bars: tuple[Bar, ...]
    years: tuple[tuple[int, int], ...]
    today: int
    width: int = WIDTH


def timeline_of(filings: Iterable[Filing], today: dt.date) -> Timeline:
    rows = sorted(filings, key=lambda filing: (filing.start_on, filing.pk), reverse=True)
    begin, end = _span(rows, today)

    def at(day: dt.date) -> int:
        return round((min(max(day, begin), end) - begin).days / (end - begin).days * WIDTH)

    beginnings = range(begin.year + 1, end.year + 1)
    apart = len(beginnings) // MOST_YEARS + 1
    years = tuple((at(dt.date(year, 1, 1)), year) for year in beginnings if (end.year - year) % apart == 0)
    return Timeline(
        tuple(_bar(filing, today, at(filing.start_on), at(_last(filing, end))) for filing in rows), years, at(today)
    )


def status_badge(filing: Filing, today: dt.date | None = None) -> SafeString:
    """today: told, a filing in effect says whether its days have come or are over."""
    status = FilingStatus.of(filing.status)
    if today and status is FilingStatus.ACTIVE:
        if filing.end_on and filing.end_on < today:
            return badge(_("已结束"))
        if filing.start_on > today:
            return badge(_("未到开始日期"), "warn")
    return badge(filing.get_status_display(), TONES.get(status, ""))


def came_into_effect(filing: Filing) -> bool:
    if filing.status == FilingStatus.CANCELLED:
        return filing.end_on is not None
    return filing.status not in (FilingStatus.REFUSED, FilingStatus.WITHDRAWN)


def _span(rows: Sequence[Filing], today: dt.date) -> tuple[dt.date, dt.date]:
    """From the first start to a little after today, or after the last day known."""
    known = [today, *(filing.start_on for filing in rows), *(filing.end_on for filing in rows if filing.end_on)]
    return min(known) - dt.timedelta(15), max(known) + AHEAD


def _last(filing: Filing, end: dt.date) -> dt.date:
    return filing.end_on or end


def _bar(filing: Filing, today: dt.date, x: int, until: int) -> Bar:
    width = max(until - x, LEAST) if came_into_effect(filing) else 0
    waits = filing.status in (FilingStatus.PENDING, FilingStatus.RETURNED)
    kind = "automatic" if filing.channel == Channel.AUTOMATIC else "waits" if waits else "asked-for"
    over = filing.status == FilingStatus.CANCELLED or (filing.end_on is not None and filing.end_on < today)
    return Bar(filing, status_badge(filing, today), min(x, WIDTH - LEAST), width, f"{kind} over" if over else kind)
