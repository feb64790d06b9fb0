"""Batches: who makes, confirms and sends them; what is in them; what the claim itself may do meanwhile."""

import csv
import io
from decimal import Decimal

import openpyxl
import pytest
from django.db import IntegrityError, transaction

from hospitals.reasons import Refused
from settlement.models import Payment, PaymentBatch
from settlement.payments import batches, sending
from settlement.payments.checks import warnings_of
from settlement.vocabulary import BatchStatus, ClaimStatus, PaymentStatus
from tests.settlement.office import a_person, an_entry
from tests.settlement.payments import (
    ACCOUNT,
    applied,
    confirmed,
    drafted,
    failing,
    line,
    out,
    released,
    second,
    sent,
    today,
)
from tests.settlement.refusals import codes


def refused_by_database(change) -> str:
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        change()
    return str(error.value)


def test_batch_holds_every_released_claim_over_its_fund_part(office):
    claims = released(office, 3)
    office.claim_in(ClaimStatus.APPROVED, person=a_person())
    batch = drafted(office)
    assert list(batch.payments.values_list("claim", "amount")) == [(c.pk, c.calculation.fund) for c in claims]
    assert (batch.count, batch.total) == (3, sum(c.calculation.fund for c in claims))


def test_claim_in_a_batch_is_not_in_another(office):
    (claim,) = released(office)
    drafted(office)
    with pytest.raises(Refused) as nothing:
        drafted(office)
    assert codes(nothing) == ["nothing_to_pay"]
    with pytest.raises(Refused) as chosen:
        drafted(office, [claim])
    assert claim.number in str(chosen.value)


def test_chosen_claims_alone_are_in_the_batch(office):
    one, _other = released(office, 2)
    assert [row.claim for row in drafted(office, [one]).payments.all()] == [one]


def test_batch_is_made_by_finance_of_the_area_alone(office):
    released(office)
    for by in (office.clerk, office.reviewer, office.supervisor):
        with pytest.raises(Refused) as refused:
            batches.make_batch(by=by, area=office.person.area, on=today())
        assert codes(refused) == ["no_right"]


def test_maker_does_not_confirm(office):
    released(office)
    batch = drafted(office)
    with pytest.raises(Refused) as refused:
        batches.confirm(by=office.finance, batch=batch, version=batch.version, acknowledged=True)
    assert codes(refused) == ["same_person"]
    change = {"status": BatchStatus.CONFIRMED, "confirmed_by": office.finance, "confirmed_at": batch.made_at}
    assert "batch_maker_and_checker_differ" in refused_by_database(
        lambda: PaymentBatch.objects.filter(pk=batch.pk).update(**change)
    )


def test_draft_is_not_sent_and_what_was_sent_is_not_voided(office):
    released(office)
    batch = drafted(office)
    with pytest.raises(Refused) as refused:
        sending.send(by=office.finance, batch=batch, version=batch.version)
    assert codes(refused) == ["wrong_state"]
    batch = out(office, batch)
    with pytest.raises(Refused) as refused:
        batches.void(by=office.finance, batch=batch, version=batch.version, reason="编错")
    assert codes(refused) == ["wrong_state"]
    assert set(batch.payments.values_list("status", flat=True)) == {PaymentStatus.IN_TRANSIT}


def test_payment_taken_out_waits_for_the_next_batch(office):
    one, other = released(office, 2)
    batch = drafted(office)
    batch = batches.remove(by=office.finance, payment=batch.payments.get(claim=one), version=batch.version)
    assert (batch.count, batch.total) == (1, other.calculation.fund)
    assert [row.claim for row in drafted(office).payments.all()] == [one]


def test_last_payment_is_not_taken_out(office):
    released(office)
    batch = drafted(office)
    with pytest.raises(Refused) as refused:
        batches.remove(by=office.finance, payment=batch.payments.get(), version=batch.version)
    assert codes(refused) == ["nothing_to_pay"]


def test_voided_batch_sets_its_claims_free(office):
    (claim,) = released(office)
    batch = drafted(office)
    batches.void(by=office.finance, batch=batch, version=batch.version, reason="编错")
    assert [row.claim for row in drafted(office).payments.all()] == [claim]


def test_reopened_batch_is_confirmed_anew(office):
    released(office)
    batch = confirmed(office, drafted(office))
    batch = batches.reopen(by=office.finance, batch=batch, version=batch.version, reason="漏看一笔")
    assert (batch.status, batch.confirmed_by, batch.acknowledged) == (BatchStatus.DRAFT, None, 0)


@pytest.mark.parametrize("verb", ["unrelease", "return_to_review", "pay"])
def test_claim_in_a_live_batch_stands_still(office, verb):
    (claim,) = released(office)
    batch = drafted(office)
    with pytest.raises(Refused) as refused:
        office.take(claim, verb)
    assert codes(refused) == ["in_batch"]
    assert batch.number in str(refused.value)
    assert "拨付批次" in refused_by_database(lambda: type(claim).objects.filter(pk=claim.pk).update(status="approved"))


@pytest.mark.parametrize("verb", ["bounce", "reverse"])
def test_paid_claim_stands_still_until_its_batch_is_closed(office, verb):
    claim, _other = released(office, 2)
    batch = sent(office)
    applied(office, line(batch.payments.get(claim=claim)))
    claim.refresh_from_db()
    with pytest.raises(Refused) as refused:
        office.take(claim, verb)
    assert codes(refused) == ["in_batch"]
    applied(office, failing(batch.payments.exclude(claim=claim).get()))
    assert office.take(claim, verb).status in (ClaimStatus.RELEASED, ClaimStatus.REVERSED)


