"""The reviewer's decisions on changes and cancellations."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from filings.changes.appraisal import keep_asked
from filings.changes.asked import asked_by
from filings.changes.carrying import assess_held, carry_out, hold
from filings.models import FilingChange, InsuredPerson
from filings.models.change_lifecycle import CHANGE_LIFECYCLE


def approve(*, by: User, change: FilingChange, version: int | None = None, reason: str = "") -> FilingChange:
    """Carry it out, as the day of asking allows and as much as is known by now.  reason: a remark, if any.

    Raises Refused, also where cost has become known since, or the filing is no longer in effect.
    """

    def settle(locked: FilingChange) -> None:
        _reviewed(locked, by, reason)
        filing = hold(locked.filing)
        asked = asked_by(locked)
        assessment = assess_held(filing, asked)
        keep_asked(locked, assessment)
        carry_out(locked, filing, assessment, by=by)

    with transaction.atomic():
        InsuredPerson.objects.select_for_update(no_key=True).get(pk=change.person_id)
        return CHANGE_LIFECYCLE.take(change, "approve", by=by, reason=reason, version=version, effect=settle)


def send_back(*, by: User, change: FilingChange, reason: str, version: int | None = None) -> FilingChange:
    return _decide("send_back", by, change, version, reason)


def refuse(*, by: User, change: FilingChange, reason: str, version: int | None = None) -> FilingChange:
    return _decide("refuse", by, change, version, reason)


def _decide(verb: str, by: User, change: FilingChange, version: int | None, reason: str) -> FilingChange:
    return CHANGE_LIFECYCLE.take(
        change, verb, by=by, reason=reason, version=version, effect=lambda locked: _reviewed(locked, by, reason)
    )


def _reviewed(change: FilingChange, by: User, reason: str) -> None:
    change.reviewed_by, change.reviewed_at, change.review_reason = by, timezone.now(), reason.strip()
