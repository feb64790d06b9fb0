"""Days on which a filing may end, or move to another place: a filing covers every day once, and none is lost."""

import datetime as dt
from dataclasses import dataclass

from filings.vocabulary import Kind
from hospitals.reasons import Reason

DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Days:
    """From `first` through `last`: of a cancellation the filing's last day, of a change the first day elsewhere.

    why_first, why_last: what they follow from, in words.
    """

    first: dt.date
    last: dt.date
    why_first: str
    why_last: str

    def refusal(self, kind: Kind, day: dt.date) -> Reason | None:
        name = f"{kind.label}日期"
        if day < self.first:
            return Reason("day_too_early", f"{self.why_first}，{name}最早为 {self.first}")
        if day > self.last:
            return Reason("day_too_late", f"{self.why_last}，{name}最晚为 {self.last}")
        return None


def days_for(
    kind: Kind, asked_on: dt.date, start_on: dt.date, end_on: dt.date | None = None, last_cost_on: dt.date | None = None
) -> Days:
    """For a filing from `start_on` through `end_on` (None: open-ended) with cost up to `last_cost_on`.

    Nothing is settled beyond the day it is asked for, but that a filing yet to start may never do so: it then ends on
    the day before its start.
    """
    step = DAY if kind is Kind.CHANGE else 0 * DAY  # the day after the filing's last
    unstarted, why_unstarted = start_on - DAY, f"备案自 {start_on} 开始"
    ends = [(unstarted, why_unstarted), (asked_on - step, f"申请日期为 {asked_on}")]
    first, why_first = unstarted, why_unstarted
    if last_cost_on and last_cost_on > first:
        first, why_first = last_cost_on, f"备案地的医疗费用发生至 {last_cost_on}"
    last, why_last = max(ends)
    if end_on and end_on < last:
        last, why_last = end_on, f"备案已于 {end_on} 结束"
    return Days(first + step, last + step, why_first, why_last)
