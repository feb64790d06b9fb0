"""Decisions on a claim: the reviewer's, then finance's; each with the step that takes it back."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hospitals.reasons import Refused
from settlement.claims.checks import calculation_faults
from settlement.claims.promising import end_with_claim, hindrance
from settlement.claims.receipts import bar_again
from settlement.claims.sampling import is_drawn, share_of
from settlement.claims.steps import stepped, unbook
from settlement.findings.decisions import must_be_free
from settlement.findings.looking import hold_stays, look
from settlement.models import Claim
from settlement.models.claim import CLAIM_LIFECYCLE
from settlement.payments.live import come_back, refuse_in_batch
from settlement.recoupments.following import refuse_while_recouped

LONGEST_REASON, LONGEST_REFERENCE = 300, 60


def approve(
    *, by: User, claim: Claim, version: int, reason: str = "", draw: Callable[[Decimal], bool] = is_drawn
) -> Claim:
    """Approve exactly the calculation that was shown.  reason: a remark, if any.  Raises Refused, while a commitment
    holds the claim, too.

    version: what the reviewer saw; anything changed since is refused.  So is a calculation that the filing, insurance
    or policy no longer bear out.  A claim drawn for it goes to second review instead, this time and every other.
    """
    with transaction.atomic():
        held = Claim.objects.select_for_update(no_key=True).get(pk=claim.pk)
        share = share_of(held) if held.is_sampled is None else None
        sampled = held.is_sampled if share is None else draw(share)

        def effect(locked: Claim) -> None:
            _must_stand(locked)
            _reviewed(locked, by, reason)
            locked.finance_reason, locked.is_sampled = "", sampled

        verb = "pass_on" if sampled else "approve"
        return CLAIM_LIFECYCLE.take(claim, verb, by=by, reason=reason, version=version, effect=effect)


def send_back(*, by: User, claim: Claim, version: int, reason: str) -> Claim:
    """Back to the counter, to be put right.  Raises Refused."""

    def effect(locked: Claim) -> None:
        unbook(locked, by=by, reason=reason)
        _reviewed(locked, by, reason)

    return CLAIM_LIFECYCLE.take(claim, "send_back", by=by, reason=reason, version=version, effect=effect)


def refuse(*, by: User, claim: Claim, version: int, reason: str) -> Claim:
    """Not paid, for good; nothing more is owed under its commitment.  Raises Refused."""

    def effect(locked: Claim) -> None:
        unbook(locked, by=by, reason=reason)
        _reviewed(locked, by, reason)
        end_with_claim(by=by, claim=locked, reason=reason, on=timezone.localdate())

    return CLAIM_LIFECYCLE.take(claim, "refuse", by=by, reason=reason, version=version, effect=effect)


def pass_on(*, by: User, claim: Claim, version: int, reason: str = "") -> Claim:
    """Approve, for a second reviewer to confirm.  Raises Refused."""

    def effect(locked: Claim) -> None:
        _must_stand(locked)
        _reviewed(locked, by, reason)

    return CLAIM_LIFECYCLE.take(claim, "pass_on", by=by, reason=reason, version=version, effect=effect)


def reconsider(*, by: User, claim: Claim, version: int, reason: str) -> Claim:
    """A refusal is taken back: the claim returns to the counter.  Raises Refused."""

    def effect(locked: Claim) -> None:
        hold_stays(locked.person)
        bar_again(locked)
        look(locked)
        _reviewed(locked, by, reason)

    return CLAIM_LIFECYCLE.take(claim, "reconsider", by=by, reason=reason, version=version, effect=effect)


def confirm(*, by: User, claim: Claim, version: int, reason: str = "") -> Claim:
    """The second reviewer agrees.  Raises Refused."""

    def effect(locked: Claim) -> None:
        _must_stand(locked)
        locked.confirmed_by, locked.confirmed_at = by, timezone.now()

    return CLAIM_LIFECYCLE.take(claim, "confirm", by=by, reason=reason, version=version, effect=effect)


def object_to(*, by: User, claim: Claim, version: int, reason: str) -> Claim:
    """The second reviewer does not agree: it is reviewed anew.  Raises Refused."""
    return _unreviewed("object_to", by, claim, version, reason)


def unapprove(*, by: User, claim: Claim, version: int, reason: str) -> Claim:
    """An approval is taken back before finance has released it.  Raises Refused."""
    return _unreviewed("unapprove", by, claim, version, reason)


def release(*, by: User, claim: Claim, version: int) -> Claim:
    """Finance lets the payment go.  Raises Refused."""

    def effect(locked: Claim) -> None:
        _must_be_free(locked)
        locked.released_by, locked.released_at = by, timezone.now()

    return CLAIM_LIFECYCLE.take(claim, "release", by=by, version=version, effect=effect)


def return_to_review(*, by: User, claim: Claim, version: int, reason: str) -> Claim:
    """Finance gives it back; the reviewer decides anew.  Raises Refused."""

    def effect(locked: Claim) -> None:
        refuse_in_batch(locked)
        locked.finance_reason = _kept(reason)
        _forget_decisions(locked)

    return CLAIM_LIFECYCLE.take(claim, "return_to_review", by=by, reason=reason, version=version, effect=effect)


def unrelease(*, by: User, claim: Claim, version: int, reason: str) -> Claim:
    """A release is taken back before payment.  Raises Refused."""

    def effect(locked: Claim) -> None:
        refuse_in_batch(locked)
        locked.released_by = locked.released_at = None
        stepped(locked, by, reason)

    return CLAIM_LIFECYCLE.take(claim, "unrelease", by=by, reason=reason, version=version, effect=effect)


def pay(*, by: User, claim: Claim, version: int, paid_on: dt.date, reference: str, on: dt.date) -> Claim:
    """Record that the bank has paid a claim that is in no batch.  reference: the bank's number.  on: today.
    Raises Refused."""

    def effect(locked: Claim) -> None:
        _must_be_free(locked)
        refuse_in_batch(locked)
        paid(locked, by=by, paid_on=paid_on, reference=reference, on=on)

    return CLAIM_LIFECYCLE.take(claim, "pay", by=by, version=version, effect=effect)


def paid(claim: Claim, *, by: User, paid_on: dt.date, reference: str, on: dt.date) -> None:
    """Who recorded the payment, when and under which number it was paid.  Within the step; raises Refused."""
    reference = reference.strip()
    if not 0 < len(reference) <= LONGEST_REFERENCE:
        raise Refused.because("reference", _("请填写银行流水号，不超过%d字") % LONGEST_REFERENCE)
    released_on = timezone.localdate(claim.released_at)
    if not released_on <= paid_on <= on:
        text = _("支付日期应在放行日期 %(released)s 至今天之间")
        raise Refused.because("paid_on", text % {"released": released_on})
    claim.paid_by, claim.paid_on, claim.payment_reference = by, paid_on, reference


def bounce(*, by: User, claim: Claim, version: int, reason: str) -> Claim:
    """The bank has given the money back: it is to be paid again.  Raises Refused."""

    def effect(locked: Claim) -> None:
        refuse_while_recouped(locked)
        refuse_in_batch(locked)
        come_back(locked, reason)
        locked.paid_by = locked.paid_on = None
        locked.payment_reference = ""
        stepped(locked, by, reason)

    return CLAIM_LIFECYCLE.take(claim, "bounce", by=by, reason=reason, version=version, effect=effect)


def reverse(*, by: User, claim: Claim, version: int, reason: str) -> Claim:
    """A paid claim was not due: out of the person's year, and its money is to be recouped.  Raises Refused."""

    def effect(locked: Claim) -> None:
        refuse_in_batch(locked)
        unbook(locked, by=by, reason=reason)
        stepped(locked, by, reason)

    return CLAIM_LIFECYCLE.take(claim, "reverse", by=by, reason=reason, version=version, effect=effect)


