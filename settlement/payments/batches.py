"""Batches: made by one person of finance, confirmed by another; what must not go out is taken out before."""

import datetime as dt
from collections.abc import Collection, Iterable
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Count, F, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from hospitals.access import Right, reach_of
from hospitals.constraints import refused_by_constraints
from hospitals.history import doing
from hospitals.models import Area
from hospitals.reasons import Reason, Refused
from settlement.calculation.money import NIL
from settlement.models import Claim, FollowUpDue, PayeeAccount, Payment, PaymentBatch
from settlement.payments.candidates import Period, claims_to_pay, dues_to_pay, payees_of
from settlement.payments.checks import Warned, faults_of, warnings_of
from settlement.payments.lifecycle import BATCH_LIFECYCLE, PAYMENT_LIFECYCLE
from settlement.vocabulary import BatchKind, Component, Payer, PaymentStatus

LARGEST = 20_000  # payments; what is beyond waits for the next batch
CHUNK = 2_000
HEAVY = ("calculation__inputs", "calculation__result")  # of a claim; not looked at
LONGEST_REASON = 300
SHOWN = 20  # warnings told at once


def make_batch(*, by: User, area: Area, on: dt.date, claims: Collection[int] | None = None) -> PaymentBatch:
    """A draft of all released claims of an area that are in no batch, or of those chosen; yuan as calculated.

    claims: keys; None for all.  Raises Refused where there is nothing to pay, or a chosen claim cannot be.
    A claim that somebody is at work on is left for the next batch.
    """
    with transaction.atomic(), doing(_("编制拨付批次"), by=by):
        batch = _new(by, area, on, BatchKind.CLAIMS, Payer.AGENCY)
        wanted = claims_to_pay(area)
        if claims is not None:
            wanted = wanted.filter(pk__in=claims)
        held = wanted.order_by("pk").select_for_update(of=("self",), skip_locked=True, no_key=True)
        keys = list(held.values_list("pk", flat=True)[:LARGEST])
        # another batch may have taken them between the look and the lock
        found = list(
            claims_to_pay(area).filter(pk__in=keys).select_related("person", "calculation").defer(*HEAVY).order_by("pk")
        )
        _refuse_missing(claims, found)
        failed = _failed("claim", [claim.pk for claim in found])
        _fill(batch, (_for_claim(claim, failed.get(claim.pk)) for claim in found))
    return batch


def make_follow_up_batch(
    *, by: User, area: Area, component: Component, payer: Payer, period: Period, on: dt.date
) -> PaymentBatch:
    """A draft of what direct settlements of a period have left to be paid later, by component and payer (DY-10).

    What the agency pays goes onto accounts on record; whoever has none waits.  Raises Refused where nothing is left.
    """
    if period.last < period.first or period.last > on:
        raise Refused.because("period", _("期间的止期不能早于起期，也不能晚于今天"))
    with transaction.atomic(), doing(_("编制拨付批次"), by=by):
        batch = _new(by, area, on, BatchKind.of(component.value), payer)
        batch.period_from, batch.period_to = period.first, period.last
        held = dues_to_pay(area, component, payer, period).order_by("pk").select_for_update(of=("self",))
        keys = list(held.values_list("pk", flat=True)[:LARGEST])
        dues = list(
            dues_to_pay(area, component, payer, period)
            .filter(pk__in=keys)
            .select_related("settlement__person")
            .order_by("pk")
        )
        failed = _failed("due", [due.pk for due in dues])
        accounts = payees_of({due.settlement.person_id for due in dues})
        if payer == Payer.AGENCY:
            dues = [due for due in dues if due.settlement.person_id in accounts]
            if keys and not dues:
                raise Refused.because("no_accounts", _("应付人员都没有登记收款账户，请先登记"))
        _fill(batch, (_for_due(due, failed.get(due.pk), accounts, payer) for due in dues))
    return batch


