"""A change as people read it, beside the form and, years later, on its page: both from the same record."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from filings.assessment import ChangeAnswer
from filings.changes.appraisal import outlook
from filings.decision import Decision
from filings.decision import shown as shown_filing
from filings.models import Filing, FilingChange
from filings.models.change_lifecycle import OPEN, ChangeStatus
from filings.models.filing_lifecycle import FilingStatus
from filings.vocabulary import Kind, Outcome
from hospitals.listing import badge

TONES = {
    ChangeStatus.PENDING: "warn",
    ChangeStatus.RETURNED: "warn",
    ChangeStatus.DONE: "good",
    ChangeStatus.REFUSED: "bad",
}
VERDICTS = {Outcome.ACCEPT: "good", Outcome.REVIEW: "warn", Outcome.REFUSE: "bad"}


@dataclass(frozen=True, slots=True)
class ChangeShown:
    """reasons: dicts of code, text, source.  filing: the one at the new place, None without."""

    is_refused: bool
    title: str
    tone: str
    instead: str
    possible_on: dt.date | None
    reasons: list[Mapping[str, str]]
    basis: Mapping[str, str] | None
    policy: Mapping[str, Any] | None
    filing: Decision | None

    @property
    def shows_filing(self) -> bool:
        """Where there may be such a filing, or only its materials are missing."""
        return self.filing is not None and (not self.is_refused or self.filing.outcome == Outcome.INCOMPLETE)


def shown(record: Mapping[str, Any], kind: Kind) -> ChangeShown:
    """record: what `ChangeAssessment.as_record` made."""
    outcome = Outcome.of(record["outcome"])
    titles = {
        Outcome.ACCEPT: _("可以{kind}"),
        Outcome.REVIEW: _("可以{kind}，须审核"),
        Outcome.REFUSE: _("不能{kind}"),
    }
    afterwards = {
        Outcome.ACCEPT: _("提交后即时生效。"),
        Outcome.REVIEW: _("提交后由审核岗审核，通过后生效；审核前原备案照常有效。"),
        Outcome.REFUSE: "",
    }
    is_refused = outcome is Outcome.REFUSE
    possible_on, filing = record["possible_on"], record["filing"]
    return ChangeShown(
        is_refused=is_refused,
        title=titles[outcome].format(kind=kind.label),
        tone=VERDICTS[outcome],
        instead=afterwards[outcome],
        possible_on=dt.date.fromisoformat(possible_on) if possible_on else None,
        reasons=[reason for reason in record["reasons"] if reason["code"] != "commitment_possible"],
        basis=None if is_refused else record["basis"],
        policy=record["policy"],
        filing=shown_filing(filing) if filing else None,
    )


def status_badge(change: FilingChange) -> str:
    return badge(change.get_status_display(), TONES.get(ChangeStatus.of(change.status), ""))


@dataclass(frozen=True, slots=True)
class Around:
    """What changes put around a filing's page.

    changes: those asked of it, each with its badge.  waiting: the one that is not settled.  predecessor: the filing it
    came from.  answers: what the policy says today to each kind; empty where the filing is not in effect.
    """

    changes: list[tuple[FilingChange, str]]
    waiting: FilingChange | None
    predecessor: Filing | None
    answers: dict[Kind, ChangeAnswer]


def around(filing: Filing, on: dt.date) -> Around:
    changes = list(filing.changes.select_related("destination", "successor__destination"))
    came_by = FilingChange.objects.filter(successor=filing).select_related("filing__destination").first()
    return Around(
        changes=[(change, status_badge(change)) for change in changes],
        waiting=next((change for change in changes if change.status in OPEN), None),
        predecessor=came_by.filing if came_by else None,
        answers=outlook(filing, on) if filing.status == FilingStatus.ACTIVE else {},
    )