def _must_stand(claim: Claim) -> None:
    """Raises Refused with whatever keeps the claim from being approved."""
    held = hindrance(claim)
    faults = [*([held] if held else ()), *must_be_free(claim), *calculation_faults(claim)]
    if faults:
        raise Refused.all_of(faults)


def _must_be_free(claim: Claim) -> None:
    """Raises Refused with the findings that hold the claim."""
    held = must_be_free(claim)
    if held:
        raise Refused.all_of(held)


def _unreviewed(verb: str, by: User, claim: Claim, version: int, reason: str) -> Claim:
    def effect(locked: Claim) -> None:
        _forget_decisions(locked)
        stepped(locked, by, reason)

    return CLAIM_LIFECYCLE.take(claim, verb, by=by, reason=reason, version=version, effect=effect)


def _forget_decisions(claim: Claim) -> None:
    claim.released_by = claim.released_at = None
    claim.confirmed_by = claim.confirmed_at = None
    claim.reviewed_by = claim.reviewed_at = None
    claim.review_reason = ""


def _reviewed(claim: Claim, by: User, reason: str) -> None:
    claim.reviewed_by, claim.reviewed_at, claim.review_reason = by, timezone.now(), _kept(reason)


def _kept(reason: str) -> str:
    reason = reason.strip()
    if len(reason) > LONGEST_REASON:
        raise Refused.because("reason_too_long", _("理由不能超过%d字") % LONGEST_REASON)
    return reason
