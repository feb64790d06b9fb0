"""The pages of claims: one claim, its changes and steps, its sheet, the lists."""

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from filings.costs import last_cost_day
from filings.vocabulary import Category, Tier
from hospitals.vocabulary import Role
from settlement.models import Claim
from settlement.vocabulary import ClaimStatus
from tests import factories as make
from tests.settlement.counter import form_data
from tests.settlement.office import SHENYANG, a_person, a_receipt, an_entry

S = ClaimStatus


# changing


def test_edit_form_shows_what_was_entered_and_saves_changes(office, clerk):
    claim = office.accept()
    link = f"/claims/{claim.pk}/edit/"
    page = clerk.get(link).content.decode()
    receipt = claim.receipts.get()
    for words in (receipt.number, "25000.00", "北京市（110000）", "6222000000000000000", "11,862.50"):
        assert words in page
    reply = clerk.post(link, form_data(version=claim.version))
    assert reply.status_code == 302
    claim.refresh_from_db()
    assert (claim.treatment_area_id, claim.version, claim.receipts.count()) == (SHENYANG, 2, 2)


def test_edit_of_a_claim_changed_meanwhile_keeps_what_was_typed(office, clerk):
    claim = office.accept()
    reply = clerk.post(f"/claims/{claim.pk}/edit/", form_data(version=claim.version + 1, note="电话核对"))
    page = reply.content.decode()
    assert reply.status_code == 422
    assert "刚刚被他人改动" in page
    assert "电话核对" in page


@pytest.mark.parametrize("status", [status for status in S if status not in ("accepted", "returned")])
def test_edit_beyond_the_counter_leads_back(office, clerk, status):
    claim = office.claim_in(status)
    assert clerk.get(f"/claims/{claim.pk}/edit/")["Location"] == f"/claims/{claim.pk}/"


def test_calculate_again_shows_why_not(office, clerk):
    claim = office.accept()
    reply = clerk.post(f"/claims/{claim.pk}/calculate/", {"version": "99"})
    assert reply.status_code == 422
    assert "刚刚被他人改动" in reply.content.decode()
    assert clerk.post(f"/claims/{claim.pk}/calculate/", {"version": claim.version}).status_code == 302


# one claim and its steps


@pytest.mark.parametrize(
    ("status", "role", "buttons"),
    [
        (S.ACCEPTED, "clerk", ["明细录入完毕", "提交审核", "一次性告知", "撤销受理"]),
        (S.RETURNED, "clerk", ["明细录入完毕", "提交审核", "一次性告知", "撤销受理"]),
        (S.ENTERED, "clerk", ["明细回退", "核对明细", "提交审核"]),
        (S.CHECKED, "clerk", ["核对回退", "结算", "提交审核"]),
        (S.CALCULATED, "clerk", ["结算回退", "提交审核"]),
        (S.SUPPLEMENT, "clerk", ["收取补正材料", "补正完毕"]),
        (S.WITHDRAWN, "clerk", ["恢复受理"]),
        (S.IN_REVIEW, "clerk", ["撤回提交"]),
        (S.IN_REVIEW, "reviewer", ["审核通过", "转复审", "退回补正", "不予支付"]),
        (S.SECOND_REVIEW, "second", ["复审通过", "复审退回"]),
        (S.APPROVED, "reviewer", ["审核回退"]),
        (S.APPROVED, "finance", ["财务放行", "退回审核"]),
        (S.RELEASED, "finance", ["放行回退", "退回审核", "登记支付"]),
        (S.PAID, "finance", ["支付退回"]),
        (S.PAID, "supervisor", ["冲正"]),
        (S.REFUSED, "reviewer", ["撤销不予支付"]),
        (S.REVERSED, "supervisor", []),
    ],
)
def test_page_offers_the_steps_that_are_open(office, signed_in, status, role, buttons):
    claim = office.claim_in(status)
    reply = signed_in(getattr(office, role)).get(f"/claims/{claim.pk}/")
    assert [step["move"].label for step in reply.context["steps"]] == buttons
    assert all(label in reply.content.decode() for label in buttons)


