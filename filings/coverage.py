"""Which filing a stay falls under: the shared answer of admissions, claims and settlements."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import DateField, Q, QuerySet

from filings.models import Filing, InsuredPerson
from filings.models.filing import FilingStatus
from filings.vocabulary import Channel, Tier
from hospitals.compiled import CompiledQuery, Given
from hospitals.models import Area
from hospitals.vocabulary import Scope

BEST_FIRST = list(Tier)


@dataclass(frozen=True, slots=True)
class Cover:
    """What covers a stay: the filing asked for, and the one that came into being at this very admission."""

    asked_for: Filing | None
    automatic: Filing | None

    @property
    def filing(self) -> Filing | None:
        """The one that counts: what was asked for, unless the admission itself grants more."""
        if self.asked_for and self.automatic:
            return self.automatic if is_better(self.automatic.tier, self.asked_for.tier) else self.asked_for
        return self.asked_for or self.automatic


def cover_of(person: InsuredPerson, place: Area, admitted_on: dt.date) -> Cover:
    """Filings in effect for the place on the day of admission; one that ended later still covers its days.

    A filing that came into being at another admission, or was cancelled since, covers nothing here.
    """
    asked_for, automatic = None, None
    above = [*lineage(place), "", ""]
    for row in _COVERING.all(person=person.pk, day=admitted_on, place=above[0], above=above[1], highest=above[2]):
        if row.channel == Channel.AUTOMATIC:
            automatic = automatic or row
        else:
            asked_for = asked_for or row
    return Cover(asked_for, automatic)


def _covering() -> QuerySet[Filing]:
    day = Given("day", DateField())
    of_other_stays = Q(channel=Channel.AUTOMATIC) & ~Q(admitted_on=day, status=FilingStatus.ACTIVE)
    there = Q(destination=Given("place")) | Q(destination=Given("above")) | Q(destination=Given("highest"))
    return (
        Filing.objects.covering(day)
        .filter(there, person=Given("person"))
        .exclude(of_other_stays)
        .order_by("status", "-start_on", "-pk")  # active before cancelled
    )


_COVERING = CompiledQuery(_covering)


def covering_filing(person: InsuredPerson, place: Area, admitted_on: dt.date) -> Filing | None:
    return cover_of(person, place, admitted_on).filing


def is_better(tier: str, other: str) -> bool:
    return BEST_FIRST.index(Tier.of(tier)) < BEST_FIRST.index(Tier.of(other))


def lineage(area: Area | None) -> list[str]:
    """The area and those above it: a filing for a whole province covers its cities."""
    codes = []
    while area is not None:
        codes.append(area.pk)
        area = area.parent
    return codes


def scope_of(home: str, place: Area) -> Scope:
    """The first two digits of an area's code are its province (GB/T 2260)."""
    return Scope.IN_PROVINCE if home[:2] == place.pk[:2] else Scope.CROSS_PROVINCE
