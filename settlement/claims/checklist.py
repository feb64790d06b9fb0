"""What has to be handed in with a manual claim.  Plain Python."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from filings.assessment.rules import MaterialGroup
from filings.vocabulary import Category, Material

# What a version says beside its checklists.
STATED = (
    *("after_cancellation", "settled_at_home", "newly_insured_months"),
    *("term_days", "term_source", "second_review_share", "second_review_source", "assumed"),
    *("ticket_hours_person", "ticket_hours_hospital", "ticket_hours_local", "ticket_hours_home"),
    *("ticket_hours_platform", "ticket_source"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRules:
    """One published version of what an area asks for with a claim.

    checklists: for each category the document speaks of, groups of which one material each is required.
    after_cancellation: the section by which cost at the former place is not paid once a filing has been cancelled;
    empty where the document does not say so.
    settled_at_home: the section by which new employees and residents in their waiting period are settled by the home
    agency, empty without one; newly_insured_months: for how long an employee counts as new.
    term_days: working days from acceptance to the decision, None where it is not configured.  second_review_share: of
    the claims approved, drawn for a second review; None for no sample.  ticket_hours_…: hours of working days within
    which each acts on a failure ticket, None where it is not configured.  assumed: they are samples, not a document's.
    """

    area: str
    version: int
    document: str
    starts_on: dt.date
    ends_on: dt.date | None = None
    starts_assumed: bool = False
    note: str = ""
    checklists: Mapping[Category, tuple[MaterialGroup, ...]] = field(default_factory=dict)
    after_cancellation: str = ""
    settled_at_home: str = ""
    newly_insured_months: int | None = None
    term_days: int | None = None
    term_source: str = ""
    second_review_share: Decimal | None = None
    second_review_source: str = ""
    ticket_hours_person: int | None = None
    ticket_hours_hospital: int | None = None
    ticket_hours_local: int | None = None
    ticket_hours_home: int | None = None
    ticket_hours_platform: int | None = None
    ticket_source: str = ""
    assumed: bool = False

    def checklist(self, category: Category) -> tuple[MaterialGroup, ...]:
        """Empty where the document lists nothing for the category."""
        return self.checklists.get(category, ())

    def cite(self, group: MaterialGroup) -> str:
        return f"《{self.document}》{group.section}"


def claim_rules(pack: Mapping[str, Any]) -> ClaimRules:
    """The version that a pack describes.  Raises ValueError, TypeError or KeyError where it is not understood."""
    checklists: dict[Category, tuple[MaterialGroup, ...]] = {}
    for entry in pack["claims"]["checklists"]:
        groups = tuple(_group(section=entry["section"], **group) for group in entry["materials"])
        for category in entry["categories"]:
            if checklists.setdefault(Category(category), groups) is not groups:  # type: ignore[call-arg]
                raise ValueError(f"{category} 有两份清单")
    stated = {name: pack["claims"][name] for name in STATED if name in pack["claims"]}
    if "second_review_share" in stated:
        stated["second_review_share"] = Decimal(stated["second_review_share"])
    return ClaimRules(
        area=pack["area"],
        version=pack["version"],
        document=pack["document"],
        starts_on=pack["starts_on"],
        starts_assumed=pack.get("starts_assumed", False),
        note=pack["claims"].get("note", ""),
        checklists=checklists,
        **stated,
    )


def _group(*, one_of: Iterable[str], **particulars: Any) -> MaterialGroup:
    return MaterialGroup(one_of=tuple(Material(code) for code in one_of), **particulars)  # type: ignore[call-arg]
