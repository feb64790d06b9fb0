"""Inpatient registrations as staff meet them: the form beside its checks, the page, the slip, the list."""

import csv
import datetime as dt
import io
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from filings.models import InpatientRegistration, InsuredPerson
from filings.registering import cancel_registration
from hospitals.vocabulary import Role
from tests import factories as make
from tests.filings.conftest import HTMX, TOKEN
from tests.filings.stays import BEIJING_HOSPITAL, network, of_dongying, registered, stay

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(db: Any) -> User:
    network()
    return make.staff(Role.CLERK, make.YANTAI, make.DONGYING, make.WEIFANG)


@pytest.fixture
def person(clerk: User) -> InsuredPerson:
    return of_dongying(clerk, on=timezone.localdate())


@pytest.fixture
def client(signed_in: Any, clerk: User) -> Client:
    return signed_in(clerk)


def made_today(clerk: User, person: InsuredPerson, **values: Any) -> InpatientRegistration:
    today = timezone.localdate()
    return registered(clerk, person, stay(**{"admitted_on": today} | values), on=today)


def typed(**values: Any) -> dict[str, Any]:
    return {
        "hospital": BEIJING_HOSPITAL,
        "admitted_on": f"{timezone.localdate()}",
        "channel": "phone",
        "agent_relation": "child",
        "agent_name": "宋小明",
        "request_token": TOKEN,
    } | values


def is_open_to_submit(page: str) -> bool:
    button = re.search(r'<button[^>]*form="registration_form"[^>]*>', page)
    assert button
    return "disabled" not in button[0]


def checks(client: Client, person: InsuredPerson, **values: Any) -> str:
    reply = client.post(f"/registrations/new/checks/?person={person.pk}", typed(**values), headers=HTMX)
    assert reply.status_code == 200
    return reply.content.decode()


# the form


@pytest.mark.clause("DY-05")
def test_stay_is_registered_on_the_page(client: Client, person: InsuredPerson) -> None:
    link = f"/registrations/new/?person={person.pk}"
    assert f'href="{link}" data-key="z"' in client.get(f"/people/{person.pk}/").content.decode()
    page = client.get(link).content.decode()
    assert f'<option value="{BEIJING_HOSPITAL}">' in page
    assert person.filings.get().number in page
    assert not is_open_to_submit(page)
    reply = client.post(link, typed(ward="心内科"))
    made = InpatientRegistration.objects.get()
    assert reply["Location"] == f"/registrations/{made.pk}/"
    assert made.ward == "心内科"
    assert made.number in client.get(f"/people/{person.pk}/").content.decode()


@pytest.mark.clause("DY-05")
def test_checks_follow_what_is_typed_and_write_nothing(client: Client, person: InsuredPerson) -> None:
    found = checks(client, person)
    assert "可以登记" in found
    assert is_open_to_submit(found)
    refused = checks(client, person, hospital="北京<某>医院", agent_relation="", agent_name="")
    assert "不能登记" in refused
    assert "联网医院目录中没有“北京&lt;某&gt;医院”" in refused
    assert "请填写告知人及与参保人关系" in refused
    assert "《跨省异地就医住院费用直接结算政策解答》五（一）第三步" in refused
    assert not is_open_to_submit(refused)
    assert "入院日期：应如 2026-03-10" in checks(client, person, admitted_on="明天")
    assert "姓名：请填写姓名" in checks(client, person, agent_name="")
    assert not InpatientRegistration.objects.exists()


@pytest.mark.clause("YT-09")
def test_person_who_calls_themself_is_told_so(client: Client, person: InsuredPerson) -> None:
    assert (
        client.post(f"/registrations/new/?person={person.pk}", typed(agent_relation="self", agent_name="")).status_code
        == 302
    )
    assert InpatientRegistration.objects.get().caller == "参保人本人"


