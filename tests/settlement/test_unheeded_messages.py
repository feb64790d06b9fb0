"""Refused messages that nobody has looked into stand on the worklist; they become no tickets by themselves (JN-05)."""

from typing import Any

import pytest

from config.worklist.tickets import LONGEST_WORDS
from hospitals.models import Post
from hospitals.vocabulary import Role
from settlement.models import Exchange, Ticket
from tests import factories as make
from tests.settlement.exchanged import stored_exchange
from tests.settlement.tickets import stored_ticket

pytestmark = [pytest.mark.django_db, pytest.mark.clause("JN-05")]
TITLE = "被拒待查的平台报文"


def queue_of(client: Any) -> Any:
    """The queue with its count, None where this user has none."""
    return next((one for one in client.get("/").context["queues"] if one.title.startswith(TITLE)), None)


def addresses(queue: Any) -> list[str]:
    return [case.get_absolute_url for case in queue.cases]


@pytest.fixture
def clerk(signed_in: Any) -> Any:
    return signed_in(make.staff(Role.CLERK, make.WEIFANG))


def test_refused_message_without_a_ticket_waits_and_leads_to_its_list(clerk: Any) -> None:
    first, second = stored_exchange(), stored_exchange()
    stored_exchange(infcode=0)
    stored_exchange(make.TIELING)
    taken = stored_exchange()
    stored_ticket(taken.area_id, person=taken.person, exchange=taken, origin="message")
    queue = queue_of(clerk)
    assert queue.title == f"{TITLE}（2）"
    assert addresses(queue) == [second.get_absolute_url(), first.get_absolute_url()]  # the latest first
    page = clerk.get("/").content.decode()
    for text in (first.get_absolute_url(), "2401 入院办理", first.person.name, "涉及第三方"):
        assert text in page
    whole = clerk.get(queue.link).content.decode()
    assert first.msgid in whole
    assert second.msgid in whole
    assert taken.msgid not in whole
    assert "之后同一机构也没有为此人办成同一交易" in whole
    assert Ticket.objects.count() == 1  # looking makes none


def test_what_the_hospital_has_put_right_itself_waits_no_longer(clerk: Any) -> None:
    refused = stored_exchange()
    same: dict[str, Any] = {"person": refused.person, "infcode": 0}
    stored_exchange(**same | {"infno": "1101"})  # another matter
    stored_exchange(**same | {"sender": "H12010100001"})  # another hospital
    stored_exchange(infcode=0)  # another person
    assert len(queue_of(clerk).cases) == 1
    stored_exchange(**same)
    assert queue_of(clerk).cases == []
    assert "没有被拒待查的报文" in clerk.get("/").content.decode()
    again = stored_exchange(person=refused.person)
    assert addresses(queue_of(clerk)) == [again.get_absolute_url()]


def test_message_about_nobody_known_waits_too(clerk: Any) -> None:
    nobody = stored_exchange()
    unknown = Exchange.objects.create(
        **{field: getattr(nobody, field) for field in ("infno", "area", "sender", "request", "reply", "infcode")},
        msgid="H11010100001202603121000009999",
        digest="1" * 64,
        received_at=nobody.received_at,
        err_msg="person_unknown " + "没" * 90,
    )
    page = clerk.get("/").content.decode()
    assert unknown.get_absolute_url() in page
    assert "没" * (LONGEST_WORDS - 1) + "…" in page


def test_who_sees_the_queue(signed_in: Any) -> None:
    stored_exchange()
    for role in (Role.CLERK, Role.REVIEWER, Role.SUPERVISOR):
        assert queue_of(signed_in(make.staff(role, make.WEIFANG))).title == f"{TITLE}（1）"
        assert queue_of(signed_in(make.staff(role, make.TIELING))).title == f"{TITLE}（0）"
    for role in (Role.HOTLINE, Role.FINANCE, Role.AUDITOR):  # whoever may not read messages, or make tickets
        assert queue_of(signed_in(make.staff(role, make.WEIFANG))) is None


def test_worklist_takes_as_many_statements_at_any_length(signed_in: Any, django_assert_max_num_queries: Any) -> None:
    both = make.staff(Role.CLERK, make.WEIFANG)
    Post.objects.create(user=both, area_id=make.AreaFactory(code=make.TIELING).pk, role=Role.CLERK)
    client, counts = signed_in(both), []
    for more in (1, 2, 27):
        for number in range(more):
            stored_exchange((make.WEIFANG, make.TIELING)[number % 2])
        with django_assert_max_num_queries(40) as found:
            client.get("/")
        counts.append(len(found))
    assert len(set(counts)) == 1, counts
    assert queue_of(client).title == f"{TITLE}（30）"
    assert len(queue_of(client).cases) == 10
