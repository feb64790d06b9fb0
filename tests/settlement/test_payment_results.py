"""Results: every row is checked against what was sent; failed ones are put right and sent again; never twice."""

import datetime as dt
from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from hospitals.reasons import Refused
from hospitals.vocabulary import Role
from settlement.models import Payment, ResultImport
from settlement.payments.payees import Account, correct_payee
from settlement.payments.results import verbs
from settlement.vocabulary import BatchStatus, ClaimStatus, PaymentStatus
from tests import factories as make
from tests.settlement.payments import (
    ACCOUNT,
    applied,
    causes,
    drafted,
    failing,
    file_with,
    line,
    out,
    released,
    sent,
    taken,
    today,
)
from tests.settlement.refusals import codes


def standing(batch):
    batch.refresh_from_db()
    return batch.status, sorted(batch.payments.values_list("status", flat=True))


def corrected(office, payment, **changes):
    account = Account(**{"name": "王小明", "bank": "示例银行", "account": ACCOUNT} | changes)
    return correct_payee(by=office.clerk, payment=payment, account=account, reason="本人更正账号")


def test_paid_payment_marks_its_claim_paid(office):
    (claim,) = released(office)
    batch = sent(office)
    assert applied(office, line(batch.payments.get())).get_status_display() == "已登记"
    claim.refresh_from_db()
    payment = batch.payments.get()
    assert (claim.status, claim.paid_on, claim.payment_reference) == (ClaimStatus.PAID, today(), payment.reference)
    assert standing(batch) == (BatchStatus.CLOSED, [PaymentStatus.PAID])


def test_failed_payment_leaves_its_claim_to_be_paid(office):
    (claim,) = released(office)
    batch = sent(office)
    applied(office, failing(batch.payments.get()))
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.RELEASED
    assert standing(batch) == (BatchStatus.CLOSED, [PaymentStatus.FAILED])


def test_batch_stays_out_until_every_result_is_in(office):
    released(office, 2)
    batch = sent(office)
    one, other = batch.payments.all()
    applied(office, line(one))
    assert standing(batch)[0] == BatchStatus.SENT
    applied(office, failing(other))
    assert standing(batch)[0] == BatchStatus.CLOSED


def test_same_file_twice_changes_nothing(office):
    released(office, 2)
    batch = sent(office)
    one, other = batch.payments.all()
    lines = (line(one), failing(other))
    applied(office, *lines)
    before = list(Payment.objects.order_by("pk").values())
    again = taken(office, *lines)
    assert (again.new, again.same, again.invalid) == (0, 2, 0)
    with pytest.raises(Refused) as refused:
        verbs.apply(list_import=again, by=office.finance)
    assert codes(refused) == ["nothing_new"]
    assert list(Payment.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"金额": "1.00"}, "与应付金额"),
        ({"金额": ""}, "缺少金额"),
        ({"金额": "一百"}, "应为金额"),
        ({"银行账号": "6222020000000000014"}, "与送出的银行账号不一致"),
        ({"银行账号": ""}, "缺少银行账号"),
        ({"付款编号": "FK9999999999"}, "没有此付款编号"),
        ({"付款编号": ""}, "缺少付款编号"),
        ({"结果": "处理中"}, "应为“成功”或“失败”"),
        ({"结果": "失败"}, "缺少失败原因"),
        ({"支付日期": ""}, "缺少支付日期"),
        ({"支付日期": (dt.date.today() + dt.timedelta(days=1)).isoformat()}, "晚于收到结果的日期"),  # noqa: DTZ011
        ({"支付日期": "2020-01-01"}, "早于送出日期"),
        ({"银行流水号": ""}, "缺少银行流水号"),
    ],
)
def test_row_that_contradicts_what_was_sent_is_named_and_left(office, changes, cause):
    (claim,) = released(office)
    batch = sent(office)
    found = taken(office, line(batch.payments.get(), **changes))
    assert (found.new, found.invalid) == (0, 1)
    assert cause in causes(found)[0]
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.RELEASED


def test_faulty_row_does_not_keep_the_others_waiting(office):
    released(office, 2)
    batch = sent(office)
    one, other = batch.payments.all()
    found = applied(office, line(one), line(other, 金额="1.00"))
    assert (found.same, found.invalid) == (1, 1)
    assert standing(batch) == (BatchStatus.SENT, [PaymentStatus.IN_TRANSIT, PaymentStatus.PAID])


