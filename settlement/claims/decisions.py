"""Decisions on a claim: the reviewer's, then finance's."""

import datetime as dt

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from hospitals.reasons import Refused
from settlement.claims.checks import calculation_faults
from settlement.claims.promising import end_with_claim, hindrance
from settlement.models import Claim
from settlement.models.claim import CLAIM_LIFECYCLE

LONGEST_REASON, LONGEST_REFERENCE = 300, 60


def approve(*, by: User, claim: Claim, version: int, reason: str = "") -> Claim:
    """Approve exactly the calculation that was shown.  reason: a remark, if any.  Raises Refused, while a commitment
    holds the claim, too.

    version: what the reviewer saw; anything changed since is refused.  So is a calculation that the filing, insurance
    or policy no longer bear out.
    """

    def effect(locked: Claim) -> None:
        held = hindrance(locked)
        faults = [*([held] if held else ()), *calculation_faults(locked)]
        if faults:
            raise Refused.all_of(faults)
        _reviewed(locked, by, reason)
        locked.finance_reason = ""

    return CLAIM_LIFECYCLE.take(claim, "approve", by=by, reason=reason, version=version, effect=effect)


def send_back(*, by: User, claim: Claim, version: int, reason: str) -> Claim:
    """Back to the counter, to be put right.  Raises Refused."""
    return CLAIM_LIFECYCLE.take(
        claim, "send_back", by=by, reason=reason, version=version, effect=lambda locked: _reviewed(locked, by, reason)
    )


def refuse(*, by: User, claim: Claim, version: int, reason: str) -> Claim:
    """Not paid, for good; nothing more is owed under its commitment.  Raises Refused."""

    def effect(locked: Claim) -> None:
        _reviewed(locked, by, reason)
        end_with_claim(by=by, claim=locked, reason=reason, on=timezone.localdate())

    return CLAIM_LIFECYCLE.take(claim, "refuse", by=by, reason=reason, version=version, effect=effect)


def release(*, by: User, claim: Claim, version: int) -> Claim:
    """Finance lets the payment go.  Raises Refused."""

    def effect(locked: Claim) -> None:
        locked.released_by, locked.released_at = by, timezone.now()

    return CLAIM_LIFECYCLE.take(claim, "release", by=by, version=version, effect=effect)


def return_to_review(*, by: User, claim: Claim, version: int, reason: str) -> Claim:
    """Finance gives it back; the reviewer decides anew.  Raises Refused."""

    def effect(locked: Claim) -> None:
        locked.finance_reason = _kept(reason)
        locked.released_by = locked.released_at = None
        locked.reviewed_by = locked.reviewed_at = None
        locked.review_reason = ""

    return CLAIM_LIFECYCLE.take(claim, "return_to_review", by=by, reason=reason, version=version, effect=effect)


def pay(*, by: User, claim: Claim, version: int, paid_on: dt.date, reference: str, on: dt.date) -> Claim:
    """Record that the bank has paid.  reference: the bank's number.  on: today.  Raises Refused."""
    reference = reference.strip()
    if not 0 < len(reference) <= LONGEST_REFERENCE:
        raise Refused.because("reference", _("请填写银行流水号，不超过%d字") % LONGEST_REFERENCE)

    def effect(locked: Claim) -> None:
        released_on = timezone.localdate(locked.released_at)
        if not released_on <= paid_on <= on:
            text = _("支付日期应在放行日期 %(released)s 至今天之间")
            raise Refused.because("paid_on", text % {"released": released_on})
        locked.paid_by, locked.paid_on, locked.payment_reference = by, paid_on, reference

    return CLAIM_LIFECYCLE.take(claim, "pay", by=by, version=version, effect=effect)


def _reviewed(claim: Claim, by: User, reason: str) -> None:
    claim.reviewed_by, claim.reviewed_at, claim.review_reason = by, timezone.now(), _kept(reason)


def _kept(reason: str) -> str:
    reason = reason.strip()
    if len(reason) > LONGEST_REASON:
        raise Refused.because("reason_too_long", _("理由不能超过%d字") % LONGEST_REASON)
    return reason