def test_claim_goes_its_way_by_three_people(office, signed_in):
    claim = office.accept()
    steps = [
        (office.clerk, "submit", {}),
        (office.reviewer, "approve", {}),
        (office.finance, "release", {}),
        (office.finance, "pay", {"paid_on": timezone.localdate().isoformat(), "reference": "YH1"}),
    ]
    for member, verb, given in steps:
        claim.refresh_from_db()
        reply = signed_in(member).post(f"/claims/{claim.pk}/take/{verb}/", {"version": claim.version, **given})
        assert (reply.status_code, reply["Location"]) == (302, f"/claims/{claim.pk}/")
    claim.refresh_from_db()
    assert (claim.status, claim.payment_reference) == (S.PAID, "YH1")
    page = signed_in(office.clerk).get(f"/claims/{claim.pk}/").content.decode()
    for label in ("登记支付", "财务放行", "审核通过", "提交审核", "受理"):
        assert label in page.split("办理记录")[1]


def test_refused_submission_says_why_on_the_page(office, clerk):
    claim = office.accept(an_entry(receipts=(a_receipt("1.00"),)))
    reply = clerk.post(f"/claims/{claim.pk}/take/submit/", {"version": claim.version})
    assert reply.status_code == 422
    assert "票据合计 1.00 元，与医疗费总额 25000.00 元不一致" in reply.content.decode()


def test_refused_step_keeps_the_reason_that_was_typed(office, signed_in):
    claim = office.claim_in(S.IN_REVIEW)
    client = signed_in(office.reviewer)
    link = f"/claims/{claim.pk}/take/send_back/"
    page = client.post(link, {"version": claim.version - 1, "reason": "病历缺页"}).content.decode()
    assert "刚刚被他人改动" in page
    assert "病历缺页" in page.split("data-open")[1].split("</dialog>")[0]
    page = client.post(link, {"version": claim.version, "reason": " "}).content.decode()
    assert "须填写理由" in page.split("data-open")[1].split("</dialog>")[0]
    assert client.post(link, {"version": claim.version, "reason": "长" * 301}).status_code == 422
    claim.refresh_from_db()
    assert claim.status == S.IN_REVIEW


def test_approval_of_another_version_is_refused(office, signed_in):
    claim = office.claim_in(S.IN_REVIEW)
    reply = signed_in(office.reviewer).post(f"/claims/{claim.pk}/take/approve/", {"version": claim.version - 1})
    assert (reply.status_code, "刚刚被他人改动" in reply.content.decode()) == (422, True)
    assert signed_in(office.reviewer).post(f"/claims/{claim.pk}/take/approve/", {}).status_code == 422


def test_step_that_does_not_exist_is_not_found(office, clerk):
    claim = office.accept()
    assert clerk.post(f"/claims/{claim.pk}/take/delete/").status_code == 404
    assert clerk.get(f"/claims/{claim.pk}/take/submit/").status_code == 405


def test_page_of_an_uncalculated_claim_says_what_is_not_configured(office, clerk):
    claim = office.accept(an_entry(category=Category.EMERGENCY))
    page = clerk.get(f"/claims/{claim.pk}/").content.decode()
    assert "待遇未配置，不能计算" in page
    assert "文件未给出本地待遇表" in page


def test_page_of_a_claim_whose_filing_was_withdrawn_says_so(office, clerk):
    filing = office.file()
    claim = office.accept(an_entry(category=None))
    filing.end_on = dt.date(2026, 2, 20)
    filing.save()
    page = clerk.get(f"/claims/{claim.pk}/").content.decode()
    assert "尚不能提交审核" in page


def test_page_shows_earlier_calculations(office, clerk):
    claim = office.accept()
    office.file()
    clerk.post(f"/claims/{claim.pk}/calculate/", {"version": claim.version})
    page = clerk.get(f"/claims/{claim.pk}/").content.decode()
    assert "以前的计算（1）" in page
    assert "11,862.50" in page
    assert "13,687.50" in page


def test_account_is_whole_for_those_who_handle_it_alone(office, signed_in):
    claim = office.claim_in(S.APPROVED)
    account = claim.payee_account
    for role in Role:
        client = signed_in(make.staff(role, make.TIELING))
        for link in (f"/claims/{claim.pk}/", f"/claims/{claim.pk}/sheet/"):
            page = client.get(link).content.decode()
            assert (account in page) == (role in (Role.CLERK, Role.REVIEWER, Role.FINANCE))


def test_sheet_prints_lines_clauses_and_capitals(office, signed_in):
    claim = office.claim_in(S.PAID)
    page = signed_in(office.finance).get(f"/claims/{claim.pk}/sheet/").content.decode()
    for words in (
        *("铁岭市医疗费用手工报销结算单", claim.number, "壹万壹仟捌佰陆拾贰元伍角整", "￥11,862.50"),
        *("《铁岭市参保人员异地就医联网结算服务指南》二2", "YH0001", "财务复核：", "签字："),
    ):
        assert words in page
    assert "不作为支付依据" not in page
    assert office.person.id_number not in page


