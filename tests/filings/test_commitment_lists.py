"""Commitments and sanctions where staff look for them: their lists, the worklist, the person's page, the counter."""

import csv
import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from filings.models import Commitment, Filing, InsuredPerson, Sanction
from filings.sweeping import sweep
from filings.vocabulary import Measure
from hospitals.periods import add_months
from hospitals.vocabulary import Role
from tests import factories as make
from tests.filings.commitments import PROOF, committed, completed, lapsed

pytestmark = pytest.mark.clause("TL-08")
Insured = Callable[..., InsuredPerson]
WAYS = ("370500", "370600", "370700", "370800", "211200")


@pytest.fixture
def person(insured: Insured) -> InsuredPerson:
    return insured(make.TIELING)


@pytest.fixture
def commitment(clerk: User, person: InsuredPerson) -> Commitment:
    """Signed today, with nothing handed in."""
    return committed(clerk, person, filed_on=timezone.localdate(), materials=())


@pytest.fixture
def broken(clerk: User, person: InsuredPerson) -> Commitment:
    """Signed seven months ago, and not kept."""
    return lapsed(committed(clerk, person, filed_on=add_months(timezone.localdate(), -7)))


@pytest.fixture
def supervisor(policies: None) -> User:
    return make.staff(Role.SUPERVISOR, make.TIELING)


def listed(client: Client, **query: Any) -> list[Any]:
    return [row for row, _ in client.get("/commitments/", query).context["page"].rows]


def due_in(clerk: User, insured: Insured, days: int) -> Commitment:
    """Whose last day is in so many days; straight into the table, since a month's end may have no such day."""
    person = insured(make.TIELING)
    due_on = timezone.localdate() + dt.timedelta(days)
    filing = make.FilingFactory(person=person)
    return make.CommitmentFactory(person=person, filing=filing, signed_on=due_on - dt.timedelta(180), due_on=due_on)


def test_list_is_in_order_of_the_due_day_and_banded(client: Client, clerk: User, insured: Insured) -> None:
    late, today, soon, week, month, far = (due_in(clerk, insured, days) for days in (-1, 0, 1, 7, 30, 31))
    assert listed(client) == [late, today, soon, week, month, far]
    assert listed(client, band="30") == [today, soon, week, month]
    assert listed(client, band="7") == [today, soon, week]
    assert listed(client, band="1") == [today, soon]
    assert listed(client, band="overdue") == [late]
    assert listed(client, band="failed") == []
    assert listed(client, sort="-due_on")[0] == far
    page = client.get("/commitments/").content.decode()
    for text in ("逾期 1 日", "今日到期", "剩 1 日", "剩 31 日"):
        assert text in page


def test_list_shows_open_ones_unless_others_are_asked_for(
    client: Client, clerk: User, insured: Insured, broken: Commitment
) -> None:
    kept = completed(
        clerk, committed(clerk, insured(make.TIELING), filed_on=timezone.localdate()), timezone.localdate()
    )
    waiting = committed(clerk, insured(make.TIELING), filed_on=timezone.localdate())
    assert listed(client) == [waiting]
    assert listed(client, status="complete") == [kept]
    assert listed(client, status="lapsed") == [broken]
    assert listed(client, status="void") == []
    assert set(listed(client, status="all")) == {waiting, kept, broken}
    assert listed(client, area=make.WEIFANG) == []
    assert listed(client, text=waiting.number.lower()) == [waiting]
    assert listed(client, text=waiting.person.name, status="all")
    assert listed(client, text=waiting.person.id_number) == []


def test_list_is_exported_as_it_is_shown(client: Client, commitment: Commitment) -> None:
    reply = client.get("/commitments/?export=csv")
    rows = list(csv.reader(io.StringIO(b"".join(reply.streaming_content).decode("utf-8-sig"))))  # type: ignore[attr-defined]
    assert [row[0] for row in rows] == ["承诺编号", commitment.number]
    assert rows[1][7] == "还缺 2 项"
    assert rows[1][6].startswith("剩 ")
    assert not any("<span" in cell for cell in rows[1])
    assert commitment.person.id_number not in str(rows)


def test_sanctions_are_listed_by_state_and_measure(client: Client, supervisor: User, broken: Commitment) -> None:
    one, two, three, four = broken.sanctions.order_by("pk")
    Sanction.objects.filter(pk=one.pk).update(ends_on=timezone.localdate())
    Sanction.objects.filter(pk=two.pk).update(ends_on=timezone.localdate() - dt.timedelta(1))
    lifted = {"status": "lifted", "lifted_by": supervisor, "lifted_on": timezone.localdate(), "lift_reason": "示例"}
    Sanction.objects.filter(pk=three.pk).update(**lifted)

    def found(**query: Any) -> list[Any]:
        return [row for row, _ in client.get("/sanctions/", query).context["page"].rows]

    assert found() == [four, three, two, one]
    assert found(state="pending") == [four]
    assert found(state="in_force") == [four, one]
    assert found(state="expired") == [two]
    assert found(state="lifted") == [three]
    assert found(measure=Measure.of(one.measure).value) == [one]
    assert found(text=one.number) == [one]
    assert found(text=broken.person.name, area=make.TIELING) == [four, three, two, one]


