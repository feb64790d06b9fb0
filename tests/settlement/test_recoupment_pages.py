"""Recoupments on the screen: the list, the page and its steps, a new one by hand, prints, the sections elsewhere."""

import csv
import datetime as dt
import io
import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from filings.sweeping import sweep
from hospitals.vocabulary import Role
from settlement.models import Recoupment
from settlement.vocabulary import ClaimStatus
from tests import factories as make
from tests.settlement.office import Office
from tests.settlement.recoupments import ON, in_state, paid_row, proposed, take, yuan
from tests.settlement.test_recoupment_causes import AFTER, STAYS, committed, stayed

LIST = "/recoupments/"


def listed(client: Any, **query: str) -> list[Recoupment]:
    return [row for row, _cells in client.get(LIST, query).context["page"].rows]


def step(client: Any, recoupment: Recoupment, verb: str, **data: Any) -> Any:
    recoupment.refresh_from_db()
    return client.post(f"{recoupment.get_absolute_url()}take/{verb}/", {"version": recoupment.version, **data})


def page_of(client: Any, recoupment: Recoupment) -> str:
    return client.get(recoupment.get_absolute_url()).content.decode()


def buttons(page: str) -> set[str]:
    return set(re.findall(r'data-dialog="(\w+)"', page))


@pytest.fixture
def collected(office: Office) -> Recoupment:
    """Due today."""
    today = timezone.localdate()
    return take(office, proposed(office), "confirm", due_on=today, on=today)


# the list


def test_list_shows_what_is_due_received_and_open(office: Office, signed_in: Any) -> None:
    today = timezone.localdate()
    waiting = proposed(office)
    late, soon, far = (
        take(office, proposed(office), "confirm", due_on=today + dt.timedelta(days), on=ON) for days in (-3, 7, 8)
    )
    late = take(office, late, "receive", amount=yuan(100))
    reviewer = signed_in(office.reviewer)
    assert listed(reviewer) == [far, soon, late, waiting]
    assert listed(reviewer, band="overdue") == listed(reviewer, band="to_remind") == [late]
    assert listed(reviewer, band="7") == [soon]
    assert listed(reviewer, status="proposed") == [waiting]
    assert listed(reviewer, cause="lapsed") == []
    assert listed(reviewer, text=late.number.lower()) == [late]
    assert listed(reviewer, text=late.person.id_number) == []
    page = reviewer.get(LIST, {"band": "overdue"}).content.decode()
    assert "逾期 3 日" in page
    assert "900.00" in page
    take(office, late, "remind", reminded_on=today, on=today)
    assert listed(reviewer, band="to_remind") == []
    take(office, Recoupment.objects.get(pk=late.pk), "propose_write_off")
    assert listed(reviewer, band="write_off") == [late]


def test_list_is_exported_as_amounts(office: Office, signed_in: Any) -> None:
    recoupment = take(office, in_state(office, "collecting"), "receive", amount=yuan(100))
    reply = signed_in(office.finance).get(LIST, {"export": "csv"})
    rows = list(csv.reader(io.StringIO(b"".join(reply.streaming_content).decode("utf-8-sig"))))
    assert rows[1][0] == recoupment.number
    assert rows[1][4:7] == ["1000.00", "100.00", "900.00"]
    assert not any("<span" in cell for cell in rows[1])
    assert recoupment.person.id_number not in str(rows)


def test_list_takes_the_same_queries_whatever_its_length(office: Office, signed_in: Any) -> None:
    client, counts = signed_in(office.reviewer), []
    made = 0
    for count in (1, 3, 30):
        for _row in range(count - made):
            proposed(office)
        made = count
        client.get(LIST)
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST)
        counts.append(len(queries))
    assert len(set(counts)) == 1, counts


def test_list_of_another_area_is_empty(office: Office, signed_in: Any) -> None:
    proposed(office)
    assert listed(signed_in(make.staff(Role.SUPERVISOR, make.WEIFANG))) == []


@pytest.mark.parametrize("query", ["band=x", "status=%00", "text=" + "长" * 300, "after=x:1", "cause=9"])
def test_hostile_queries_get_a_page(office: Office, signed_in: Any, query: str) -> None:
    assert signed_in(office.reviewer).get(f"{LIST}?{query}").status_code == 200


# the page


