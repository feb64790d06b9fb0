"""What a checked list would change in the register.  Plain Python: the same list and register give the same plan."""

import datetime as dt
import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from filings.identity import IdType, Sex, masked
from filings.people_lists.check import INSURANCE, Entry
from filings.vocabulary import CardStatus, Employment, Hardship, Scheme
from hospitals.hospital_lists.words import match_key
from hospitals.sheets import Fault
from hospitals.vocabulary import ListAction

PERSON = ("name", "sex", "birth_date", "phone", "address")
WORDED = ("address", "employer")  # written differently, they may still say the same
SHOWN_WORDS: dict[str, Any] = {"sex": Sex, "scheme": Scheme, "employment": Employment, "hardship": Hardship}
FOREVER = dt.date.max


class KnownPerson(NamedTuple):
    """A person of the area as the register has them."""

    pk: int
    id_type: str
    id_number: str
    name: str
    sex: str
    birth_date: dt.date | None
    phone: str
    address: str


class KnownParticipation(NamedTuple):
    """A period of insurance of one of them, in the order of INSURANCE."""

    pk: int
    person: int
    scheme: str
    employment: str
    employer: str
    starts_on: dt.date
    ends_on: dt.date | None
    contributions_paid_through: dt.date | None
    continuous_since: dt.date | None
    waiting_until: dt.date | None
    hardship: str
    is_civil_servant: bool


class KnownCard(NamedTuple):
    """A card of one of them, or one of the list that is somebody else's; holder: that person in words."""

    person: int
    number: str
    status: str
    holder: str


@dataclass(frozen=True, slots=True)
class Register:
    """What the register holds of the people and the cards of a list."""

    people: list[KnownPerson]
    participations: list[KnownParticipation]
    cards: list[KnownCard]

    def fingerprint(self) -> str:
        """Changes whenever anything changes that a plan rests on."""
        return hashlib.sha256(repr((self.people, self.participations, self.cards)).encode()).hexdigest()


class PersonFinal(NamedTuple):
    """A person as they will stand; for a faulty row, as far as it could be read."""

    id_type: str
    id_number: str
    name: str
    sex: str = Sex.UNKNOWN.value
    birth_date: dt.date | None = None
    phone: str = ""
    address: str = ""


class ParticipationFinal(NamedTuple):
    """A period of insurance as it will stand."""

    scheme: str = ""
    employment: str = ""
    employer: str = ""
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    contributions_paid_through: dt.date | None = None
    continuous_since: dt.date | None = None
    waiting_until: dt.date | None = None
    hardship: str = ""
    is_civil_servant: bool = False


@dataclass(slots=True)
class Planned:
    """One step.  The parts that it touches say `new` or `changed`; changes: column → [before, after], in words."""

    action: ListAction
    entry: Entry
    person: PersonFinal
    person_pk: int | None = None
    person_step: str = ""
    participation: ParticipationFinal = field(default_factory=ParticipationFinal)
    participation_pk: int | None = None
    participation_step: str = ""
    card_step: str = ""
    changes: dict[str, list[str]] = field(default_factory=dict)


@dataclass(slots=True)
class Plan:
    """All steps in the order of the list."""

    steps: list[Planned]
    faults: list[Fault]
    rows: int

    def count(self, action: ListAction) -> int:
        return sum(step.action is action for step in self.steps)


def make_plan(entries: list[Entry], register: Register, on: dt.date) -> Plan:
    """Match every entry, say what it changes, and find what only the register can tell to be wrong.

    A column that the list does not have, and an empty cell in one it has, leave what the register knows alone.
    on: a row that gives no day of insurance means the period that this day is in.
    """
    planner = _Planner(register, on)
    steps = [planner.step(entry) for entry in entries]
    return Plan(steps=steps, faults=[fault for entry in entries for fault in entry.row.faults], rows=len(entries))


