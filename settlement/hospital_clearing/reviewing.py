"""A statement is accepted, looked through line by line or by a sample, deducted from, and told to the hospital."""

import datetime as dt
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import F, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from hospitals.constraints import checked
from hospitals.reasons import Reason, Refused
from hospitals.working_days import working_days_after
from settlement.hospital_clearing.lifecycle import STATEMENT_LIFECYCLE
from settlement.hospital_clearing.sums import add_up
from settlement.hospital_clearing.words import (
    CLOSED,
    ON_SETTLEMENTS,
    DeductionSource,
    DeductionStatus,
    DeductionType,
    ReviewExtent,
)
from settlement.models import (
    HospitalClearingTerm,
    HospitalDeduction,
    HospitalStatement,
    HospitalStatementLine,
    InboundSettlement,
)

AGREED = "《跨省异地就医住院费用直接结算政策解答》二（一）"
"""The agency pays after review under the agreement with the hospital."""
NIL = Decimal("0.00")
DRAWN = """
    UPDATE settlement_hospitalstatementline SET is_drawn = true WHERE id IN (
        SELECT id FROM settlement_hospitalstatementline WHERE statement_id = %s ORDER BY random() LIMIT %s
    )
"""


def accept(*, by: User, statement: HospitalStatement, version: int) -> HospitalStatement:
    """Raises Refused, also where the hospital states other figures than the settlements come to."""

    def effect(locked: HospitalStatement) -> None:
        if locked.differs:
            text = _("医院申报 %(count)s 笔、基金支付 %(fund)s 元，与结算不符，请驳回或重新申报")
            raise Refused.because("stated_otherwise", text % {"count": locked.stated_count, "fund": locked.stated_fund})
        locked.accepted_by, locked.accepted_at = by, timezone.now()

    return STATEMENT_LIFECYCLE.take(statement, "accept", by=by, version=version, effect=effect)


def begin(
    *, by: User, statement: HospitalStatement, version: int, extent: ReviewExtent, sample: int | None = None
) -> HospitalStatement:
    """sample: how many lines are drawn, by the database's chance and once.  Raises Refused."""

    def effect(locked: HospitalStatement) -> None:
        if extent == ReviewExtent.SAMPLE and not 0 < (sample or 0) <= locked.count:
            raise Refused.because("sample", _("抽样笔数须在1与%d之间") % locked.count)
        with connection.cursor() as cursor:
            cursor.execute(DRAWN, [locked.pk, sample if extent == ReviewExtent.SAMPLE else None])
        locked.extent = extent

    return STATEMENT_LIFECYCLE.take(statement, "begin", by=by, version=version, effect=effect)


def check(
    *, by: User, statement: HospitalStatement, version: int, line: HospitalStatementLine | None = None
) -> HospitalStatement:
    """A line is found in order; without one, whatever was drawn and is not looked at yet.  Raises Refused."""

    def effect(locked: HospitalStatement) -> None:
        lines = locked.lines.filter(checked_by=None)
        lines = lines.filter(pk=line.pk) if line else lines.filter(is_drawn=True)
        if not lines.update(checked_by=by, checked_at=timezone.now()):
            raise Refused.because("checked", _("没有待核对的结算"))

    return STATEMENT_LIFECYCLE.take(statement, "check", by=by, version=version, effect=effect)


def deduct(
    *,
    by: User,
    statement: HospitalStatement,
    version: int,
    settlement: InboundSettlement | None,
    det_type: DeductionType,
    source: DeductionSource,
    amount: Decimal,
    reason: str,
    clause: str,
) -> HospitalDeduction:
    """Take an amount (yuan) off a settlement, or off the whole statement.  clause: of the agreement with the hospital.

    A settlement of a closed month is deducted from in an open one, as `EARLIER_MONTH`.  Raises Refused.
    """
    made = HospitalDeduction(
        statement=statement,
        settlement=settlement,
        det_type=det_type,
        source=source,
        amount=amount,
        reason=reason.strip(),
        clause=clause.strip(),
        made_by=by,
    )

    def effect(locked: HospitalStatement) -> None:
        if settlement:
            InboundSettlement.objects.select_for_update(no_key=True).get(pk=settlement.pk)
            _refuse_beyond(locked, settlement, source, amount)
        elif det_type in ON_SETTLEMENTS:
            raise Refused.because("no_settlement", _("%s须对应一次结算") % det_type.label)
        elif amount > locked.due - (locked.deductions.standing().aggregate(sum=Sum("amount"))["sum"] or NIL):
            raise Refused.because("too_much", _("扣款合计不能超过本月应付"))
        checked(made)
        made.save()
        unchecked = locked.lines.filter(settlement=settlement, checked_by=None) if settlement else locked.lines.none()
        unchecked.update(checked_by=by, checked_at=timezone.now())
        add_up(locked)

    STATEMENT_LIFECYCLE.take(statement, "deduct", by=by, version=version, reason=reason, effect=effect)
    return made


