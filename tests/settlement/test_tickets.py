"""A failure becomes a ticket, and the portal looks itself why: each check failing alone, and several in their order."""

import datetime as dt
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from filings.models import PlatformLine, Upload
from hospitals.reasons import Refused
from hospitals.vocabulary import Role, Scope, Service
from settlement.models import Ticket, TicketCheck
from settlement.tickets.contacts import contact_of
from settlement.tickets.facts import facts_in
from settlement.tickets.opening import open_from_exchange
from settlement.vocabulary import Actor, TicketOrigin
from tests import factories as make
from tests.settlement.office import Office, a_person
from tests.settlement.platform import Ward, a_hospital
from tests.settlement.tickets import (
    AT,
    DAY,
    codes,
    facts,
    failed,
    opened,
    outcomes,
    stored_exchange,
    take,
)

ORDER = ["filing", "hospital", "registration", "insurance", "card", "sanctions", "stay", "chronic", "marks"]
ORDER += ["upload", "platform"]


def in_order(found: list[str]) -> bool:
    return found == sorted(found, key=ORDER.index)


def acknowledge(upload: Upload) -> None:
    upload.msgid, upload.status, upload.receipt = "M1", "acknowledged", "R1"
    upload.acknowledged_at = AT
    upload.save()


@pytest.fixture
def filed(office: Office) -> Office:
    """Filed for Beijing, and the platform has it."""
    filing = office.file()
    for upload in Upload.objects.filter(filing=filing):
        acknowledge(upload)
    return office


@pytest.mark.clause("JN-05")
def test_checks_run_in_the_documents_order_and_say_who_acts(filed: Office) -> None:
    ticket = opened(filed)
    assert next(iter(outcomes(ticket))) == "filing"
    assert in_order(list(outcomes(ticket)))
    assert failed(ticket) == []
    # filing and hospital are in order: the hospital's office asks the agency of its area
    assert ticket.next_actor == Actor.HOSPITAL
    assert (ticket.run, ticket.number[:10]) == (1, "GD20260312")


@pytest.mark.clause("JN-05")
def test_filing_fails_alone(office: Office) -> None:
    person = a_person(make.JINING)
    clerk = make.staff(Role.CLERK, make.JINING)
    ticket = opened(office, facts(office, person=person), by=clerk, area=person.area)
    assert failed(ticket)[0] == "filing"
    row = ticket.checks.get(code="filing")
    assert row.actor == ticket.next_actor == Actor.PERSON
    assert row.reasons[0]["text"]


@pytest.mark.parametrize(("closed", "code"), [("withdrawn", "hospital_withdrawn"), ("service", "hospital_not_open")])
def test_hospital_fails_alone(filed: Office, closed: str, code: str) -> None:
    hospital = a_hospital(phone="010-1")
    if closed == "withdrawn":
        hospital.withdrawn_on = DAY
        hospital.save()
    else:
        hospital.services.filter(service=Service.INPATIENT, scope=Scope.CROSS_PROVINCE).delete()
    ticket = opened(filed, facts(filed, hospital))
    assert failed(ticket) == ["hospital"]
    assert codes(ticket, "hospital") == [code]
    row = ticket.checks.get(code="hospital")
    if code == "hospital_not_open":
        assert (row.actor, row.call_phone) == (Actor.HOSPITAL, "010-1")
    else:
        assert row.actor == Actor.LOCAL


@pytest.mark.clause("DY-15")
def test_service_opens_on_a_day_and_for_a_scope(filed: Office) -> None:
    hospital = a_hospital()
    hospital.services.filter(scope=Scope.CROSS_PROVINCE).update(opened_on=DAY + dt.timedelta(days=1))
    assert failed(opened(filed, facts(filed, hospital))) == ["hospital"]
    hospital.services.filter(scope=Scope.CROSS_PROVINCE).update(opened_on=DAY)
    assert failed(opened(filed, facts(filed, hospital))) == []


