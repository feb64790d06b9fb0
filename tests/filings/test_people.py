"""The register: verbs and pages of people, their insurance, their cards; id numbers on request and on record."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import InternalError, ProgrammingError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from filings import cards, register
from filings.identity import made_up_number
from filings.models import IdDisclosure, InsuredPerson, Participation
from filings.vocabulary import Employment, Scheme
from hospitals.access import staff_name
from hospitals.history import entries
from hospitals.models import Area
from hospitals.reasons import Refused
from hospitals.vocabulary import Role
from tests import factories as make

pytestmark = pytest.mark.django_db
NUMBER = made_up_number("370702", dt.date(1950, 2, 3), 18)
SignedIn = Callable[[Any], Client]


@pytest.fixture
def area() -> Area:
    return make.AreaFactory()


@pytest.fixture
def clerk(area: Area) -> User:
    return make.staff(Role.CLERK)


@pytest.fixture
def client(signed_in: SignedIn, clerk: User) -> Client:
    return signed_in(clerk)


def typed(**values: Any) -> dict[str, Any]:
    return {"area": make.WEIFANG, "id_type": "01", "id_number": NUMBER, "name": "王小明", "sex": "0"} | values


# verbs


def test_registered_person_has_what_follows_from_the_id_card(clerk: User, area: Area) -> None:
    person = register.register_person(by=clerk, area=area, name="王小明", id_number=f" {NUMBER.lower()} ")
    assert (person.id_number, person.birth_date, person.sex, person.initials) == (
        NUMBER,
        dt.date(1950, 2, 3),
        "2",
        "wxm",
    )
    assert [(entry.action, entry.who) for entry in entries(person)] == [("登记参保人", staff_name(clerk))]


def test_other_documents_keep_birth_and_sex_as_told(clerk: User, area: Area) -> None:
    born = dt.date(1980, 5, 6)
    person = register.register_person(
        by=clerk, area=area, name="Anna", id_type="08", id_number="e1234567", sex="2", birth_date=born
    )
    assert (person.id_number, person.birth_date, person.sex) == ("E1234567", born, "2")


def test_same_id_number_twice_in_an_area_is_refused(clerk: User, area: Area) -> None:
    register.register_person(by=clerk, area=area, name="王小明", id_number=NUMBER)
    with pytest.raises(Refused, match="该统筹区已登记此证件号码"):
        register.register_person(by=clerk, area=area, name="王大明", id_number=NUMBER)


def test_lost_race_for_an_id_number_reads_the_same(clerk: User, area: Area, monkeypatch: pytest.MonkeyPatch) -> None:
    register.register_person(by=clerk, area=area, name="王小明", id_number=NUMBER)
    monkeypatch.setattr(register, "checked", lambda record: None)
    with pytest.raises(Refused, match="该统筹区已登记此证件号码"):
        register.register_person(by=clerk, area=area, name="王大明", id_number=NUMBER)
    assert InsuredPerson.objects.count() == 1


def test_register_without_the_right_in_the_area_is_refused(area: Area) -> None:
    for member in (make.staff(Role.CLERK, make.TIELING), make.staff(Role.REVIEWER)):
        with pytest.raises(Refused, match="登记和修改参保人"):
            register.register_person(by=member, area=area, name="王小明", id_number=NUMBER)


def test_clerk_of_one_hall_registers_for_the_whole_area(area: Area) -> None:
    member = make.staff(Role.CLERK, hall=make.HallFactory(area=area))
    assert register.register_person(by=member, area=area, name="王小明", id_number=NUMBER).pk


def test_change_of_identity_needs_a_reason_and_keeps_it(clerk: User) -> None:
    person = make.PersonFactory()
    with pytest.raises(Refused, match="须填写理由"):
        register.change_person(by=clerk, person=person, version=1, name="王晓明")
    changed = register.change_person(by=clerk, person=person, version=1, name="王晓明", reason="更正错字")
    newest = entries(changed)[0]
    assert (newest.action, newest.reason) == ("修改参保人", "更正错字")
    assert newest.changes == [("姓名", person.name, "王晓明")]
    assert register.change_person(by=clerk, person=person, version=2, phone="13800000000").version == 3


def test_change_of_what_changed_meanwhile_is_refused(clerk: User) -> None:
    person = make.PersonFactory()
    register.change_person(by=clerk, person=person, version=1, phone="1")
    with pytest.raises(Refused, match="刚刚被他人改动"):
        register.change_person(by=clerk, person=person, version=1, phone="2")


def test_history_masks_numbers(clerk: User) -> None:
    person = make.PersonFactory()
    before = person.id_number
    changed = register.change_person(by=clerk, person=person, version=1, id_number=NUMBER, reason="登记错误")
    told = str(entries(changed)[0].changes)
    assert NUMBER not in told
    assert before not in told
    assert "370702********" in told


def test_history_of_several_records_says_which_is_meant() -> None:
    insured = make.ParticipationFactory()
    assert {entry.action for entry in entries(insured.person, insured)} == {"登记参保人", "登记参保关系"}
    assert [entry.action for entry in entries(insured.person)] == ["登记"]


def test_two_insurances_at_one_time_are_refused(clerk: User) -> None:
    person = make.PersonFactory()
    values = {"scheme": Scheme.EMPLOYEE, "employment": Employment.ACTIVE, "starts_on": dt.date(2020, 1, 1)}
    first = register.add_participation(by=clerk, person=person, **values)
    with pytest.raises(Refused, match="同一时间只能有一条参保关系"):
        register.add_participation(by=clerk, person=person, **values | {"starts_on": dt.date(2024, 1, 1)})
    register.change_participation(by=clerk, participation=first, ends_on=dt.date(2023, 12, 31))
    second = register.add_participation(by=clerk, person=person, **values | {"starts_on": dt.date(2024, 1, 1)})
    assert person.participation_on(dt.date(2023, 12, 31)) == first
    assert person.participation_on(dt.date(2024, 1, 1)) == second


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"scheme": "employee", "employment": ""}, "职工须填在职或退休"),
        ({"scheme": "resident", "employment": "active"}, "居民不填"),
        ({"scheme": "resident", "employment": "", "ends_on": dt.date(2019, 1, 1)}, "终止日期不能早于参保日期"),
    ],
)
def test_impossible_insurance_is_refused(values: dict[str, Any], text: str, clerk: User) -> None:
    with pytest.raises(Refused, match=text):
        register.add_participation(by=clerk, person=make.PersonFactory(), starts_on=dt.date(2020, 1, 1), **values)


def test_insurance_that_ends_before_it_starts_comes_back_on_the_page(client: Client) -> None:
    values = {"scheme": "resident", "employment": "", "starts_on": "2020-01-01", "ends_on": "2019-01-01"}
    reply = client.post(f"/people/{make.PersonFactory().pk}/participations/new/", values)
    assert reply.status_code == 422
    assert "终止日期不能早于参保日期" in reply.content.decode()


@pytest.mark.clause("DY-08")
def test_new_card_takes_the_place_of_the_old_one(clerk: User) -> None:
    person = make.PersonFactory()
    cards.issue_card(by=clerk, person=person, number="g0000001")
    cards.issue_card(by=clerk, person=person, number="G0000002")
    assert [(card.number, card.status) for card in person.cards.all()] == [
        ("G0000002", "in_use"),
        ("G0000001", "replaced"),
    ]


@pytest.mark.parametrize("number", ["", "12", "A" * 21, "<b>1234567"])
def test_card_number_of_no_card_is_refused(number: str, clerk: User) -> None:
    with pytest.raises(Refused, match="卡号应为"):
        cards.issue_card(by=clerk, person=make.PersonFactory(), number=number)


def test_card_of_somebody_else_is_refused_and_the_old_one_stays_in_use(clerk: User) -> None:
    cards.issue_card(by=clerk, person=make.PersonFactory(), number="G0000001")
    person = make.PersonFactory()
    cards.issue_card(by=clerk, person=person, number="G0000002")
    with pytest.raises(Refused, match="此卡号已登记"):
        cards.issue_card(by=clerk, person=person, number="G0000001")
    assert person.cards.get().is_current


# the id number


def test_id_number_is_shown_on_request_and_the_request_is_on_record(client: Client, clerk: User) -> None:
    person = make.PersonFactory()
    link = f"/people/{person.pk}/"
    assert person.id_number not in client.get(link).content.decode()
    reply = client.post(f"{link}id-number/", headers={"HX-Request": "true"})
    assert person.id_number in reply.content.decode()
    assert reply["Cache-Control"] == "no-store"
    seen = IdDisclosure.objects.get()
    assert (seen.person, seen.by) == (person, clerk)
    page = client.get(link).content.decode()
    assert "查看完整证件号码" in page
    assert person.id_number not in page


def test_id_number_without_script_comes_with_the_page(client: Client) -> None:
    person = make.PersonFactory()
    reply = client.post(f"/people/{person.pk}/id-number/")
    assert person.id_number in reply.content.decode()
    assert "<html" in reply.content.decode()


def test_id_number_by_address_is_not_to_be_had(client: Client) -> None:
    assert client.get(f"/people/{make.PersonFactory().pk}/id-number/").status_code == 405
    assert not IdDisclosure.objects.exists()


def test_id_number_is_refused_without_the_right(signed_in: SignedIn) -> None:
    person = make.PersonFactory()
    hotline = signed_in(make.staff(Role.HOTLINE))
    assert "查看完整号码" not in hotline.get(f"/people/{person.pk}/").content.decode()
    assert hotline.post(f"/people/{person.pk}/id-number/").status_code == 403
    assert not IdDisclosure.objects.exists()


def test_record_of_who_looked_cannot_be_changed(clerk: User) -> None:
    register.reveal_id_number(by=clerk, person=make.PersonFactory())
    for change in (lambda: IdDisclosure.objects.all().delete(), lambda: IdDisclosure.objects.update(by=clerk)):
        with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
            change()


# pages


def test_person_is_registered_then_insured(client: Client) -> None:
    reply = client.post("/people/new/", typed())
    person = InsuredPerson.objects.get()
    assert reply["Location"] == f"/people/{person.pk}/participations/new/"
    values = {"scheme": "employee", "employment": "retired", "starts_on": "20100101", "employer": "示例厂"}
    assert client.post(reply["Location"], values)["Location"] == f"/people/{person.pk}/"
    assert Participation.objects.get().starts_on == dt.date(2010, 1, 1)


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"id_number": NUMBER[:-1] + ("1" if NUMBER[-1] != "1" else "2")}, "校验码不符"),
        ({"id_number": "123"}, "应为18位"),
        ({"name": ""}, "必填"),
        ({"area": make.TIELING}, "有效的选项"),
        ({"id_type": "08", "id_number": "<script>"}, "字母或数字"),
        ({"name": "李\x00四"}, "空字符"),
        ({"birth_date": "1950-02-30"}, "应如 2026-03-10"),
    ],
)
def test_faulty_person_comes_back_with_everything_typed(client: Client, values: dict[str, str], fault: str) -> None:
    make.AreaFactory(code=make.TIELING)
    reply = client.post("/people/new/", typed(phone="0536-1234567", address="示例路<b>1号") | values)
    page = reply.content.decode()
    assert reply.status_code == 422
    assert fault in page
    assert 'value="0536-1234567"' in page
    assert "示例路&lt;b&gt;1号" in page
    assert not InsuredPerson.objects.exists()


def test_person_registered_already_is_told(client: Client) -> None:
    make.PersonFactory(id_number=NUMBER)
    reply = client.post("/people/new/", typed())
    assert reply.status_code == 422
    assert "该统筹区已登记此证件号码" in reply.content.decode()


def test_person_is_changed_on_the_page(client: Client) -> None:
    person = make.PersonFactory(id_number=NUMBER)
    link = f"/people/{person.pk}/edit/"
    values = typed(name="王晓明", version="1")
    refused = client.post(link, values)
    assert refused.status_code == 422
    assert "须填写理由" in refused.content.decode()
    assert 'value="王晓明"' in refused.content.decode()
    assert client.post(link, values | {"reason": "更正"}).status_code == 302
    person.refresh_from_db()
    assert (person.name, person.initials, person.version) == ("王晓明", "wxm", 2)


def test_id_number_is_not_shown_to_change_something_else(client: Client) -> None:
    person = make.PersonFactory(id_number=NUMBER)
    link = f"/people/{person.pk}/edit/"
    page = client.get(link).content.decode()
    assert NUMBER not in page
    assert person.masked_id_number in page
    unchanged = typed(id_number="", name=person.name, phone="0536-1234567", version="1")
    assert client.post(link, unchanged).status_code == 302
    person.refresh_from_db()
    assert (person.id_number, person.phone) == (NUMBER, "0536-1234567")
    other = made_up_number("370702", dt.date(1950, 2, 3), 20)
    changed = unchanged | {"id_number": other, "version": "2", "reason": "登记有误"}
    assert client.post(link, changed).status_code == 302
    person.refresh_from_db()
    assert person.id_number == other


def test_insurance_and_card_pages_tell_refusals_and_keep_what_was_typed(client: Client) -> None:
    person = make.ParticipationFactory().person
    values = {"scheme": "resident", "employment": "", "starts_on": "2020-01-01", "employer": "示例单位"}
    reply = client.post(f"/people/{person.pk}/participations/new/", values)
    assert reply.status_code == 422
    assert "同一时间只能有一条参保关系" in reply.content.decode()
    assert "示例单位" in reply.content.decode()
    reply = client.post(f"/people/{person.pk}/cards/new/", {"number": "12"})
    assert reply.status_code == 422
    assert "卡号应为" in reply.content.decode()
    assert 'value="12"' in reply.content.decode()


def test_insurance_is_changed_on_the_page(client: Client) -> None:
    insured = make.ParticipationFactory()
    values = {"scheme": "employee", "employment": "retired", "starts_on": "2010-01-01", "ends_on": "2025-12-31"}
    reply = client.post(f"/participations/{insured.pk}/edit/", values)
    assert reply["Location"] == f"/people/{insured.person_id}/"
    insured.refresh_from_db()
    assert insured.ends_on == dt.date(2025, 12, 31)
    assert "修改参保关系" in client.get(reply["Location"]).content.decode()


def test_person_page_offers_what_may_be_done_next(signed_in: SignedIn, client: Client) -> None:
    person = make.ParticipationFactory().person
    page = client.get(f"/people/{person.pk}/").content.decode()
    assert f'href="/filings/new/?person={person.pk}" data-key="n"' in page
    reviewer = signed_in(make.staff(Role.REVIEWER)).get(f"/people/{person.pk}/").content.decode()
    assert 'data-key="n"' not in reviewer
    assert 'data-key="e"' not in reviewer


def test_filings_are_not_said_to_be_none_where_they_may_not_be_seen(signed_in: SignedIn, client: Client) -> None:
    link = make.FilingFactory().person.get_absolute_url()
    assert "异地备案</h2>" in client.get(link).content.decode()
    assert "异地备案</h2>" not in signed_in(make.staff(Role.FINANCE)).get(link).content.decode()


def test_pages_of_a_person_stand_under_people(client: Client) -> None:
    insured = make.ParticipationFactory()
    for link in (insured.person.get_absolute_url(), f"/participations/{insured.pk}/edit/"):
        assert '<a href="/people/" aria-current="page">' in client.get(link).content.decode()


def test_person_page_takes_few_queries(client: Client) -> None:
    person = make.ParticipationFactory().person
    register_events = make.staff(Role.CLERK)
    for serial in range(3):
        cards.issue_card(by=register_events, person=person, number=f"G000000{serial}")
        register.reveal_id_number(by=register_events, person=person)
        make.FilingFactory(
            person=person, status="cancelled", ended_by=register_events, ended_at="2026-01-01T00:00Z", end_reason="示例"
        )
    client.get(f"/people/{person.pk}/")
    with CaptureQueriesContext(connection) as queries:
        client.get(f"/people/{person.pk}/")
    assert len(queries) <= 29, [query["sql"][:100] for query in queries]
