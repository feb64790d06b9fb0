"""What a handler hears, and what it answers."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from filings.models import InsuredPerson
from filings.platform.envelope import Request
from hospitals.models import Area
from settlement.accounts.year import turn_of_year_of
from settlement.models import Admission, Settlement


@dataclass(slots=True)
class About:
    """Whom and what a message turned out to be about; kept with the exchange, refused or not."""

    area: str | None = None
    person: InsuredPerson | None = None
    admission: Admission | None = None
    settlement: Settlement | None = None

    def is_about(self, person: InsuredPerson) -> None:
        self.person, self.area = person, person.area_id


@dataclass(frozen=True, slots=True)
class Heard:
    """A message whose envelope, signature and body are in order.  on: the day on which it came.

    turns: taken with the message's own, before anything is read.
    """

    request: Request
    body: Any
    at: dt.datetime
    on: dt.date
    about: About = field(default_factory=About)
    turns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """warning: what the hospital should know of a thing that is done."""

    output: BaseModel
    warning: str = ""


Handler = Callable[[Heard], Answered]


def turns_ahead(body: BaseModel) -> tuple[str, ...]:
    """The person's year, where the message is about a stay: both stand in the numbers that it names.

    Numbers that are none are refused by whoever looks for them, and so is the stay of somebody else.
    """
    told = getattr(body, next(iter(type(body).model_fields)))
    named = year_named(getattr(told, "mdtrt_id", None) or "", getattr(told, "psn_no", None) or "")
    return (named,) if named else ()


def year_named(mdtrt_id: str, psn_no: str) -> str:
    """The turn of the year that these numbers speak of; empty where they are not of the portal's making."""
    year, person = mdtrt_id[7:9], psn_no[6:]
    if len(mdtrt_id) != 22 or len(psn_no) != 20 or not (year + person).isdecimal():
        return ""
    return turn_of_year_of(int(person), 2000 + int(year))


def place_of(code: str) -> Area | None:
    """The area of a code, with those above it."""
    return Area.objects.select_related("parent__parent").filter(pk=code).first()
