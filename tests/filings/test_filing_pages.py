"""The filing's page, its receipt and the list, as staff meet them."""

import csv
import datetime as dt
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from filings import desk
from filings.application import Seen
from filings.models import Filing, InsuredPerson
from filings.vocabulary import Category, Material
from hospitals.access import staff_name
from hospitals.vocabulary import Role
from tests import factories as make
from tests.filings.conftest import APPROVAL, HTMX, asking, filed_today, is_open_to_submit, to_review, typed

Insured = Callable[..., InsuredPerson]


# the filing's page


def test_reviewer_approves_on_the_page_and_the_clerk_cannot(
    signed_in: Any, client: Client, clerk: User, reviewer: User, insured: Insured
) -> None:
    filing = to_review(clerk, insured(make.YANTAI))
    link = f"/filings/{filing.pk}/"
    own = client.get(link).content.decode()
    assert "审核通过" not in own
    assert "撤回" in own
    checks = signed_in(reviewer)
    assert "审核通过" in checks.get(link).content.decode()
    assert client.post(f"{link}approve/", {"version": 1}).status_code == 422
    assert checks.post(f"{link}approve/", {"version": 1}).status_code == 302
    filing.refresh_from_db()
    assert (filing.status, filing.reviewed_by) == ("active", reviewer)
    assert f"<li>审核人：（空） → {staff_name(reviewer)}</li>" in checks.get(link).content.decode()


def test_step_refused_keeps_the_reason_typed(signed_in: Any, clerk: User, reviewer: User, insured: Insured) -> None:
    filing = to_review(clerk, insured(make.YANTAI))
    checks = signed_in(reviewer)
    reply = checks.post(f"/filings/{filing.pk}/send_back/", {"version": 9, "reason": "缺<签字>"})
    page = reply.content.decode()
    assert reply.status_code == 422
    assert "刚刚被他人改动" in page
    assert "缺&lt;签字&gt;" in page
    assert re.search(r'<dialog id="send_back"[^>]*data-open', page)
    empty = checks.post(f"/filings/{filing.pk}/send_back/", {"version": 1, "reason": " "})
    assert "须填写理由" in empty.content.decode()


@pytest.mark.parametrize("verb", ["resubmit", "nonsense", "delete"])
def test_step_that_is_none_is_not_found(verb: str, client: Client, clerk: User, insured: Insured) -> None:
    filing = filed_today(clerk, insured())
    assert client.post(f"/filings/{filing.pk}/{verb}/").status_code in (404, 422, 302)
    filing.refresh_from_db()
    assert filing.status == "active"


def test_step_is_not_taken_by_looking(client: Client, clerk: User, insured: Insured) -> None:
    filing = filed_today(clerk, insured())
    for verb in ("approve", "withdraw", "hold/take"):
        assert client.get(f"/filings/{filing.pk}/{verb}/").status_code == 405


def test_returned_filing_is_corrected_on_the_counter_page(
    client: Client, clerk: User, reviewer: User, insured: Insured
) -> None:
    filing = desk.send_back(by=reviewer, filing=to_review(clerk, insured(make.YANTAI)), reason="就医地有误")
    link = f"/filings/{filing.pk}/resubmit/"
    page = client.get(link).content.decode()
    assert "就医地有误" in page
    assert re.search(r'value="referral_approval_form"[^>]*checked', page)
    assert re.search(r'value="referral"[^>]*checked', page)
    assert re.findall(r'value="(\w+)"[^>]*autofocus', page) == ["referral"]
    assert is_open_to_submit(page)
    values = typed(category="referral", destination="济南", material=["referral_approval_form"], version=filing.version)
    fragment = client.post(f"/filings/new/decision/?filing={filing.pk}", values, headers=HTMX)
    assert is_open_to_submit(fragment.content.decode())
    short = client.post(link, values | {"material": []})
    assert short.status_code == 422
    assert "缺少异地转诊审批表" in short.content.decode()
    assert client.post(link, values).status_code == 302
    filing.refresh_from_db()
    assert (filing.status, filing.destination_id) == ("pending", "370100")


def test_filing_not_returned_is_not_corrected(client: Client, clerk: User, insured: Insured) -> None:
    filing = filed_today(clerk, insured())
    reply = client.get(f"/filings/{filing.pk}/resubmit/", follow=True)
    assert reply.redirect_chain[0][0] == f"/filings/{filing.pk}/"
    assert "不能重新提交" in reply.content.decode()


def test_decision_of_then_is_shown_whatever_is_in_force_now(client: Client, clerk: User, insured: Insured) -> None:
    filing = filed_today(clerk, insured())
    Filing.objects.filter(pk=filing.pk).update(
        decision=filing.decision | {"tier": "temporary", "policy": filing.decision["policy"] | {"document": "旧文件"}}
    )
    page = client.get(f"/filings/{filing.pk}/").content.decode()
    assert "《旧文件》第 1 版" in page
    assert "临时外出待遇" in page


def test_receipt_holds_the_filing_and_masks_the_number(client: Client, clerk: User, insured: Insured) -> None:
    person = insured(make.TIELING)
    seen = (Seen(Material.ID_DOCUMENT), Seen(Material.HOUSEHOLD_REGISTER, 1, 2))
    filing = filed_today(clerk, person, materials=seen)
    page = client.get(f"/filings/{filing.pk}/receipt/").content.decode()
    for text in ("异地就医备案回执", filing.number, person.name, "北京市", "户口簿（户籍证明）", "持社会保障卡"):
        assert text in page
    assert person.id_number not in page
    assert "https://" not in page