def test_payment_named_twice_in_a_file_counts_once(office):
    released(office)
    payment = sent(office).payments.get()
    found = taken(office, line(payment), failing(payment))
    assert (found.new, found.invalid) == (1, 1)
    assert causes(found) == ["与第 2 行是同一笔付款"]


@pytest.mark.parametrize("first", ["paid", "failed"])
def test_result_contrary_to_an_earlier_one_is_named(office, first):
    released(office)
    payment = sent(office).payments.get()
    lines = [line(payment), failing(payment)]
    earlier, later = lines if first == "paid" else lines[::-1]
    applied(office, earlier)
    found = taken(office, later)
    assert (found.new, found.same, found.invalid) == (0, 0, 1)
    assert "此笔已登记为" in causes(found)[0]


def test_result_of_what_was_never_sent_is_named(office):
    released(office)
    payment = drafted(office).payments.get()
    assert causes(taken(office, line(payment))) == ["此笔没有送出，不应有结果"]


def test_result_of_another_area_is_unknown_here(office):
    released(office)
    payment = sent(office).payments.get()
    yantai = make.AreaFactory(code=make.YANTAI)
    found = verbs.upload(
        of=ResultImport,
        data=file_with(line(payment)),
        file_name="a.csv",
        area=yantai,
        paid_on=None,
        on=today(),
        by=office.finance,
    )
    assert causes(verbs.preview(list_import=found, by=office.finance)) == ["没有此付款编号"]


def test_failed_payment_is_put_right_and_paid_by_the_next_batch(office):
    (claim,) = released(office)
    first = sent(office).payments.get()
    applied(office, failing(first))
    with pytest.raises(Refused):  # waits for its correction
        drafted(office)
    corrected(office, first)
    batch = out(office, drafted(office))
    second = batch.payments.get()
    assert (second.attempt, second.replaces, second.payee_account) == (2, first, ACCOUNT)
    applied(office, line(second))
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.PAID
    first.refresh_from_db()
    assert first.status == PaymentStatus.FAILED


def test_result_of_the_first_attempt_is_refused_after_the_second(office):
    released(office)
    first = sent(office).payments.get()
    applied(office, failing(first))
    corrected(office, first)
    out(office, drafted(office))
    assert "此笔已登记为支付失败" in causes(taken(office, line(first)))[0]


def test_only_a_failed_payment_is_put_right_and_only_once(office):
    released(office)
    payment = sent(office).payments.get()
    with pytest.raises(Refused) as refused:
        corrected(office, payment)
    assert codes(refused) == ["not_failed"]
    applied(office, failing(payment))
    corrected(office, payment)
    with pytest.raises(Refused) as refused:
        corrected(office, payment)
    assert "更正的付款" in str(refused.value)


def test_correction_is_the_counters_and_says_why(office):
    released(office)
    payment = sent(office).payments.get()
    applied(office, failing(payment))
    account = Account("王小明", "示例银行", ACCOUNT)
    with pytest.raises(Refused) as refused:
        correct_payee(by=office.finance, payment=payment, account=account, reason="更正")
    assert codes(refused) == ["no_right"]
    with pytest.raises(Refused):
        correct_payee(by=office.clerk, payment=payment, account=account, reason=" ")
    with pytest.raises(Refused):
        corrected(office, payment, account="1234")


def test_whoever_approved_a_claim_does_not_record_its_payment(office):
    (claim,) = released(office)
    make.PostFactory(user=office.reviewer, role=Role.FINANCE, area=claim.area)
    batch = sent(office)
    found = applied(office, line(batch.payments.get()), by=User.objects.get(pk=office.reviewer.pk))
    assert (found.same, found.invalid) == (0, 1)
    assert "由您办理过" in causes(found)[0]
    assert batch.payments.get().status == PaymentStatus.IN_TRANSIT


def test_amounts_are_to_the_fen(office):
    released(office, total=Decimal("25000.01"), eligible=Decimal("20000.01"))
    batch = sent(office)
    assert batch.total == batch.payments.get().amount == batch.payments.get().claim.calculation.fund
