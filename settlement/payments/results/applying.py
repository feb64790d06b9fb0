"""Results are written down row by row, each in a transaction of its own.

What is written down stays whatever happens to the next, and a run that was broken off goes on where it ended.
"""

import datetime as dt

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from hospitals.constraints import refused_by_constraints
from hospitals.history import doing
from hospitals.list_imports import Report
from hospitals.reasons import Refused
from hospitals.sheets import Fault
from hospitals.vocabulary import ListAction, ListStatus
from settlement.calculation.money import NIL
from settlement.claims.decisions import paid
from settlement.models import Claim, Payment, PaymentBatch, ResultImport, ResultRow
from settlement.models.claim import CLAIM_LIFECYCLE
from settlement.payments.lifecycle import BATCH_LIFECYCLE, FINANCE, LIVE, PAYMENT_LIFECYCLE
from settlement.payments.results.columns import HEADINGS
from settlement.payments.results.planning import Said, verdict
from settlement.payments.results.record import known
from settlement.vocabulary import BatchStatus, PaymentStatus

TOLD_EVERY = 50  # rows


def write_down_rows(*, found: ResultImport, by: User, report: Report) -> bool:
    """Write down what is not yet, in the order of the payments.

    False where the import was put back meanwhile: then the rest is left.
    """
    waiting = found.steps.filter(action=ListAction.NEW).order_by("payment_id")
    keys = list(waiting.values_list("pk", flat=True))
    for done, key in enumerate(keys):
        if done % TOLD_EVERY == 0:
            report(done * 100 // len(keys), _("已登记 {done} / {total} 笔").format(done=done, total=len(keys)))
        if not _write_down_row(found, key, by):
            return False
    _close_batches(found, by)
    return True


def _write_down_row(found: ResultImport, key: int, by: User) -> bool:
    with transaction.atomic(), doing(_("登记拨付结果"), by=by, reason=found.file_name):
        locked = ResultImport.objects.select_for_update().defer("content").get(pk=found.pk)
        if locked.status != ListStatus.APPLYING:
            return False
        row = locked.steps.get(pk=key)
        if row.action != ListAction.NEW:
            return True
        try:
            with transaction.atomic():
                _write_down(row, by, locked.taken_on)
            row.action, row.written = ListAction.SAME, {}
        except _Contradicts as contradiction:
            _leave(row, locked, contradiction.column, str(contradiction))
        except Refused as refused:
            _leave(row, locked, "number", str(refused))
        row.save(update_fields=["action", "faults", "written"])
    return True


class _Contradicts(Exception):
    def __init__(self, column: str, text: str) -> None:
        super().__init__(text)
        self.column = column


def _write_down(row: ResultRow, by: User, on: dt.date) -> None:
    """The claim first, then its payment: as a claim's own steps lock them."""
    payments, key = Payment.objects.select_related("batch"), row.payment_id or 0  # a good row has one
    claim_key = payments.get(pk=key).claim_id
    claim = Claim.objects.select_for_update(no_key=True).get(pk=claim_key) if claim_key else None
    payment = payments.select_for_update(of=("self",)).get(pk=key)
    said = said_of(row)
    # accounts were compared when the file was read, and do not change
    action, column, text = verdict(known(payment), said)
    if action is ListAction.INVALID:
        raise _Contradicts(column, text)
    if action is ListAction.SAME:
        return
    if said.outcome is PaymentStatus.FAILED:

        def failed(locked: Payment) -> None:
            locked.failure = said.failure

        PAYMENT_LIFECYCLE.follow(payment, "fail", effect=failed)
        return

    def settled(locked: Payment) -> None:
        locked.amount, locked.paid_on, locked.reference = said.amount, said.paid_on, said.reference

    PAYMENT_LIFECYCLE.follow(payment, "settle", effect=settled)
    if claim and said.paid_on:
        day = said.paid_on
        if by.pk in claim.entered_by or by.pk in [getattr(claim, f"{name}_id") for name in FINANCE]:
            raise Refused.because("same_person", _("报销件 %s 由您办理过，其支付结果须由他人登记") % claim.number)
        with refused_by_constraints(Claim):
            CLAIM_LIFECYCLE.follow(
                claim,
                "pay",
                effect=lambda locked: paid(locked, by=by, paid_on=day, reference=said.reference, on=on),
            )


def said_of(row: ResultRow) -> Said:
    """What a row that was found good says; its account was that of the payment."""
    return Said(
        outcome=PaymentStatus.of(row.outcome),
        account=row.payment.payee_account if row.payment else "",
        amount=row.amount,
        paid_on=row.paid_on,
        reference=row.reference,
        failure=row.failure,
    )


def _leave(row: ResultRow, found: ResultImport, column: str, text: str) -> None:
    """A row that cannot be written down any more."""
    row.action = ListAction.INVALID
    heading = found.headings.get(column, HEADINGS[column])
    fault = Fault(row=row.number, column=heading, value=row.written.get(column, ""), text=text, sheet=row.sheet)
    row.faults = [fault.as_dict()]


def _close_batches(found: ResultImport, by: User) -> None:
    """A batch of which every payment has its result is closed."""
    out = Payment.objects.filter(batch=OuterRef("pk"), status__in=LIVE)
    ours = Payment.objects.filter(pk__in=found.steps.filter(action=ListAction.SAME).values("payment"))
    batches = PaymentBatch.objects.filter(~Exists(out), status=BatchStatus.SENT, pk__in=ours.values("batch"))
    for batch in batches.order_by("pk"):
        with transaction.atomic(), doing(_("回盘完毕"), by=by, reason=found.file_name):
            locked = PaymentBatch.objects.select_for_update().get(pk=batch.pk)
            if locked.status == BatchStatus.SENT:
                BATCH_LIFECYCLE.follow(locked, "close", effect=_closed)


def _closed(batch: PaymentBatch) -> None:
    """Where the insurer says the amounts, the total is known only now."""
    rows = batch.payments.exclude(status=PaymentStatus.VOID)
    batch.total = rows.aggregate(total=Sum("amount"))["total"] or NIL
    batch.closed_at = timezone.now()
