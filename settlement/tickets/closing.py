"""How a ticket ends: solved, reimbursed by hand, withdrawn; and how it is opened again."""

import datetime as dt
from collections.abc import Sequence

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from hospitals.reasons import Reason, Refused
from hospitals.vocabulary import Service
from settlement.models import Ticket, TicketCheck
from settlement.tickets.checks import Looked, keep, look, next_actor
from settlement.tickets.clock import set_turn
from settlement.tickets.lifecycle import TICKET_LIFECYCLE
from settlement.vocabulary import ManualReason, Outcome

LONGEST_RESOLUTION = 300
TECHNICAL = {"card", "upload", "platform"}
"""Credential, upload or line: technical causes, for which Weifang's 八（七） knows the way by hand."""
BY_HAND = {
    "hospital_unknown": ManualReason.NOT_NETWORKED,
    "hospital_withdrawn": ManualReason.NOT_NETWORKED,
    "hospital_not_open": ManualReason.NOT_OPENED,
    "in_waiting_period": ManualReason.WAITING_PERIOD,
    "newly_insured": ManualReason.WAITING_PERIOD,
    "filing_manual": ManualReason.OTHER,
    "third_party": ManualReason.OTHER,
}
BY_HAND_CHECKS = {"sanctions": ManualReason.OTHER, "chronic": ManualReason.CHRONIC_NOT_OPENED}


def solve(*, by: User, ticket: Ticket, reason: str, at: dt.datetime, version: int | None = None) -> Ticket:
    """It was settled after all, or will be.  reason: what solved it.  Raises Refused."""

    def effect(locked: Ticket) -> None:
        _end(locked, by, at, reason)

    return TICKET_LIFECYCLE.take(ticket, "solve", by=by, reason=reason, version=version, effect=effect)


def withdraw(*, by: User, ticket: Ticket, reason: str, at: dt.datetime, version: int | None = None) -> Ticket:
    """It should not have been opened.  Raises Refused."""

    def effect(locked: Ticket) -> None:
        _end(locked, by, at, reason)

    return TICKET_LIFECYCLE.take(ticket, "withdraw", by=by, reason=reason, version=version, effect=effect)


def close_manual(*, by: User, ticket: Ticket, reason: str, at: dt.datetime, version: int | None = None) -> Ticket:
    """The person pays and is reimbursed by hand (WF-18); the checks, run once more, have to allow it.  Raises Refused.

    reason: why neither hospital nor home agency could solve it.
    """

    def effect(locked: Ticket) -> None:
        found = look(locked)
        faults = against_manual(found)
        if faults:
            raise Refused.all_of(faults)
        keep(locked, found, by=by, at=at)
        locked.manual_reason = manual_reason(found, Service.of(locked.service))
        _end(locked, by, at, reason)

    return TICKET_LIFECYCLE.take(ticket, "close_manual", by=by, reason=reason, version=version, effect=effect)


def reopen(*, by: User, ticket: Ticket, reason: str, at: dt.datetime, version: int | None = None) -> Ticket:
    """Whatever ended it did not hold; checked again.  Raises Refused where a claim rests on it."""

    def effect(locked: Ticket) -> None:
        locked.manual_reason = locked.resolution = ""
        locked.ended_by = locked.ended_at = locked.handler = None
        found = look(locked)
        set_turn(locked, next_actor(found), at)
        keep(locked, found, by=by, at=at)

    return TICKET_LIFECYCLE.take(ticket, "reopen", by=by, reason=reason, version=version, effect=effect)


def against_manual(found: Sequence[Looked] | Sequence[TicketCheck]) -> list[Reason]:
    """What has to be put right first, since no document reimburses it by hand as it stands."""
    return [
        Reason(reason.code, _("须先解决：%s") % reason.text, reason.source)
        for one in found
        if one.outcome == Outcome.FAILED and one.code not in TECHNICAL | set(BY_HAND_CHECKS)
        for reason in _reasons(one)
        if reason.code not in BY_HAND
    ]


def manual_reason(found: Sequence[Looked], service: Service) -> ManualReason:
    """What the claim is by hand for: what the first failing check says; else technical causes."""
    for one in found:
        if one.outcome is Outcome.FAILED:
            reasons = [BY_HAND[reason.code] for reason in one.reasons if reason.code in BY_HAND]
            reason = next(iter(reasons), BY_HAND_CHECKS.get(one.code))
            if reason is ManualReason.NOT_OPENED and service is Service.CHRONIC:
                return ManualReason.CHRONIC_NOT_OPENED
            if reason:
                return reason
    return ManualReason.SYSTEM_FAILURE


def _reasons(one: Looked | TicketCheck) -> list[Reason]:
    return [reason if isinstance(reason, Reason) else Reason(**reason) for reason in one.reasons]


def _end(locked: Ticket, by: User, at: dt.datetime, reason: str) -> None:
    reason = reason.strip()
    if len(reason) > LONGEST_RESOLUTION:
        raise Refused.because("reason_too_long", _("不能超过%d字") % LONGEST_RESOLUTION)
    locked.resolution, locked.ended_by, locked.ended_at = reason, by, at
    locked.due_at = locked.escalated_at = None
