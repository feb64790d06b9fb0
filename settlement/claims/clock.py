"""The clock of a claim: working days from acceptance to the decision, stopped while the person supplies what lacks.

The person is waited for after a supplement notice, and under an open commitment (TL-08).  The day of acceptance does
not count, nor does the day on which the last is handed in; the day of asking, or of promising, does.
"""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from hospitals.listing import badge
from hospitals.working_days import Deadline, deadline_leaving, working_days_after, working_days_between
from settlement.claims.lifecycle import RUNNING
from settlement.models import Claim, ClaimPolicy
from settlement.models.claim_policy import LookUp
from settlement.vocabulary import ClaimStatus

SOON = 5  # working days before the last one
STOPPED = Q(status=ClaimStatus.SUPPLEMENT) | Q(status__in=RUNNING, days_left__isnull=False)  # so says `is_stopped`
DECIDED = (ClaimStatus.APPROVED, ClaimStatus.RELEASED, ClaimStatus.PAID, ClaimStatus.REFUSED)


@dataclass(frozen=True, slots=True)
class ClockShown:
    """text: 剩 12 个工作日, 超期 2 个工作日, 停止计时, 未配置; empty where there is nothing to tell."""

    text: str
    tone: str = ""

    @property
    def badge(self) -> SafeString:
        return badge(self.text, self.tone) if self.text else SafeString()


@dataclass(frozen=True, slots=True)
class Term:
    """The term as its policy states it.  days: None where it is not configured."""

    days: int | None
    source: str = ""
    is_sample: bool = False
    caveat: str = ""


def due_day(area: str, accepted_on: dt.date, rules_on: LookUp | None = None) -> dt.date | None:
    """The last day for the decision, by the policy in force at acceptance; None where it is not configured."""
    rules = (rules_on or ClaimPolicy.objects.rules_on)(area, accepted_on)
    days = rules.term_days if rules else None
    return working_days_after(accepted_on, days).day if days else None


def stop(claim: Claim, on: dt.date) -> None:
    """The person has been told what is missing, or promises it; nothing is saved.  Stopped already, it stays so."""
    if claim.due_on is not None:
        claim.days_left, claim.due_on = working_days_between(on, claim.due_on), None


def go_on(claim: Claim, on: dt.date) -> None:
    """The person has supplied; nothing is saved.  While a commitment is open, the clock stands still all the same."""
    if claim.commitment and claim.commitment.is_open:
        return
    if claim.days_left is not None:
        claim.due_on, claim.days_left = deadline_leaving(claim.days_left, on).day, None


def term_of(claim: Claim) -> Term:
    policy = ClaimPolicy.objects.in_force(claim.area_id, claim.accepted_on)
    if policy is None or policy.term_days is None:
        return Term(None)
    deadline = Deadline(claim.due_on, _unpublished(claim.due_on)) if claim.due_on else None
    return Term(policy.term_days, policy.term_source, policy.assumed, deadline.caveat if deadline else "")


def clock_of(claim: Claim, today: dt.date) -> ClockShown:
    """How the claim stands against its clock."""
    if is_stopped(claim):
        return ClockShown(
            _("停止计时") + (f"，{_left(claim.days_left)}" if claim.days_left is not None else ""), "warn"
        )
    if claim.is_running:
        return _running(claim.due_on, today)
    decided_on = decided_day(claim)
    if claim.due_on is None or decided_on is None:
        return ClockShown("")
    late = working_days_between(claim.due_on, decided_on)
    return ClockShown(_("超期 %d 个工作日办结") % late, "bad") if late > 0 else ClockShown(_("按期办结"), "good")


def is_stopped(claim: Claim) -> bool:
    """Whether the person is waited for, be it after a notice or under a commitment."""
    return claim.status == ClaimStatus.SUPPLEMENT or (claim.is_running and claim.days_left is not None)


def age_of(claim: Claim, today: dt.date) -> int:
    """Working days since acceptance, until the decision where there is one."""
    return max(0, working_days_between(claim.accepted_on, decided_day(claim) or today))


def decided_day(claim: Claim) -> dt.date | None:
    """When it was decided, None where it is not; a second reviewer's word is the last."""
    at = claim.confirmed_at or claim.reviewed_at
    return timezone.localdate(at) if at and claim.status in DECIDED else None


def _running(due_on: dt.date | None, today: dt.date) -> ClockShown:
    if due_on is None:
        return ClockShown(_("时限未配置"))
    left = working_days_between(today, due_on)
    if left == 0:
        return ClockShown(_("今日到期"), "warn") if due_on == today else ClockShown(_("已到期"), "bad")
    return ClockShown(_left(left), "bad" if left < 0 else "warn" if left <= SOON else "")


def _left(days: int) -> str:
    return _("超期 %d 个工作日") % -days if days < 0 else _("剩 %d 个工作日") % days


def _unpublished(day: dt.date) -> int | None:
    return deadline_leaving(0, day).unpublished