def test_page_offers_just_the_steps_that_are_open(office: Office, signed_in: Any) -> None:
    waiting, collecting = proposed(office), in_state(office, "collecting")
    reviewer, second, finance, supervisor, auditor = map(
        signed_in,
        (office.reviewer, office.second, office.finance, office.supervisor, make.staff(Role.AUDITOR, make.TIELING)),
    )
    assert buttons(page_of(reviewer, waiting)) == {"correct", "withdraw"}
    assert buttons(page_of(second, waiting)) == {"correct", "confirm", "withdraw"}
    assert buttons(page_of(finance, waiting)) == buttons(page_of(auditor, collecting)) == set()
    assert buttons(page_of(finance, collecting)) == {"receive", "set_instalments", "remind", "propose_write_off"}
    assert buttons(page_of(supervisor, collecting)) == {"revoke"}
    take(office, collecting, "propose_write_off")
    assert buttons(page_of(supervisor, collecting)) == {"approve_write_off", "reject_write_off", "revoke"}
    assert "待主管批准：示例理由" in page_of(finance, collecting)


def test_whole_way_by_the_page(office: Office, signed_in: Any) -> None:
    recoupment, today = proposed(office), timezone.localdate()
    second, finance = signed_in(office.second), signed_in(office.finance)
    assert step(second, recoupment, "confirm", due_on=today.isoformat()).status_code == 302
    assert step(finance, recoupment, "set_instalments", first_due_on=today.isoformat(), count="2").status_code == 302
    told = {"how": "phone", "reminded_on": today.isoformat(), "note": "答应月底缴清"}
    assert step(finance, recoupment, "remind", **told).status_code == 302
    came = {"amount": "500", "received_on": today.isoformat(), "reference": "SK001"}
    assert step(finance, recoupment, "receive", **came).status_code == 302
    page = page_of(finance, recoupment)
    for text in ("答应月底缴清", "SK001", "500.00 元", "职工基本医疗保险统筹基金"):
        assert text in page
    receipt = recoupment.receipts.get()
    assert step(finance, recoupment, "take_back", receipt=receipt.pk, reason="记错账").status_code == 302
    lines = f"{today} 400.00\n{today + dt.timedelta(30)}，600元"
    assert step(finance, recoupment, "set_instalments", lines=lines).status_code == 302
    assert list(recoupment.instalments.values_list("amount", flat=True)) == [400, 600]
    assert step(finance, recoupment, "receive", **came | {"amount": "1,000.00"}).status_code == 302
    recoupment.refresh_from_db()
    assert recoupment.status == "settled"
    assert "撤销收款" in page_of(finance, recoupment)


@pytest.mark.parametrize(
    ("verb", "data", "text"),
    [
        ("set_instalments", {"count": "3", "lines": "2999-02-01 1000"}, "请填写首期应缴日期和期数"),
        ("receive", {"amount": "1000.01", "reference": "X"}, "未追回金额为 1000.00 元"),
        ("receive", {"amount": "-1", "reference": "X"}, "金额不能为负"),
        ("receive", {"amount": "1.001", "reference": "X"}, "最多精确到分"),
        ("set_instalments", {}, "请填写首期应缴日期和期数"),
        ("set_instalments", {"lines": "明天 500"}, "第1行应为日期和金额"),
        ("set_instalments", {"lines": "2999-02-30 500"}, "第1行应为日期和金额"),
        ("set_instalments", {"lines": "2999-02-01 500"}, "两者须相等"),
        ("set_instalments", {"first_due_on": "2999-01-01", "count": "0"}, "期数"),
        ("propose_write_off", {"reason": ""}, "须填写理由"),
        ("take_back", {"reason": "X", "receipt": "0"}, "选择一个有效的选项"),
    ],
)
def test_fault_comes_back_in_its_dialog(
    office: Office, signed_in: Any, collected: Recoupment, verb: str, data: dict[str, str], text: str
) -> None:
    given = {"received_on": timezone.localdate().isoformat()} | data
    if verb == "take_back":
        take(office, collected, "receive")
    reply = step(signed_in(office.finance), collected, verb, **given)
    page = reply.content.decode()
    assert reply.status_code == 422
    assert text in page
    assert re.search(rf'<dialog id="{verb}"[^>]*data-open', page)


def test_step_that_is_not_open_is_refused_in_words(office: Office, signed_in: Any) -> None:
    recoupment, finance = in_state(office, "written_off"), signed_in(office.finance)
    data = {"amount": "1", "received_on": "2026-03-20", "reference": "X"}
    reply = step(finance, recoupment, "receive", **data)
    assert reply.status_code == 422
    assert "当前状态为“已核销”，不能登记收款" in reply.content.decode()
    for verb, status in (("settle", 404), ("nothing", 404), ("approve_write_off", 403)):
        assert step(finance, recoupment, verb).status_code == status
    assert finance.get(f"{recoupment.get_absolute_url()}take/receive/").status_code == 405


