"""Pages of payments: lists, one batch, results in, corrections, the print."""

import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hospitals.vocabulary import Role
from settlement.models import PayeeAccount, Payment, PaymentBatch
from settlement.vocabulary import BatchStatus, ClaimStatus, PaymentStatus
from tests import factories as make
from tests import money_factories as made
from tests.settlement.office import an_entry
from tests.settlement.payments import (
    ACCOUNT,
    applied,
    confirmed,
    drafted,
    due,
    failing,
    file_with,
    line,
    released,
    second,
    sent,
)

pytestmark = pytest.mark.django_db


def text(reply, status: int = 200) -> str:
    assert reply.status_code == status, reply.status_code
    return reply.content.decode()


@pytest.fixture
def finance(office, signed_in):
    return signed_in(office.finance)


def test_batch_goes_its_way_on_the_pages(office, finance, signed_in):
    (claim,) = released(office)
    assert "1" in text(finance.get("/payments/new/"))
    reply = finance.post("/payments/new/", {"area": make.TIELING, "kind": "claims", "payer": "agency"})
    batch = PaymentBatch.objects.get()
    assert reply["Location"] == batch.get_absolute_url()
    other = signed_in(second(office))
    refused = other.post(f"/payments/{batch.pk}/confirm/", {"version": batch.version})
    assert "须逐项核实后确认" in text(refused, 422)
    other.post(f"/payments/{batch.pk}/confirm/", {"version": batch.version, "acknowledged": "on"})
    batch.refresh_from_db()
    assert batch.status == BatchStatus.CONFIRMED
    finance.post(f"/payments/{batch.pk}/send/", {"version": batch.version})
    assert finance.get(f"/payments/{batch.pk}/file/csv/").content.startswith("\ufeff序号".encode())
    assert finance.get(f"/payments/{batch.pk}/file/xlsx/").content.startswith(b"PK")
    assert finance.get(f"/payments/{batch.pk}/file/pdf/").status_code == 404
    data = SimpleUploadedFile("回盘.csv", file_with(line(batch.payments.get())))
    page = finance.post("/payments/results/new/", {"area": make.TIELING, "file": data}, follow=True)
    assert "登记 1 笔结果" in text(page)
    finance.post(page.redirect_chain[-1][0] + "apply/")
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.PAID
    assert "已回盘" in text(finance.get(f"/payments/{batch.pk}/"))
    assert batch.number in text(finance.get(claim.get_absolute_url()))


def test_maker_gets_no_button_to_confirm(office, finance):
    released(office)
    assert "/confirm/" not in text(finance.get(drafted(office).get_absolute_url()))


def test_payment_is_taken_out_on_the_page(office, finance):
    one, _other = released(office, 2)
    batch = drafted(office)
    payment = batch.payments.get(claim=one)
    assert "撤出" in text(finance.get(batch.get_absolute_url()))
    finance.post(f"/payments/{batch.pk}/remove/", {"payment": payment.pk, "version": batch.version})
    payment.refresh_from_db()
    assert payment.status == PaymentStatus.VOID


def test_account_is_whole_for_finance_and_masked_for_others(office, signed_in):
    released(office, payee=type(an_entry().payee)(name="王小明", bank="示例银行", account=ACCOUNT))
    batch = drafted(office)
    auditor = make.staff(Role.AUDITOR, make.TIELING)
    for path in ("", "sheet/"):
        assert ACCOUNT in text(signed_in(office.finance).get(f"/payments/{batch.pk}/{path}"))
        assert ACCOUNT not in text(signed_in(auditor).get(f"/payments/{batch.pk}/{path}"))


def test_chosen_claims_are_named_by_number(office, finance):
    one, _other = released(office, 2)
    form = {"area": make.TIELING, "kind": "claims", "payer": "agency"}
    assert "不是报销编号" in text(finance.post("/payments/new/", form | {"claims": "BX1"}), 422)
    finance.post("/payments/new/", form | {"claims": one.number})
    assert [row.claim for row in Payment.objects.all()] == [one]


def test_follow_ups_need_a_period(office, finance):
    form = {"area": make.TIELING, "kind": "civil_servant", "payer": "agency"}
    assert "后续支付须填写期间" in text(finance.post("/payments/new/", form), 422)


