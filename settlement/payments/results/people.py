"""Payments to people: with a claim's payment the claim is paid."""

import re
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from hospitals.reasons import Refused
from settlement.calculation.money import NIL
from settlement.claims.decisions import paid
from settlement.models import Claim, Payment, PaymentBatch
from settlement.models.claim import CLAIM_LIFECYCLE
from settlement.models.payment_results import ResultFile
from settlement.payments.lifecycle import BATCH_LIFECYCLE, FINANCE, LIVE, PAYMENT_LIFECYCLE
from settlement.payments.results.books import Book, New
from settlement.payments.results.planning import Known, Said
from settlement.vocabulary import BatchStatus, PaymentStatus


class PeoplesBook(Book):
    number = re.compile(r"FK([0-9]{10,18})")
    held = (Claim, Payment)
    closing = "回盘完毕"

    def payments(self, found: ResultFile, keys: Iterable[int]) -> QuerySet[Payment]:
        return Payment.objects.filter(area=found.area_id, pk__in=keys).select_related("batch")

    def known(self, payment: Payment) -> Known:
        sent_at = payment.batch.sent_at
        return Known(
            pk=payment.pk,
            status=PaymentStatus.of(payment.status),
            account=payment.payee_account,
            amount=payment.amount,
            by_insurer=payment.batch.is_insurers,
            sent_on=timezone.localdate(sent_at) if sent_at else None,
            paid_on=payment.paid_on,
            reference=payment.reference,
        )

    def hold(self, keys: Iterable[int]) -> dict[int, Payment]:
        """The claims first, then their payments, each kind in one order: as a claim's own steps lock them."""
        wanted = Payment.objects.filter(pk__in=keys).order_by("pk")
        claims = Claim.objects.filter(pk__in=wanted.exclude(claim=None).order_by().values("claim")).order_by("pk")
        claim_of = {claim.pk: claim for claim in claims.select_for_update(no_key=True)}
        payments = {one.pk: one for one in wanted.select_related("batch").select_for_update(of=("self",))}
        for payment in payments.values():
            if payment.claim_id:
                payment.claim = claim_of[payment.claim_id]
        return payments

    def mark(self, payment: Payment, said: Said, *, by: User, found: ResultFile) -> None:
        claim = payment.claim
        if claim and said.paid_on:
            if by.pk in claim.entered_by or by.pk in [getattr(claim, f"{name}_id") for name in FINANCE]:
                text = _("报销件 %s 由您办理过，其支付结果须由他人登记")
                raise Refused.because("same_person", text % claim.number)
            CLAIM_LIFECYCLE.must_be_open(claim, "pay")
            paid(claim, by=by, paid_on=said.paid_on, reference=said.reference, on=found.taken_on)
        payment.failure = said.failure
        payment.amount, payment.paid_on, payment.reference = said.amount, said.paid_on, said.reference

    def save(self, new: New) -> None:
        claims = [one.claim for one in new[PaymentStatus.PAID] if one.claim]
        PAYMENT_LIFECYCLE.go_on_together(new[PaymentStatus.FAILED], "fail", ["failure"])
        PAYMENT_LIFECYCLE.go_on_together(new[PaymentStatus.PAID], "settle", ["amount", "paid_on", "reference"])
        CLAIM_LIFECYCLE.go_on_together(claims, "pay", ["paid_by", "paid_on", "payment_reference"])

    def complete(self, rows: QuerySet[Any]) -> QuerySet[PaymentBatch]:
        out = Payment.objects.filter(batch=OuterRef("pk"), status__in=LIVE)
        ours = Payment.objects.filter(pk__in=rows.values("payment"))
        return PaymentBatch.objects.filter(~Exists(out), status=BatchStatus.SENT, pk__in=ours.values("batch"))

    def close(self, batch: PaymentBatch) -> None:
        if batch.status == BatchStatus.SENT:
            BATCH_LIFECYCLE.go_on(batch, "close", _closed)


def _closed(batch: PaymentBatch) -> None:
    """Where the insurer says the amounts, the total is known only now."""
    rows = batch.payments.exclude(status=PaymentStatus.VOID)
    batch.total = rows.aggregate(total=Sum("amount"))["total"] or NIL
    batch.closed_at = timezone.now()