def test_commitments_of_another_area_or_hall_are_not_seen(signed_in: Any, commitment: Commitment) -> None:
    strangers = [
        signed_in(make.staff(Role.CLERK, make.DONGYING)),
        signed_in(make.staff(Role.CLERK, hall=make.HallFactory(area=commitment.area))),
    ]
    for stranger in strangers:
        assert listed(stranger) == []
        for path in ("", "letter/", "notice/"):
            assert stranger.get(f"{commitment.get_absolute_url()}{path}").status_code == 404
        assert stranger.post(f"{commitment.get_absolute_url()}hand-in/", {"version": 1}).status_code == 404


def test_hall_takes_in_what_was_signed_there_and_sees_sanctions_of_its_area(
    signed_in: Any, insured: Insured, broken: Commitment
) -> None:
    hall = make.HallFactory(area=broken.area)
    clerk = make.staff(Role.CLERK, hall=hall)
    person = insured(make.TIELING)
    filing = make.FilingFactory(person=person, hall=hall)
    own = make.CommitmentFactory(person=person, filing=filing, hall=hall)
    assert listed(signed_in(clerk)) == [own]
    reply = signed_in(clerk).get("/sanctions/")
    assert len(reply.context["page"].rows) == 4


@pytest.mark.parametrize("count", [1, 3, 30])
@pytest.mark.parametrize("areas", [1, 5])
@pytest.mark.parametrize(("path", "queries"), [("/commitments/", 6), ("/sanctions/", 5)])
def test_lists_take_the_same_queries_whatever_their_length(
    path: str, queries: int, areas: int, count: int, signed_in: Any, db: Any
) -> None:
    codes = WAYS[:areas]
    client = signed_in(make.staff(Role.CLERK, *codes))
    for number in range(count):
        person = make.PersonFactory(area__code=codes[number % areas])
        commitment = make.CommitmentFactory(person=person)
        commitment.items.create(one_of=["id_document"])
        make.SanctionFactory(person=person, commitment=commitment)
    client.get(path)
    with CaptureQueriesContext(connection) as taken:
        assert len(client.get(path).context["page"].rows) == count
    assert len(taken) == queries + (areas > 1), [query["sql"][:80] for query in taken]


# elsewhere


def test_clerk_finds_what_falls_due_on_the_worklist(client: Client, clerk: User, insured: Insured) -> None:
    far, soon, late = (due_in(clerk, insured, days) for days in (31, 30, -1))
    (queue,) = [one for one in client.get("/").context["queues"] if one.link.startswith("/commitments/")]
    assert (queue.title, queue.cases) == ("30日内到期的承诺", [late, soon])
    assert queue.link == "/commitments/?band=30"
    assert far.number not in client.get("/").content.decode()
    assert f"{soon.due_on:%m-%d} 到期" in client.get("/").content.decode()


def test_supervisor_finds_what_waits_for_a_period_on_the_worklist(
    signed_in: Any, supervisor: User, client: Client, broken: Commitment
) -> None:
    lifts = signed_in(supervisor)
    (queue,) = [one for one in lifts.get("/").context["queues"] if one.link.startswith("/sanctions/")]
    assert (queue.title, len(queue.cases)) == ("期限待确定的失信处理", 4)
    assert queue.link == "/sanctions/?state=pending"
    assert not [one for one in client.get("/").context["queues"] if one.link.startswith("/sanctions/")]


def test_persons_page_shows_commitments_and_sanctions(client: Client, signed_in: Any, broken: Commitment) -> None:
    page = client.get(broken.person.get_absolute_url()).content.decode()
    assert broken.number in page
    assert "暂停医保直接结算" in page
    finance = signed_in(make.staff(Role.FINANCE, make.TIELING))
    assert broken.number not in finance.get(broken.person.get_absolute_url()).content.decode()
    other = make.PersonFactory(area=broken.area)
    assert "承诺与失信处理" not in client.get(other.get_absolute_url()).content.decode()


def test_counter_says_that_filing_is_restricted(client: Client, clerk: User, person: InsuredPerson) -> None:
    committed(clerk, person, filed_on=add_months(timezone.localdate(), -7))
    sweep(on=timezone.localdate())
    values = {
        "category": "long_term_resident",
        "destination": "北京市（110000）",
        "channel": "counter",
        "material": ["id_document", *(seen.material for seen in PROOF)],
        "request_token": "6f1b8a52-6a0f-4c56-9a38-0f5b1c1f7a12",
    }
    reply = client.post(f"/filings/new/?person={person.pk}", values)
    page = reply.content.decode()
    assert reply.status_code == 422
    assert "限制办理异地就医备案" in page
    assert not filings_since(person)


def filings_since(person: InsuredPerson) -> Any:
    return Filing.objects.filter(person=person, filed_on=timezone.localdate())


@pytest.mark.ignore_template_errors
def test_admin_shows_commitments_and_changes_none(signed_in: Any, broken: Commitment) -> None:
    client = signed_in(make.staff(Role.SUPERVISOR, make.TIELING, is_staff=True))
    reply = client.get(f"/admin/filings/commitment/{broken.pk}/change/")
    assert broken.number in reply.content.decode()
    assert client.post(f"/admin/filings/commitment/{broken.pk}/change/", {"status": "open"}).status_code == 403