def test_refused_stay_comes_back_with_the_reasons_and_what_was_typed(client: Client, person: InsuredPerson) -> None:
    yesterday = f"{timezone.localdate() - dt.timedelta(1)}"
    reply = client.post(f"/registrations/new/?person={person.pk}", typed(admitted_on=yesterday, ward="心<内>科"))
    page = reply.content.decode()
    assert reply.status_code == 422
    assert "没有登记" in page
    assert "登记须在入院前或入院当日办理" in page
    assert 'value="心&lt;内&gt;科"' in page
    assert f'value="{yesterday}"' in page


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"hospital": ""}, "必填"),
        ({"hospital": "x\x00"}, "空字符"),
        ({"channel": "app"}, "有效的选项"),
        ({"agent_relation": "", "agent_name": "某人"}, "请选择与参保人的关系"),
        ({"agent_id_number": "123"}, "应为18位"),
        ({"admitted_on": "2026-02-30"}, "应如 2026-03-10"),
    ],
)
def test_faulty_form_comes_back(client: Client, person: InsuredPerson, values: dict[str, str], fault: str) -> None:
    reply = client.post(f"/registrations/new/?person={person.pk}", typed(condition="冠心病", **values))
    assert reply.status_code == 422
    assert fault in reply.content.decode()
    assert 'value="冠心病"' in reply.content.decode()
    assert not InpatientRegistration.objects.exists()


def test_same_page_sent_twice_opens_the_same_registration(client: Client, person: InsuredPerson) -> None:
    link = f"/registrations/new/?person={person.pk}"
    assert client.post(link, typed())["Location"] == client.post(link, typed())["Location"]
    again = client.post(link, typed(request_token="0" * 32))
    assert again.status_code == 422
    assert "此次住院已登记" in again.content.decode()


def test_area_without_registration_says_at_once_that_none_is_needed(client: Client, clerk: User) -> None:
    person = make.ParticipationFactory(person__area__code=make.WEIFANG).person
    page = client.get(f"/registrations/new/?person={person.pk}").content.decode()
    assert "无需登记" in page
    assert "没有住院联网登记的规定" in page
    assert not is_open_to_submit(page)


def test_person_without_insurance_or_filing_is_told_in_the_checks(client: Client, clerk: User) -> None:
    person = make.PersonFactory(area__code=make.DONGYING)
    page = client.get(f"/registrations/new/?person={person.pk}").content.decode()
    assert "没有有效的参保关系" in page
    assert "今天没有有效的备案" in page
    assert "须先办理备案" in checks(client, person)


@pytest.mark.parametrize("hospitals", [1, 30])
def test_checks_take_the_same_queries_however_many_hospitals(
    client: Client, person: InsuredPerson, hospitals: int
) -> None:
    for _ in range(hospitals):
        make.HospitalFactory(area__code=make.BEIJING)
    checks(client, person)
    with CaptureQueriesContext(connection) as queries:
        checks(client, person)
    assert len(queries) == 22, [query["sql"][:80] for query in queries]


def test_clerk_of_two_windows_says_which(signed_in: Any, person: InsuredPerson) -> None:
    halls = [make.HallFactory(area=person.area) for _ in range(2)]
    member = make.staff(Role.CLERK, hall=halls[0])
    make.PostFactory(user=member, area=person.area, hall=halls[1])
    client, link = signed_in(member), f"/registrations/new/?person={person.pk}"
    assert client.post(link, typed()).status_code == 422
    assert client.post(link, typed(hall=halls[1].pk)).status_code == 302
    assert InpatientRegistration.objects.get().hall == halls[1]


# the page and the slip


def test_registration_page_shows_the_checks_of_then(client: Client, clerk: User, person: InsuredPerson) -> None:
    made = made_today(clerk, person)
    page = client.get(f"/registrations/{made.pk}/").content.decode()
    for text in (made.number, "登记时的核对", "已办理退休手续", "宋小明（子女）", "心内科", "住院联网登记"):
        assert text in page
    assert person.id_number not in page


def test_slip_holds_the_stay_and_masks_the_number(client: Client, clerk: User, person: InsuredPerson) -> None:
    made = made_today(clerk, person)
    page = client.get(f"/registrations/{made.pk}/slip/").content.decode()
    for text in (
        "住院联网登记单",
        made.number,
        person.name,
        BEIJING_HOSPITAL,
        "冠心病",
        "出示社会保障卡",
        "五（一）第三步",
    ):
        assert text in page
    assert person.id_number not in page
    assert "https://" not in page


