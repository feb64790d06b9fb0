"""The steps of a claim at the counter, and the steps that take them back: each with its own reason."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from filings.vocabulary import Material
from hospitals.history import doing
from hospitals.reasons import Refused
from settlement.accounts.posting import StayRecord, post, reverse
from settlement.accounts.year import hold_year
from settlement.claims.calculation import Worked, work_out
from settlement.claims.checks import OUTDATED, not_ready
from settlement.claims.clock import go_on, stop
from settlement.claims.contents import stay_of
from settlement.claims.entry import ClaimEntry
from settlement.claims.lifecycle import EDITABLE
from settlement.claims.receipts import bar_again
from settlement.claims.supplementing import Received, close, completes, issue, keep, take_in
from settlement.findings.looking import Held, hold_stays, look
from settlement.models import Claim
from settlement.models.claim import CLAIM_LIFECYCLE
from settlement.vocabulary import ClaimStatus

LONGEST_REASON = 300


def enter(*, by: User, claim: Claim, version: int) -> Claim:
    """The details are all in.  Raises Refused."""
    return CLAIM_LIFECYCLE.take(claim, "enter", by=by, version=version, effect=_forget_review)


def check(*, by: User, claim: Claim, version: int) -> Claim:
    """The details agree with receipts and materials.  Raises Refused with every reason at once."""
    return CLAIM_LIFECYCLE.take(claim, "check", by=by, version=version, effect=_check)


def settle(*, by: User, claim: Claim, version: int) -> Claim:
    """Calculate for good: the amounts go into the person's year.  Raises Refused."""

    def effect(locked: Claim) -> None:
        book(locked, by=by)

    return CLAIM_LIFECYCLE.take(claim, "settle", by=by, version=version, effect=effect)


def submit(*, by: User, claim: Claim, version: int) -> Claim:
    """Hand the claim on to review, doing whatever of the steps before is not done.  Raises Refused."""

    def effect(locked: Claim) -> None:
        hand_on(locked, by=by)

    return CLAIM_LIFECYCLE.take(claim, "submit", by=by, version=version, effect=effect)


def reopen(*, by: User, claim: Claim, version: int, reason: str) -> Claim:
    """The details are open again.  Raises Refused."""
    return _back("reopen", by, claim, version, reason)


def uncheck(*, by: User, claim: Claim, version: int, reason: str) -> Claim:
    return _back("uncheck", by, claim, version, reason)


def unsettle(*, by: User, claim: Claim, version: int, reason: str) -> Claim:
    """Take the settlement back, out of the person's year too.  Raises Refused."""
    return _back("unsettle", by, claim, version, reason, lambda locked: unbook(locked, by=by, reason=reason))


def ask(
    *,
    by: User,
    claim: Claim,
    version: int,
    reason: str,
    materials: Iterable[Material] = (),
    others: Iterable[str] = (),
) -> Claim:
    """Tell the person, once, of everything that is missing; the clock stops until it is handed in.  Raises Refused.

    What the checklist lacks is told of itself.  materials, others: what the clerk names besides.
    """

    def effect(locked: Claim) -> None:
        stop(locked, timezone.localdate())
        issue(locked, by=by, words=kept(reason), materials=materials, others=others)

    return _back("ask", by, claim, version, reason, effect)


def receive(*, by: User, claim: Claim, version: int, received: Received) -> Claim:
    """Take in some of what was asked for; with the last of it the claim goes on.  Raises Refused."""
    return _supplied(by, claim, version, received, waits=True)


def resume(*, by: User, claim: Claim, version: int, received: Received | None = None, without: str = "") -> Claim:
    """The claim goes on with what has been handed in, now and before, and the clock with it.  Raises Refused.

    without: why what is missing still is not waited for; asked for where anything is.
    """
    return _supplied(by, claim, version, received or {}, without=without.strip())


def take_back(*, by: User, claim: Claim, version: int, reason: str) -> Claim:
    """Back from review, before anybody has decided; it stays settled.  Raises Refused."""

    def effect(locked: Claim) -> None:
        if locked.taken_by_id not in (None, by.pk):
            raise Refused.because("taken", _("此件已由审核人员领取，不能撤回"))

    return _back("take_back", by, claim, version, reason, effect)


def withdraw(*, by: User, claim: Claim, version: int, reason: str) -> Claim:
    """The person takes the claim back; its receipts stay on record.  Raises Refused."""
    return _back("withdraw", by, claim, version, reason)


def restore(*, by: User, claim: Claim, version: int, reason: str) -> Claim:
    """A claim that was withdrawn goes on.  Raises Refused; where another claim has its receipts meanwhile, too."""

    def effect(locked: Claim) -> None:
        hold_stays(locked.person)
        bar_again(locked)
        look(locked)

    return _back("restore", by, claim, version, reason, effect)


