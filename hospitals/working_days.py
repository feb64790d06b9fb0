"""Working days by the statutory calendar of the State Council, as chinesecalendar carries it.  Plain Python."""

import datetime as dt
from dataclasses import dataclass

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
