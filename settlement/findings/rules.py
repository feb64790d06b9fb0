"""When two stays of one person, or two cases with one receipt, cannot both be right.  Plain Python; days only."""

import datetime as dt
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from hospitals.vocabulary import Service
from settlement.vocabulary import FindingKind


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStay:
    """The stay of a claim or of a direct settlement.

    case: what may be said of it anywhere, its number and area.  place: the treatment area's code.  hospital: its name
    as entered; listed: its key in the directory, where it stands there.  A visit has one day for both.
    """

    case: str
    place: str
    hospital: str
    admitted_on: dt.date
    discharged_on: dt.date
    listed: int | None = None
    service: Service = Service.INPATIENT
    is_direct: bool = False

    @property
    def facts(self) -> str:
        """What a decision rests on, to see whether it has changed since."""
        days = f"{self.admitted_on} {self.discharged_on}"
        return f"{days} {self.place} {self.listed or ''} {_plain(self.hospital)} {self.service}"


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of a case.  text: names the other one by its number and area alone.  facts: what it rests on."""

    kind: FindingKind
    text: str
    facts: tuple[str, ...]


TEXTS = {
    FindingKind.SAME_STAY: "入院日期、出院日期和医院与{other}相同",
    FindingKind.OVERLAP: "与{other}在同一医院的住院时间重叠",
    FindingKind.TWO_PLACES: "与{other}的就医时间重叠，而就医地或医院不同",
    FindingKind.DIRECT: "{other}已在就医地直接结算同一医院同一时间的就医",
}


def kind_between(one: CaseStay, other: CaseStay) -> FindingKind | None:
    """How two stays of one person contradict each other; the order does not matter.

    Discharge and the next admission may share a day.  A bill for visits over several days says of no single day where
    the person was, so it contradicts a stay only where it is the same bill again.
    """
    at_once = one.admitted_on < other.discharged_on and other.admitted_on < one.discharged_on
    if not _same_hospital(one, other):
        return FindingKind.TWO_PLACES if at_once and _is_presence(one) and _is_presence(other) else None
    days = (one.admitted_on, one.discharged_on)
    is_same = days == (other.admitted_on, other.discharged_on) and one.service is other.service
    if not is_same and not (at_once and one.service is other.service is Service.INPATIENT):
        return None
    if one.is_direct or other.is_direct:
        return FindingKind.DIRECT
    return FindingKind.SAME_STAY if is_same else FindingKind.OVERLAP


def found_of(one: CaseStay, other: CaseStay) -> Found | None:
    """What is to be said of the one; None where the two may both be."""
    kind = kind_between(one, other)
    return Found(kind, TEXTS[kind].format(other=other.case), (one.facts, other.facts)) if kind else None


def shared(receipts: Iterable[str], other: str) -> Found:
    """Receipts ("code number") that another case holds or held.  other: its number and area."""
    numbers = tuple(sorted(receipts))
    return Found(FindingKind.SAME_RECEIPT, f"票据 {'、'.join(numbers)} 也用于{other}"[:300], numbers)


def _same_hospital(one: CaseStay, other: CaseStay) -> bool:
    if one.place != other.place:
        return False
    return (one.listed is not None and one.listed == other.listed) or _plain(one.hospital) == _plain(other.hospital)


def _is_presence(stay: CaseStay) -> bool:
    return stay.service is Service.INPATIENT or stay.admitted_on == stay.discharged_on


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