def test_insurance_fails_alone(filed: Office) -> None:
    filed.person.participations.update(contributions_paid_through=DAY - dt.timedelta(days=1))
    ticket = opened(filed)
    assert failed(ticket) == ["insurance"]
    assert codes(ticket, "insurance") == ["contributions_behind"]
    assert ticket.next_actor == Actor.PERSON


def test_card_fails_alone(office: Office) -> None:
    """Dongying wants a card; registration and the rest are in order."""
    person = a_person(
        make.DONGYING, contributions_paid_through=dt.date(2026, 12, 31), continuous_since=dt.date(2011, 1, 1)
    )
    hospital = a_hospital()
    filing = office.file(person)
    Upload.objects.filter(filing=filing).update(status="waiting")
    make.RegistrationFactory(person=person, filing=filing, hospital=hospital, registered_on=DAY)
    clerk = make.staff(Role.CLERK, make.DONGYING)
    for upload in Upload.objects.filter(person=person):
        acknowledge_as(upload, f"R{upload.pk}")
    ticket = opened(office, facts(office, hospital, person=person), by=clerk, area=person.area)
    assert failed(ticket) == ["card"], [(row.code, row.reasons) for row in ticket.checks.all()]
    assert ticket.next_actor == Actor.PERSON


def acknowledge_as(upload: Upload, receipt: str) -> None:
    upload.msgid, upload.status, upload.receipt, upload.acknowledged_at = receipt, "acknowledged", receipt, AT
    upload.save()


@pytest.mark.clause("WF-10")
@pytest.mark.parametrize(
    ("marks", "code"),
    [({"rel_ttp_flag": True}, "third_party"), ({"trum_flag": True}, "statement_missing")],
)
def test_marks_fail_alone(filed: Office, marks: dict[str, Any], code: str) -> None:
    ticket = opened(filed, facts(filed, **marks))
    assert failed(ticket) == ["marks"]
    assert codes(ticket, "marks") == [code]
    assert ticket.next_actor == Actor.HOSPITAL
    ticket = take_with_statement(filed, ticket)
    assert (failed(ticket) == []) == (code == "statement_missing")


def take_with_statement(office: Office, ticket: Ticket) -> Ticket:
    told = facts(office, trum_flag=ticket.trum_flag, rel_ttp_flag=ticket.rel_ttp_flag, has_statement=True)
    return take(office, ticket, "correct", facts=told)


@pytest.mark.clause("WF-11")
def test_emergency_mark_that_the_hospital_did_not_upload_is_named(filed: Office) -> None:
    told = open_from_exchange(by=filed.clerk, exchange=stored_exchange(make.TIELING, person=filed.person), at=AT)
    assert not told.is_emergency
    a_hospital()
    told = take(filed, told, "correct", facts=facts(filed, is_emergency=True))
    assert failed(told) == ["marks"]
    assert codes(told, "marks") == ["emergency_missing"]
    marked = stored_exchange(make.TIELING, person=filed.person, told={"er_flag": "1"})
    ticket = open_from_exchange(by=filed.clerk, exchange=marked, at=AT)
    assert ticket.is_emergency
    assert codes(ticket, "marks") == ["emergency_marked"]
    assert codes(opened(filed, facts(filed, is_emergency=True)), "marks") == ["emergency_unseen"]


@pytest.mark.clause("YT-10")
@pytest.mark.parametrize("status", ["waiting", "parked"])
def test_upload_fails_alone_with_the_platforms_words(office: Office, status: str) -> None:
    filing = office.file()
    upload = Upload.objects.get(filing=filing)
    if status == "parked":
        upload.msgid, upload.status, upload.last_problem = "M1", "parked", "F001 备案区划不存在"
        upload.save()
    ticket = opened(office)
    assert failed(ticket) == ["upload"]
    text = ticket.checks.get(code="upload").reasons[0]["text"]
    assert filing.number in text
    assert ("F001 备案区划不存在" in text) == (status == "parked")
    assert ticket.next_actor == (Actor.HOME if status == "parked" else Actor.PLATFORM)