def remove(*, by: User, payment: Payment, version: int) -> PaymentBatch:
    """Take a payment out of a draft.  version: of the batch as it was seen.  Raises Refused."""

    def effect(locked: PaymentBatch) -> None:
        PAYMENT_LIFECYCLE.follow(payment, "withdraw")
        _count(locked)

    return BATCH_LIFECYCLE.take(payment.batch, "remove", by=by, version=version, effect=effect)


def set_amount(*, by: User, payment: Payment, amount: Decimal, reason: str, version: int) -> PaymentBatch:
    """In a draft, the amount of a follow-up for which the policy gives none, with what it rests on.  Raises Refused."""
    reason = reason.strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise Refused.because("reason_missing", _("请填写核定依据，不超过%d字") % LONGEST_REASON)

    def effect(locked: PaymentBatch) -> None:
        row = Payment.objects.select_for_update().select_related(None).get(pk=payment.pk, batch=locked)
        if row.due is None or row.due.amount is not None:
            raise Refused.because("amount_given", _("此笔金额由结算得出，不能另行核定"))
        if row.status != PaymentStatus.PENDING or locked.is_insurers:
            raise Refused.because("amount_elsewhere", _("此笔金额不在这里核定"))
        row.amount, row.amount_reason, row.version = amount, reason, row.version + 1
        with refused_by_constraints(Payment):
            row.save()
        _count(locked)

    return BATCH_LIFECYCLE.take(payment.batch, "set_amount", by=by, version=version, reason=reason, effect=effect)


def confirm(*, by: User, batch: PaymentBatch, version: int, acknowledged: bool = False) -> PaymentBatch:
    """A second person has looked at every payee.  acknowledged: what they are warned of.  Raises Refused."""

    def effect(locked: PaymentBatch) -> None:
        faults = faults_of(locked)
        if faults:
            raise Refused.all_of(faults)
        if locked.payments.filter(payee__made_by=by).exclude(status=PaymentStatus.VOID).exists():
            raise Refused.because("same_person", _("批次中有您登记的收款账户，须由他人核对"))
        warnings = warnings_of(locked)
        if warnings and not acknowledged:
            text = _("有 %d 处提示须逐项核实后确认") % len(warnings)
            raise Refused(Reason("not_acknowledged", text), *(warned.reason for warned in warnings[:SHOWN]))
        locked.acknowledged = len(warnings)
        _vouch(locked, warnings)
        locked.confirmed_by, locked.confirmed_at = by, timezone.now()
        _count(locked)

    return BATCH_LIFECYCLE.take(batch, "confirm", by=by, version=version, effect=effect)


def reopen(*, by: User, batch: PaymentBatch, version: int, reason: str) -> PaymentBatch:
    """A confirmed batch is a draft again.  Raises Refused."""

    def effect(locked: PaymentBatch) -> None:
        locked.confirmed_by = locked.confirmed_at = None
        locked.acknowledged = 0
        locked.payments.exclude(vouched="").update(vouched="", version=F("version") + 1)

    return BATCH_LIFECYCLE.take(batch, "reopen", by=by, version=version, reason=_kept(reason), effect=effect)


def void(*, by: User, batch: PaymentBatch, version: int, reason: str) -> PaymentBatch:
    """A batch that has not gone out is given up; what was in it waits for another.  Raises Refused."""

    def effect(locked: PaymentBatch) -> None:
        pending = locked.payments.filter(status=PaymentStatus.PENDING)
        pending.update(status=PaymentStatus.VOID, version=F("version") + 1)
        locked.voided_by, locked.voided_at, locked.void_reason = by, timezone.now(), _kept(reason)

    return BATCH_LIFECYCLE.take(batch, "void", by=by, version=version, reason=reason, effect=effect)


def _new(by: User, area: Area, on: dt.date, kind: BatchKind, payer: Payer) -> PaymentBatch:
    if not reach_of(by).covers(Right.RELEASE_CLAIMS, area.pk):
        raise Refused.because("no_right", _("您没有“%s”的权限") % Right.RELEASE_CLAIMS.label)
    return PaymentBatch(area=area, kind=kind, payer=payer, made_on=on, made_by=by)


