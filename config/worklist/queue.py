"""What a queue of the worklist is."""

from dataclasses import dataclass
from typing import Any

SHOWN = 10
BY_DUE_DAY = ("due_on", "pk")  # those without a last day stand behind


@dataclass(frozen=True, slots=True)
class Queue:
    """A pile of cases waiting for this user.

    has_due_days: they fall due, and are shown with that day.  page: the route where a case is worked on, where that is
    not the page of the case itself.
    """

    title: str
    empty: str
    link: str
    cases: list[Any]
    has_due_days: bool = False  # a case without one shows since when it waits
    page: str = ""
