"""The desk's verbs for changes and cancellations: asked for, handed in anew, taken back."""

import uuid

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from filings.changes.appraisal import keep_asked
from filings.changes.asked import ChangeAsked
from filings.changes.carrying import assess_held, carry_out, hold
from filings.models import Filing, FilingChange, InsuredPerson
from filings.models.change_lifecycle import CHANGE_LIFECYCLE, ChangeStatus
from filings.models.filing_lifecycle import FILING_LIFECYCLE
from hospitals.constraints import refused_by_constraints
from hospitals.history import doing
from hospitals.reasons import Refused


def ask(
    *, by: User, filing: Filing, asked: ChangeAsked, request_token: uuid.UUID, version: int | None = None
) -> FilingChange:
    """Ask for a change or cancellation: done at once, or to review where the policy reviews such filings.

    The same token again gives the same change.  version: of the filing, as `by` saw it.
    Raises Refused with the reasons why not, among them the first day possible.
    """
    with transaction.atomic(), doing(_("受理{kind}").format(kind=asked.kind.label), by=by, reason=asked.reason):
        InsuredPerson.objects.select_for_update(no_key=True).get(pk=filing.person_id)
        earlier = FilingChange.objects.filter(request_token=request_token).first()
        if earlier:
            return _same(earlier, filing, asked, by)
        held = hold(filing)
        _refuse_asking(held, asked, by, version)
        assessment = assess_held(held, asked)
        change = FilingChange(
            filing=held,
            area_id=held.area_id,
            hall_id=held.hall_id,
            person_id=held.person_id,
            category=held.category,
            made_by=by,
            request_token=request_token,
            status=ChangeStatus.PENDING,
        )
        keep_asked(change, assessment)
        if not assessment.needs_review:
            change.status = ChangeStatus.DONE
            carry_out(change, held, assessment, by=by)
        with refused_by_constraints(FilingChange):
            change.save()
    return change


def resubmit(*, by: User, change: FilingChange, asked: ChangeAsked, version: int | None = None) -> FilingChange:
    """Hand a returned change in again with corrected contents, for review as before; the day of asking stays."""

    def correct(locked: FilingChange) -> None:
        keep_asked(locked, assess_held(hold(locked.filing), asked))
        locked.made_by = by  # whoever hands in may not review
        locked.reviewed_by, locked.reviewed_at, locked.review_reason = None, None, ""

    if (asked.asked_on, asked.kind) != (change.asked_on, change.kind):
        raise ValueError("a change handed in anew keeps its kind and the day it was asked for")
    with transaction.atomic():
        InsuredPerson.objects.select_for_update(no_key=True).get(pk=change.person_id)
        return CHANGE_LIFECYCLE.take(change, "resubmit", by=by, version=version, effect=correct)


def withdraw(*, by: User, change: FilingChange, reason: str, version: int | None = None) -> FilingChange:
    """Take back what waits for review; the filing stays as it is."""

    def end(locked: FilingChange) -> None:
        locked.ended_by, locked.ended_at, locked.end_reason = by, timezone.now(), reason.strip()

    return CHANGE_LIFECYCLE.take(change, "withdraw", by=by, reason=reason, version=version, effect=end)


def _refuse_asking(filing: Filing, asked: ChangeAsked, by: User, version: int | None) -> None:
    """Another change first: it is what the clerk should open."""
    waiting = filing.changes.open().first()
    if waiting:
        text = _("该备案已有{kind}申请 {number}（{status}），请先办结或撤回")
        words = {
            "kind": waiting.get_kind_display(),
            "number": waiting.number,
            "status": waiting.get_status_display(),
        }
        raise Refused.because("change_waiting", text.format(**words))
    refusal = FILING_LIFECYCLE.refusal(filing, asked.kind, by, asked.reason)
    if refusal:
        raise refusal
    if version is not None and filing.version != version:
        raise Refused.because("changed_meanwhile", _("此件刚刚被他人改动，请核对后再办理"))


def _same(earlier: FilingChange, filing: Filing, asked: ChangeAsked, by: User) -> FilingChange:
    if (earlier.filing_id, earlier.made_by_id, earlier.kind) != (filing.pk, by.pk, asked.kind):
        raise Refused.because("token_used", _("此页面已提交过另一件申请，请重新打开页面"))
    return earlier