@pytest.mark.parametrize("category", [Category.TEMPORARY, Category.EMERGENCY])
def test_sheet_before_the_decision_says_so(office, clerk, category):
    claim = office.accept(an_entry(category=category))
    page = clerk.get(f"/claims/{claim.pk}/sheet/").content.decode()
    assert "未经审核，不作为支付依据" in page
    assert ("待遇尚未计算" in page) == (category is Category.EMERGENCY)


# lists


def test_list_asks_the_same_queries_at_one_three_and_thirty_rows(office, clerk):
    counts = []
    for number in (1, 2, 27):
        for _ in range(number):
            office.accept()
        for link in ("/claims/", "/claims/?sort=-total"):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert clerk.get(link).status_code == 200
            counts.append(len(queries))
    assert len(set(counts)) == 1, counts


def test_finance_list_asks_the_same_queries_at_one_three_and_thirty_rows(office, signed_in):
    client = signed_in(office.finance)
    counts = []
    for number in (1, 2, 27):
        for _ in range(number):
            office.claim_in(S.APPROVED)
        with CaptureQueriesContext(connection) as queries:
            client.get("/claims/finance/")
        counts.append(len(queries))
    assert len(set(counts)) == 1, counts


def test_page_of_a_claim_asks_the_same_queries_for_any_number_of_receipts(office, clerk):
    clerk.get(f"/claims/{office.accept().pk}/")  # the published filing rules are read once a process
    counts = []
    for number in (1, 3, 30):
        rows = tuple(a_receipt("100.00") for _ in range(number))
        claim = office.accept(an_entry(total=Decimal(100 * number), eligible=Decimal(100), receipts=rows))
        with CaptureQueriesContext(connection) as queries:
            clerk.get(f"/claims/{claim.pk}/")
        counts.append(len(queries))
    assert len(set(counts)) == 1, counts


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"one", "two", "three"}),
        ("status=accepted", {"one", "three"}),
        ("status=in_review", {"two"}),
        ("category=emergency", {"three"}),
        ("hospital=沈阳", {"three"}),
        ("words=wxm", {"one", "two", "three"}),
        ("words=李", set()),
        ("since=2026-03-20&until=2026-03-20", {"one", "two"}),
        ("since=2026-03-21", {"three"}),
        ("area=370600", set()),
        ("status=nonsense", set()),
    ],
)
def test_list_filters(office, clerk, query, found):
    place = {"treatment_area": make.AreaFactory(code=SHENYANG), "hospital_name": "沈阳示例医院"}
    claims = {
        "one": office.accept(),
        "two": office.claim_in(S.IN_REVIEW),
        "three": office.accept(an_entry(category=Category.EMERGENCY, **place), on=dt.date(2026, 3, 21)),
    }
    page = clerk.get(f"/claims/?{query}").content.decode()
    assert {name for name, claim in claims.items() if claim.number in page} == found


def test_list_finds_a_claim_by_its_number(office, clerk):
    claim, other = office.accept(), office.accept()
    page = clerk.get("/claims/", {"words": f" {claim.number.lower()} "}).content.decode()
    assert (claim.number in page, other.number in page) == (True, False)
    assert clerk.get("/claims/", {"words": "BX20260320" + "9" * 15}).status_code == 200


@pytest.mark.parametrize("sort", ["total", "-total", "admitted_on", "-accepted_on", "status", "pk"])
def test_list_pages_by_every_order(office, clerk, monkeypatch, sort):
    monkeypatch.setattr("hospitals.listing.PAGE_SIZE", 2)
    for total in ("300.00", "100.00", "200.00"):
        office.accept(an_entry(total=Decimal(total), eligible=Decimal("0.00")))
    first = clerk.get(f"/claims/?sort={sort}")
    second = clerk.get("/claims/" + first.context["page"].next)
    seen = [row.pk for reply in (first, second) for row, _cells in reply.context["page"].rows]
    assert sorted(seen) == sorted(Claim.objects.values_list("pk", flat=True))
    if "total" in sort:
        totals = list(Claim.objects.order_by(sort).values_list("pk", flat=True))
        assert seen == totals


def test_list_shows_amounts_with_two_decimals_and_exports_them_plain(office, clerk):
    office.accept()
    assert "25,000.00" in clerk.get("/claims/").content.decode()
    reply = clerk.get("/claims/?export=csv")
    rows = list(csv.reader(io.StringIO(b"".join(reply.streaming_content).decode("utf-8-sig"))))
    assert rows[1][7:10] == ["25000.00", "11862.50", "已受理"]


