"""Tickets on the screen: the list, the page and its steps, a new one, the print, and where else they show."""

import csv
import datetime as dt
import io
import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hospitals.vocabulary import Role
from settlement.models import Ticket
from settlement.tickets.shown import ticket_of_exchange
from settlement.vocabulary import Actor
from tests import factories as make
from tests.settlement.office import Office
from tests.settlement.platform import a_hospital
from tests.settlement.tickets import facts, in_state, opened, stored_exchange, stored_ticket, take, with_terms

LIST, NEW = "/tickets/", "/tickets/new/"
HOUR = dt.timedelta(hours=1)


def listed(client: Any, **query: str) -> list[Ticket]:
    return [row for row, _cells in client.get(LIST, query).context["page"].rows]


def step(client: Any, ticket: Ticket, verb: str, **data: Any) -> Any:
    ticket.refresh_from_db()
    return client.post(f"{ticket.get_absolute_url()}take/{verb}/", {"version": ticket.version, **data})


def page_of(client: Any, ticket: Ticket) -> str:
    return client.get(ticket.get_absolute_url()).content.decode()


def buttons(page: str) -> set[str]:
    return set(re.findall(r'data-dialog="(\w+)"', page)) | set(re.findall(r"/take/(take|check)/", page))


# the list


def test_list_shows_state_age_turn_and_clock(office: Office, clerk: Any) -> None:
    now = timezone.now()
    late = stored_ticket(make.TIELING, due_at=now - 30 * HOUR, made_at=now - 50 * HOUR, level=1)
    with_supervisor = stored_ticket(make.TIELING, due_at=now - HOUR, escalated_at=now, level=3, next_actor=Actor.HOME)
    unset = stored_ticket(make.TIELING, handler=office.clerk, status="in_work", next_actor=Actor.HOME)
    solved = in_state(office, "solved")
    assert listed(clerk) == [solved, unset, with_supervisor, late]
    assert listed(clerk, status="living") == [unset, with_supervisor, late]
    assert listed(clerk, status="solved") == [solved]
    assert listed(clerk, clock="overdue") == [with_supervisor, late]
    assert listed(clerk, clock="escalated") == [with_supervisor]
    assert listed(clerk, clock="raised") == [with_supervisor, late]
    assert listed(clerk, clock="unset") == [unset]
    assert listed(clerk, mine="mine") == [unset]
    assert unset not in listed(clerk, mine="no")
    assert listed(clerk, next_actor="home") == [unset, with_supervisor]
    assert listed(clerk, text=late.number.lower()) == [late]
    assert solved in listed(clerk, text=solved.person.name)
    assert listed(clerk, text=solved.person.id_number) == []
    page = clerk.get(LIST).content.decode()
    for text in ("超时 1 天 6 小时", "已升级到主管", "已升级1次", "未配置时限", "2 天"):
        assert text in page


