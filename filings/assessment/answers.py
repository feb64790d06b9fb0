"""The answers, for the screens and for other programs alike."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from filings.assessment.rules import MaterialGroup, Rule
from filings.vocabulary import Outcome, SettlementWay, Tier
from hospitals.reasons import Reason
from hospitals.vocabulary import Scope


@dataclass(frozen=True, slots=True)
class FilingAnswer:
    """Whether this may be filed.

    reasons: why not, or what to mind; empty for a filing that is simply accepted.
    basis: the clause that the answer rests on, where a rule was found.
    tier, settlement: None when refused.  earliest_start_on: None where there is no limit or nothing is filed.
    start_on: the day the filing would start.  missing: groups of which one material each is lacking.
    complete_by: the last day to hand in what is missing under a commitment, made or possible.
    """

    outcome: Outcome
    scope: Scope | None = None
    tier: Tier | None = None
    settlement: SettlementWay | None = None
    earliest_start_on: dt.date | None = None
    missing: tuple[MaterialGroup, ...] = ()
    reasons: tuple[Reason, ...] = ()
    start_on: dt.date | None = None
    complete_by: dt.date | None = None
    basis: Reason | None = None
    rule: Rule | None = None

    def as_dict(self) -> dict[str, Any]:
        """As other programs read it, of JSON values."""
        return {
            "outcome": self.outcome,
            "scope": self.scope,
            "tier": self.tier,
            "settlement": self.settlement,
            "earliest_start_on": self.earliest_start_on and self.earliest_start_on.isoformat(),
            "missing": [list(group.one_of) for group in self.missing],
            "reasons": [reason.as_dict() for reason in self.reasons],
        }


@dataclass(frozen=True, slots=True)
class ChangeAnswer:
    """Whether a filing may be changed or cancelled.  possible_on: the first day it may; None if never."""

    outcome: Outcome
    possible_on: dt.date | None = None
    reasons: tuple[Reason, ...] = ()
    basis: Reason | None = None

    def as_dict(self) -> dict[str, Any]:
        """As other programs read it, of JSON values."""
        return {
            "outcome": self.outcome,
            "possible_on": self.possible_on and self.possible_on.isoformat(),
            "reasons": [reason.as_dict() for reason in self.reasons],
        }
