"""What a handler hears, and what it answers."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from filings.models import InsuredPerson
from filings.platform.envelope import Request
from hospitals.models import Area
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
    """A message whose envelope, signature and body are in order.  on: the day on which it came."""

    request: Request
    body: Any
    at: dt.datetime
    on: dt.date
    about: About = field(default_factory=About)


@dataclass(frozen=True, slots=True)
class Answered:
    """warning: what the hospital should know of a thing that is done."""

    output: BaseModel
    warning: str = ""


Handler = Callable[[Heard], Answered]


def place_of(code: str) -> Area | None:
    """The area of a code, with those above it."""
    return Area.objects.select_related("parent__parent").filter(pk=code).first()
