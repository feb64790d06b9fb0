"""What the policy in force says to every row of a checked roster.  Plain Python: same ground, same plan."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from filings.assessment import Areas, FilingAnswer, FilingCase, FilingRules, assess
from filings.rosters.check import Entry
from filings.vocabulary import Category, Channel, Employment, Material, Measure, Outcome, Scheme
from hospitals.hospital_lists.words import match_key
from hospitals.reasons import Reason
from hospitals.vocabulary import ListAction

CATEGORY, CHANNEL, MATERIAL = Category.POSTED_WORKER, Channel.EMPLOYER, Material.ROSTER
FILEABLE = (Outcome.ACCEPT, Outcome.REVIEW)
COLUMN_OF = {  # where the roster says what a reason speaks of; else the person is meant
    "destination_unknown": "place",
    "destination_ambiguous": "place",
    "destination_abroad": "place",
    "destination_too_wide": "place",
    "destination_is_home": "place",
    "start_too_early": "start_on",
}
BARRING = Measure.RESTRICT_FILING
MINDED = {"assumed", "to_confirm", *Measure} - {BARRING}  # told with an answer of any kind


class KnownPerson(NamedTuple):
    """A person of the area as the register has them."""

    pk: int
    id_number: str
    name: str


class Insurance(NamedTuple):
    """How a person is insured on the day of filing."""

    person: int
    scheme: str
    employment: str
    employer: str


class OpenFiling(NamedTuple):
    """A filing that is open.  conflict: that it stands in the way of another one, as a reason."""

    pk: int
    category: str
    destination: str
    start_on: dt.date
    end_on: dt.date | None
    conflict: Reason

    def ends_before(self, day: dt.date) -> bool:
        return self.end_on is not None and self.end_on < day

    def covers(self, destination: str, day: dt.date) -> bool:
        """Makes another filing as a posted worker there superfluous from that day on."""
        is_same = self.category == CATEGORY and self.destination == destination
        return is_same and self.start_on <= day and not self.ends_before(day)


@dataclass(frozen=True, slots=True)
class Register:
    """What the register holds of the people of a roster.  people: by id number, mostly one.  The rest: by person.

    sanctions: what is in force on the day of filing.
    """

    people: Mapping[str, list[KnownPerson]]
    insurances: Mapping[int, Insurance]
    filings: Mapping[int, list[OpenFiling]]
    sanctions: Mapping[int, Mapping[Measure, Reason]]


@dataclass(frozen=True, slots=True)
class Ground:
    """What the rows of a roster are judged by.

    start_on: for rows that give none; None for the day of filing.  employer: who brought the roster.
    places: what rows write of a place → the code of the area that it means, or the reason why it means none.
    """

    area: str
    filed_on: dt.date
    start_on: dt.date | None
    employer: str
    rules: FilingRules | None
    areas: Areas
    places: Mapping[str, str | Reason]
    register: Register


@dataclass(slots=True)
class Planned:
    """One row's step.  filing: the one that covers it already.  answer: where the policy was asked."""

    action: ListAction
    entry: Entry
    person: int | None = None
    destination: str | None = None
    start_on: dt.date | None = None
    answer: FilingAnswer | None = None
    filing: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """All steps in the order of the roster.  remarks: what the policy says to what is filed, each once."""

    steps: list[Planned]
    remarks: list[Reason]

    def count(self, action: ListAction) -> int:
        return sum(step.action is action for step in self.steps)


def make_plan(entries: Iterable[Entry], ground: Ground) -> Plan:
    steps = [_step(entry, ground) for entry in entries]
    filed = [step.answer for step in steps if step.action is ListAction.NEW and step.answer]
    said = [reason for answer in filed for reason in (answer.basis, *answer.reasons) if reason]
    return Plan(steps, list(dict.fromkeys(said)))