def test_empty_list_says_so(clerk):
    assert "没有符合条件的报销" in clerk.get("/claims/").content.decode()


def test_finance_list_holds_what_waits_for_finance(office, signed_in):
    claims = {status: office.claim_in(status) for status in S}
    client = signed_in(office.finance)
    page = client.get("/claims/finance/").content.decode()
    assert {status for status, claim in claims.items() if claim.number in page} == {S.APPROVED, S.RELEASED}
    assert "6222000000000000000" not in page
    exported = b"".join(client.get("/claims/finance/?export=csv").streaming_content).decode()
    assert "6222000000000000000" in exported


# whose it is


def test_claim_of_another_area_is_not_there(office, signed_in):
    claim = office.claim_in(S.IN_REVIEW)
    for role in set(Role) - {Role.HOTLINE}:  # who sees no claims at all
        client = signed_in(make.staff(role, make.WEIFANG))
        assert claim.number not in client.get("/claims/").content.decode()
        assert client.get(f"/claims/{claim.pk}/").status_code == 404
        assert client.get(f"/claims/{claim.pk}/sheet/").status_code == 404
        for link in ("take/approve", "take/submit", "take/pay", "calculate", "edit"):
            assert client.post(f"/claims/{claim.pk}/{link}/", {"version": 1}).status_code in (403, 404)
    clerk = signed_in(make.staff(Role.CLERK, make.WEIFANG))
    assert clerk.get(f"/claims/new/?person={office.person.pk}").status_code == 404
    assert clerk.post(f"/claims/new/{office.person.pk}/calculation/", form_data()).status_code == 404


def test_claim_of_another_hall_is_not_there(office, signed_in):
    here, there = (make.HallFactory(area=office.person.area) for _ in range(2))
    clerks = [make.staff(Role.CLERK, hall=hall) for hall in (here, there)]
    claim = office.accept(by=clerks[0], hall=here)
    assert signed_in(clerks[0]).get(f"/claims/{claim.pk}/").status_code == 200
    assert signed_in(clerks[1]).get(f"/claims/{claim.pk}/").status_code == 404
    assert claim.number not in signed_in(clerks[1]).get("/claims/").content.decode()


def test_calculation_beside_the_edit_of_another_person_is_not_there(office, clerk):
    claim = office.accept()
    other = a_person()
    assert clerk.post(f"/claims/new/{other.pk}/calculation/?claim={claim.pk}", form_data()).status_code == 404


# elsewhere


def test_person_page_shows_claims_and_the_way_to_accept_one(office, signed_in):
    claim = office.accept()
    link = f"/people/{office.person.pk}/"
    page = signed_in(office.clerk).get(link).content.decode()
    assert (claim.number in page, 'data-key="b"' in page) == (True, True)
    page = signed_in(office.reviewer).get(link).content.decode()
    assert (claim.number in page, 'data-key="b"' in page) == (True, False)


def test_person_page_of_a_hall_shows_its_own_claims(office, signed_in):
    hall = make.HallFactory(area=office.person.area)
    claim = office.accept()
    page = signed_in(make.staff(Role.CLERK, hall=hall)).get(f"/people/{office.person.pk}/").content.decode()
    assert claim.number not in page


@pytest.mark.ignore_template_errors  # Django's own admin templates ask for what is not there
def test_admin_shows_claims_of_the_area_to_look_at(office, signed_in):
    claim = office.accept()
    supervisor = signed_in(make.staff(Role.SUPERVISOR, make.TIELING))
    link = f"/admin/settlement/claim/{claim.pk}/change/"
    page = supervisor.get(link).content.decode()
    assert (claim.number in page, claim.payee_account in page, 'name="_save"' in page) == (True, False, False)
    assert supervisor.post(link, {"total": "1"}).status_code == 403
    assert supervisor.post(f"/admin/settlement/claim/{claim.pk}/delete/", {"post": "yes"}).status_code == 403
    elsewhere = signed_in(make.staff(Role.SUPERVISOR, make.WEIFANG))
    assert elsewhere.get(link).status_code == 302
    assert claim.number not in elsewhere.get("/admin/settlement/claim/").content.decode()


@pytest.mark.clause("WF-16")
def test_claim_under_a_filing_counts_as_cost_there(office):
    filing = office.file()
    assert last_cost_day(filing) is None
    claim = office.accept(an_entry(category=None))
    assert claim.tier == Tier.REFERRAL
    assert last_cost_day(filing) == claim.discharged_on
