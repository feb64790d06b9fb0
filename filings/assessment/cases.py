"""The questions: may this be filed, may that filing be changed or cancelled?"""

import datetime as dt
from dataclasses import dataclass

from filings.vocabulary import Category, Channel, Employment, Kind, Material, Occasion, Scheme, Variant
from hospitals.vocabulary import Level


@dataclass(frozen=True, slots=True)
class Issuer:
    """The hospital that issued a referral certificate.

    level: None where the directory does not give it.  highest_at_home: the highest level that the directory gives in
    the home area, None where it gives none.  is_elsewhere: outside the home area.
    """

    name: str
    level: Level | None = None
    highest_at_home: Level | None = None
    is_elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class FilingCase:
    """A filing asked for.  Codes of areas must be known; `questions` sees to it.

    filed_on: the day it is asked for.  start_on: the first day wished for, None for the best there is.
    admitted_on: where the person is in hospital already, or has been.  discharge_settled: the person left the hospital
    and paid in full.  commitment: the person signs to hand in later what is missing.
    disease: as the area's lists name or code it.  issuer: of the referral certificate.
    """

    area: str
    scheme: Scheme
    employment: Employment | None
    category: Category
    variant: Variant | None
    destination: str
    filed_on: dt.date
    start_on: dt.date | None = None
    admitted_on: dt.date | None = None
    discharge_settled: bool = False
    channel: Channel = Channel.COUNTER
    materials: frozenset[Material] = frozenset()
    commitment: bool = False
    occasion: Occasion | None = None
    disease: str | None = None
    issuer: Issuer | None = None


@dataclass(frozen=True, slots=True)
class ChangeCase:
    """A change or cancellation asked for on the day `on`, of a filing made on `filing_filed_on`.

    destination: of the filing after a change, where it is known already.
    """

    kind: Kind
    area: str
    category: Category
    filing_filed_on: dt.date
    has_cost_there: bool
    on: dt.date
    destination: str | None = None
