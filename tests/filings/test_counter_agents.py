"""Somebody acts for the person: asked for by channel, checked at the fields, kept and shown masked."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from filings import desk
from filings.application import Agent, Seen
from filings.identity import made_up_number
from filings.models import Filing, InsuredPerson
from filings.vocabulary import Category, Channel, Material, Occasion, Relation
from hospitals.vocabulary import Role
from tests import factories as make
from tests.filings.conftest import HTMX, filed_today, is_open_to_submit, typed
from tests.filings.test_counter import panel

Insured = Callable[..., InsuredPerson]
AGENT_ID = made_up_number("370602", dt.date(1970, 5, 5), 12)
EMERGENCY = {
    "category": "emergency",
    "destination": "济南",
    "material": ["emergency_certificate"],
    "hospital_name": "济南示例医院",
    "ward": "急诊科",
    "condition": "胸痛两小时",
    "admitted_on": "2026-03-09",
}
CAME_FOR = {
    "agent_name": "姜父",
    "agent_relation": "parent",
    "agent_phone": "13900000001",
    "agent_id_number": AGENT_ID,
}


@pytest.fixture
def clerk(policies: None) -> User:
    return make.staff(Role.CLERK, *make.HOMES)


@pytest.fixture
def reviewer(policies: None) -> User:
    return make.staff(Role.REVIEWER, *make.HOMES)


def is_agent_open(page: str) -> bool:
    details = re.search(r'<details id="agent"[^>]*>', page)
    assert details
    return " open " in details[0]


@pytest.mark.clause("YT-09")
@pytest.mark.parametrize(
    ("channel", "is_open", "relation"),
    [("counter", False, ""), ("phone", True, ""), ("fax", True, ""), ("employer", True, "employer")],
)
def test_agent_opens_where_the_channel_asks_for_one(
    channel: str, is_open: bool, relation: str, client: Client, insured: Insured
) -> None:
    person = insured(make.YANTAI)
    case = {"category": "posted_worker", "destination": "济南", "material": ["roster"]}
    page = panel(client, person, **case, channel=channel, agent_for="x")
    assert is_agent_open(page) is is_open
    chosen = re.findall(r'<option value="(\w*)" selected', page)
    assert ([code for code in chosen if code in set(Relation)] or [""])[0] == relation
    assert is_open_to_submit(page) is not is_open
    assert ("请填写代办人（来电人）" in page) is is_open
    assert is_open_to_submit(panel(client, person, **case, channel=channel, **CAME_FOR))


def test_agent_named_by_the_hospitals_channel_is_of_the_hospital(client: Client, insured: Insured) -> None:
    page = panel(
        client, insured(make.YANTAI), category="emergency", destination="济南", channel="hospital", agent_for="x"
    )
    assert '<option value="hospital" selected' in page


# what is validated at its field


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"agent_id_number": AGENT_ID[:-1]}, "代办人身份证号码：身份证号码应为18位，现为17位"),
        ({"agent_id_number": AGENT_ID[:-1] + ("0" if AGENT_ID[-1] != "0" else "1")}, "校验码不符"),
        ({"agent_name": ""}, "请填写代办人姓名"),
        ({"agent_relation": ""}, "请选择与参保人关系"),
        ({"agent_relation": "friend"}, "friend"),
        ({"agent_phone": "电话"}, "电话应为 5 至 20 位数字"),
        ({"agent_phone": "1" * 21}, "20"),
        ({"agent_name": "名" * 51}, "50"),
        ({"hospital_name": "院" * 101}, "100"),
        ({"condition": "病" * 201}, "200"),
        ({"ward": "\x00"}, "科室病区"),
        ({"occasion": "party"}, "party"),
    ],
)
def test_bad_agent_or_further_field_is_told_and_not_filed(
    values: dict[str, Any], told: str, client: Client, insured: Insured
) -> None:
    person = insured(make.YANTAI)
    data = typed(**(EMERGENCY | CAME_FOR | values))
    assert told in panel(client, person, **data)
    reply = client.post(f"/filings/new/?person={person.pk}", data)
    page = reply.content.decode()
    assert reply.status_code == 422
    assert "胸痛两小时" in page or "condition" in values
    assert is_agent_open(page)
    assert not Filing.objects.exists()


def test_agent_is_not_the_person(client: Client, insured: Insured) -> None:
    person = insured(make.YANTAI)
    values = EMERGENCY | CAME_FOR | {"agent_id_number": person.id_number}
    assert "与参保人的证件号码相同" in panel(client, person, **values)


def test_agents_number_is_read_as_it_is_typed(client: Client, insured: Insured) -> None:
    person = insured(make.YANTAI)
    spaced = " ".join((AGENT_ID[:6], AGENT_ID[6:14], AGENT_ID[14:])).lower()
    client.post(f"/filings/new/?person={person.pk}", typed(**(EMERGENCY | CAME_FOR | {"agent_id_number": spaced})))
    assert Filing.objects.get().agent_id_number == AGENT_ID


# what is kept


@pytest.mark.clause("YT-09", "YT-14")
def test_everything_told_is_kept_shown_masked_and_filled_in_again(
    client: Client, clerk: User, reviewer: User, insured: Insured
) -> None:
    person = insured(make.YANTAI)
    client.post(f"/filings/new/?person={person.pk}", typed(**(EMERGENCY | CAME_FOR)))
    filing = Filing.objects.get()
    told = (filing.hospital_name, filing.ward, filing.condition, filing.agent_name, filing.agent_relation)
    assert told == ("济南示例医院", "急诊科", "胸痛两小时", "姜父", "parent")
    masked = filing.masked_agent_id
    for path in ("", "receipt/"):
        page = client.get(f"/filings/{filing.pk}/{path}").content.decode()
        for text in (*told[:4], "父母", "13900000001", masked):
            assert text in page
        assert AGENT_ID not in page
    desk.send_back(by=reviewer, filing=filing, reason="病区有误")
    filing.refresh_from_db()
    link = f"/filings/{filing.pk}/resubmit/"
    page = client.get(link).content.decode()
    assert AGENT_ID not in page
    for text in (*told[:4], masked, "2026-03-09"):
        assert f'value="{text}"' in page
    assert '<option value="parent" selected' in page
    again = typed(**(EMERGENCY | CAME_FOR | {"ward": "心内科", "agent_id_number": masked, "version": filing.version}))
    assert client.post(link, again).status_code == 302
    filing.refresh_from_db()
    assert (filing.ward, filing.agent_id_number, filing.status) == ("心内科", AGENT_ID, "pending")


def test_masked_number_of_somebody_else_is_no_number(client: Client, insured: Insured) -> None:
    values = EMERGENCY | CAME_FOR | {"agent_id_number": "370602********0128"}
    assert "身份证号码应为17位数字加一位数字或X" in panel(client, insured(make.YANTAI), **values)


def test_verb_keeps_agent_occasion_and_disease(clerk: User, insured: Insured) -> None:
    agent = Agent("王某", Relation.EMPLOYER, "0535-1234567")
    filing = filed_today(
        clerk,
        insured(make.YANTAI),
        Category.POSTED_WORKER,
        destination="370100",
        channel=Channel.FAX,
        agent=agent,
        materials=(Seen(Material.ROSTER),),
        disease="高血压",
        occasion=Occasion.MATERNITY,
    )
    filing.refresh_from_db()
    assert (filing.agent_name, filing.agent_relation, filing.agent_id_number) == ("王某", "employer", "")
    assert (filing.disease, filing.occasion, filing.get_channel_display()) == ("高血压", "maternity", "传真")


def test_resubmission_decides_with_the_fields_kept(
    client: Client, clerk: User, reviewer: User, insured: Insured
) -> None:
    person = insured(make.YANTAI)
    client.post(f"/filings/new/?person={person.pk}", typed(**EMERGENCY))
    filing = desk.send_back(by=reviewer, filing=Filing.objects.get(), reason="补正")
    values = typed(**(EMERGENCY | {"hospital_name": "济南另一医院", "version": filing.version}))
    fragment = client.post(f"/filings/new/decision/?filing={filing.pk}", values, headers=HTMX)
    assert is_open_to_submit(fragment.content.decode())