def _refuse_missing(chosen: Collection[int] | None, found: list[Claim]) -> None:
    missing = sorted(set(chosen or ()) - {claim.pk for claim in found})
    named = Claim.objects.filter(pk__in=missing[:10])
    reasons = [
        Reason("cannot_be_paid", _("%s 不能拨付：未放行、已在其他批次、待更正或正被办理") % claim.number)
        for claim in named
    ]
    if missing:
        raise Refused.all_of(reasons or [Reason("cannot_be_paid", _("所选报销件不存在"))])


def _failed(kind: str, keys: list[int]) -> dict[int, Payment]:
    """The failed payment that each is paid again after."""
    rows = Payment.objects.failed_for_good().filter(**{f"{kind}__in": keys}).select_related("correction")
    return {getattr(row, f"{kind}_id"): row for row in rows}


def _for_claim(claim: Claim, failed: Payment | None) -> Payment:
    payee = failed.correction if failed else None
    return Payment(
        area_id=claim.area_id,
        person=claim.person,
        claim=claim,
        payee=payee,
        payee_name=payee.name if payee else claim.payee_name,
        payee_bank=payee.bank if payee else claim.payee_bank,
        payee_account=payee.account if payee else claim.payee_account,
        id_tail=claim.person.id_number[-4:],
        amount=claim.calculation.fund if claim.calculation else None,
        attempt=failed.attempt + 1 if failed else 1,
        replaces=failed,
    )


def _for_due(due: FollowUpDue, failed: Payment | None, accounts: dict[int, PayeeAccount], payer: Payer) -> Payment:
    """The insurer finds the account itself."""
    person = due.settlement.person
    payee = accounts[person.pk] if payer == Payer.AGENCY else None
    return Payment(
        area_id=due.settlement.area_id,
        person=person,
        due=due,
        payee=payee,
        payee_name=payee.name if payee else person.name,
        payee_bank=payee.bank if payee else "",
        payee_account=payee.account if payee else "",
        id_tail=person.id_number[-4:],
        amount=due.amount,
        attempt=failed.attempt + 1 if failed else 1,
        replaces=failed,
    )


def _fill(batch: PaymentBatch, rows: Iterable[Payment]) -> None:
    payments = list(rows)
    if not payments:
        raise Refused.because("nothing_to_pay", _("没有可以拨付的"))
    batch.count, batch.total = len(payments), sum((row.amount or NIL for row in payments), NIL)
    batch.save(force_insert=True)
    for position, row in enumerate(payments, start=1):
        row.batch, row.position = batch, position
    with refused_by_constraints(Payment):
        Payment.objects.bulk_create(payments, batch_size=CHUNK)


def _count(batch: PaymentBatch) -> None:
    rows = batch.payments.exclude(status=PaymentStatus.VOID)
    sums = rows.aggregate(count=Count("pk"), total=Sum("amount"))
    batch.count, batch.total = sums["count"], sums["total"] or NIL
    if not batch.count:
        raise Refused.because("nothing_to_pay", _("批次中没有付款；不再拨付的，请作废批次"))


def _vouch(batch: PaymentBatch, warnings: list[Warned]) -> None:
    """Each warning stays with its payment."""
    texts: dict[int, list[str]] = {}
    for warned in warnings:
        texts.setdefault(warned.payment, []).append(warned.reason.text)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE settlement_payment SET vouched = said.text, version = version + 1 "
            "FROM unnest(%s::bigint[], %s::text[]) AS said (id, text) "
            "WHERE settlement_payment.id = said.id AND batch_id = %s",
            [list(texts), ["；".join(said) for said in texts.values()], batch.pk],
        )


def _kept(reason: str) -> str:
    reason = reason.strip()
    if len(reason) > LONGEST_REASON:
        raise Refused.because("reason_too_long", _("理由不能超过%d字") % LONGEST_REASON)
    return reason
