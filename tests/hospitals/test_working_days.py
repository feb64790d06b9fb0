"""Working days by the statutory calendar, and what is said where it is not published yet."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hospitals.working_days import (
    FIRST_YEAR,
    LAST_YEAR,
    deadline_leaving,
    is_working_day,
    working_days_after,
    working_days_between,
)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    "holiday",
    [
        "2026-01-01",  # New Year's Day
        *("2026-02-16", "2026-02-17", "2026-02-23"),  # Spring Festival, through the Monday after
        "2026-04-06",  # Qingming, taken on the Monday
        "2026-05-01",
        "2026-06-19",  # Dragon Boat Festival
        "2026-09-25",  # Mid-Autumn Festival
        *("2026-10-01", "2026-10-07"),
        *("2018-02-15", "2018-06-18"),
        *("2026-03-07", "2026-03-08"),  # a plain weekend
    ],
)
def test_holiday_is_no_working_day(holiday: str) -> None:
    assert not is_working_day(day(holiday))


@pytest.mark.parametrize(
    "made_up", ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10", "2018-02-11"]
)
def test_weekend_that_is_worked_for_a_holiday_is_a_working_day(made_up: str) -> None:
    assert day(made_up).weekday() >= 5
    assert is_working_day(day(made_up))


@pytest.mark.clause("JN-04")
@pytest.mark.parametrize(
    ("start", "count", "last"),
    [
        ("2026-03-09", 5, "2026-03-16"),  # a week as any other
        ("2026-03-13", 1, "2026-03-16"),  # Friday
        ("2026-03-14", 1, "2026-03-16"),  # Saturday
        ("2026-02-12", 5, "2026-02-26"),  # two days, a worked Saturday, nine of holiday
        ("2026-02-13", 5, "2026-02-27"),
        ("2026-02-18", 5, "2026-02-28"),  # ends on a worked Saturday
        ("2026-09-30", 5, "2026-10-13"),  # the Saturday after National Day is worked
        ("2026-09-19", 1, "2026-09-20"),  # a worked Sunday
    ],
)
def test_term_ends_on_its_last_working_day(start: str, count: int, last: str) -> None:
    deadline = working_days_after(day(start), count)
    assert (deadline.day, deadline.unpublished, deadline.caveat) == (day(last), None, "")


def test_term_that_reaches_an_unpublished_year_says_which_and_counts_monday_to_friday() -> None:
    year = LAST_YEAR + 1
    deadline = working_days_after(dt.date(LAST_YEAR, 12, 31), 5)
    assert deadline.unpublished == year
    assert deadline.caveat == f"{year} 年放假安排尚未公布，暂按周一至周五计算"
    days = [dt.date(year, 1, 1) + dt.timedelta(number) for number in range(10)]
    assert deadline.day == [one for one in days if one.weekday() < 5][4]


def test_term_within_the_last_published_year_says_nothing() -> None:
    assert working_days_after(dt.date(LAST_YEAR, 12, 1), 5).unpublished is None


def test_year_before_the_calendar_counts_monday_to_friday() -> None:
    assert is_working_day(dt.date(FIRST_YEAR - 1, 10, 1)) == (dt.date(FIRST_YEAR - 1, 10, 1).weekday() < 5)


@given(st.dates(dt.date(1990, 1, 1), dt.date(2060, 12, 31)), st.integers(1, 40))
def test_term_holds_just_as_many_working_days_and_ends_on_one(start: dt.date, count: int) -> None:
    last = working_days_after(start, count).day
    after = [start + dt.timedelta(number) for number in range(1, (last - start).days + 1)]
    assert sum(map(is_working_day, after)) == count
    assert is_working_day(last)


DAYS = st.dates(dt.date(2016, 1, 1), dt.date(LAST_YEAR + 2, 12, 31))


@settings(deadline=None)  # a year's days are counted when first asked for
@given(DAYS, DAYS)
def test_working_days_between_two_days_are_counted_one_by_one(first: dt.date, second: dt.date) -> None:
    day, last = sorted((first, second))
    after = (day + dt.timedelta(number) for number in range(1, (last - day).days + 1))
    count = sum(map(is_working_day, after))
    assert working_days_between(day, last) == count
    assert working_days_between(last, day) == -count


@settings(deadline=None)  # a year's days are counted when first asked for
@given(DAYS, DAYS, st.integers(-40, 40))
def test_pausing_neither_loses_nor_gains_a_working_day(stopped: dt.date, resumed: dt.date, left: int) -> None:
    """What was left when the clock stopped is left when it goes on, to the day; over holidays and worked weekends."""
    due = deadline_leaving(left, stopped).day
    assert is_working_day(due)
    assert working_days_between(stopped, due) == left
    again = deadline_leaving(working_days_between(stopped, due), resumed).day
    assert working_days_between(resumed, again) == left
    assert deadline_leaving(working_days_between(stopped, due), stopped).day == due


@settings(deadline=None)  # a year's days are counted when first asked for
@given(DAYS, st.integers(1, 40), st.lists(st.tuples(st.integers(0, 30), st.integers(0, 60)), max_size=6))
def test_clock_that_is_stopped_again_and_again_runs_for_just_its_term(
    accepted: dt.date, term: int, waits: list[tuple[int, int]]
) -> None:
    due, today, used = working_days_after(accepted, term).day, accepted, 0
    for running, waiting in waits:
        asked = today + dt.timedelta(running)
        used += working_days_between(today, asked)
        left = working_days_between(asked, due)
        assert used + left == term
        today = asked + dt.timedelta(waiting)
        due = deadline_leaving(left, today).day
    assert used + working_days_between(today, due) == term
