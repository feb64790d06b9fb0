"""A confirmed recoupment is collected: by a plan, with receipts and reminders."""

import datetime as dt
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from hospitals.reasons import Refused
from settlement.calculation.money import NIL
from settlement.models import (
    Recoupment,
    RecoupmentInstalment,
    RecoupmentReceipt,
    RecoupmentReminder,
    RecoupmentShare,
)
from settlement.recoupments.amounts import Plan, covered, divided, still_due
from settlement.recoupments.lifecycle import RECOUPMENT_LIFECYCLE
from settlement.vocabulary import ReminderWay

MOST_INSTALMENTS = 120  # ten years, month by month
LONGEST_REFERENCE = 60
LONGEST_NOTE = 300


def set_instalments(
    *, by: User, recoupment: Recoupment, plan: Plan, on: dt.date, version: int | None = None
) -> Recoupment:
    """What is open is paid in these sums through these days, in place of any plan before.  on: today.

    Raises Refused.
    """

    def effect(locked: Recoupment) -> None:
        _check_plan(plan, locked.open, on)
        locked.instalments.all().delete()
        for due_on, amount in plan:
            RecoupmentInstalment.objects.create(recoupment=locked, due_on=due_on, amount=amount)
        locked.next_due_on = plan[0][0]

    return RECOUPMENT_LIFECYCLE.take(recoupment, "set_instalments", by=by, version=version, effect=effect)


def receive(
    *,
    by: User,
    recoupment: Recoupment,
    amount: Decimal,
    received_on: dt.date,
    reference: str,
    on: dt.date,
    version: int | None = None,
) -> Recoupment:
    """Money has come.  It goes to the funds in their fixed order; with the last of it the recoupment is settled.

    reference: of the bank or the cash receipt.  on: today.  Raises Refused; for more than is open, too.
    """
    reference = reference.strip()
    if not 0 < len(reference) <= LONGEST_REFERENCE:
        raise Refused.because("reference", _("请填写凭证号，不超过%d字") % LONGEST_REFERENCE)

    def effect(locked: Recoupment) -> None:
        if amount <= 0:
            raise Refused.because("not_positive", _("收款金额须大于零"))
        if amount > locked.open:
            text = _("未追回金额为 %(open)s 元，收款不能超过此数")
            raise Refused.because("beyond_due", text % {"open": locked.open})
        if not locked.settlement.settled_on <= received_on <= on:
            text = _("收款日期应在结算日期 %(day)s 至今天之间")
            raise Refused.because("received_on", text % {"day": locked.settlement.settled_on})
        receipt = RecoupmentReceipt.objects.create(
            recoupment=locked, received_on=received_on, amount=amount, reference=reference, made_by=by
        )
        RecoupmentShare.objects.bulk_create(
            RecoupmentShare(receipt=receipt, part=part, amount=share)
            for part, share in divided(amount, still_due(locked.parts.all()))
        )
        locked.received += amount
        if locked.open:
            locked.next_due_on = _next_due_on(locked)
        else:
            locked.next_due_on = None
            locked.write_off_by = locked.write_off_at = None
            locked.write_off_reason = ""

    with transaction.atomic():
        held = Recoupment.objects.select_for_update().get(pk=recoupment.pk)
        verb = "settle" if held.open == amount else "receive"
        return RECOUPMENT_LIFECYCLE.take(recoupment, verb, by=by, version=version, effect=effect)


def take_back_receipt(
    *, by: User, recoupment: Recoupment, receipt: int, reason: str, on: dt.date, version: int | None = None
) -> Recoupment:
    """A receipt was wrong: a contrary one takes its money back, from the funds it went to.  receipt: its key.

    What is open then beyond the plan is due with the plan's first instalment.  on: today.  Raises Refused.
    """
    reason = reason.strip()
    if len(reason) > LONGEST_NOTE:
        raise Refused.because("reason_too_long", _("理由不能超过%d字") % LONGEST_NOTE)

    def effect(locked: Recoupment) -> None:
        wrong = locked.receipts.filter(pk=receipt, takes_back=None, taken_back=None).first()
        if wrong is None:
            raise Refused.because("no_such_receipt", _("此笔收款不存在或已撤销"))
        contrary = RecoupmentReceipt.objects.create(
            recoupment=locked,
            received_on=on,
            amount=-wrong.amount,
            reference=wrong.reference,
            takes_back=wrong,
            reason=reason,
            made_by=by,
        )
        RecoupmentShare.objects.bulk_create(
            RecoupmentShare(receipt=contrary, part_id=share.part_id, amount=-share.amount)
            for share in wrong.shares.all()
        )
        locked.received -= wrong.amount
        plan = list(locked.instalments.all())
        lacking = locked.open - sum((one.amount for one in plan), NIL)
        if lacking > 0:
            plan[0].amount += lacking
            plan[0].save()
        locked.next_due_on = _next_due_on(locked)

    return RECOUPMENT_LIFECYCLE.take(recoupment, "take_back", by=by, reason=reason, version=version, effect=effect)


def remind(
    *,
    by: User,
    recoupment: Recoupment,
    how: ReminderWay,
    reminded_on: dt.date,
    on: dt.date,
    note: str = "",
    version: int | None = None,
) -> Recoupment:
    """The person was told to pay.  note: what they said.  on: today.  Raises Refused."""
    if len(note.strip()) > LONGEST_NOTE:
        raise Refused.because("note_too_long", _("情况不能超过%d字") % LONGEST_NOTE)

    def effect(locked: Recoupment) -> None:
        if not locked.proposed_on <= reminded_on <= on:
            text = _("催缴日期应在提出日期 %(day)s 至今天之间")
            raise Refused.because("reminded_on", text % {"day": locked.proposed_on})
        RecoupmentReminder.objects.create(
            recoupment=locked,
            reminded_on=reminded_on,
            how=how,
            due_on=locked.next_due_on or reminded_on,
            open=locked.open,
            note=note.strip(),
            made_by=by,
        )

    return RECOUPMENT_LIFECYCLE.take(recoupment, "remind", by=by, version=version, effect=effect)


def _next_due_on(recoupment: Recoupment) -> dt.date:
    """Of the first instalment that is not covered; there is one as long as anything is open."""
    plan = covered(recoupment.instalments.all(), recoupment.open)
    return next(one.instalment.due_on for one in plan if one.open)


def _check_plan(plan: Plan, open_amount: Decimal, on: dt.date) -> None:
    days = [due_on for due_on, _amount in plan]
    total = sum((amount for _due_on, amount in plan), NIL)
    if not 0 < len(plan) <= MOST_INSTALMENTS:
        raise Refused.because("instalments", _("请填写 1 至 %d 期") % MOST_INSTALMENTS)
    if days != sorted(set(days)):
        raise Refused.because("instalment_days", _("各期应缴日期须由早到晚，不能重复"))
    if days[0] < on:
        raise Refused.because("instalment_past", _("应缴日期不能早于今天"))
    if any(amount <= 0 for _due_on, amount in plan):
        raise Refused.because("instalment_amount", _("各期金额须大于零"))
    if total != open_amount:
        text = _("各期合计 %(total)s 元，未追回金额为 %(open)s 元，两者须相等")
        raise Refused.because("instalment_sum", text % {"total": total, "open": open_amount})
