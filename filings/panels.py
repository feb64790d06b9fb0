"""A person's page: what may be done next, and the sections that stand below; a commitment's likewise.

Settings name the panels, so that a page need not know who adds to it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString

from filings.models import Commitment, InsuredPerson
from hospitals.access import StaffRequest

NOTHING = SafeString()


@dataclass(frozen=True, slots=True)
class NextStep:
    """Something that whoever looks has the right to do with this person.

    key: the one key that does it; no two steps of a page share one.  why_not: what keeps it from being done now, empty
    where nothing does.  order: the smaller stands first.
    """

    label: str
    link: str
    key: str
    why_not: str = ""
    order: int = 50


@dataclass(frozen=True, slots=True)
class Panel:
    """section: of the page, empty where there is none.  order: the smaller stands first.  steps: what it offers."""

    section: SafeString = NOTHING
    order: int = 50
    steps: tuple[NextStep, ...] = ()


def panels_of(request: StaffRequest, person: InsuredPerson) -> list[Panel]:
    """Each of `settings.PERSON_PANELS` is called with the request and the person; None adds nothing."""
    panels = [import_string(path)(request, person) for path in settings.PERSON_PANELS]
    return sorted((panel for panel in panels if panel is not None), key=lambda panel: panel.order)


def in_order(own: Iterable[NextStep], panels: Iterable[Panel]) -> list[NextStep]:
    """The page's own steps and the panels', as they stand in a row.  Raises ValueError where two share a key."""
    steps = sorted([*own, *(step for panel in panels for step in panel.steps)], key=lambda step: step.order)
    keys = [step.key for step in steps]
    if len(keys) != len(set(keys)):
        raise ValueError(f"two steps share a key: {keys}")
    return steps


def panels_under(request: StaffRequest, commitment: Commitment) -> Iterator[SafeString]:
    """What else followed from a commitment: each of `settings.COMMITMENT_PANELS` gives a section or None."""
    return sections_of(settings.COMMITMENT_PANELS, request, commitment)


def sections_of(paths: Iterable[str], request: StaffRequest, case: Any) -> Iterator[SafeString]:
    """Each dotted function is called with the request and the case; None adds nothing."""
    for path in paths:
        section = import_string(path)(request, case)
        if section is not None:
            yield section