class _Planner:
    def __init__(self, register: Register, on: dt.date) -> None:
        self.on = on
        self.people = {(known.id_type, known.id_number): known for known in register.people}
        self.participations: dict[int, list[KnownParticipation]] = defaultdict(list)
        for participation in register.participations:
            self.participations[participation.person].append(participation)
        self.cards = {card.number: card for card in register.cards}
        self.current_cards = {card.person: card for card in register.cards if card.status == CardStatus.IN_USE}

    def step(self, entry: Entry) -> Planned:
        step = self._person(entry, self.people.get(entry.key) if entry.is_identified else None)
        if entry.insurance and entry.is_identified:
            self._participation(step)
        if entry.card and entry.is_identified:
            self._card(step)
        if entry.row.faults:
            return Planned(ListAction.INVALID, entry, step.person)
        return step

    def _person(self, entry: Entry, known: KnownPerson | None) -> Planned:
        if known is None:
            final = PersonFinal(entry.id_type, entry.id_number, **{"name": entry.row.values["name"], **entry.person})
            return Planned(ListAction.NEW, entry, final, person_step="new")
        said = entry.person
        if known.id_type == IdType.RESIDENT_ID:  # birth and sex follow from the card, whatever the register says
            said = {name: value for name, value in said.items() if name not in ("sex", "birth_date")}
        changes = _differences(known._asdict(), said)
        final = PersonFinal(**{**dict(zip(PersonFinal._fields, known[1:], strict=True)), **changes})
        step = Planned(ListAction.SAME, entry, final, known.pk)
        if changes:
            step.action, step.person_step = ListAction.CHANGED, "changed"
            step.changes |= {
                name: [_shown(name, getattr(known, name)), _shown(name, changes[name])] for name in changes
            }
        return step

    def _participation(self, step: Planned) -> None:
        """The period that the row speaks of: that of its first day, else the one in force."""
        said = step.entry.insurance
        periods = self.participations[step.person_pk] if step.person_pk else []
        starts_on = said.get("starts_on")
        if starts_on:
            known = next((period for period in periods if period.starts_on == starts_on), None)
        else:
            known = next((period for period in periods if _covers(period, self.on)), None)
        before = dict(zip(INSURANCE, known[2:], strict=True)) if known else ParticipationFinal()._asdict()
        changes = _differences(before, said)
        if changes.get("scheme") == Scheme.RESIDENT and before["employment"]:
            changes["employment"] = ""
        final = ParticipationFinal(**{**before, **changes})
        if not changes:
            return
        self._check(step, final, others=[period for period in periods if period is not known], known=known)
        step.participation = final
        step.participation_pk = known.pk if known else None
        step.participation_step = "changed" if known else "new"
        if step.person_pk:
            step.action = ListAction.CHANGED
            step.changes |= _in_words(before, changes)

    def _check(
        self,
        step: Planned,
        final: ParticipationFinal,
        others: list[KnownParticipation],
        known: KnownParticipation | None,
    ) -> None:
        entry = step.entry
        told = {fault.column for fault in entry.row.faults}

        def fault(column: str, text: str) -> None:
            if entry.row.group.headings.get(column) not in told:
                entry.fault(column, text)

        if final.starts_on is None and others:
            fault("starts_on", "缺少参保日期，而此人目前没有有效的参保关系")
            return
        if not final.scheme:
            fault("scheme", "缺少险种")
        if final.scheme == Scheme.EMPLOYEE and not final.employment:
            fault("employment", "职工医保须填在职或退休")
        if final.scheme == Scheme.RESIDENT and final.employment:
            fault("employment", "居民医保没有在职、退休之分，请留空")
        if final.starts_on is None:
            fault("starts_on", "缺少参保日期")
            return
        if known and final.ends_on and final.ends_on < final.starts_on:
            fault("ends_on", f"早于已登记的参保日期 {final.starts_on}")
        for other in others:
            if final.starts_on <= (other.ends_on or FOREVER) and other.starts_on <= (final.ends_on or FOREVER):
                scheme = Scheme.name_of(other.scheme)
                until = f"至 {other.ends_on}" if other.ends_on else "起"
                column = "starts_on" if entry.insurance.get("starts_on") else "ends_on"
                fault(
                    column, f"与已登记的参保关系重叠：{scheme}，{other.starts_on} {until}；换了险种的请先终止原参保关系"
                )

    def _card(self, step: Planned) -> None:
        number = step.entry.card
        known = self.cards.get(number)
        if known and known.person != step.person_pk:
            step.entry.fault("card", f"此卡号已登记在{known.holder}名下")
        elif known and known.status == CardStatus.LOST:
            step.entry.fault("card", "此卡已挂失")
        elif known and known.status == CardStatus.REPLACED:
            step.entry.fault("card", "此卡是该参保人换发前的旧卡")
        elif known is None:
            step.card_step = "new"
            if step.person_pk:
                step.action = ListAction.CHANGED
                current = self.current_cards.get(step.person_pk)
                step.changes["card"] = [current.number if current else "", number]


def holder_of(name: str, id_number: str) -> str:
    """A card's holder in words."""
    return f"{name}（{masked(id_number)}）"


def _differences(known: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    """What the row says otherwise than the register."""
    return {
        name: value
        for name, value in said.items()
        if value != known[name] and not (name in WORDED and match_key(value) == match_key(known[name]))
    }


def _in_words(before: dict[str, Any], changes: dict[str, Any]) -> dict[str, list[str]]:
    return {name: [_shown(name, before[name]), _shown(name, after)] for name, after in changes.items()}


def _covers(period: KnownParticipation, day: dt.date) -> bool:
    return period.starts_on <= day <= (period.ends_on or FOREVER)


def _shown(column: str, value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if column in SHOWN_WORDS:
        return str(SHOWN_WORDS[column].name_of(value))
    return "" if value is None else str(value)
