"""What follows for money already paid where a commitment lapses, a filing ends or a settlement is reversed."""

import datetime as dt
from collections.abc import Iterable, Iterator

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from filings.commitments import clause_of
from filings.models import Commitment, Filing
from filings.models.commitment_lifecycle import CommitmentStatus
from filings.models.filing_lifecycle import FilingStatus
from filings.vocabulary import LONG_TERM, CommitmentPurpose, SettlementWay
from hospitals.access import is_portal
from hospitals.history import doing
from hospitals.reasons import Refused
from settlement.models import Claim, ClaimPolicy, Recoupment, Settlement
from settlement.recoupments.amounts import recoupable
from settlement.recoupments.lifecycle import RECOUPMENT_LIFECYCLE
from settlement.recoupments.proposing import end, hold, put_forward
from settlement.vocabulary import RecoupmentCause, RecoupmentStatus


def after_lapse(commitment: Commitment) -> None:
    """Each direct settlement under the filing is to be recouped, whole (TL-08).  In the lapse's own transaction."""
    if commitment.purpose == CommitmentPurpose.FILING:
        for settlement in _held(Settlement.objects.filter(filing=commitment.filing_id, way=SettlementWay.DIRECT)):
            _recoup_lapsed(settlement, commitment)


def after_settling(settlement: Settlement) -> None:
    """A stay settled at the hospital after its filing has lapsed ends as one settled before; in its transaction.

    The filing is held by whoever settles, so that no lapse comes in between.
    """
    filing = settlement.filing
    if (
        not filing
        or filing.status != FilingStatus.CANCELLED
        or filing.ended_by is None
        or not is_portal(filing.ended_by)
    ):
        return
    lapsed = filing.commitments.filter(status=CommitmentStatus.LAPSED).order_by("-pk").first()
    if lapsed and lapsed.closed_by:
        with doing(_("承诺到期追回"), by=lapsed.closed_by, reason=lapsed.close_reason):
            _recoup_lapsed(hold(settlement), lapsed)


def after_reinstatement(filing: Filing, by: User, reason: str) -> None:
    """A lapse is taken back: what it asked for and nobody has paid is withdrawn.  In the filing's own transaction."""
    asked = Recoupment.objects.filter(commitment__filing=filing, received=0)
    verbs = {RecoupmentStatus.PROPOSED: "withdraw", RecoupmentStatus.COLLECTING: "revoke"}
    for recoupment in asked.filter(status__in=verbs).order_by("pk"):
        verb = verbs[RecoupmentStatus.of(recoupment.status)]
        RECOUPMENT_LIFECYCLE.follow(recoupment, verb, effect=lambda locked: end(locked, by, reason))


def after_end(filing: Filing, by: User) -> None:
    """Where the area's document says so, cost at the former place after a filing's last day is not paid (YT-03).

    In the transaction that ends the filing.
    """
    if filing.category not in LONG_TERM:
        return
    last = filing.end_on or filing.start_on - dt.timedelta(days=1)
    for settlement in _held(Settlement.objects.filter(filing=filing, admitted_on__gt=last)):
        policy = ClaimPolicy.objects.in_force(settlement.area_id, settlement.admitted_on)
        amounts = recoupable(settlement)
        if policy and policy.after_cancellation and amounts:
            text = _("备案 %(number)s 已于 %(end)s 终止，%(admitted)s 入院在终止之后")
            words = {"number": filing.number, "end": last, "admitted": settlement.admitted_on}
            put_forward(
                by=by,
                settlement=settlement,
                cause=RecoupmentCause.AFTER_END,
                amounts=amounts,
                reason=text % words,
                source=f"《{policy.document}》{policy.after_cancellation}",
                on=timezone.localdate(),
            )


def after_reversal(*, by: User, settlement: Settlement, reason: str, on: dt.date) -> None:
    """What a reversed settlement has paid is due back.  In the transaction that reverses it."""
    held = hold(settlement)
    amounts = recoupable(held)
    if amounts:
        text = _("结算 %(number)s 已冲正：%(reason)s") % {"number": held.number, "reason": reason}
        put_forward(by=by, settlement=held, cause=RecoupmentCause.REVERSED, amounts=amounts, reason=text[:300], on=on)


def refuse_while_recouped(claim: Claim) -> None:
    """What the bank gave back was never paid, and nothing of it can be recouped.  Raises Refused."""
    other = claim.settlement and Recoupment.objects.standing().filter(settlement=hold(claim.settlement)).first()
    if other:
        raise Refused.because("being_recouped", _("此件已有追回 %s，请先撤销") % other.number)


def _recoup_lapsed(settlement: Settlement, commitment: Commitment) -> None:
    amounts = recoupable(settlement)
    if amounts and commitment.closed_by:
        put_forward(
            by=commitment.closed_by,
            settlement=settlement,
            cause=RecoupmentCause.LAPSED,
            amounts=amounts,
            reason=commitment.close_reason,
            source=clause_of(commitment.policy),
            on=commitment.due_on + dt.timedelta(days=1),
            commitment=commitment,
        )


def _held(settlements: Iterable[Settlement]) -> Iterator[Settlement]:
    """Those that stand once they are held, in one order."""
    for settlement in sorted(settlements, key=lambda one: one.pk):
        held = hold(settlement)
        if not held.reverses_id and not Settlement.objects.filter(reverses=held).exists():
            yield held
