"""Cleared statements are paid: a list (拨付单) made by one person of finance, confirmed by another; each once.

An account on which a payment failed is not paid on again until it is written down anew.
"""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from hospitals.access import Right, reach_of
from hospitals.constraints import checked, refused_by_constraints
from hospitals.history import doing
from hospitals.models import Area, Hospital
from hospitals.reasons import Refused
from hospitals.vocabulary import Scope
from settlement.hospital_clearing.lifecycle import BATCH_LIFECYCLE, PAYMENT_LIFECYCLE, STATEMENT_LIFECYCLE
from settlement.hospital_clearing.words import HospitalPaymentStatus as P
from settlement.hospital_clearing.words import HospitalStatementStatus
from settlement.models import HospitalAccount, HospitalPayment, HospitalPaymentBatch, HospitalStatement

LONGEST_REASON = 300
PAY = Right.PAY_HOSPITALS


def statements_to_pay(area: Area, scope: str) -> QuerySet[HospitalStatement]:
    """Cleared, with something to pay, and in no list."""
    taken = HospitalPayment.objects.counting().filter(statement=OuterRef("pk"))
    return HospitalStatement.objects.filter(
        ~Exists(taken), area=area, scope=scope, status=HospitalStatementStatus.CLEARED, payable__gt=0
    )


def keep_account(*, by: User, hospital: Hospital, name: str, bank: str, account: str, reason: str) -> HospitalAccount:
    """From now on the hospital is paid on this account.  Raises Refused."""
    _require(by, hospital.area_id)
    made = HospitalAccount(
        area_id=hospital.area_id, hospital=hospital, name=name, bank=bank, account=account, reason=reason, made_by=by
    )
    checked(made)
    made.save()
    return made


def make_batch(*, by: User, area: Area, scope: Scope, on: dt.date) -> HospitalPaymentBatch:
    """A draft of every cleared statement of an area and scope that waits; hospitals without an account wait on, as do
    those whose account has not been put right since a payment failed.

    Raises Refused where nothing is left.
    """
    _require(by, area.pk)
    with transaction.atomic(), doing(_("生成拨付单"), by=by):
        held = statements_to_pay(area, scope).order_by("pk").select_for_update(no_key=True, skip_locked=True)
        keys = list(held.values_list("pk", flat=True))
        # another list may have taken them between the look and the lock
        statements = list(statements_to_pay(area, scope).filter(pk__in=keys).order_by("pk"))
        refuse_own(by, statements)
        accounts = accounts_of({statement.hospital_id for statement in statements})
        ready = [statement for statement in statements if statement.hospital_id in accounts]
        if not ready:
            text = _("待拨付的医院都没有可用的收款账户") if statements else _("没有待拨付的清算单")
            raise Refused.because("nothing_to_pay", text)
        batch = HospitalPaymentBatch.objects.create(
            area=area,
            scope=scope,
            made_on=on,
            made_by=by,
            count=len(ready),
            total=sum((statement.payable for statement in ready), Decimal(0)),
        )
        with refused_by_constraints(HospitalPayment):
            HospitalPayment.objects.bulk_create(
                HospitalPayment(batch=batch, statement=one, account=accounts[one.hospital_id], amount=one.payable)
                for one in ready
            )
    return batch


def confirm(*, by: User, batch: HospitalPaymentBatch, version: int) -> HospitalPaymentBatch:
    """A second person, who had no hand in the statements and wrote down none of the accounts.  Raises Refused."""

    def effect(locked: HospitalPaymentBatch) -> None:
        payments = locked.payments.select_related("statement", "account")
        refuse_own(by, [payment.statement for payment in payments])
        if any(payment.account.made_by_id == by.pk for payment in payments):
            raise Refused.because("same_person", _("拨付单中有您登记的收款账户，须由他人核对"))
        if HospitalPayment.objects.failed().filter(account__in=[payment.account_id for payment in payments]).exists():
            raise Refused.because("account_failed", _("拨付单中有支付失败过的收款账户，请作废后重新生成"))
        locked.confirmed_by, locked.confirmed_at = by, timezone.now()

    return BATCH_LIFECYCLE.take(batch, "confirm", by=by, version=version, effect=effect)


def void(*, by: User, batch: HospitalPaymentBatch, version: int, reason: str) -> HospitalPaymentBatch:
    """A list of which nothing was paid is given up; its statements wait for another.  Raises Refused."""

    def effect(locked: HospitalPaymentBatch) -> None:
        if locked.payments.exclude(status=P.PENDING).exists():
            raise Refused.because("begun", _("已有付款登记了结果，不能作废"))
        for payment in locked.payments.order_by("pk"):
            PAYMENT_LIFECYCLE.follow(payment, "void")
        locked.void_reason = reason.strip()[:LONGEST_REASON]

    return BATCH_LIFECYCLE.take(batch, "void", by=by, version=version, reason=reason, effect=effect)