def test_receipt_of_manual_settlement_tells_to_keep_the_papers(client: Client, clerk: User, insured: Insured) -> None:
    seen = (Seen(Material.ROSTER),)
    filing = filed_today(clerk, insured(make.YANTAI), Category.POSTED_WORKER, materials=seen)
    page = client.get(f"/filings/{filing.pk}/receipt/").content.decode()
    assert "回参保地申请手工报销" in page
    assert "持社会保障卡" not in page


def test_filing_page_takes_few_queries(client: Client, clerk: User, reviewer: User, insured: Insured) -> None:
    filing = to_review(clerk, insured(make.YANTAI))
    for _ in range(3):
        filing = desk.send_back(by=reviewer, filing=filing, reason="补正")
        again = asking(Category.REFERRAL, filed_on=timezone.localdate(), materials=APPROVAL)
        filing = desk.resubmit(by=clerk, filing=filing, application=again)
    client.get(f"/filings/{filing.pk}/")
    with CaptureQueriesContext(connection) as queries:
        client.get(f"/filings/{filing.pk}/")
    assert len(queries) <= 15, [query["sql"][:100] for query in queries]


# the list


@pytest.fixture
def three(clerk: User, reviewer: User, insured: Insured) -> list[Filing]:
    """One of Weifang, one of Tieling that starts later, one of Yantai that waits for review."""
    later = {"start_on": timezone.localdate() + dt.timedelta(9)}
    seen = (Seen(Material.ID_DOCUMENT), Seen(Material.RESIDENCE_PERMIT))
    return [
        filed_today(clerk, insured()),
        filed_today(clerk, insured(make.TIELING), materials=seen, **later),
        to_review(clerk, insured(make.YANTAI)),
    ]


def listed(client: Client, **query: Any) -> list[Filing]:
    return [row for row, _ in client.get("/filings/", query).context["page"].rows]


def test_list_is_filtered_by_area_status_category_and_scope(client: Client, three: list[Filing]) -> None:
    weifang, tieling, yantai = three
    assert listed(client) == [yantai, tieling, weifang]
    assert listed(client, area=make.TIELING) == [tieling]
    assert listed(client, status="pending") == [yantai]
    assert listed(client, category="referral") == [yantai]
    assert listed(client, scope="in_province") == []
    assert listed(client, status="pending", area=make.TIELING) == []


def test_list_finds_by_number_name_and_initials(client: Client, three: list[Filing]) -> None:
    filing = three[0]
    assert listed(client, text=filing.number) == [filing]
    assert listed(client, text=filing.number.lower()) == [filing]
    assert filing in listed(client, text=filing.person.name)
    assert filing in listed(client, text=filing.person.initials)
    assert listed(client, text="BA2026031099999999") == []


def test_list_of_too_many_people_says_so(client: Client, three: list[Filing], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("filings.filters.MOST_PEOPLE", 0)
    page = client.get("/filings/", {"text": three[0].person.name}).content.decode()
    assert "请输入更完整的姓名" in page


def test_id_number_is_not_looked_for_by_address(client: Client, three: list[Filing]) -> None:
    assert listed(client, text=three[0].person.id_number) == []


@pytest.mark.parametrize("text", ["%", "' OR ''='", "BA" + "9" * 30, "\\", "<script>"])
def test_hostile_text_finds_nothing(text: str, client: Client, three: list[Filing]) -> None:
    assert listed(client, text=text) == []


def test_list_sorts_by_start_over_several_areas(client: Client, three: list[Filing]) -> None:
    weifang, tieling, yantai = three
    assert listed(client, sort="start_on") == [weifang, yantai, tieling]
    assert listed(client, sort="-start_on") == [tieling, yantai, weifang]


def test_list_is_exported_as_it_is_shown(client: Client, three: list[Filing]) -> None:
    reply = client.get("/filings/?export=csv&status=pending")
    rows = list(csv.reader(io.StringIO(b"".join(reply.streaming_content).decode("utf-8-sig"))))  # type: ignore[attr-defined]
    assert [row[0] for row in rows] == ["备案号", three[2].number]
    assert "待审核" in rows[1]
    assert three[2].person.id_number not in str(rows)


def test_filings_of_another_area_or_hall_are_not_seen(signed_in: Any, three: list[Filing]) -> None:
    weifang = three[0]
    elsewhere = signed_in(make.staff(Role.CLERK, make.DONGYING))
    assert listed(elsewhere) == []
    hall = signed_in(make.staff(Role.CLERK, hall=make.HallFactory(area=weifang.area)))
    assert listed(hall) == []
    for stranger in (elsewhere, hall):
        for path in ("", "receipt/", "resubmit/"):
            assert stranger.get(f"/filings/{weifang.pk}/{path}").status_code == 404
        assert stranger.post(f"/filings/{weifang.pk}/cancel/", {"reason": "x"}).status_code == 404


@pytest.mark.parametrize("count", [1, 3, 30])
@pytest.mark.parametrize("areas", [1, 5])
def test_list_takes_the_same_queries_whatever_its_length(signed_in: Any, db: Any, areas: int, count: int) -> None:
    codes = (make.WEIFANG, make.YANTAI, make.DONGYING, make.JINING, make.TIELING)[:areas]
    client = signed_in(make.staff(Role.CLERK, *codes))
    for number in range(count):
        make.FilingFactory(person__area__code=codes[number % areas])
    client.get("/filings/")
    with CaptureQueriesContext(connection) as queries:
        assert len(listed(client)) == count
    assert len(queries) == (6 if areas == 1 else 7), [query["sql"][:80] for query in queries]
