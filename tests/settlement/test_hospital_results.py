"""Results of payments to hospitals: with the care of those to people; what failed or came back is sent again once."""

import csv
import datetime as dt
import io
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from hospitals.reasons import Refused
from hospitals.vocabulary import Role
from settlement import tasks
from settlement.hospital_clearing import paying, sending
from settlement.hospital_clearing.words import HospitalBatchStatus, HospitalPaymentStatus, HospitalStatementStatus
from settlement.models import HospitalPayment, HospitalPaymentBatch, HospitalResultImport, HospitalStatement
from settlement.payments.results import verbs
from tests import factories as make
from tests.settlement.hospital_clearing import ON, Desk, settled, stored_payment
from tests.settlement.hospital_results import again, applied, fresh_list, out, paid, standing, taken
from tests.settlement.inbound import dongying, hospital
from tests.settlement.payments import causes, failing, file_with
from tests.settlement.refusals import codes
from tests.settlement.test_claim_concurrency import fresh

pytestmark = pytest.mark.django_db
S, P, B = HospitalStatementStatus, HospitalPaymentStatus, HospitalBatchStatus


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.mark.clause("DY-14")
def test_results_pay_the_statements_and_close_the_list(desk):
    batch = out(desk, 3)
    one, other, third = batch.payments.order_by("pk")
    found = applied(desk, paid(one), failing(other, "账号户名不符"))
    assert (found.same, found.invalid) == (2, 0)
    assert standing(batch) == (B.CONFIRMED, [P.PAID, P.FAILED, P.PENDING], [S.PAID, S.CLEARED, S.CLEARED])
    applied(desk, paid(third))
    assert standing(batch) == (B.CLOSED, [P.PAID, P.FAILED, P.PAID], [S.PAID, S.CLEARED, S.PAID])


def test_the_same_file_of_hospitals_twice_changes_nothing(desk):
    batch = out(desk, 2)
    one, other = batch.payments.order_by("pk")
    lines = paid(one), failing(other)
    applied(desk, *lines)
    before = list(HospitalPayment.objects.order_by("pk").values())
    found = taken(desk, *lines)
    assert (found.new, found.same, found.invalid) == (0, 2, 0)
    with pytest.raises(Refused) as refused:
        verbs.apply(list_import=found, by=desk.finance)
    assert codes(refused) == ["nothing_new"]
    assert list(HospitalPayment.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"金额": "1.00"}, "与应付金额"),
        ({"银行账号": "62220000000000009"}, "与送出的银行账号不一致"),
        ({"银行账号": ""}, "缺少银行账号"),
        ({"付款编号": "FK0000000001"}, "没有此付款编号"),
        ({"结果": "处理中"}, "应为“成功”或“失败”"),
        ({"结果": "失败"}, "缺少失败原因"),
        ({"支付日期": ""}, "缺少支付日期"),
        ({"支付日期": "2025-01-01"}, "早于编制日期"),
        ({"支付日期": (ON + dt.timedelta(days=1)).isoformat()}, "晚于收到结果的日期"),
        ({"银行流水号": ""}, "缺少银行流水号"),
    ],
)
def test_a_row_that_contradicts_the_list_is_named_and_left(desk, changes, cause):
    batch = out(desk)
    found = taken(desk, paid(batch.payments.get(), **changes))
    assert (found.new, found.invalid) == (0, 1)
    assert cause in causes(found)[0]
    assert standing(batch) == (B.CONFIRMED, [P.PENDING], [S.CLEARED])


def test_a_list_that_is_not_confirmed_has_no_results(desk):
    payment = out(desk).payments.get()
    HospitalPaymentBatch.objects.update(status="voided", void_reason="重新编制", confirmed_by=None, confirmed_at=None)
    HospitalPayment.objects.update(status="void")
    assert causes(taken(desk, paid(payment))) == ["此笔没有送出，不应有结果"]
    draft = desk.drafted().payments.get()
    assert causes(taken(desk, paid(draft))) == ["此笔没有送出，不应有结果"]


def test_results_of_another_area_are_unknown_here(desk):
    payment = out(desk).payments.get()
    elsewhere = make.staff(Role.FINANCE, make.YANTAI)
    found = verbs.upload(
        of=HospitalResultImport,
        data=file_with(paid(payment)),
        file_name="a.csv",
        area=make.AreaFactory(code=make.YANTAI),
        paid_on=None,
        on=ON,
        by=elsewhere,
    )
    assert causes(verbs.preview(list_import=found, by=elsewhere)) == ["没有此付款编号"]


def test_a_failed_payment_waits_for_its_account_and_is_then_sent_again_once(desk):
    batch = out(desk)
    first = batch.payments.get()
    applied(desk, failing(first))
    with pytest.raises(Refused, match="没有可用的收款账户"):
        desk.drafted()
    desk.account()
    second = again(desk).payments.get()
    assert (second.statement, second.amount) == (first.statement, first.amount)
    assert second.account_id != first.account_id
    assert "此笔已登记为支付失败" in causes(taken(desk, paid(first)))[0]
    applied(desk, paid(second))
    with pytest.raises(Refused, match="没有待拨付"):
        desk.drafted()
    first.refresh_from_db()
    assert (first.status, HospitalStatement.objects.get().status) == (P.FAILED, S.PAID)