def record_paid(*, by: User, payment: HospitalPayment, paid_on: dt.date, reference: str, on: dt.date) -> None:
    """The bank has paid one hospital: its statement is paid with it.  Said twice the same, nothing more happens.

    Raises Refused.
    """

    def settled(locked: HospitalPayment) -> None:
        locked.paid_on, locked.reference = paid_on, reference.strip()

    with transaction.atomic():
        batch = _held(payment)
        refuse_own(by, [payment.statement])
        if not batch.made_on <= paid_on <= on:
            raise Refused.because("paid_on", _("拨付日期须在编制日期与今天之间"))
        now = HospitalPayment.objects.get(pk=payment.pk)
        if (now.status, now.paid_on, now.reference) == (P.PAID, paid_on, reference.strip()):
            return
        taken = PAYMENT_LIFECYCLE.take(payment, "pay", by=by, effect=settled)
        with doing(_("拨付"), by=by):
            STATEMENT_LIFECYCLE.follow(taken.statement, "pay")
            _close(batch)


def record_all_paid(
    *, by: User, batch: HospitalPaymentBatch, version: int, paid_on: dt.date, reference: str, on: dt.date
) -> int:
    """The bank has paid the whole list; how many payments that settles now.  Each is written down in a transaction of
    its own: broken off and begun again, it goes on where it ended.  Raises Refused."""
    current = HospitalPaymentBatch.objects.get(pk=batch.pk)
    refusal = BATCH_LIFECYCLE.refusal(current, "close", by)
    if refusal:
        raise refusal
    waiting = list(current.payments.filter(status=P.PENDING).order_by("pk"))
    for payment in waiting:
        record_paid(by=by, payment=payment, paid_on=paid_on, reference=reference, on=on)
    return len(waiting)


def record_failed(*, by: User, payment: HospitalPayment, reason: str) -> None:
    """The bank could not pay one hospital; its statement waits until the account is put right.  Raises Refused."""

    def failed(locked: HospitalPayment) -> None:
        locked.failure = reason.strip()[:LONGEST_REASON]

    with transaction.atomic():
        batch = _held(payment)
        PAYMENT_LIFECYCLE.take(payment, "fail", by=by, reason=reason, effect=failed)
        with doing(_("登记支付失败"), by=by, reason=reason):
            _close(batch)


def give_back(*, by: User, payment: HospitalPayment, version: int, reason: str) -> HospitalPayment:
    """支付退回: the money came back after it had been paid, and the statement is to be paid again.  Raises Refused."""

    def came_back(locked: HospitalPayment) -> None:
        locked.failure = reason.strip()[:LONGEST_REASON]

    with transaction.atomic():
        HospitalPaymentBatch.objects.select_for_update(no_key=True).get(pk=payment.batch_id)
        taken = PAYMENT_LIFECYCLE.take(payment, "come_back", by=by, version=version, reason=reason, effect=came_back)
        with doing(_("支付退回"), by=by, reason=reason):
            STATEMENT_LIFECYCLE.follow(taken.statement, "come_back")
    return taken


def accounts_of(hospitals: Iterable[int]) -> dict[int, HospitalAccount]:
    """The account that each hospital is paid on, if no payment has failed on it; one query."""
    rows = HospitalAccount.objects.filter(hospital__in=sorted(hospitals))
    failed = HospitalPayment.objects.failed().filter(account=OuterRef("pk"))
    newest = rows.annotate(has_failed=Exists(failed)).order_by("hospital_id", "-pk").distinct("hospital_id")
    return {row.hospital_id: row for row in newest if not row.has_failed}


def _held(payment: HospitalPayment) -> HospitalPaymentBatch:
    """The list first, then its payments and statements: as every step of it locks them."""
    batch = HospitalPaymentBatch.objects.select_for_update(no_key=True).get(pk=payment.batch_id)
    if batch.status not in BATCH_LIFECYCLE.moves["close"].sources:
        same_again = HospitalPayment.objects.filter(Q(status=P.PAID), pk=payment.pk).exists()
        if not same_again:
            raise Refused.because("wrong_state", _("拨付单当前状态为“%s”") % batch.get_status_display())
    return batch


def _close(batch: HospitalPaymentBatch) -> None:
    if not batch.payments.filter(status=P.PENDING).exists():
        BATCH_LIFECYCLE.go_on(batch, "close")


def _require(by: User, area: str) -> None:
    if not reach_of(by).covers(PAY, area):
        raise Refused.because("no_right", _("您没有“%s”的权限") % PAY.label)


def refuse_own(by: User, statements: Iterable[HospitalStatement]) -> None:
    """Who had a hand in a statement neither pays it nor says that it is paid.  Raises Refused."""
    for one in statements:
        if by.pk in (one.made_by_id, one.accepted_by_id, one.reviewed_by_id, one.cleared_by_id):
            raise Refused.because("same_person", _("清算单 %s 由您办理过，须由他人拨付") % one.number)