def test_clerk_puts_a_failed_payment_right(office, clerk):
    (claim,) = released(office)
    payment = sent(office).payments.get()
    applied(office, failing(payment))
    assert "更正收款账户" in text(clerk.get(claim.get_absolute_url()))
    assert "待更正" in text(clerk.get("/payments/failed/"))
    link = f"/payments/rows/{payment.pk}/correct/"
    assert f'<a href="{link}">{payment.number}</a>' in text(clerk.get("/"))
    form = {"name": "王小明", "bank": "示例银行", "account": "6222 0200", "reason": "本人更正"}
    assert "登记原因" in text(clerk.post(link, form | {"reason": ""}), 422)
    assert clerk.post(link, form).status_code == 302
    assert payment.correction.account == "62220200"
    assert "本人更正" in text(clerk.get(claim.get_absolute_url()))


def test_account_for_follow_ups_is_written_down_at_the_counter(office, clerk):
    row = due(office, has_account=False)
    person = row.settlement.person
    link = f"/people/{person.pk}/payee/"
    assert link in text(clerk.get(person.get_absolute_url()))
    assert person.name in text(clerk.get(link))
    form = {"name": person.name, "bank": "示例银行", "account": ACCOUNT, "reason": "本人提供社保卡"}
    assert clerk.post(link, form).status_code == 302
    assert PayeeAccount.objects.get(person=person).account == ACCOUNT
    page = text(clerk.get(link))
    assert "登记记录" in page


def test_amount_of_a_follow_up_is_fixed_on_its_page(office, finance):
    from tests.settlement.payments import follow_up_batch

    due(office, None)
    batch = follow_up_batch(office)
    payment = batch.payments.get()
    assert "金额未配置" in text(finance.get(batch.get_absolute_url()))
    link = f"/payments/rows/{payment.pk}/amount/"
    assert "核定金额" in text(finance.get(link))
    finance.post(link, {"version": batch.version, "amount": "12.30", "reason": "补助办法第三条"})
    payment.refresh_from_db()
    assert payment.amount == Decimal("12.30")


def test_follow_ups_say_where_they_stand(office, finance):
    due(office)
    due(office, None, has_account=False)
    page = text(finance.get("/payments/follow-ups/"))
    assert "未配置" in page
    assert "未登记" in page
    for state in ("waiting", "out", "paid", "failed", "recoup", "reversed"):
        assert finance.get(f"/payments/follow-ups/?state={state}").status_code == 200


def test_sheet_has_the_total_in_capitals_and_room_for_signatures(office, finance):
    released(office)
    page = text(finance.get(f"/payments/{drafted(office).pk}/sheet/"))
    for words in ("医疗费用报销拨付清单", "壹万", "未经核对", "核对：", "经办机构（章）"):
        assert words in page


def test_faulty_rows_come_back_as_a_workbook(office, finance):
    released(office)
    payment = sent(office).payments.get()
    data = SimpleUploadedFile("回盘.csv", file_with(line(payment, 金额="1.00")))
    page = finance.post("/payments/results/new/", {"area": make.TIELING, "file": data}, follow=True)
    assert "与应付金额" in text(page)
    assert payment.payee_account not in text(page)
    reply = finance.post(page.redirect_chain[-1][0] + "faults/")
    assert io.BytesIO(b"".join(reply.streaming_content)).read(2) == b"PK"


def test_finance_finds_its_batches_on_the_worklist(office, finance, signed_in):
    released(office)
    batch = drafted(office)
    assert batch.number not in text(finance.get("/"))
    other = signed_in(second(office))
    assert batch.number in text(other.get("/"))
    confirmed(office, batch)
    assert batch.number in text(finance.get("/"))


@pytest.mark.parametrize("path", ["/payments/", "/payments/follow-ups/", "/payments/failed/", "/payments/results/"])
def test_list_takes_the_same_queries_at_one_three_and_thirty_rows(signed_in, path):
    client = signed_in(make.staff(Role.FINANCE))
    counts = []
    for more in (1, 2, 27):
        for _ in range(more):
            made.failed_payment()
            made.ResultFactory()
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        counts.append(len(queries))
    assert len(set(counts)) == 1, counts


def test_batch_takes_the_same_queries_at_one_three_and_thirty_payments(signed_in):
    client = signed_in(make.staff(Role.FINANCE))
    batch = made.BatchFactory()
    counts = []
    for more in (1, 2, 27):
        for _ in range(more):
            made.PaymentFactory(batch=batch, person__area=batch.area)
        client.get(batch.get_absolute_url())
        with CaptureQueriesContext(connection) as queries:
            assert client.get(batch.get_absolute_url()).status_code == 200
        counts.append(len(queries))
    assert len(set(counts)) == 1, counts
