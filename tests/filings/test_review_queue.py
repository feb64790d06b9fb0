"""The review queue and the list of changes: what waits, the oldest first, whose it is; at any length."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from filings import desk, taking
from filings.changes import decisions
from filings.models import Filing, FilingChange, InsuredPerson
from hospitals.vocabulary import Role
from tests import factories as make
from tests.filings.conftest import cancelling, filed_for_review, moving

Insured = Callable[..., InsuredPerson]
AREAS = (make.WEIFANG, make.YANTAI, make.DONGYING, make.JINING, make.TIELING)
PAGES = {"/filings/review/": 5, "/filings/review/changes/": 5, "/filings/changes/": 5}


def listed(client: Client, path: str, **query: Any) -> list[Any]:
    return [row for row, _ in client.get(path, query).context["page"].rows]


@pytest.fixture
def checks(signed_in: Any, reviewer: User) -> Client:
    return signed_in(reviewer)


@pytest.mark.clause("YT-11")
def test_queue_holds_what_waits_the_oldest_first(checks: Client, clerk: User, reviewer: User, insured: Insured) -> None:
    first, second, third = (filed_for_review(clerk, insured(make.YANTAI)) for _ in range(3))
    change = moving(clerk, desk.approve(by=reviewer, filing=second))
    assert listed(checks, "/filings/review/") == [first, third]
    assert listed(checks, "/filings/review/changes/") == [change]
    desk.refuse(by=reviewer, filing=first, reason="不符合规定")
    decisions.approve(by=reviewer, change=change)
    assert listed(checks, "/filings/review/") == [third]
    assert listed(checks, "/filings/review/changes/") == []


def test_queue_is_filtered_by_area_category_kind_and_taker(
    checks: Client, clerk: User, reviewer: User, insured: Insured
) -> None:
    mine, theirs, free = (filed_for_review(clerk, insured(make.YANTAI)) for _ in range(3))
    taking.take(case=mine, by=reviewer)
    other = make.staff(Role.REVIEWER, make.YANTAI, last_name="赵", first_name="敏")
    taking.take(case=theirs, by=other)
    path = "/filings/review/"
    assert listed(checks, path, taken="mine") == [mine]
    assert listed(checks, path, taken="no") == [free]
    assert listed(checks, path) == [mine, theirs, free]
    assert listed(checks, path, area=make.TIELING) == []
    assert listed(checks, path, category="emergency") == []
    assert listed(checks, path, category="referral", area=make.YANTAI) == [mine, theirs, free]
    page = checks.get(path).content.decode()
    assert "赵敏" in page
    assert "未领取" in page
    change = cancelling(clerk, desk.approve(by=reviewer, filing=free))
    changes = "/filings/review/changes/"
    assert listed(checks, changes, kind="cancel") == [change]
    assert listed(checks, changes, kind="change") == []
    assert listed(checks, changes, taken="mine") == []


def test_list_of_changes_finds_by_number_name_and_status(
    checks: Client, clerk: User, reviewer: User, insured: Insured
) -> None:
    filing = desk.approve(by=reviewer, filing=filed_for_review(clerk, insured(make.YANTAI)))
    change = moving(clerk, filing)
    path = "/filings/changes/"
    assert listed(checks, path, text=change.number.lower()) == [change]
    assert change in listed(checks, path, text=filing.person.name)
    assert listed(checks, path, text="BG2026031099999999") == []
    assert listed(checks, path, status="pending", kind="change") == [change]
    assert listed(checks, path, status="done") == []


def test_worklist_shows_what_waits_and_what_came_back(
    signed_in: Any, checks: Client, client: Client, clerk: User, reviewer: User, insured: Insured
) -> None:
    filing = desk.approve(by=reviewer, filing=filed_for_review(clerk, insured(make.YANTAI)))
    change = moving(clerk, filing)
    page = checks.get("/").content.decode()
    assert change.number in page
    assert 'href="/filings/review/changes/"' in page
    assert 'href="/filings/review/"' in page
    other = make.staff(Role.REVIEWER, make.YANTAI)
    taking.take(case=change, by=other)
    assert change.number not in checks.get("/").content.decode()
    assert change.number in signed_in(other).get("/").content.decode()
    decisions.send_back(by=other, change=change, reason="日期有误")
    back = client.get("/").content.decode()
    assert change.number in back
    assert 'href="/filings/changes/?status=returned"' in back


@pytest.mark.parametrize("count", [1, 3, 30])
@pytest.mark.parametrize("areas", [1, 5])
@pytest.mark.parametrize("path", PAGES)
def test_list_takes_the_same_queries_whatever_its_length(
    signed_in: Any, db: Any, path: str, areas: int, count: int
) -> None:
    client = signed_in(make.staff(Role.REVIEWER, *AREAS[:areas]))
    holder, now = make.UserFactory(), timezone.now()
    for number in range(count):
        filing = make.FilingFactory(person__area__code=AREAS[number % areas])
        make.FilingChangeFactory(filing=filing, taken_by=holder, taken_at=now)
        make.FilingFactory(person__area__code=AREAS[number % areas], status="pending", taken_by=holder, taken_at=now)
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert len(listed(client, path)) == count
    assert len(queries) == PAGES[path] + (areas > 1), [query["sql"][:80] for query in queries]


def copied(row: Any, **changes: Any) -> Any:
    """A row like another, unsaved."""
    made_by_itself = ("id", "period", "request_token")
    same = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f.name not in made_by_itself}
    return type(row)(**same | changes)


@pytest.fixture
def crowd(db: Any) -> User:
    """3,000 filings and as many changes in two areas, one in ten waiting; a reviewer of both."""
    for code in (make.WEIFANG, make.TIELING):
        filing = make.FilingFactory(person__area__code=code)
        change = make.FilingChangeFactory(filing=filing, status="withdrawn", **ended())
        people = InsuredPerson.objects.bulk_create(make.PersonFactory.build_batch(1500, area=filing.area))
        filings = Filing.objects.bulk_create(
            copied(filing, person_id=person.pk, status="active" if number % 10 else "pending")
            for number, person in enumerate(people)
        )
        FilingChange.objects.bulk_create(
            copied(change, filing_id=one.pk, person_id=one.person_id, status="withdrawn" if number % 10 else "pending")
            for number, one in enumerate(filings)
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE filings_filing, filings_filingchange")
    return make.staff(Role.REVIEWER, make.WEIFANG, make.TIELING)


def ended() -> dict[str, Any]:
    return {"ended_by": make.UserFactory(), "ended_at": timezone.now(), "end_reason": "本人放弃"}


def plans(client: Client, path: str) -> list[str]:
    """How the database goes about each statement on filings or changes that a page makes."""
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    asked = [query["sql"] for query in queries if 'FROM "filings_filing' in query["sql"]]
    assert asked
    with connection.cursor() as cursor:
        found = []
        for sql in asked:
            cursor.execute(f"EXPLAIN {sql}")
            found.append("\n".join(line for (line,) in cursor.fetchall()))
    return found


@pytest.mark.parametrize("path", ["/filings/review/", "/filings/review/changes/"])
def test_queue_is_read_from_an_index(signed_in: Any, crowd: User, path: str) -> None:
    client = signed_in(crowd)
    for query in ("", "?area=370700", "?category=long_term_resident", "?taken=no", "?taken=mine"):
        for plan in plans(client, path + query):
            assert "Seq Scan on filings_filing" not in plan, (query, plan)


@pytest.mark.parametrize("path", ["/filings/review/", "/filings/review/changes/"])
def test_next_page_of_the_queue_goes_on_where_the_last_ended(signed_in: Any, crowd: User, path: str) -> None:
    client = signed_in(crowd)
    seen: list[int] = []
    link = path
    while link:
        page = client.get(link).context["page"]
        seen += [row.pk for row, _ in page.rows]
        link = path + page.next if page.next else ""
    assert len(seen) == len(set(seen)) == 300
    assert seen == sorted(seen)