def test_registration_is_cancelled_on_the_page(client: Client, clerk: User, person: InsuredPerson) -> None:
    made = made_today(clerk, person)
    link = f"/registrations/{made.pk}/cancel/"
    assert client.get(link).status_code == 405
    stale = client.post(link, {"version": 9, "reason": "不<住>院"})
    assert stale.status_code == 422
    assert "不&lt;住&gt;院</textarea>" in stale.content.decode()
    assert re.search(r'<dialog id="cancel"[^>]*data-open', stale.content.decode())
    assert client.post(link, {"version": 1, "reason": " "}).status_code == 422
    assert client.post(link, {"version": 1, "reason": "不住院了"}).status_code == 302
    page = client.get(f"/registrations/{made.pk}/").content.decode()
    assert "不住院了" in page
    assert 'data-dialog="cancel"' not in page
    again = client.post(link, {"version": 2, "reason": "再来"})
    assert again.status_code == 422
    assert "不能取消登记" in again.content.decode()


def test_who_may_only_look_sees_no_button(signed_in: Any, clerk: User, person: InsuredPerson) -> None:
    made = made_today(clerk, person)
    auditor = signed_in(make.staff(Role.AUDITOR, make.DONGYING))
    page = auditor.get(f"/registrations/{made.pk}/").content.decode()
    assert made.number in page
    assert 'data-dialog="cancel"' not in page
    assert 'data-key="z"' not in auditor.get(f"/people/{person.pk}/").content.decode()


def test_registration_page_takes_few_queries(client: Client, clerk: User, person: InsuredPerson) -> None:
    made = cancel_registration(by=clerk, registration=made_today(clerk, person), reason="不住院了")
    client.get(f"/registrations/{made.pk}/")
    with CaptureQueriesContext(connection) as queries:
        client.get(f"/registrations/{made.pk}/")
    assert len(queries) <= 8, [query["sql"][:80] for query in queries]


# the list


def listed(client: Client, **query: Any) -> list[InpatientRegistration]:
    return [row for row, _ in client.get("/registrations/", query).context["page"].rows]


def test_list_is_filtered_sorted_and_found_by_number_and_name(client: Client, clerk: User) -> None:
    early = make.RegistrationFactory(person__area__code=make.YANTAI, admitted_on=dt.date(2026, 3, 12))
    late = make.RegistrationFactory(
        person__area__code=make.DONGYING,
        status="cancelled",
        ended_by=clerk,
        ended_at="2026-03-10T00:00Z",
        end_reason="改期",
    )
    assert listed(client) == [late, early]
    assert listed(client, area=make.YANTAI) == [early]
    assert listed(client, status="registered") == [early]
    assert listed(client, sort="-admitted_on") == [early, late]
    assert listed(client, text=late.number) == [late]
    assert early in listed(client, text=early.person.name)
    assert listed(client, text=early.person.id_number) == []


def test_list_is_exported_as_it_is_shown(client: Client, clerk: User, person: InsuredPerson) -> None:
    made = made_today(clerk, person)
    reply = client.get("/registrations/?export=csv")
    rows = list(csv.reader(io.StringIO(b"".join(reply.streaming_content).decode("utf-8-sig"))))  # type: ignore[attr-defined]
    assert [row[0] for row in rows] == ["登记号", made.number]
    assert "已登记" in rows[1]
    assert person.id_number not in str(rows)


def test_registrations_of_another_area_or_hall_are_not_seen(signed_in: Any, clerk: User, person: InsuredPerson) -> None:
    made = made_today(clerk, person)
    elsewhere = signed_in(make.staff(Role.CLERK, make.TIELING))
    hall = signed_in(make.staff(Role.CLERK, hall=make.HallFactory(area=person.area)))
    for stranger in (elsewhere, hall):
        assert listed(stranger) == []
        for path in ("", "slip/"):
            assert stranger.get(f"/registrations/{made.pk}/{path}").status_code == 404
        assert stranger.post(f"/registrations/{made.pk}/cancel/", {"reason": "x"}).status_code == 404
    assert elsewhere.get(f"/registrations/new/?person={person.pk}").status_code == 404


@pytest.mark.parametrize("count", [1, 3, 30])
@pytest.mark.parametrize("areas", [1, 5])
def test_list_takes_the_same_queries_whatever_its_length(signed_in: Any, db: Any, areas: int, count: int) -> None:
    homes = make.HOMES[:areas]
    client = signed_in(make.staff(Role.CLERK, *homes))
    for number in range(count):
        make.RegistrationFactory(person__area__code=homes[number % areas])
    client.get("/registrations/")
    with CaptureQueriesContext(connection) as queries:
        assert len(listed(client)) == count
    assert len(queries) == (6 if areas == 1 else 7), [query["sql"][:80] for query in queries]