def test_money_that_came_back_is_a_failed_payment(office):
    (claim,) = released(office)
    batch = sent(office)
    applied(office, line(batch.payments.get()))
    claim.refresh_from_db()
    office.take(claim, "bounce", reason="账户已销户")
    payment = batch.payments.get()
    assert (payment.status, payment.failure) == (PaymentStatus.FAILED, "账户已销户")


def test_claim_in_no_batch_is_still_paid_by_itself(office):
    (claim,) = released(office)
    batch = drafted(office)
    batches.void(by=office.finance, batch=batch, version=batch.version, reason="改为柜面支付")
    assert office.take(claim, "pay").status == ClaimStatus.PAID


def test_database_pays_nobody_twice(office):
    released(office)
    payment = drafted(office).payments.get()
    twin = Payment(**{f.attname: getattr(payment, f.attname) for f in Payment._meta.concrete_fields if f.name != "id"})
    twin.position = 2
    assert "one_payment_a_claim" in refused_by_database(lambda: twin.save(force_insert=True))


@pytest.mark.parametrize("change", [{"amount": Decimal("1.00")}, {"payee_account": "62220000"}, {"attempt": 2}])
def test_content_of_a_payment_never_changes(office, change):
    released(office)
    payment = drafted(office).payments.get()
    with pytest.raises(Exception, match=r"Cannot update|不能修改"), transaction.atomic():
        Payment.objects.filter(pk=payment.pk).update(**change)


def test_payment_over_another_amount_is_refused_by_the_database(office):
    (claim,) = released(office)
    batch = drafted(office)
    batches.void(by=office.finance, batch=batch, version=batch.version, reason="编错")
    other = Payment(
        batch=PaymentBatch.objects.create(
            area=claim.area, kind="claims", made_on=today(), made_by=office.finance, count=1, total="1"
        ),
        area=claim.area,
        person=claim.person,
        claim=claim,
        position=1,
        amount=Decimal("1.00"),
        payee_name="王小明",
        payee_bank="示例银行",
        payee_account=ACCOUNT,
        id_tail="1234",
    )
    assert "应付的不符" in refused_by_database(lambda: other.save(force_insert=True))


def test_total_of_a_confirmed_batch_is_that_of_its_parts(office):
    released(office)
    batch = confirmed(office, drafted(office))
    assert "各笔付款" in refused_by_database(lambda: PaymentBatch.objects.filter(pk=batch.pk).update(total="1.00"))


def test_warnings_are_vouched_for_by_the_second_person(office):
    """Somebody else's name, a digit that does not fit, and one account for two people."""
    payee = an_entry().payee
    one = office.claim_in(ClaimStatus.RELEASED, person=a_person(), entry=an_entry(payee=payee))
    other = an_entry(payee=type(payee)(name="李四", bank="示例银行", account=payee.account))
    office.claim_in(ClaimStatus.RELEASED, person=a_person(), entry=other)
    batch = drafted(office)
    assert {warned.reason.code for warned in warnings_of(batch)} == {"other_payee", "check_digit", "shared_account"}
    with pytest.raises(Refused) as refused:
        batches.confirm(by=second(office), batch=batch, version=batch.version)
    assert codes(refused)[0] == "not_acknowledged"
    assert one.payee_account not in str(refused.value)
    batch = confirmed(office, batch)
    assert batch.acknowledged == 5
    assert all(batch.payments.values_list("vouched", flat=True))


def test_good_card_of_the_person_needs_no_vouching(office):
    payee = an_entry().payee
    released(office, payee=type(payee)(name="王小明", bank="示例银行", account=ACCOUNT))
    assert warnings_of(drafted(office)) == []


def test_file_is_the_same_however_often_it_is_fetched(office):
    claims = released(office, 2)
    batch = sent(office)
    for kind in ("csv", "xlsx"):
        assert sending.file_of(batch, kind) == sending.file_of(PaymentBatch.objects.get(pk=batch.pk), kind)
    rows = list(csv.reader(io.StringIO(sending.file_of(batch, "csv").decode("utf-8-sig"))))
    assert rows[0] == list(sending.TO_BANK)
    assert [row[6] for row in rows[1:]] == [f"{claim.calculation.fund:.2f}" for claim in claims]
    sheet = openpyxl.load_workbook(io.BytesIO(sending.file_of(batch, "xlsx"))).active
    assert [[str(cell.value) for cell in row] for row in sheet.rows] == rows
    cell = sheet["F2"]
    assert (cell.value, cell.data_type, cell.number_format) == (claims[0].payee_account, "s", "@")


def test_file_is_safe_against_formulas(office):
    payee = an_entry().payee
    released(office, payee=type(payee)(name="=1+1", bank="@示例", account=ACCOUNT))
    rows = list(csv.reader(io.StringIO(sending.file_of(sent(office), "csv").decode("utf-8-sig"))))
    assert rows[1][2:6] == ["'=1+1", rows[1][3], "'@示例", ACCOUNT]


def test_file_of_a_draft_is_not_there(office):
    released(office)
    with pytest.raises(Refused) as refused:
        sending.file_of(drafted(office), "csv")
    assert codes(refused) == ["not_sent"]