def refusal_of_rosters(rules: FilingRules) -> Reason | None:
    """Why a policy takes no rosters: what it offers instead; None where it takes them."""
    if CATEGORY not in rules.categories():
        names = "、".join(category.label for category in rules.categories())
        return Reason("category_not_offered", f"文件没有“{CATEGORY.label}”备案，不受理花名册；可办理：{names}")
    if not rules.channels or rules.offer_of(CHANNEL, CATEGORY):
        return None
    offers = [offer for offer in rules.channels if offer.serves(CATEGORY)]
    names = "、".join(offer.channel.label for offer in offers)
    text = f"文件未开通由“{CHANNEL.label}”办理{CATEGORY.label}备案，不受理花名册；可由参保人通过{names}办理"
    return Reason("channel_not_offered", text, rules.cite(offers[0].section) if offers else "")


def _step(entry: Entry, ground: Ground) -> Planned:
    person = _person(entry, ground.register)
    destination = _destination(entry, ground)
    start_on = entry.start_on or ground.start_on or ground.filed_on
    step = Planned(ListAction.INVALID, entry, person and person.pk, destination, start_on)
    if person is None or destination is None or entry.row.faults:
        return step
    filings = ground.register.filings.get(person.pk, [])
    step.filing = next((filing.pk for filing in filings if filing.covers(destination, start_on)), None)
    if step.filing:
        step.action = ListAction.SAME
        return step
    insurance = ground.register.insurances.get(person.pk)
    if insurance is None:
        entry.fault("id_number", f"在 {ground.filed_on} 没有有效的参保关系，请先登记参保关系")
        return step
    step.answer = assess(_case(step, insurance, ground), ground.rules, ground.areas)
    sanctions = ground.register.sanctions.get(person.pk, {})
    conflict = next((filing.conflict for filing in filings if not filing.ends_before(start_on)), None)
    for reason in _refusals(step.answer, sanctions.get(BARRING) or conflict):
        entry.fault(COLUMN_OF.get(reason.code, "id_number"), reason.text, reason.source)
    if not entry.row.faults:
        step.action = ListAction.NEW
        entry.notes += [reason.text for reason in sanctions.values()]
        _mind_employer(entry, insurance, ground)
    return step


def _refusals(answer: FilingAnswer, bar: Reason | None) -> tuple[Reason, ...]:
    """Why a row is not filed; nothing where it is.  bar: a sanction or another filing."""
    if answer.outcome not in FILEABLE:
        return causes_among(answer.reasons or (Reason(answer.outcome, answer.outcome.label),))
    return (bar,) if bar else ()


def causes_among(reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """What stands in the way, without what is only to be minded."""
    return tuple(reason for reason in reasons if reason.code not in MINDED) or reasons


def _person(entry: Entry, register: Register) -> KnownPerson | None:
    if not entry.id_number:
        return None
    known = register.people.get(entry.id_number, [])
    if not known:
        hint = "" if len(entry.id_number) == 18 else f"；身份证号码应为 18 位，现为 {len(entry.id_number)} 位"
        entry.fault("id_number", f"本统筹区没有此人的参保登记{hint}")
    elif len(known) > 1:
        entry.fault("id_number", "参保登记中有两人的证件号码相同（证件类型不同），请到窗口单独办理")
    elif entry.name and match_key(known[0].name) != match_key(entry.name):
        entry.fault("name", "与参保登记的姓名不符，请核对姓名和证件号码")
    return known[0] if len(known) == 1 else None


def _destination(entry: Entry, ground: Ground) -> str | None:
    if not entry.place:
        return None
    found = ground.places[entry.place]
    if isinstance(found, Reason):
        entry.fault("place", found.text)
        return None
    return found


def _case(step: Planned, insurance: Insurance, ground: Ground) -> FilingCase:
    return FilingCase(
        area=ground.area,
        scheme=Scheme.of(insurance.scheme),
        employment=Employment.of(insurance.employment) if insurance.employment else None,
        category=CATEGORY,
        variant=None,
        destination=step.destination or "",
        filed_on=ground.filed_on,
        start_on=step.start_on,
        channel=CHANNEL,
        materials=frozenset({MATERIAL}),
    )


def _mind_employer(entry: Entry, insurance: Insurance, ground: Ground) -> None:
    """Another employer than the one who lists the person is told, and does not stand in the way."""
    listed = entry.employer or ground.employer
    if insurance.employer and match_key(insurance.employer) != match_key(listed):
        entry.notes.append(f"参保登记的单位是“{insurance.employer}”，与花名册的“{listed}”不同，请核对")
