"""What a change does to filings: the old one ends on the day before the new one starts, in one transaction."""

import datetime as dt
from collections.abc import Callable

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from filings.changes.appraisal import ChangeAssessment, assess_asked
from filings.changes.asked import ChangeAsked
from filings.commitments import end_with_filing
from filings.desk import fill_in, keep_materials, one_open_filing
from filings.models import Filing, FilingChange
from filings.models.filing_lifecycle import FILING_LIFECYCLE, FilingStatus
from filings.vocabulary import Kind
from hospitals.history import doing
from hospitals.reasons import Refused

# What else follows where a filing ends by a change or a cancellation, inside its transaction; by whom.
end_witnesses: list[Callable[[Filing, User], None]] = []


def hold(filing: Filing) -> Filing:
    """The filing as it stands, locked until the transaction ends."""
    rows = Filing.objects.select_for_update(of=("self",)).select_related("person__area", "area", "destination")
    return rows.get(pk=filing.pk)


def assess_held(filing: Filing, asked: ChangeAsked) -> ChangeAssessment:
    """Raises Refused where it may not be done, or the filing is no longer in effect."""
    if filing.status != FilingStatus.ACTIVE:
        text = _("备案 {number} 当前状态为“{status}”，不能{kind}")
        words = {"number": filing.number, "status": filing.get_status_display(), "kind": asked.kind.label}
        raise Refused.because("wrong_state", text.format(**words))
    assessment = assess_asked(filing=filing, asked=asked)
    if not assessment.is_possible:
        raise Refused.all_of(assessment.refusals)
    return assessment


def carry_out(change: FilingChange, filing: Filing, assessment: ChangeAssessment, *, by: User) -> None:
    """End the filing and start its successor; the change itself is saved by the caller, in the same transaction.

    by: who settles it, that is the reviewer where it is reviewed.
    """

    def end(ending: Filing) -> None:
        last = change.on if change.kind == Kind.CANCEL else change.on - dt.timedelta(days=1)
        ending.end_on = last if last >= ending.start_on else None  # None: it never came into effect
        end_with_filing(by=by, filing=ending, on=timezone.localdate(), reason=change.reason)
        ending.ended_by, ending.ended_at, ending.end_reason = change.made_by, timezone.now(), change.reason

    with doing(FILING_LIFECYCLE.moves[change.kind].label, by=by, reason=change.reason):
        ended = FILING_LIFECYCLE.follow(filing, change.kind, effect=end)
        for witness in end_witnesses:
            witness(ended, by)
    if assessment.successor:
        successor = Filing(
            area_id=filing.area_id,
            hall_id=filing.hall_id,
            person=filing.person,
            made_by=change.made_by,
            reviewed_by=change.reviewed_by,
            reviewed_at=change.reviewed_at,
            status=FilingStatus.ACTIVE,
        )
        fill_in(successor, assessment.successor)
        with one_open_filing(successor):
            successor.save()
        keep_materials(successor, assessment.successor.application)
        change.successor = successor
    change.done_at = timezone.now()