def undo_deduction(*, by: User, deduction: HospitalDeduction, version: int, reason: str) -> HospitalStatement:
    """Before the review is complete.  version: of the statement.  Raises Refused."""

    def effect(locked: HospitalStatement) -> None:
        found = locked.deductions.select_for_update().get(pk=deduction.pk)
        if found.status != DeductionStatus.INTENDED:
            raise Refused.because("withdrawn", _("此项扣款已撤销"))
        found.status, found.version = DeductionStatus.WITHDRAWN, found.version + 1
        found.save()
        add_up(locked)

    return STATEMENT_LIFECYCLE.take(
        deduction.statement, "undo_deduction", by=by, version=version, reason=reason, effect=effect
    )


def complete(*, by: User, statement: HospitalStatement, version: int, on: dt.date) -> HospitalStatement:
    """The review is done and the hospital told; from then on it may appeal.  Raises Refused."""

    def effect(locked: HospitalStatement) -> None:
        left = locked.lines.filter(is_drawn=True, checked_by=None).count()
        if left:
            raise Refused.because("not_all_checked", _("还有 %d 笔应核对的结算没有核对") % left)
        locked.deductions.filter(status=DeductionStatus.INTENDED).update(
            status=DeductionStatus.TOLD, version=F("version") + 1
        )
        add_up(locked)
        locked.reviewed_by, locked.reviewed_at, locked.told_on = by, timezone.now(), on
        term = HospitalClearingTerm.objects.filter(area=locked.area_id).first()
        if term and term.appeal_days:
            locked.appeal_until = working_days_after(on, term.appeal_days).day

    return STATEMENT_LIFECYCLE.take(statement, "complete", by=by, version=version, effect=effect)


def reject(*, by: User, statement: HospitalStatement, version: int, reason: str) -> HospitalStatement:
    """Sent back to be applied for anew; its settlements stay in it.  Raises Refused."""

    def effect(locked: HospitalStatement) -> None:
        locked.rejected_by, locked.reject_reason = by, reason.strip()
        locked.accepted_by = locked.accepted_at = None

    return STATEMENT_LIFECYCLE.take(statement, "reject", by=by, version=version, reason=reason, effect=effect)


def _refuse_beyond(
    statement: HospitalStatement, settlement: InboundSettlement, source: DeductionSource, amount: Decimal
) -> None:
    """What the database would refuse, in words."""
    if settlement.reverses_id or InboundSettlement.objects.filter(reverses=settlement).exists():
        raise Refused.because("reversed", _("已冲正的结算不再扣款"))
    of = HospitalStatement.objects.filter(lines__settlement=settlement).first()
    if source == DeductionSource.EARLIER_MONTH:
        same = of and (of.hospital_id, of.scope) == (statement.hospital_id, statement.scope)
        if not (of and same and of.status in CLOSED and of.month < statement.month):
            raise Refused.because("not_earlier", _("补扣往月的结算须在本医院已清算的月份中"))
    elif of is None or of.pk != statement.pk:
        raise Refused.because("not_here", _("此结算不在本清算单中；已清算月份的按“补扣往月”登记"))
    taken = settlement.deductions.standing().aggregate(sum=Sum("amount") - Sum("returned"))["sum"] or NIL
    if taken + amount > settlement.fund_pay_sumamt:
        text = _("一次结算的扣款合计不能超过基金支付总额 %(most)s 元，已扣 %(taken)s 元")
        raise Refused(Reason("beyond_fund", text % {"most": settlement.fund_pay_sumamt, "taken": taken}, AGREED))
