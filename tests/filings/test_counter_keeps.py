"""What the counter promises and keeps: commitments, agents, further fields, handed in again."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from filings import desk
from filings.application import Agent, Seen
from filings.appraisal import assess_filing
from filings.models import Filing, InsuredPerson
from filings.vocabulary import Category, Channel, Material, Occasion, Relation
from hospitals.reasons import Refused
from tests import factories as make
from tests.filings.conftest import HTMX, asking, filed, filed_today, is_open_to_submit, typed
from tests.filings.counter import AGENT_ID, CAME_FOR, EMERGENCY, is_agent_open, shown_fields
from tests.filings.test_counter import panel

Insured = Callable[..., InsuredPerson]
CERTIFICATE = (Seen(Material.REFERRAL_CERTIFICATE),)


# the promise


@pytest.mark.clause("TL-08")
def test_promise_is_offered_with_its_day_while_materials_are_missing(client: Client, insured: Insured) -> None:
    person = insured(make.TIELING)
    page = panel(client, person, material=["id_document"])
    day = re.search(r"签承诺补充书先予备案，(\d{4}-\d\d-\d\d) 前补齐", page)
    assert day
    assert "可签订承诺补充书先予备案，6 个月内补齐" in page
    assert "补齐所缺材料，或签承诺补充书后提交" in page
    assert not is_open_to_submit(page)
    promised = panel(client, person, material=["id_document"], commitment="on", promise_for=day[1])
    assert is_open_to_submit(promised)
    assert re.search(rf"承诺补齐</dt><dd>{day[1]} 前", promised)
    assert 'name="commitment"' not in promised  # left on the screen as it is
    complete = panel(client, person, material=["id_document", "residence_permit"], commitment="on", promise_for=day[1])
    assert 'id="promise"' in complete
    assert 'name="commitment"' not in complete
    assert is_open_to_submit(complete)


@pytest.mark.clause("TL-08")
def test_promise_ticked_stays_while_a_date_is_mistyped(client: Client, insured: Insured) -> None:
    person = insured(make.TIELING)
    values = typed(material=["id_document"], commitment="on", promise_for="2026-09-10", start_on="昨天")
    assert 'id="promise"' not in panel(client, person, **values)
    page = client.post(f"/filings/new/?person={person.pk}", values).content.decode()
    assert re.search(r'name="commitment"[^>]*checked', page)


@pytest.mark.parametrize("area", [make.WEIFANG, make.YANTAI, make.DONGYING])
def test_promise_is_offered_nowhere_else(area: str, client: Client, insured: Insured) -> None:
    values = {"category": "resettled_retiree/native_place"} if area == make.YANTAI else {"category": "posted_worker"}
    page = panel(client, insured(area), **values, destination="济南" if area == make.YANTAI else "北京")
    assert 'name="commitment"' not in page


@pytest.mark.clause("DY-03")
def test_promise_where_none_is_taken_is_refused_with_what_is_missing(clerk: User, insured: Insured) -> None:
    with pytest.raises(Refused, match="文件未规定可凭承诺补充材料"):
        filed(clerk, insured(make.DONGYING), category=Category.POSTED_WORKER, commitment=True)


@pytest.mark.clause("TL-08")
def test_promised_filing_shows_its_day_on_its_page_and_receipt(client: Client, insured: Insured) -> None:
    person = insured(make.TIELING)
    client.post(f"/filings/new/?person={person.pk}", typed(material=["id_document"], commitment="on"))
    filing = Filing.objects.get()
    assert (filing.status, filing.decision["question"]["commitment"]) == ("active", True)
    day = filing.decision["complete_by"]
    assert f"承诺补齐</dt><dd>{day} 前" in client.get(f"/filings/{filing.pk}/").content.decode()
    receipt = client.get(f"/filings/{filing.pk}/receipt/").content.decode()
    assert f"{day} 前补齐" in receipt
    assert "居住证、户口簿（户籍证明）、本人名下房产证之一" in receipt


def test_promise_without_anything_missing_is_none(clerk: User, insured: Insured) -> None:
    seen = (Seen(Material.ID_DOCUMENT), Seen(Material.RESIDENCE_PERMIT))
    asked = asking(materials=seen, commitment=True)
    assert assess_filing(person=insured(make.TIELING), application=asked).answer.complete_by is None


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


@pytest.mark.clause("WF-03")
@pytest.mark.parametrize("channel", ["phone", "app", "mini_program", "public_account", "government_site"])
def test_self_service_channel_asks_for_nothing_and_is_effective_at_once(
    channel: str, client: Client, insured: Insured
) -> None:
    page = panel(client, insured(), channel=channel, further_for="x", materials_for="x", agent_for="x")
    assert shown_fields(page) == []
    assert 'type="checkbox" name="material"' not in page
    assert not is_agent_open(page)
    assert "提交后即时生效" in page


def test_resubmission_decides_with_the_fields_kept(
    client: Client, clerk: User, reviewer: User, insured: Insured
) -> None:
    person = insured(make.YANTAI)
    client.post(f"/filings/new/?person={person.pk}", typed(**EMERGENCY))
    filing = desk.send_back(by=reviewer, filing=Filing.objects.get(), reason="补正")
    values = typed(**(EMERGENCY | {"hospital_name": "济南另一医院", "version": filing.version}))
    fragment = client.post(f"/filings/new/decision/?filing={filing.pk}", values, headers=HTMX)
    assert is_open_to_submit(fragment.content.decode())
