"""Working days by the statutory calendar of the State Council, as chinesecalendar carries it.  Plain Python."""

import datetime as dt
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache

import chinese_calendar
from chinese_calendar import constants

FIRST_YEAR = min(constants.holidays).year
LAST_YEAR = max(constants.holidays).year  # the arrangement of the next one is published each November


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day of a term of working days.

    unpublished: the first year that the term reaches of which the arrangement is not published; there, Monday to Friday
    count.
    """

    day: dt.date
    unpublished: int | None = None

    @property
    def caveat(self) -> str:
        """A sentence for staff; empty where the calendar is known."""
        return f"{self.unpublished} 年放假安排尚未公布，暂按周一至周五计算" if self.unpublished else ""


@cache
def is_working_day(day: dt.date) -> bool:
    """By the statutory calendar; Monday to Friday in a year of which it is not known."""
    if FIRST_YEAR <= day.year <= LAST_YEAR:
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < 5


def working_days_after(day: dt.date, count: int) -> Deadline:
    """The `count`-th working day after `day`, which is not counted itself.  count: at least 1."""
    unpublished = None
    while count > 0:
        day += dt.timedelta(days=1)
        if unpublished is None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            unpublished = day.year
        count -= is_working_day(day)
    return Deadline(day, unpublished)


def working_days_between(day: dt.date, last: dt.date) -> int:
    """How many working days follow `day` up to `last`, which counts; below zero where `last` lies before `day`."""
    if last < day:
        return -working_days_between(last, day)
    whole = sum(len(_working_days_of(year)) for year in range(day.year, last.year))
    return whole + bisect_right(_working_days_of(last.year), last) - bisect_right(_working_days_of(day.year), day)


def deadline_leaving(left: int, day: dt.date) -> Deadline:
    """The working day that leaves `left` working days after `day`; below zero, one as many before it.

    Whatever was left on one day (`working_days_between`) is left just so on another.
    """
    if left > 0:
        return working_days_after(day, left)
    while left < 0 or not is_working_day(day):
        left += is_working_day(day)
        day -= dt.timedelta(days=1)
    return Deadline(day, None if FIRST_YEAR <= day.year <= LAST_YEAR else day.year)


def working_hours_after(moment: dt.datetime, hours: int) -> dt.datetime:
    """The moment at which so many hours of working days have passed; days off do not count.  moment: local, aware."""
    left = dt.timedelta(hours=hours)
    while True:
        midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(days=1)
        if is_working_day(moment.date()):
            if moment + left <= midnight:
                return moment + left
            left -= midnight - moment
        moment = midnight


@cache
def _working_days_of(year: int) -> tuple[dt.date, ...]:
    first = dt.date(year, 1, 1)
    days = (first + dt.timedelta(days=number) for number in range(366))
    return tuple(day for day in days if day.year == year and is_working_day(day))