def test_what_was_never_to_be_uploaded_does_not_fail(office: Office) -> None:
    """An outing within the document's automatic filing, and the filing that an admission made."""
    assert codes(opened(office), "upload") == ["nothing_to_upload"]
    office.file(channel="automatic", admitted_on=DAY, start_on=DAY, category="temporary", tier="temporary")
    ticket = opened(office)
    assert (codes(ticket, "upload"), outcomes(ticket)["upload"]) == (["nothing_to_upload"], "passed")


@pytest.mark.clause("JN-05")
def test_platform_fails_alone(filed: Office) -> None:
    stored_exchange(make.TIELING)
    ticket = opened(filed)
    assert failed(ticket) == ["platform"]
    assert ticket.next_actor == Actor.PLATFORM
    assert contact_of(ticket, Actor.PLATFORM).shown == "异地就医平台 未登记电话"
    stored_exchange(make.TIELING, infcode=0, error_code="", err_msg="")
    ticket = take(filed, ticket, "check")
    assert failed(ticket) == []
    PlatformLine.objects.update_or_create(
        platform="cross_province", defaults={"failures": 1, "down_since": AT, "retry_at": AT, "problem": "连接超时"}
    )
    ticket = take(filed, ticket, "check")
    assert codes(ticket, "platform") == ["platform_down"]
    assert "连接超时" in ticket.checks.get(run=3, code="platform").reasons[0]["text"]


@pytest.mark.clause("JN-05")
def test_several_failures_keep_the_order_and_the_first_acts(office: Office) -> None:
    person = a_person(make.JINING, contributions_paid_through=DAY - dt.timedelta(days=30))
    clerk = make.staff(Role.CLERK, make.JINING)
    hospital = a_hospital()
    hospital.services.all().delete()
    told = facts(office, hospital, person=person, rel_ttp_flag=True)
    ticket = opened(office, told, by=clerk, area=person.area)
    found = failed(ticket)
    assert {"filing", "hospital", "insurance", "card", "marks"} <= set(found)
    assert in_order(found)
    assert found[0] == "filing"
    assert ticket.next_actor == Actor.PERSON


def test_unknown_person_leaves_the_checks_open_until_the_ticket_is_put_right(filed: Office) -> None:
    ticket = opened(filed, facts(filed, person=None))
    assert set(outcomes(ticket).values()) == {"unknown"}
    assert ticket.next_actor == Actor.COUNTER
    ticket = take(filed, ticket, "correct")
    assert ticket.person == filed.person
    assert outcomes(ticket)["filing"] == "passed"
    assert ticket.next_actor == Actor.HOSPITAL
    assert TicketCheck.objects.filter(ticket=ticket, run=1).exists()  # earlier runs are kept


def test_unknown_place_is_asked_for(filed: Office) -> None:
    ticket = opened(filed, facts(filed, treatment_area=None, hospital=None, hospital_name=""))
    assert codes(ticket, "filing") == ["place_unknown"]


# opening


@pytest.mark.clause("JN-05")
def test_refused_message_becomes_a_ticket_with_its_very_words(office: Office) -> None:
    exchange = stored_exchange(make.TIELING, person=office.person, err_msg="not_filed  参保人\n没有备案 ")
    ticket = open_from_exchange(by=office.clerk, exchange=exchange, at=AT)
    assert (ticket.origin, ticket.err_msg, ticket.msgid) == (TicketOrigin.MESSAGE, exchange.err_msg, exchange.msgid)
    assert (ticket.infno, ticket.failed_at, ticket.event_on) == ("2401", exchange.received_at, DAY)
    assert (ticket.treatment_area_id, ticket.hospital_name) == (make.BEIJING, "110000示例医院")
    assert open_from_exchange(by=office.colleague, exchange=exchange, at=AT) == ticket
    changed = take(office, ticket, "correct", facts=facts(office, err_msg="别的", msgid="9"))
    assert (changed.err_msg, changed.msgid) == (exchange.err_msg, exchange.msgid)


