"""A recoupment is proposed, put right, confirmed by a second person, or withdrawn.

Whoever locks several rows does it in this order, so that nobody waits in a ring: claim, the person's year, filing,
settlement, recoupment.
"""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from filings.models import Commitment
from hospitals.access import Right, reach_of
from hospitals.constraints import refused_by_constraints
from hospitals.history import doing
from hospitals.reasons import Reason, Refused
from settlement.calculation.money import NIL
from settlement.models import Recoupment, RecoupmentInstalment, RecoupmentPart, Settlement
from settlement.recoupments.amounts import paid_by_fund, recoupable, was_paid
from settlement.recoupments.lifecycle import RECOUPMENT_LIFECYCLE
from settlement.vocabulary import Fund, RecoupmentCause

LONGEST_TEXT = 300
Amounts = Mapping[Fund, Decimal]


def propose(
    *, by: User, settlement: Settlement, amounts: Amounts, reason: str, on: dt.date, source: str = ""
) -> Recoupment:
    """A review has found that money was not due.  amounts: by fund.  source: the clause, where there is one.

    Raises Refused; for more than a fund has paid and no recoupment asks for yet, too.
    """
    if settlement.area_id not in reach_of(by).areas_of(Right.REVIEW_CLAIMS):
        raise Refused.because("no_right", _("您没有“%s”的权限") % Right.REVIEW_CLAIMS.label)
    with transaction.atomic(), doing(_("提出追回"), by=by, reason=reason):
        held = hold(settlement)
        if not was_paid(held):
            raise Refused.because("not_paid", _("结算 %s 的基金尚未支付，没有可追回的金额") % held.number)
        _refuse_beyond(held, amounts, recoupable(held))
        return put_forward(
            by=by, settlement=held, cause=RecoupmentCause.REVIEW, amounts=amounts, reason=reason, source=source, on=on
        )


def put_forward(
    *,
    by: User,
    settlement: Settlement,
    cause: RecoupmentCause,
    amounts: Amounts,
    reason: str,
    on: dt.date,
    source: str = "",
    commitment: Commitment | None = None,
) -> Recoupment:
    """Write a proposal down.  Within a transaction that holds the settlement and has looked at what is left of it."""
    recoupment = Recoupment(
        area_id=settlement.area_id,
        person_id=settlement.person_id,
        settlement=settlement,
        commitment=commitment,
        cause=cause,
        reason=_kept(reason, _("追回须填写理由")),
        source=source.strip()[:LONGEST_TEXT],
        proposed_on=on,
        due=sum(amounts.values(), NIL),
        made_by=by,
    )
    with refused_by_constraints(Recoupment, RecoupmentPart):
        recoupment.save()
        _write_parts(recoupment, amounts)
    return recoupment


def correct(
    *, by: User, recoupment: Recoupment, amounts: Amounts, reason: str, version: int | None = None
) -> Recoupment:
    """Other amounts, as long as nobody has confirmed them; who sets them does not confirm them.  Raises Refused."""

    def effect(locked: Recoupment) -> None:
        settlement = hold(locked.settlement)
        _refuse_beyond(settlement, amounts, recoupable(settlement, beside=locked.pk))
        locked.parts.exclude(fund__in=amounts).delete()
        for part in locked.parts.all():
            if part.amount != amounts[Fund.of(part.fund)]:
                part.amount = amounts[Fund.of(part.fund)]
                part.save()
        known = set(locked.parts.values_list("fund", flat=True))
        _write_parts(locked, {fund: amount for fund, amount in amounts.items() if fund not in known})
        locked.due, locked.corrected_by = sum(amounts.values(), NIL), by
        locked.reason = _kept(reason, _("追回须填写理由"))

    with transaction.atomic():
        hold(recoupment.settlement)  # before the recoupment, as everybody does
        return RECOUPMENT_LIFECYCLE.take(recoupment, "correct", by=by, reason=reason, version=version, effect=effect)


def confirm(
    *, by: User, recoupment: Recoupment, due_on: dt.date, on: dt.date, version: int | None = None
) -> Recoupment:
    """A second person agrees: it is to be paid through a day, in one sum until instalments are agreed on.

    on: today.  Raises Refused.
    """

    def effect(locked: Recoupment) -> None:
        if due_on < on:
            raise Refused.because("due_on", _("缴款期限不能早于今天"))
        locked.confirmed_by, locked.confirmed_at = by, timezone.now()
        locked.next_due_on = due_on
        RecoupmentInstalment.objects.create(recoupment=locked, due_on=due_on, amount=locked.due)

    return RECOUPMENT_LIFECYCLE.take(recoupment, "confirm", by=by, version=version, effect=effect)


def withdraw(*, by: User, recoupment: Recoupment, reason: str, version: int | None = None) -> Recoupment:
    """A proposal is not followed up.  Raises Refused."""
    return RECOUPMENT_LIFECYCLE.take(
        recoupment, "withdraw", by=by, reason=reason, version=version, effect=lambda one: end(one, by, reason)
    )


def revoke(*, by: User, recoupment: Recoupment, reason: str, version: int | None = None) -> Recoupment:
    """A confirmed one, of which nothing has been received, was wrong: by a supervisor who has not confirmed it.

    Raises Refused.
    """
    return RECOUPMENT_LIFECYCLE.take(
        recoupment, "revoke", by=by, reason=reason, version=version, effect=lambda one: end(one, by, reason)
    )


def end(recoupment: Recoupment, by: User, reason: str) -> None:
    """What a withdrawn recoupment says of its end."""
    recoupment.ended_by, recoupment.ended_at = by, timezone.now()
    recoupment.end_reason = _kept(reason, _("撤销须填写理由"))
    recoupment.next_due_on = None
    recoupment.write_off_by = recoupment.write_off_at = None
    recoupment.write_off_reason = ""


def hold(settlement: Settlement) -> Settlement:
    """The settlement, held until the transaction ends by whoever asks for its money, or says it was never paid."""
    return Settlement.objects.select_for_update(no_key=True).get(pk=settlement.pk)


def _refuse_beyond(settlement: Settlement, amounts: Amounts, left: Amounts) -> None:
    if not any(amounts.values()):
        raise Refused.because("nothing_asked", _("请填写追回金额"))
    paid = paid_by_fund(settlement)
    text = _("%(fund)s已支付 %(paid)s 元，最多还可追回 %(left)s 元")
    faults = []
    for fund, amount in amounts.items():
        if amount <= 0:
            faults.append(Reason("not_positive", _("%s的追回金额须大于零") % fund.label))
        elif amount > left.get(fund, NIL):
            words = {"fund": fund.label, "paid": paid.get(fund, NIL), "left": left.get(fund, NIL)}
            faults.append(Reason("beyond_paid", text % words))
    if faults:
        raise Refused.all_of(faults)


def _write_parts(recoupment: Recoupment, amounts: Amounts) -> None:
    RecoupmentPart.objects.bulk_create(
        RecoupmentPart(recoupment=recoupment, fund=fund, amount=amount) for fund, amount in amounts.items()
    )


def _kept(text: str, missing: str) -> str:
    text = text.strip()
    if not text:
        raise Refused.because("reason_missing", missing)
    if len(text) > LONGEST_TEXT:
        raise Refused.because("reason_too_long", _("理由不能超过%d字") % LONGEST_TEXT)
    return text
