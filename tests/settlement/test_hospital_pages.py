"""The pages of clearing with hospitals, by hand from the application to the payment; lists, prints, who sees what."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hospitals.access import RIGHTS, Right
from hospitals.vocabulary import Role, Scope
from settlement.hospital_clearing.words import HospitalBatchStatus, HospitalStatementStatus
from settlement.models import HospitalDeduction, HospitalPaymentBatch, HospitalStatement, InboundDisclosure
from tests import factories as make
from tests.settlement.hospital_clearing import (
    Desk,
    settled,
    stored_deduction,
    stored_inbound,
    stored_payment,
    stored_statement,
)
from tests.settlement.inbound import recorded

pytestmark = pytest.mark.django_db
HOME = make.DONGYING


@pytest.fixture
def desk() -> Desk:
    return Desk()


def text(reply, status: int = 200) -> str:
    assert reply.status_code == status, reply.status_code
    return re.sub(r"\s+", " ", reply.content.decode())


@pytest.mark.clause("DY-13", "DY-14")
def test_a_month_goes_from_application_to_payment_on_the_pages(desk, signed_in):
    first, _second = settled(desk, 1, 2)
    clerk, reviewer, supervisor = (signed_in(user) for user in (desk.clerk, desk.reviewer, desk.supervisor))
    form = {"area": HOME, "month": "2025-08", "hospital": desk.hospital.name, "scope": Scope.CROSS_PROVINCE}
    form |= {"stated_count": "2", "stated_fund": "12000.00"}
    assert "已申报 1 份清算单，列入结算 2 笔" in text(clerk.post("/clearing/hospitals/new/", form, follow=True))
    one = desk.statement()
    here = one.get_absolute_url()

    def take(who, verb, at="", **given):
        one.refresh_from_db()
        return who.post(f"{at or here}take/{verb}/", {"version": one.version, **given}, follow=True)

    assert "已受理" in text(take(reviewer, "accept"))
    assert "须填写抽样笔数" in text(take(reviewer, "begin", extent="sample"), 422)
    assert "还有 2 笔应核对" in text(take(reviewer, "begin", extent="all"))
    assert "没有办理" in text(take(reviewer, "complete"), 422)
    deduct = f"{here}deduct/?settlement={first.pk}"
    assert first.setl_id in text(reviewer.get(deduct))
    one.refresh_from_db()
    given = {"version": one.version, "det_type": "10", "source": "1", "amount": "6000.01", "clause": "第三十二条"}
    assert "不能超过基金支付总额" in text(reviewer.post(deduct, given | {"reason": "超范围用药"}), 422)
    page = text(reviewer.post(deduct, given | {"reason": "超范围用药", "amount": "250.00"}, follow=True))
    assert "超范围用药" in page
    line = one.lines.get(checked_by=None)
    assert "核对无误" in text(take(reviewer, "check", line=line.pk))
    assert "审核完成" in text(take(reviewer, "complete"))
    deduction = HospitalDeduction.objects.get()
    assert "撤销扣款" not in text(reviewer.get(deduction.get_absolute_url()))
    appealed = take(clerk, "appeal", deduction.get_absolute_url(), grounds="病情需要")
    assert "申诉待裁定" in text(appealed)
    assert "还有申诉没有裁定" in text(supervisor.get(here))
    decided = take(supervisor, "decide", deduction.get_absolute_url(), returned="50", decision="部分采纳")
    assert "申诉部分采纳" in text(decided)
    assert "已清算" in text(take(supervisor, "clear"))
    for print_ in ("sheet", "notice"):
        assert "第三十二条" in text(supervisor.get(f"{here}{print_}/"))
    assert "11,800.00" in text(supervisor.get(f"{here}sheet/"))
    pay(desk, signed_in, one)


def pay(desk: Desk, signed_in, one: HospitalStatement) -> None:
    finance, second = signed_in(desk.finance), signed_in(desk.second)
    new = "/clearing/hospitals/payments/new/"
    assert "没有登记收款账户" in text(finance.get(new))
    account = {"name": desk.hospital.name, "bank": "示例银行", "account": "6222 0000 0001", "reason": "医院告知"}
    link = f"/clearing/hospitals/accounts/{desk.hospital.pk}/"
    assert "应为8至30位数字" in text(finance.post(link, account | {"account": "6222"}), 422).replace("银行账号", "")
    assert finance.post(link, account).status_code == 302
    assert "62220000" in text(finance.get(link))
    assert "没有待拨付的清算单" in text(finance.post(new, {"area": HOME, "scope": Scope.IN_PROVINCE}), 422)
    assert "已生成拨付单" in text(finance.post(new, {"area": HOME, "scope": Scope.CROSS_PROVINCE}, follow=True))
    batch = HospitalPaymentBatch.objects.get()
    here = batch.get_absolute_url()
    assert "/confirm/" not in text(finance.get(here))
    assert "已核对" in text(second.post(f"{here}take/confirm/", {"version": batch.version}, follow=True))
    batch.refresh_from_db()
    today = timezone.localdate().isoformat()
    given = {"version": batch.version, "paid_on": today, "reference": ""}
    assert "data-open" in text(finance.post(f"{here}take/close/", given), 422)
    finance.post(f"{here}take/close/", given | {"reference": "流水1"})
    batch.refresh_from_db()
    one.refresh_from_db()
    assert (batch.status, one.status) == (HospitalBatchStatus.CLOSED, HospitalStatementStatus.PAID)
    assert "壹万壹仟捌佰元整" in text(finance.get(f"{here}sheet/"))


def test_one_payment_s_result_is_written_down(desk, signed_in):
    payment = stored_payment(HOME)
    HospitalPaymentBatch.objects.update(status="confirmed", confirmed_by=desk.second, confirmed_at=timezone.now())
    finance = signed_in(desk.finance)
    link = f"/clearing/hospitals/payments/rows/{payment.pk}/"
    assert "登记结果" in text(finance.get(payment.batch.get_absolute_url()))
    assert "须填写失败原因" in text(finance.post(link, {"outcome": "failed"}), 422)
    assert "须填写银行流水号" in text(finance.post(link, {"outcome": "paid", "paid_on": "20260101"}), 422)
    early = {"outcome": "paid", "paid_on": "20200101", "reference": "1"}
    assert "编制日期与今天之间" in text(finance.post(link, early), 422)
    assert "户名不符" in text(finance.post(link, {"outcome": "failed", "reason": "户名不符"}, follow=True))


def test_a_list_of_payments_is_given_up_on_its_page(desk, signed_in):
    batch = stored_payment(HOME).batch
    finance = signed_in(desk.finance)
    link = f"{batch.get_absolute_url()}take/void/"
    assert "须填写理由" in text(finance.post(link, {"version": batch.version, "reason": ""}), 422)
    assert "已作废" in text(finance.post(link, {"version": batch.version, "reason": "重新编制"}, follow=True))
    assert finance.post(f"{batch.get_absolute_url()}take/fly/").status_code == 404


def test_a_rejected_statement_is_applied_for_again_on_its_page(desk, signed_in):
    one = stored_statement(HOME)
    reviewer, clerk = signed_in(desk.reviewer), signed_in(desk.clerk)
    link = f"{one.get_absolute_url()}take/"
    page = reviewer.post(f"{link}reject/", {"version": one.version, "reason": "缺费用清单"}, follow=True)
    assert "缺费用清单" in text(page)
    one.refresh_from_db()
    half = {"version": one.version, "stated_count": "2"}
    assert "须一并填写" in text(clerk.post(f"{link}renew/", half), 422)
    page = text(clerk.post(f"{link}renew/", half | {"stated_fund": "1.00"}, follow=True))
    assert "未对账" in page
    stale = {"version": one.version}
    assert "刚刚被他人改动" in text(clerk.post(f"{link}renew/", stale), 422)
    assert clerk.post(f"{link}fly/").status_code == 404


def test_faults_of_an_application_come_back_with_what_was_typed(desk, signed_in):
    clerk = signed_in(desk.clerk)
    link = "/clearing/hospitals/new/"
    asked = {"area": HOME, "month": "2025年8月"}
    assert "没有待申报" in text(clerk.post(link, asked), 422)
    assert "应为月份" in text(clerk.post(link, asked | {"month": "2025-13"}), 422)
    assert "没有此医院" in text(clerk.post(link, asked | {"hospital": "不存在"}), 422)
    make.HospitalFactory(area=desk.hospital.area)
    assert "请写全称" in text(clerk.post(link, asked | {"hospital": "医院"}), 422)
    stated = {"stated_count": "1", "stated_fund": "1.00"}
    assert "须选定医院和范围" in text(clerk.post(link, asked | stated), 422)


def test_a_deduction_of_an_earlier_month_is_found_by_its_id(desk, signed_in):
    one = stored_statement(HOME, HospitalStatementStatus.IN_REVIEW)
    reviewer = signed_in(desk.reviewer)
    link = f"{one.get_absolute_url()}deduct/"
    given = {"version": one.version, "det_type": "20", "source": "4", "amount": "5", "reason": "x", "clause": "x"}
    assert "本医院没有此结算" in text(reviewer.post(link, given | {"setl_id": "A0"}), 422)
    here = {"setl_id": one.lines.get().settlement.setl_id}
    assert "已清算的月份中" in text(reviewer.post(link, given | here), 422)
    assert reviewer.get(f"{link}?settlement={stored_inbound(HOME).pk}").status_code == 404


def test_a_deduction_is_undone_on_its_page(desk, signed_in):
    found = stored_deduction(HOME)
    reviewer = signed_in(desk.reviewer)
    link = f"{found.get_absolute_url()}take/"
    version = {"version": found.statement.version}
    assert "须填写理由" in text(reviewer.post(f"{link}undo_deduction/", version | {"reason": ""}), 422)
    page = reviewer.post(f"{link}undo_deduction/", version | {"reason": "计算有误"}, follow=True)
    assert "已撤销" in text(page)
    version = {"version": version["version"] + 1}
    again = text(reviewer.post(f"{link}undo_deduction/", version | {"reason": "计算有误"}), 422)
    assert "此项扣款已撤销" in again
    assert reviewer.post(f"{link}fly/").status_code == 404


@pytest.mark.parametrize("role", Role)
def test_an_id_number_is_shown_whole_on_request_and_the_look_is_on_record(signed_in, role):
    settlement = stored_inbound(HOME)
    client = signed_in(make.staff(role, HOME))
    link = settlement.get_absolute_url()
    sees = Right.SEE_HOSPITAL_CLEARING in RIGHTS[role]
    assert client.get(link).status_code == (200 if sees else 403)
    reply = client.post(f"{link}id-number/")
    if sees and Right.REVEAL_ID in RIGHTS[role]:
        assert settlement.id_number in text(reply)
        assert settlement.id_number in text(client.post(f"{link}id-number/", headers={"HX-Request": "true"}))
        assert reply["Cache-Control"] == "no-store"
        assert InboundDisclosure.objects.count() == 2
    else:
        assert reply.status_code == 403
        assert not InboundDisclosure.objects.exists()
    assert settlement.id_number not in str(client.get("/clearing/inbound/").content)


def test_filters_find_what_is_asked_for(desk, signed_in):
    client = signed_in(desk.reviewer)
    one, other = stored_statement(HOME), stored_statement(HOME)
    for asked in (one.number, one.hospital.name):
        page = text(client.get("/clearing/hospitals/", {"words": asked}))
        assert one.number in page
        assert other.number not in page
    assert "没有符合条件" in text(client.get("/clearing/hospitals/", {"month": "2025-09"}))
    told = one.lines.get().settlement
    assert told.setl_id in text(client.get("/clearing/inbound/", {"setl_id": told.mdtrt_id, "name": "程"}))
    assert "证件号码不在此输入" in text(client.get("/clearing/inbound/", {"name": "5001"}))
    assert "没有符合条件" in text(client.get("/clearing/inbound/", {"standing": "reversed"}))
    assert told.setl_id in text(client.get("/clearing/inbound/", {"standing": "standing"}))
    assert "没有符合条件" in text(client.get("/clearing/inbound/", {"standing": "reversal"}))
    here = one.get_absolute_url()
    assert told.setl_id in text(client.get(here, {"looked_at": "no"}))
    assert "没有符合条件" in text(client.get(here, {"looked_at": "deducted"}))


def test_lists_ask_as_much_of_the_database_for_one_row_as_for_thirty(desk, signed_in):
    def statements(number: int) -> None:
        stored_payment(HOME) if number % 2 else stored_deduction(HOME)

    client = signed_in(desk.reviewer)
    links = ["/clearing/hospitals/", "/clearing/inbound/", "/clearing/hospitals/payments/"]
    links += ["/clearing/inbound/imports/", "/clearing/hospitals/?export=csv", "/clearing/inbound/?export=csv"]
    asked = {link: set() for link in links}
    for number in range(1, 31):
        statements(number)
        if number in (1, 3, 30):
            for link in links:
                with CaptureQueriesContext(
                    connection,
                ) as queries:
                    reply = client.get(link)
                    b"".join(reply.streaming_content) if reply.streaming else reply.content
                asked[link].add(len(queries))
    assert {link: len(counts) for link, counts in asked.items()} == dict.fromkeys(links, 1)


def test_lines_of_a_statement_ask_as_much_for_one_as_for_thirty(desk, signed_in):
    client, asked = signed_in(desk.reviewer), set()
    for number in range(1, 31):
        recorded(number, hospital=desk.hospital)
        if number in (1, 3, 30):
            desk.made()
            with CaptureQueriesContext(connection) as queries:
                assert f"共 {number} 条" in text(client.get(desk.statement().get_absolute_url()))
            asked.add(len(queries))
    assert len(asked) == 1


def test_account_is_whole_for_finance_and_masked_for_others(desk, signed_in):
    batch = stored_payment(HOME).batch
    for path in ("", "sheet/"):
        link = f"{batch.get_absolute_url()}{path}"
        assert "62220000000000001" in text(signed_in(desk.finance).get(link))
        assert "62220000000000001" not in text(signed_in(desk.reviewer).get(link))
