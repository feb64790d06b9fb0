"""Results are written down some rows at a time, each time in a transaction of its own.

What is written down stays whatever happens to the next, and a run that was broken off goes on where it ended.  Rows
that the database does not take together are written down one by one: the good ones go on, a bad one has its reason.
"""

import datetime as dt

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
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

TOGETHER = 200  # rows; whoever puts the import back waits for so many


def write_down_rows(*, found: ResultImport, by: User, report: Report) -> bool:
    """Write down what is not yet, in the order of the payments.

    False where the import was put back meanwhile: then the rest is left.
    """
    waiting = found.steps.filter(action=ListAction.NEW).order_by("payment_id")
    keys = list(waiting.values_list("pk", flat=True))
    for done in range(0, len(keys), TOGETHER):
        report(done * 100 // len(keys), _("已登记 {done} / {total} 笔").format(done=done, total=len(keys)))
        some = keys[done : done + TOGETHER]
        try:
            goes_on = _write_down(found, some, by)
        except (Refused, IntegrityError):
            goes_on = all(_write_down(found, [key], by) for key in some)
        if not goes_on:
            return False
    _close_batches(found, by)
    return True


def _write_down(found: ResultImport, keys: list[int], by: User) -> bool:
    """These rows together, or none of them; a row by itself that the database refuses is left with the reason."""
    with transaction.atomic(), doing(_("登记拨付结果"), by=by, reason=found.file_name):
        locked = ResultImport.objects.select_for_update().defer("content").get(pk=found.pk)
        if locked.status != ListStatus.APPLYING:
            return False
        rows = list(locked.steps.filter(pk__in=keys, action=ListAction.NEW).order_by("payment_id"))
        try:
            with refused_by_constraints(Claim, Payment):
                _take_down(rows, locked, by)
        except Refused as refused:
            if len(rows) > 1:
                raise
            _leave(rows[0], locked, "number", str(refused))
        ResultRow.objects.bulk_update(rows, ["action", "faults", "written"])
    return True


def _take_down(rows: list[ResultRow], found: ResultImport, by: User) -> None:
    """The claims first, then their payments, each kind in one order: as a claim's own steps lock them."""
    wanted = Payment.objects.filter(pk__in=[row.payment_id for row in rows]).order_by("pk")
    claims = Claim.objects.filter(pk__in=wanted.exclude(claim=None).order_by().values("claim")).order_by("pk")
    claim_of = {claim.pk: claim for claim in claims.select_for_update(no_key=True)}
    locked = wanted.select_related("batch").select_for_update(of=("self",))
    payment_of = {payment.pk: payment for payment in locked}
    new: dict[PaymentStatus, list[Payment]] = {PaymentStatus.PAID: [], PaymentStatus.FAILED: []}
    claims_paid = []
    for row in rows:
        payment = payment_of[row.payment_id or 0]  # a good row has one
        claim, said = claim_of.get(payment.claim_id or 0), said_of(row, payment)
        action, column, text = verdict(known(payment), said)
        if action is ListAction.NEW and claim and said.paid_on:
            try:
                _mark_paid(claim, said, by=by, day=said.paid_on, on=found.taken_on)
            except Refused as refused:
                action, column, text = ListAction.INVALID, "number", str(refused)
            else:
                claims_paid.append(claim)
        if action is ListAction.INVALID:
            _leave(row, found, column, text)
            continue
        row.action, row.written = ListAction.SAME, {}
        if action is ListAction.NEW:
            payment.failure = said.failure
            payment.amount, payment.paid_on, payment.reference = said.amount, said.paid_on, said.reference
            new[said.outcome].append(payment)
    PAYMENT_LIFECYCLE.go_on_together(new[PaymentStatus.FAILED], "fail", ["failure"])
    PAYMENT_LIFECYCLE.go_on_together(new[PaymentStatus.PAID], "settle", ["amount", "paid_on", "reference"])
    CLAIM_LIFECYCLE.go_on_together(claims_paid, "pay", ["paid_by", "paid_on", "payment_reference"])


def _mark_paid(claim: Claim, said: Said, *, by: User, day: dt.date, on: dt.date) -> None:
    """Raises Refused, and leaves the claim alone then."""
    if by.pk in claim.entered_by or by.pk in [getattr(claim, f"{name}_id") for name in FINANCE]:
        raise Refused.because("same_person", _("报销件 %s 由您办理过，其支付结果须由他人登记") % claim.number)
    CLAIM_LIFECYCLE.must_be_open(claim, "pay")
    paid(claim, by=by, paid_on=day, reference=said.reference, on=on)


def said_of(row: ResultRow, payment: Payment) -> Said:
    """What a row that was found good says: accounts were compared when the file was read, and do not change."""
    return Said(
        outcome=PaymentStatus.of(row.outcome),
        account=payment.payee_account,
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
