"""Whatever is asked of a person's filings, in whatever order: no day is covered twice, and a change loses none."""

import datetime as dt
import uuid
from itertools import pairwise
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from filings import costs, desk
from filings.application import Application, Seen
from filings.changes import decisions
from filings.changes import desk as change_desk
from filings.changes.asked import ChangeAsked
from filings.models import Filing, FilingChange
from filings.models.filing_lifecycle import FilingStatus
from filings.vocabulary import Category, Material
from hospitals.models import Area
from hospitals.reasons import Refused
from hospitals.vocabulary import Role
from tests import factories as make
from tests import shipped

START, DAY = dt.date(2026, 3, 10), dt.timedelta(days=1)
PLACES = (make.BEIJING, "370100", "210100", "310000")
steps = st.tuples(
    st.sampled_from(["file", "change", "change", "cancel", "approve", "refuse"]),
    st.integers(0, 60),  # days that pass before
    st.integers(-12, 3),  # the day asked for, from the day of asking
    st.sampled_from(PLACES),
    st.one_of(st.none(), st.integers(0, 30)),  # how long ago there was cost
)
SEEN = (Seen(Material.REFERRAL_APPROVAL_FORM), Seen(Material.ROSTER))


@pytest.fixture
def places(db: None) -> dict[str, Area]:
    shipped.filing_policies(*make.HOMES)
    return {code: make.AreaFactory(code=code) for code in PLACES}


def intervals(person: Any) -> list[tuple[dt.date, dt.date, Filing]]:
    """What each filing covers, in order."""
    found = [
        (filing.start_on, filing.end_on or dt.date.max, filing)
        for filing in person.filings.all()
        if filing.status in (FilingStatus.ACTIVE, FilingStatus.PENDING)
        or (filing.status == FilingStatus.CANCELLED and filing.end_on)
    ]
    return sorted(found, key=lambda row: row[:2])


def makes_sense(person: Any) -> None:
    rows = intervals(person)
    for (_, end, earlier), (start, _, later) in pairwise(rows):
        assert end < start, (earlier, later)
    for change in FilingChange.objects.filter(person=person).select_related("filing", "successor"):
        assert (change.status == "done") == (change.done_at is not None)
        if change.successor:
            old, new = change.filing, change.successor
            assert new.start_on == change.on
            assert old.end_on in (None, new.start_on - DAY)
            assert (old.end_on is None) == (old.start_on >= new.start_on)
    assert person.filings.filter(status=FilingStatus.ACTIVE).count() <= 1


@pytest.mark.clause("WF-15", "WF-16", "YT-03")
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    home=st.sampled_from([(make.WEIFANG, Category.TEMPORARY), (make.YANTAI, Category.REFERRAL)])
    | st.just((make.WEIFANG, Category.LONG_TERM_RESIDENT)),
    walk=st.lists(steps, min_size=6, max_size=16),
)
def test_filings_neither_gap_nor_overlap(places: dict[str, Area], home: tuple[str, Category], walk: list[Any]) -> None:
    area, category = home
    known: list[dt.date] = []
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        person = make.ParticipationFactory(person__area__code=area).person
        clerk, reviewer = make.staff(Role.CLERK, area), make.staff(Role.REVIEWER, area)
        patch.setattr(costs, "cost_witnesses", [lambda filing: _cost_under(filing, known)])
        today = START
        for verb, wait, shift, place, cost in walk:
            today += dt.timedelta(days=wait)
            if cost is not None:
                known[:] = [today - dt.timedelta(days=cost)]
            before = list(person.filings.order_by("pk").values())
            try:
                _attempt(verb, person, category, places[place], today, shift, clerk, reviewer)
            except Refused:
                assert list(person.filings.order_by("pk").values()) == before
            makes_sense(person)
        transaction.set_rollback(True)


def _cost_under(filing: Filing, known: list[dt.date]) -> dt.date | None:
    return known[0] if known and filing.start_on <= known[0] else None


def _attempt(
    verb: str, person: Any, category: Category, place: Area, today: dt.date, shift: int, clerk: Any, reviewer: Any
) -> None:
    if verb == "file":
        # A new filing may share the day on which another was cancelled; here it starts on the next, as a change does.
        ended = max((row.end_on + DAY for row in person.filings.exclude(end_on=None)), default=today)
        start = max(today, ended)
        application = Application(category=category, destination=place, filed_on=today, start_on=start, materials=SEEN)
        desk.file_person(by=clerk, person=person, application=application, request_token=uuid.uuid4())
        return
    filing, change = person.filings.order_by("-pk").first(), FilingChange.objects.filter(person=person).first()
    if verb in ("change", "cancel") and filing:
        asked = ChangeAsked(
            on=today + dt.timedelta(days=shift),
            asked_on=today,
            reason="居住地变化",
            destination=place if verb == "change" else None,
        )
        change_desk.ask(by=clerk, filing=filing, asked=asked, request_token=uuid.uuid4())
    elif verb in ("approve", "refuse"):
        if filing and filing.status == FilingStatus.PENDING:
            getattr(desk, verb)(by=reviewer, filing=filing, reason="核对")
        elif change and change.status == "pending":
            getattr(decisions, verb)(by=reviewer, change=change, reason="核对")