def test_a_payment_that_came_back_is_sent_again(desk):
    batch = out(desk)
    payment = batch.payments.get()
    applied(desk, paid(payment))
    assert "退汇请办理支付退回" in causes(taken(desk, failing(payment, "退票")))[0]
    payment.refresh_from_db()
    with pytest.raises(Refused, match="须填写理由"):
        paying.give_back(by=desk.finance, payment=payment, version=payment.version, reason=" ")
    back = paying.give_back(by=desk.finance, payment=payment, version=payment.version, reason="退票：账户已销户")
    assert (back.status, back.failure, back.paid_on) == (P.FAILED, "退票：账户已销户", ON)
    assert standing(batch) == (B.CLOSED, [P.FAILED], [S.CLEARED])
    with pytest.raises(Refused, match="没有可用的收款账户"):
        desk.drafted()
    desk.account()
    applied(desk, paid(again(desk).payments.get(), 银行流水号="再次"))
    assert HospitalStatement.objects.get().status == S.PAID


def test_only_what_is_paid_comes_back(desk):
    payment = out(desk).payments.get()
    with pytest.raises(Refused, match="不能登记支付退回"):
        paying.give_back(by=desk.finance, payment=payment, version=payment.version, reason="退票")
    with pytest.raises(Refused, match="没有“"):
        paying.give_back(by=desk.reviewer, payment=payment, version=payment.version, reason="退票")


def test_a_list_with_an_account_that_failed_since_is_not_confirmed(desk):
    batch = out(desk)
    batch.refresh_from_db()
    settled(desk, 90, on=dt.date(2025, 9, 3))
    desk.cleared_month(dt.date(2025, 9, 1))
    later = desk.drafted()
    applied(desk, failing(batch.payments.get()))
    with pytest.raises(Refused, match="支付失败过的收款账户"):
        paying.confirm(by=desk.second, batch=later, version=later.version)


def test_the_database_pays_on_no_account_that_failed_and_on_nobody_else_s(desk):
    batch = out(desk)
    payment = batch.payments.get()
    applied(desk, failing(payment))
    desk.account()
    draft = desk.drafted()
    HospitalPayment.objects.filter(batch=draft).update(status="void")
    columns = {"batch": draft, "statement": payment.statement, "amount": payment.amount}
    foreign = Desk(finance=desk.finance).account()
    for account in (payment.account, foreign):
        with pytest.raises(DatabaseError), transaction.atomic():
            HospitalPayment.objects.create(account=account, **columns)


def test_the_database_keeps_a_statement_paid_while_its_payment_stands(desk):
    batch = out(desk)
    applied(desk, paid(batch.payments.get()))
    with pytest.raises(DatabaseError), transaction.atomic():
        HospitalStatement.objects.update(status="50")
    with pytest.raises(DatabaseError), transaction.atomic():
        HospitalPayment.objects.update(status="failed", failure="")


def test_whoever_cleared_a_month_does_not_record_its_payment(desk):
    batch = out(desk)
    make.PostFactory(user=desk.supervisor, role=Role.FINANCE, area=dongying())
    both = fresh(desk.supervisor)
    found = applied(desk, paid(batch.payments.get()), by=both)
    assert (found.same, found.invalid) == (0, 1)
    assert "由您办理过" in causes(found)[0]
    with pytest.raises(Refused, match="由您办理过"):
        paying.record_paid(by=both, payment=batch.payments.get(), paid_on=ON, reference="1", on=ON)
    assert standing(batch) == (B.CONFIRMED, [P.PENDING], [S.CLEARED])


def test_the_bank_s_file_is_always_the_same_and_its_results_fit_it(desk, signed_in):
    batch = out(desk, 2)
    rows = list(csv.reader(io.StringIO(sending.file_of(batch, "csv").decode("utf-8-sig"))))
    assert [row[1] for row in rows[1:]] == [payment.number for payment in batch.payments.order_by("pk")]
    assert rows[1][4:6] == ["62220000000000001", "6000.00"]
    sheet = openpyxl.load_workbook(io.BytesIO(sending.file_of(batch, "xlsx"))).active
    assert [[str(cell.value) for cell in row] for row in sheet.rows] == rows
    before = [sending.file_of(batch, kind) for kind in ("csv", "xlsx")]
    told = [
        ",".join((*rows[0], "结果", "银行流水号", "拨付日期")),
        *(",".join((*row, "成功", row[1], f"{ON}")) for row in rows[1:]),
    ]
    found = verbs.upload(
        of=HospitalResultImport,
        data="\n".join(told).encode("gb18030"),
        file_name="回盘.csv",
        area=dongying(),
        paid_on=None,
        on=ON,
        by=desk.finance,
    )
    applied_ = verbs.apply(list_import=verbs.preview(list_import=found, by=desk.finance), by=desk.finance)
    assert (applied_.same, applied_.invalid) == (2, 0)
    assert [sending.file_of(fresh_list(batch), kind) for kind in ("csv", "xlsx")] == before
    link = f"{batch.get_absolute_url()}file/"
    assert signed_in(desk.finance).get(f"{link}csv/").content == before[0]
    assert signed_in(desk.finance).get(f"{link}pdf/").status_code == 404


