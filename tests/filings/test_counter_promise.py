"""The promise to hand in later what is missing: where it is offered, kept, shown, refused."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from filings.application import Seen
from filings.appraisal import assess_filing
from filings.models import Filing, InsuredPerson
from filings.vocabulary import Category, Material
from hospitals.reasons import Refused
from hospitals.vocabulary import Role
from tests import factories as make
from tests.filings.conftest import asking, filed, is_open_to_submit, typed
from tests.filings.test_counter import panel

Insured = Callable[..., InsuredPerson]


@pytest.fixture
def clerk(policies: None) -> User:
    return make.staff(Role.CLERK, *make.HOMES)


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
