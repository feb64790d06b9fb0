"""A commitment that was not kept: everything that follows, and the way back for a filing."""

import datetime as dt
from collections.abc import Callable

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from filings.appraisal import open_filing_in, overlap
from filings.assessment import FilingRules
from filings.commitments import clause_of, hold_what_rests_on
from filings.models import Commitment, Filing, FilingPolicy, InsuredPerson
from filings.models.commitment_lifecycle import COMMITMENT_LIFECYCLE, CommitmentStatus
from filings.models.filing_lifecycle import FILING_LIFECYCLE, FilingStatus
from filings.sanctions import impose, last_day
from filings.vocabulary import CommitmentPurpose
from hospitals.access import is_portal
from hospitals.compiled import CompiledQuery, Given
from hospitals.constraints import refused_by_constraints
from hospitals.history import doing
from hospitals.reasons import Reason, Refused

# What else follows from a lapse, inside its transaction: the apps that pay add their own when they start.
lapse_witnesses: list[Callable[[Commitment], None]] = []
# What else is taken back with it, by whom and why, inside the transaction that reinstates the filing.
reinstate_witnesses: list[Callable[[Filing, User, str], None]] = []


CANCELLED = ("end_on", "ended_by", "ended_at", "end_reason")
CLOSED = ("closed_by", "closed_at", "close_reason", "problem", "filing_was", "filing_ended_on")


_FILING_HELD = CompiledQuery(lambda: Filing.objects.filter(pk=Given("pk")).order_by().select_for_update())


class Rules:
    """The rules of policy versions, each read once a run."""

    def __init__(self) -> None:
        self._known: dict[int, FilingRules] = {}

    def of(self, policy: int) -> FilingRules:
        if policy not in self._known:
            self._known[policy] = FilingPolicy.objects.with_rows().get(pk=policy).rules()
        return self._known[policy]


def lapse(*, by: User, commitment: Commitment, on: dt.date, rules: FilingRules | None = None) -> Commitment:
    """Everything that follows from a commitment not kept, or nothing of it.  One transaction.

    The filing is cancelled with the last day of the commitment, whenever this runs; the measures of the policy start
    the day after; the witnesses add theirs.  by: the portal.  Raises Refused while there is time.
    """
    reason = _("承诺 {number} 至 {day} 未补齐材料").format(number=commitment.number, day=commitment.due_on)

    def close(locked: Commitment) -> None:
        if on <= locked.due_on:
            raise Refused.because("not_due", _("承诺期限至 {day}，尚未到期").format(day=locked.due_on))
        locked.closed_by, locked.closed_at, locked.close_reason = by, timezone.now(), reason
        locked.problem = ""
        if filing:
            locked.filing_was, locked.filing_ended_on = filing.status, filing.end_on
            FILING_LIFECYCLE.follow(filing, "lapse", effect=cancel, written=CANCELLED)

    def cancel(locked: Filing) -> None:
        began = locked.status == FilingStatus.ACTIVE and locked.start_on <= commitment.due_on
        last = min(locked.end_on or commitment.due_on, commitment.due_on)
        locked.end_on = last if began else None  # one that never came into effect has no last day
        locked.ended_by, locked.ended_at, locked.end_reason = by, timezone.now(), reason

    with transaction.atomic():
        key = commitment.filing_id
        filing = _FILING_HELD.get(pk=key) if key else None
        hold_what_rests_on(commitment)
        lapsed = COMMITMENT_LIFECYCLE.take(commitment, "lapse", by=by, reason=reason, effect=close, written=CLOSED)
        with doing(_("失信处理"), by=by, reason=reason):
            impose(lapsed, rules or Rules().of(lapsed.policy_id))
            for witness in lapse_witnesses:
                witness(lapsed)
    return lapsed


def consequences(commitment: Commitment) -> tuple[Reason, ...]:
    """What follows where the commitment is not kept, each with its clause: for the letter, the notice and the page."""
    policy, source = commitment.policy, clause_of(commitment.policy)
    starts_on = commitment.due_on + dt.timedelta(days=1)
    if commitment.purpose == CommitmentPurpose.FILING:
        at_once = {"filing_cancelled": _("即时取消备案"), "recouped": _("追回已直接结算的医疗费用")}
    else:
        at_once = {"claim_held": _("不予审核拨付")}
    measures = (
        Reason(row.measure, _period(row.measure.label, last_day(row, starts_on)), f"《{policy.document}》{row.section}")
        for row in (row.as_measure() for row in policy.measure_rows.all())
    )
    return (*(Reason(code, text, source) for code, text in at_once.items()), *measures)


def reinstate(*, by: User, filing: Filing, reason: str, version: int | None = None) -> Filing:
    """Put a filing that lapsed in effect again, as it was before.  by: a supervisor.  Raises Refused.

    One that was not in effect then is to be filed anew, and so is one where another filing is open meanwhile.
    """

    def restore(locked: Filing) -> None:
        lapsed = locked.commitments.filter(status=CommitmentStatus.LAPSED).first()
        if lapsed is None or locked.ended_by is None or not is_portal(locked.ended_by):
            raise Refused.because("not_lapsed", _("此备案不是因承诺到期取消的，不能恢复"))
        if lapsed.filing_was != FilingStatus.ACTIVE:
            text = _("此备案取消时为“{status}”，没有生效过，请重新办理备案")
            raise Refused.because("never_active", text.format(status=lapsed.get_filing_was_display()))
        if other := open_filing_in(locked.person, locked.start_on, locked):
            raise Refused(overlap(other))
        locked.end_on = lapsed.filing_ended_on
        locked.ended_by, locked.ended_at, locked.end_reason = None, None, ""

    with transaction.atomic(), refused_by_constraints(Filing):
        InsuredPerson.objects.select_for_update(no_key=True).get(pk=filing.person_id)
        restored = FILING_LIFECYCLE.take(filing, "reinstate", by=by, reason=reason, version=version, effect=restore)
        with doing(FILING_LIFECYCLE.moves["reinstate"].label, by=by, reason=reason):
            for witness in reinstate_witnesses:
                witness(restored, by, reason)
    return restored


def _period(label: str, ends_on: dt.date | None) -> str:
    until = _("至 {day}").format(day=ends_on) if ends_on else _("期限由主管确定")
    return f"{label}（{until}）"