# by hand


def test_reviewer_asks_back_of_a_paid_claim(office: Office, signed_in: Any) -> None:
    claim = office.claim_in(ClaimStatus.PAID)
    reviewer = signed_in(office.reviewer)
    page = reviewer.get(claim.get_absolute_url()).content.decode()
    link = f"/recoupments/new/?settlement={claim.settlement_id}"
    assert link in page
    assert link not in signed_in(office.clerk).get(claim.get_absolute_url()).content.decode()
    assert f"最多 {claim.settlement.hifp_pay:,.2f} 元" in reviewer.get(link).content.decode()
    beyond = reviewer.post(link, {"fund_310100": claim.settlement.hifp_pay + 1, "reason": "重复报销"})
    assert beyond.status_code == 422
    assert "最多还可追回" in beyond.content.decode()
    assert "须填写理由" in reviewer.post(link, {"fund_310100": "1"}).content.decode()
    assert "请填写追回金额" in reviewer.post(link, {"reason": "重复报销"}).content.decode()
    done = reviewer.post(link, {"fund_310100": "500.50", "reason": "重复报销", "source": "《示例》一"})
    recoupment = Recoupment.objects.get()
    assert (done.status_code, done["Location"]) == (302, recoupment.get_absolute_url())
    assert (recoupment.due, recoupment.source) == (yuan("500.50"), "《示例》一")
    assert recoupment.number in reviewer.get(claim.get_absolute_url()).content.decode()
    proposed(office, claim.settlement, EMPLOYEE=claim.settlement.hifp_pay - recoupment.due)
    assert "没有可追回的金额" in reviewer.get(link).content.decode()


@pytest.mark.parametrize("query", ["", "?settlement=", "?settlement=x", "?settlement=0", "?settlement=" + "9" * 30])
def test_new_one_of_no_settlement_is_not_found(office: Office, signed_in: Any, query: str) -> None:
    assert signed_in(office.reviewer).get(f"/recoupments/new/{query}").status_code == 404


# elsewhere


@pytest.mark.clause("TL-08")
def test_lapse_leads_to_its_recoupments_from_commitment_person_and_worklist(office: Office, signed_in: Any) -> None:
    commitment = committed(office.clerk, office.person)
    stayed(office, commitment.filing, *STAYS[0])
    sweep(on=AFTER)
    recoupment = Recoupment.objects.get()
    for user, link in (
        (office.clerk, commitment.get_absolute_url()),
        (office.clerk, office.person.get_absolute_url()),
        (office.reviewer, "/"),
        (office.supervisor, "/"),
    ):
        assert recoupment.number in signed_in(user).get(link).content.decode()
    assert "目前没有追回记录" not in signed_in(office.clerk).get(commitment.get_absolute_url()).content.decode()


def test_worklists_show_what_waits_for_a_word_and_for_money(office: Office, signed_in: Any) -> None:
    own = proposed(office)
    late = take(office, proposed(office), "confirm")
    reviewer, second, finance, supervisor = (
        signed_in(user).get("/").content.decode()
        for user in (office.reviewer, office.second, office.finance, office.supervisor)
    )
    assert own.number in second
    assert own.number not in reviewer
    assert late.number in finance
    assert late.number not in supervisor
    take(office, late, "propose_write_off")
    assert late.number in signed_in(office.supervisor).get("/").content.decode()


# prints


def test_notice_says_how_much_why_and_until_when(office: Office, signed_in: Any, collected: Recoupment) -> None:
    client = signed_in(office.finance)
    page = client.get(f"{collected.get_absolute_url()}notice/").content.decode()
    for text in (
        "医疗保障基金追回通知书",
        "壹仟元整",
        "重复住院",
        "职工基本医疗保险统筹基金",
        "未配置",
        collected.number,
    ):
        assert text in page
    assert collected.person.id_number not in page
    assert "不作为" not in page
    today = timezone.localdate()
    case = take(office, collected, "remind", reminded_on=today, on=today)
    take(office, case, "receive", amount=yuan(1), received_on=today, on=today)
    reminder = case.reminders.get()
    page = client.get(f"{collected.get_absolute_url()}reminders/{reminder.pk}/").content.decode()
    assert "追回催缴通知书" in page
    assert "壹仟元整" in page  # as of that day
    waiting = proposed(office, paid_row(office.person))
    assert "未经确认" in client.get(f"{waiting.get_absolute_url()}notice/").content.decode()
    assert client.get(f"{waiting.get_absolute_url()}reminders/{reminder.pk}/").status_code == 404
