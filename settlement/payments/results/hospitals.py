"""Payments to hospitals: with a payment its statement is paid (DY-14)."""

import re
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, QuerySet

from settlement.hospital_clearing.lifecycle import BATCH_LIFECYCLE, PAYMENT_LIFECYCLE, STATEMENT_LIFECYCLE
from settlement.hospital_clearing.paying import refuse_own
from settlement.hospital_clearing.words import HospitalBatchStatus, HospitalPaymentStatus
from settlement.models import HospitalPayment, HospitalPaymentBatch, HospitalStatement
from settlement.models.payment_results import ResultFile
from settlement.payments.results.books import Book, New
from settlement.payments.results.planning import Known, Said
from settlement.vocabulary import PaymentStatus

JOINED = ("batch", "account")


class HospitalsBook(Book):
    """A list is out from when it is confirmed."""

    number = re.compile(r"YF([0-9]{8,18})")
    held = (HospitalStatement, HospitalPayment)
    closing = "拨付完毕"

    def payments(self, found: ResultFile, keys: Iterable[int]) -> QuerySet[HospitalPayment]:
        return HospitalPayment.objects.filter(batch__area=found.area_id, pk__in=keys).select_related(*JOINED)

    def known(self, payment: HospitalPayment) -> Known:
        status = PaymentStatus.of(payment.status)
        is_out = status is PaymentStatus.PENDING and payment.batch.status == HospitalBatchStatus.CONFIRMED
        return Known(
            pk=payment.pk,
            status=PaymentStatus.IN_TRANSIT if is_out else status,
            account=payment.payee_account,
            amount=payment.amount,
            by_insurer=False,
            sent_on=payment.batch.made_on,
            sent_word="编制日期",
            paid_on=payment.paid_on,
            reference=payment.reference,
        )

    def hold(self, keys: Iterable[int]) -> dict[int, HospitalPayment]:
        """The lists first, then their payments and statements, each kind in one order."""
        wanted = HospitalPayment.objects.filter(pk__in=keys).order_by("pk")
        lists = HospitalPaymentBatch.objects.filter(pk__in=wanted.order_by().values("batch")).order_by("pk")
        list_of = {one.pk: one for one in lists.select_for_update(no_key=True)}
        locked = wanted.select_related("account").select_for_update(of=("self",), no_key=True)
        payments = {payment.pk: payment for payment in locked}
        statements = HospitalStatement.objects.filter(pk__in={one.statement_id for one in payments.values()})
        statement_of = {one.pk: one for one in statements.order_by("pk").select_for_update(no_key=True)}
        for payment in payments.values():
            payment.batch, payment.statement = list_of[payment.batch_id], statement_of[payment.statement_id]
        return payments

    def mark(self, payment: HospitalPayment, said: Said, *, by: User, found: ResultFile) -> None:
        if said.outcome is PaymentStatus.PAID:
            refuse_own(by, [payment.statement])
            STATEMENT_LIFECYCLE.must_be_open(payment.statement, "pay")
        payment.paid_on, payment.reference, payment.failure = said.paid_on, said.reference, said.failure

    def save(self, new: New) -> None:
        statements = [payment.statement for payment in new[PaymentStatus.PAID]]
        PAYMENT_LIFECYCLE.go_on_together(new[PaymentStatus.FAILED], "fail", ["failure"])
        PAYMENT_LIFECYCLE.go_on_together(new[PaymentStatus.PAID], "pay", ["paid_on", "reference"])
        STATEMENT_LIFECYCLE.go_on_together(statements, "pay", [])

    def complete(self, rows: QuerySet[Any]) -> QuerySet[HospitalPaymentBatch]:
        waiting = HospitalPayment.objects.filter(batch=OuterRef("pk"), status=HospitalPaymentStatus.PENDING)
        ours = HospitalPayment.objects.filter(pk__in=rows.values("payment"))
        return HospitalPaymentBatch.objects.filter(
            ~Exists(waiting), status=HospitalBatchStatus.CONFIRMED, pk__in=ours.values("batch")
        )

    def close(self, batch: HospitalPaymentBatch) -> None:
        if batch.status == HospitalBatchStatus.CONFIRMED:
            BATCH_LIFECYCLE.go_on(batch, "close")