def test_message_refused_by_the_gateway_itself_becomes_a_ticket(office: Office) -> None:
    """Through the door: no hospital of that code in the directory."""
    told = Ward(home=make.TIELING).admit(office.person, trum_flag="1")
    assert not told.is_done
    exchange = office.person.exchanges.get()
    ticket = open_from_exchange(by=office.clerk, exchange=exchange, at=AT)
    assert ticket.trum_flag
    assert ticket.err_msg == told.reply["err_msg"]
    assert "hospital" in failed(ticket)
    assert ticket.next_actor == Actor.LOCAL


@pytest.mark.parametrize("request_text", ["", "[]", '{"input": 3}', '{"input": {"mdtrtinfo": {"begntime": {"a": 1}}}}'])
def test_message_that_cannot_be_read_still_becomes_a_ticket(office: Office, request_text: str) -> None:
    exchange = stored_exchange(make.TIELING, request=request_text, treatment_area="999999", infno="9999")
    assert open_from_exchange(by=office.clerk, exchange=exchange, at=AT).event_on == DAY


def test_only_refused_messages_of_ones_own_area_become_tickets(office: Office) -> None:
    done = stored_exchange(make.TIELING, infcode=0)
    with pytest.raises(Refused, match="被拒的报文"):
        open_from_exchange(by=office.clerk, exchange=done, at=AT)
    for stranger in (make.staff(Role.CLERK, make.WEIFANG), office.finance):
        with pytest.raises(Refused, match="权限"):
            open_from_exchange(by=stranger, exchange=stored_exchange(make.TIELING), at=AT)


def test_ticket_refuses_what_cannot_be(office: Office) -> None:
    elsewhere = make.HospitalFactory(area__code="210100")
    for wrong, words in (
        ({"event_on": DAY + dt.timedelta(days=1)}, "不能晚于今天"),
        ({"hospital": elsewhere}, "不在所填就医地"),
        ({"person": None, "description": ""}, "须写明反映的情况"),
        ({"person": make.PersonFactory(area__code=make.WEIFANG)}, "不在此参保地参保"),
    ):
        with pytest.raises(Refused, match=words):
            opened(office, facts(office, **wrong))
    assert not Ticket.objects.exists()


def test_day_of_a_ticket_is_the_day_in_china(office: Office) -> None:
    at = dt.datetime.combine(DAY, dt.time(0, 30), AT.tzinfo).astimezone(dt.UTC)  # still the day before in Greenwich
    assert opened(office, at=at).event_on == DAY
    refused = stored_exchange(make.TIELING, told={"begntime": ""}, received_at=at)
    assert facts_in(refused).event_on == DAY


def test_same_request_makes_one_ticket(office: Office) -> None:
    token = uuid4()
    assert opened(office, request_token=token) == opened(office, request_token=token)


def test_contacts_come_from_the_directory(office: Office) -> None:
    make.HallFactory(area__code=make.BEIJING, name="北京医保中心", phone="", hotline="010-12393")
    ticket = opened(office, facts(office, a_hospital(phone="010-8888")))
    assert contact_of(ticket, Actor.LOCAL).shown == "北京医保中心 010-12393"
    assert contact_of(ticket, Actor.HOSPITAL).shown.endswith("医院 医保办 010-8888")
    assert contact_of(ticket, Actor.PERSON).phone == office.person.phone
    unlisted = opened(office, replace(facts(office), hospital=None, hospital_name="无名医院"))
    assert contact_of(unlisted, Actor.HOSPITAL).shown == "无名医院 医保办 未登记电话"