class Fresh(NamedTuple):
    """What was worked out, entered and held in this very transaction, with the person's year and stays held."""

    worked: Worked
    entry: ClaimEntry
    held: Held


def hand_on(claim: Claim, *, by: User, fresh: Fresh | None = None) -> None:
    """What has to be done before review and has not been.  Within the transaction that moves the claim."""
    if claim.status in EDITABLE:
        _forget_review(claim)
    if claim.status in (*EDITABLE, ClaimStatus.ENTERED):
        _check(claim, fresh)
    if claim.settlement_id is None:
        book(claim, by=by, fresh=fresh)
    else:
        hold_stays(claim.person)
        look(claim)


def book(claim: Claim, *, by: User, fresh: Fresh | None = None) -> None:
    """Write the claim into the person's year, by the year as it is now.  Within the transaction that moves the claim.

    Raises Refused where filing, insurance or policy have changed since the clerk saw the calculation.
    """
    if fresh is None:
        hold_year(claim.person, claim.admitted_on)
    worked = fresh.worked if fresh else work_out(claim.person, stay_of(claim))
    if worked.stay is None or not worked.is_calculated:
        raise Refused.all_of(worked.result.reasons)
    if claim.calculation is None or not worked.rests_on_the_same(claim.calculation):
        raise Refused(OUTDATED)
    if not worked.agrees_with(claim.calculation):
        claim.calculation = worked.stored(by=by, claim=claim)
    record = StayRecord(
        person=claim.person,
        category=worked.standing.category,
        treatment_area=claim.treatment_area,
        hospital_name=claim.hospital_name,
        filing=worked.standing.filing,
        hospital=claim.hospital,
        diagnosis=claim.diagnosis,
        claim=claim,
    )
    claim.settlement = post(
        by=by,
        on=timezone.localdate(),
        record=record,
        stay=worked.stay,
        result=worked.result,
        calculation=claim.calculation,
    )
    if fresh is None:
        hold_stays(claim.person)
    look(claim, fresh.held if fresh else None)


def unbook(claim: Claim, *, by: User, reason: str, on: dt.date | None = None) -> None:
    """Take the claim out of the person's year by a contrary settlement.  Within the transaction of the step."""
    if claim.settlement is None:
        return
    reverse(by=by, settlement=claim.settlement, reason=reason, on=on or timezone.localdate())
    claim.settlement = None


def stepped(claim: Claim, by: User, reason: str) -> None:
    """Who took a step back, when and why."""
    claim.stepped_by, claim.stepped_at, claim.step_reason = by, timezone.now(), kept(reason)


def kept(reason: str) -> str:
    """A reason as it is kept.  Raises Refused where it is too long."""
    reason = reason.strip()
    if len(reason) > LONGEST_REASON:
        raise Refused.because("reason_too_long", _("理由不能超过%d字") % LONGEST_REASON)
    return reason


def _back(
    verb: str, by: User, claim: Claim, version: int, reason: str, effect: Callable[[Claim], None] | None = None
) -> Claim:
    def whole(locked: Claim) -> None:
        if effect:
            effect(locked)
        stepped(locked, by, reason)

    return CLAIM_LIFECYCLE.take(claim, verb, by=by, reason=reason, version=version, effect=whole)


def _supplied(
    by: User, claim: Claim, version: int, received: Received, *, without: str = "", waits: bool = False
) -> Claim:
    on = timezone.localdate()

    def go_on_with(locked: Claim) -> None:
        missing = take_in(locked, received, on=on)
        if missing and not without:
            names = "、".join(str(item) for item in missing)
            raise Refused.because("missing_still", _("%s尚未补交；不再等待的，须写明原因") % names)
        close(locked, by=by, without=kept(without) if missing else "")
        go_on(locked, on)

    def wait_on(locked: Claim) -> None:
        if not received:
            raise Refused.because("nothing_received", _("请勾选收到的材料"))
        take_in(locked, received, on=on)

    with transaction.atomic():
        Claim.objects.select_for_update(no_key=True).get(pk=claim.pk)
        verb, effect = ("receive", wait_on) if waits and not completes(claim, received) else ("resume", go_on_with)
        moved = CLAIM_LIFECYCLE.take(claim, verb, by=by, reason=without, version=version, effect=effect)
        if verb == "resume":
            with doing(CLAIM_LIFECYCLE.moves[verb].label, by=by, reason=without):
                keep(moved, by=by)
    return moved


def _check(claim: Claim, fresh: Fresh | None = None) -> None:
    reasons = not_ready(claim, fresh.entry, fresh.worked) if fresh else not_ready(claim)
    if reasons:
        raise Refused.all_of(reasons)


def _forget_review(claim: Claim) -> None:
    """What a reviewer said of an earlier turn."""
    claim.reviewed_by = claim.reviewed_at = None
    claim.review_reason = ""