def test_list_is_exported_without_marks(office: Office, clerk: Any) -> None:
    ticket = in_state(office, "solved")
    text = b"".join(clerk.get(LIST, {"export": "csv"}).streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[1][0] == ticket.number
    assert rows[1][-1] == "示例理由"
    assert not any("<span" in cell for cell in rows[1])
    assert ticket.person.id_number not in str(rows)


def test_list_takes_the_same_queries_whatever_its_length(office: Office, clerk: Any) -> None:
    counts, made = [], 0
    for count in (1, 3, 30):
        for number in range(count - made):
            stored_ticket(make.TIELING, handler=office.clerk if number % 2 else None)
        made = count
        clerk.get(LIST)
        with CaptureQueriesContext(connection) as queries:
            clerk.get(LIST)
        counts.append(len(queries))
    assert len(set(counts)) == 1, counts


@pytest.mark.parametrize("query", ["clock=x", "status=%00", "text=" + "长" * 300, "after=x:1", "next_actor=9"])
def test_hostile_queries_get_a_page(office: Office, clerk: Any, query: str) -> None:
    assert clerk.get(f"{LIST}?{query}").status_code == 200


def test_list_of_another_area_is_empty(office: Office, signed_in: Any) -> None:
    opened(office)
    assert listed(signed_in(make.staff(Role.HOTLINE, make.WEIFANG))) == []


def test_clerk_of_a_hall_sees_the_tickets_of_the_area(office: Office, signed_in: Any) -> None:
    ticket = opened(office)
    client = signed_in(make.staff(Role.CLERK, hall=make.HallFactory(area__code=make.TIELING)))
    assert listed(client) == [ticket]
    assert "take" in buttons(page_of(client, ticket))


# the page


@pytest.mark.clause("JN-05")
def test_page_says_which_check_failed_who_acts_and_whom_to_call(office: Office, clerk: Any) -> None:
    with_terms(hospital=2)
    office.file()
    ticket = opened(
        office, facts(office, a_hospital(phone="010-8888"), trum_flag=True, err_msg="E1 <b>原文</b>", msgid="M9")
    )
    page = page_of(clerk, ticket)
    for text in (
        "无第三方责任承诺书",
        "未通过",
        "医院医保办",
        "010-8888",
        "E1 &lt;b&gt;原文&lt;/b&gt;",
        "M9",
        "尚不能转手工报销",
    ):
        assert text in page
    assert page.index("备案") < page.index("外伤与第三方标志") < page.index("备案上报") < page.index("平台通信")


def test_page_offers_just_the_steps_that_are_open(office: Office, signed_in: Any) -> None:
    ticket, solved = opened(office), in_state(office, "solved")
    hotline, auditor, finance = (
        signed_in(make.staff(role, make.TIELING)) for role in (Role.HOTLINE, Role.AUDITOR, Role.FINANCE)
    )
    every = {"take", "check", "note", "wait", "hand_over", "escalate", "correct", "solve", "close_manual", "withdraw"}
    assert buttons(page_of(hotline, ticket)) == every
    assert buttons(page_of(hotline, solved)) == {"reopen"}
    assert buttons(page_of(auditor, ticket)) == set()
    assert finance.get(ticket.get_absolute_url()).status_code == 403


def test_whole_way_by_the_page(office: Office, clerk: Any) -> None:
    ticket = opened(office)
    assert step(clerk, ticket, "take").status_code == 302
    said = {"actor": "hospital", "spoke_with": "李医生 010-1", "text": "正在重启读卡器"}
    assert step(clerk, ticket, "note", **said).status_code == 302
    assert step(clerk, ticket, "wait", actor="hospital", note="明天答复").status_code == 302
    assert step(clerk, ticket, "check").status_code == 302
    assert step(clerk, ticket, "escalate", reason="医院没有答复").status_code == 302
    assert step(clerk, ticket, "hand_over", to=office.colleague.pk).status_code == 302
    page = page_of(clerk, ticket)
    for text in ("正在重启读卡器", "明天答复", "李医生 010-1", "第 2 次", "第 1 次检查", "医院没有答复", "已升级1次"):
        assert text in page
    assert step(clerk, ticket, "solve", reason="重启后结算成功").status_code == 302
    assert "已解决" in page_of(clerk, ticket)
    assert step(clerk, ticket, "reopen", reason="又报错").status_code == 302


def test_refused_step_keeps_what_was_typed(office: Office, clerk: Any) -> None:
    ticket = opened(office, facts(office, trum_flag=True))
    reply = step(clerk, ticket, "close_manual", reason="医院与中心都没有办法")
    page = reply.content.decode()
    assert reply.status_code == 422
    assert "须先解决" in page
    assert "医院与中心都没有办法" in page
    for verb, data in (("note", {}), ("wait", {"actor": "counter"}), ("hand_over", {"to": office.finance.pk})):
        assert step(clerk, ticket, verb, **data).status_code == 422
    assert clerk.post(f"{ticket.get_absolute_url()}take/lapse/").status_code == 404
    assert clerk.post(f"{ticket.get_absolute_url()}take/take/", {"version": "x"}).status_code == 422


def test_correction_fills_in_the_person_by_their_number(office: Office, clerk: Any) -> None:
    ticket = opened(office, facts(office, person=None))
    given = {
        "treatment_area": "北京市（110000）",
        "hospital_name": "110000示例医院",
        "service": "inpatient",
        "event_on": "2026-03-12",
        "description": "出院时刷卡报错",
    }
    unknown = step(clerk, ticket, "correct", **given, id_number="110101199001010000")
    assert "没有登记此证件号码" in unknown.content.decode()
    assert step(clerk, ticket, "correct", **given, id_number=office.person.id_number.lower()).status_code == 302
    ticket.refresh_from_db()
    assert (ticket.person, ticket.hospital.name) == (office.person, "110000示例医院")


# a new one


def told(**changes: Any) -> dict[str, Any]:
    given = {
        "area": make.TIELING,
        "origin": "hotline",
        "treatment_area": "bjs",
        "hospital_name": "110000示例医院",
        "service": "inpatient",
        "event_on": "20260312",
        "description": "来电：不能刷卡",
        "request_token": "6f1f0000-0000-4000-8000-000000000001",
    }
    return given | changes


def test_new_ticket_from_the_telephone(office: Office, signed_in: Any) -> None:
    a_hospital()
    hotline = signed_in(make.staff(Role.HOTLINE, make.TIELING))
    assert hotline.get(NEW).context["form"].initial["origin"] == "hotline"
    given = told(id_number=office.person.id_number, is_emergency="on", failed_at="2026-03-12 14:30", err_msg="E1")
    assert hotline.post(NEW, given).status_code == 302
    assert hotline.post(NEW, given).status_code == 302  # pressed twice
    ticket = Ticket.objects.get()
    assert (ticket.person, ticket.treatment_area_id, ticket.is_emergency) == (office.person, make.BEIJING, True)
    assert (ticket.err_msg, ticket.run) == ("E1", 1)


def test_new_ticket_of_nobody_known_says_what_was_said(office: Office, clerk: Any) -> None:
    reply = clerk.post(NEW, told(description=""))
    assert reply.status_code == 422
    assert "须写明反映的情况" in reply.content.decode()
    assert clerk.post(NEW, told(caller_name="李女士", caller_phone="139")).status_code == 302
    assert Ticket.objects.get().person is None


def test_new_ticket_at_the_persons_page_is_theirs(office: Office, clerk: Any) -> None:
    link = f"{NEW}?person={office.person.pk}"
    assert office.person.name in clerk.get(link).content.decode()
    assert clerk.post(link, told(description="")).status_code == 302
    assert Ticket.objects.get().person == office.person
    assert clerk.get(f"{NEW}?person=x").status_code == 404
    assert clerk.get(f"{NEW}?person={make.PersonFactory().pk}").status_code == 404


@pytest.mark.parametrize(
    "changes", [{"event_on": "2999-01-01"}, {"area": make.WEIFANG}, {"origin": "message"}, {"failed_at": "昨天"}]
)
def test_new_ticket_that_cannot_be_comes_back(office: Office, clerk: Any, changes: dict[str, str]) -> None:
    assert clerk.post(NEW, told(**changes)).status_code == 422
    assert not Ticket.objects.exists()


# where else they show


@pytest.mark.clause("WF-18")
def test_refused_message_on_the_persons_page_becomes_a_ticket_at_one_press(office: Office, clerk: Any) -> None:
    office.file()
    a_hospital()
    exchange = stored_exchange(make.TIELING, person=office.person, err_msg="E9 平台超时")
    page = clerk.get(office.person.get_absolute_url()).content.decode()
    assert "E9 平台超时" in page
    reply = clerk.post(f"/tickets/messages/{exchange.pk}/")
    ticket = Ticket.objects.get()
    assert reply.url == ticket.get_absolute_url()
    assert clerk.post(f"/tickets/messages/{exchange.pk}/").url == reply.url
    assert ticket.number in clerk.get(office.person.get_absolute_url()).content.decode()
    done = step(clerk, ticket, "close_manual", reason="技术原因未能解决")
    form = clerk.get(done.url).context["form"].stay
    assert [form[name].value() for name in ("manual_reason", "ticket", "hospital_name", "service")] == [
        "system_failure",
        ticket.number,
        "110000示例医院",
        "inpatient",
    ]
    assert form["admitted_on"].value() == str(ticket.event_on)


def test_message_page_has_the_button(office: Office, clerk: Any) -> None:
    page = clerk.get(stored_exchange(make.TIELING).get_absolute_url()).content.decode()
    assert "建工单" in page


def test_message_page_shows_its_ticket_or_the_button(office: Office, rf: Any) -> None:
    exchange, done = stored_exchange(make.TIELING), stored_exchange(make.TIELING, infcode=0)
    request = rf.get("/")
    request.user = office.clerk
    assert "建工单" in str(ticket_of_exchange(request, exchange))
    assert ticket_of_exchange(request, done) is None
    ticket = stored_ticket(make.TIELING, exchange=exchange, origin="message")
    assert ticket.number in str(ticket_of_exchange(request, exchange))
    request.user = make.staff(Role.AUDITOR, make.TIELING)
    assert "尚未建工单" in str(ticket_of_exchange(request, stored_exchange(make.TIELING)))
    request.user = make.staff(Role.CLERK, make.WEIFANG)
    assert ticket_of_exchange(request, exchange) is None


def test_done_message_makes_no_ticket(office: Office, clerk: Any) -> None:
    reply = clerk.post(f"/tickets/messages/{stored_exchange(make.TIELING, infcode=0).pk}/", follow=True)
    assert "被拒的报文" in reply.content.decode()


def test_worklist_has_the_due_first_and_the_escalated_for_the_supervisor(office: Office, signed_in: Any) -> None:
    now = timezone.now()
    later = stored_ticket(make.TIELING, due_at=now + HOUR)
    raised = stored_ticket(make.TIELING, due_at=now - HOUR, escalated_at=now, level=3)
    unset, unnamed = stored_ticket(make.TIELING), stored_ticket(make.TIELING, person=None, description="x", due_at=now)
    others = stored_ticket(make.TIELING, handler=office.colleague, status="in_work")

    def queues(role: Role) -> dict[str, list[Any]]:
        client = signed_in(make.staff(role, make.TIELING))
        return {queue.title: queue.cases for queue in client.get("/").context["queues"]}

    for role in (Role.HOTLINE, Role.CLERK, Role.SUPERVISOR):
        assert queues(role)["待处理的故障工单"] == [raised, unnamed, later, unset]
    assert queues(Role.SUPERVISOR)["升级到主管的工单"] == [raised]
    assert "升级到主管的工单" not in queues(Role.CLERK)
    assert "已升级到主管" in signed_in(office.clerk).get("/").content.decode()
    assert others.is_living


def test_print_is_a_sheet(office: Office, clerk: Any) -> None:
    ticket = in_state(office, "solved")
    page = clerk.get(f"{ticket.get_absolute_url()}sheet/").content.decode()
    for text in ("故障工单", ticket.number, "示例理由", "备案", office.person.masked_id_number):
        assert text in page
    assert office.person.id_number not in page


def test_history_masks_the_telephone(office: Office, clerk: Any) -> None:
    ticket = opened(office, facts(office, caller_phone="13900000000"))
    take(office, ticket, "correct", facts=facts(office, caller_phone="13911112222"))
    page = page_of(clerk, ticket)
    assert "139****2222" in page