def test_a_list_that_is_not_confirmed_has_no_file(desk, signed_in):
    draft = stored_payment(make.DONGYING).batch
    with pytest.raises(Refused, match="没有银行文件"):
        sending.file_of(draft, "csv")
    assert "没有银行文件" in page(signed_in(desk.finance).get(f"{draft.get_absolute_url()}file/csv/", follow=True))


def test_results_queued_twice_are_written_down_once(desk):
    batch = out(desk, 2)
    one, other = batch.payments.order_by("pk")
    found = taken(desk, paid(one), failing(other))
    verbs.queue(list_import=found, by=desk.finance)
    for _twice in range(2):
        tasks.apply_hospital_results(list_import=found.pk, by=desk.finance.pk)
    found.refresh_from_db()
    assert (found.get_status_display(), found.same, found.content) == ("已登记", 2, None)
    assert standing(batch) == (B.CLOSED, [P.PAID, P.FAILED], [S.PAID, S.CLEARED])


def test_files_are_written_down_in_as_many_statements_for_thirty_rows_as_for_three(desk):
    asked = []
    for count in (3, 30):
        place = Desk(hospital=hospital())
        batch = out(place, count, start=count)
        found = taken(place, *(paid(payment) for payment in batch.payments.all()))
        with CaptureQueriesContext(connection) as queries:
            verbs.apply(list_import=found, by=place.finance)
        asked.append(len(queries))
    assert asked[0] == asked[1]


# pages


def page(reply: Any, status: int = 200) -> str:
    assert reply.status_code == status, reply.status_code
    return str(reply.content.decode())


def test_results_come_in_on_the_pages_and_what_failed_is_put_right(desk, signed_in):
    batch = out(desk, 2)
    one, other = batch.payments.order_by("pk")
    finance = signed_in(desk.finance)
    at = "/clearing/hospitals/payments/results/"
    assert "还没有收取过结果" in page(finance.get(at))
    file = SimpleUploadedFile("回盘.csv", file_with(paid(one), failing(other, "户名不符"), paid(one)))
    shown = page(finance.post(f"{at}new/", {"area": make.DONGYING, "file": file}, follow=True))
    assert "登记 2 笔结果" in shown
    assert "与第 2 行是同一笔付款" in shown
    found = HospitalResultImport.objects.get()
    here = found.get_absolute_url()
    assert b"".join(finance.post(f"{here}faults/").streaming_content)[:2] == b"PK"
    assert one.payee_name in page(finance.get(f"{here}?tab=new"))
    assert "已登记" in page(finance.post(f"{here}apply/", follow=True))
    failed = "/clearing/hospitals/payments/failed/"
    assert "待更正" in page(finance.get(failed))
    assert "没有支付失败的" in page(finance.get(failed, {"is_corrected": "yes"}))
    assert "支付失败，须更正收款账户" in page(finance.get("/clearing/hospitals/payments/new/"))
    assert other.number in page(finance.get("/"))
    assert "户名不符" in page(finance.get(other.statement.get_absolute_url()))
    Desk(finance=desk.finance, hospital=other.statement.hospital).account()
    assert "已更正" in page(finance.get(failed))
    assert other.number not in page(finance.get("/"))
    link = f"/clearing/hospitals/payments/rows/{one.pk}/"
    assert "登记支付退回" in page(finance.get(batch.get_absolute_url()))
    assert "登记支付退回" in page(finance.get(link))
    one.refresh_from_db()
    given = {"version": one.version, "reason": ""}
    assert "须填写退回原因" in page(finance.post(link, given), 422)
    assert "退票" in page(finance.post(link, given | {"reason": "退票"}, follow=True))
    again(desk)
    assert other.number not in page(finance.get(failed))
    assert one.number in page(finance.get(failed))


def test_lists_of_results_and_failures_ask_as_much_for_one_row_as_for_thirty(desk, signed_in):
    client = signed_in(desk.finance)
    links = ["/clearing/hospitals/payments/results/", "/clearing/hospitals/payments/failed/", "/"]
    asked: dict[str, set[int]] = {link: set() for link in links}
    for number in range(1, 31):
        payment = stored_payment(make.DONGYING)
        HospitalPaymentBatch.objects.filter(pk=payment.batch_id).update(
            status="confirmed", confirmed_by=desk.second, confirmed_at=payment.batch.made_at
        )
        HospitalPayment.objects.filter(pk=payment.pk).update(status="failed", failure="户名不符")
        taken(desk, paid(payment))
        if number in (1, 3, 30):
            for link in links:
                with CaptureQueriesContext(connection) as queries:
                    assert f"共 {number} 条" in page(client.get(link)) or link == "/"
                asked[link].add(len(queries))
    assert {link: len(counts) for link, counts in asked.items()} == dict.fromkeys(links, 1)
