"""What a checked list would change in the directory.  Plain Python: the same list and directory give the same plan."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from hospitals.hospital_lists.check import Entry
from hospitals.hospital_lists.words import match_key, read_level, services_text
from hospitals.sheets import Fault
from hospitals.vocabulary import Level, ListAction, ListStrategy


class Known(NamedTuple):
    """A hospital of the area as the directory has it."""

    pk: int
    name: str
    code: str
    county: str | None
    level: str
    level_text: str
    address: str
    phone: str
    batch: str
    withdrawn_on: dt.date | None


class Opened(NamedTuple):
    """A service that a hospital of the area has open."""

    hospital: int
    service: str
    scope: str
    opened_on: dt.date
    assumed: bool


@dataclass(frozen=True, slots=True)
class Directory:
    """The area's hospitals and open services; elsewhere: code → name of other hospitals with a code of the list."""

    hospitals: list[Known]
    opened: list[Opened]
    elsewhere: Mapping[str, str] = field(default_factory=dict)

    def fingerprint(self) -> str:
        """Changes whenever anything changes that a plan rests on."""
        content = repr((self.hospitals, self.opened, sorted(self.elsewhere.items())))
        return hashlib.sha256(content.encode()).hexdigest()


class Final(NamedTuple):
    """A hospital as it will stand."""

    name: str
    code: str
    county: str | None
    level: str
    level_text: str
    address: str
    phone: str
    batch: str


@dataclass(slots=True)
class Planned:
    """One step.  changes: field → [before, after].  services: steps {"step": open | close | redate, …}."""

    action: ListAction
    final: Final
    entry: Entry | None = None
    hospital: int | None = None
    changes: dict[str, list[str | None]] = field(default_factory=dict)
    services: list[dict[str, object]] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    """All steps in the order of the list, withdrawals last."""

    steps: list[Planned]
    faults: list[Fault]
    rows: int
    active: int  # hospitals on the network before

    def count(self, action: ListAction) -> int:
        return sum(step.action is action for step in self.steps)


def make_plan(entries: list[Entry], directory: Directory, strategy: ListStrategy) -> Plan:
    """Match every entry, say what it changes, and find what only the directory can tell to be wrong.

    A column that the list does not have, and an empty cell in one it has, leave what the directory knows alone.
    """
    planner = _Planner(directory, strategy)
    steps = [planner.step(entry) for entry in entries]
    if strategy is ListStrategy.COMPLETE:
        steps += planner.withdrawals(entries)
    return Plan(
        steps=steps,
        faults=[fault for entry in entries for fault in entry.row.faults],
        rows=len(entries),
        active=sum(known.withdrawn_on is None for known in directory.hospitals),
    )


class _Planner:
    def __init__(self, directory: Directory, strategy: ListStrategy) -> None:
        self.directory = directory
        self.strategy = strategy
        self.by_code = {known.code: known for known in directory.hospitals if known.code}
        self.by_key: dict[str, Known] = {}
        for known in directory.hospitals:
            self.by_key.setdefault(match_key(known.name), known)
        self.opened: dict[int, list[Opened]] = {}
        for opened in directory.opened:
            self.opened.setdefault(opened.hospital, []).append(opened)
        self.met: dict[int, Entry] = {}

    def step(self, entry: Entry) -> Planned:
        known = None if entry.row.faults else self._match(entry)
        if entry.row.faults:
            return Planned(ListAction.INVALID, _as_written(entry), entry)
        return self._compare(entry, known) if known else self._new(entry)

    def withdrawals(self, entries: list[Entry]) -> list[Planned]:
        """What a complete list leaves out; a faulty row still counts as naming its hospital."""
        named = {entry.key for entry in entries if entry.row.faults}
        coded = {entry.code for entry in entries if entry.row.faults and entry.code}
        return [
            Planned(ListAction.WITHDRAWN, Final(*known[1:9]), hospital=known.pk)
            for known in self.directory.hospitals
            if known.withdrawn_on is None
            and known.pk not in self.met
            and match_key(known.name) not in named
            and known.code not in coded
        ]

    def _match(self, entry: Entry) -> Known | None:
        """By code where the list has one, else by area and name."""
        namesake = self.by_key.get(entry.key)
        known = self.by_code.get(entry.code) if entry.code else namesake
        if entry.code and known is None:
            if entry.code in self.directory.elsewhere:
                entry.row.fault("code", f"编码已属于{self.directory.elsewhere[entry.code]}")
            elif namesake and not namesake.code:
                known = namesake
            elif namesake:
                entry.row.fault("code", f"名录中同名医院的编码是 {namesake.code}，确已换码的请先在名录中改正")
        elif known and namesake and namesake is not known:
            entry.row.fault("name", f"编码 {entry.code} 在名录中是{known.name}，而另有一家医院已用此名称")
        if known and not entry.row.faults:
            earlier = self.met.setdefault(known.pk, entry)
            if earlier is not entry:
                entry.row.fault("name", f"与第 {earlier.row.number} 行同为名录中的{known.name}")
        return known

    def _new(self, entry: Entry) -> Planned:
        if self.strategy is ListStrategy.UPDATE:
            return Planned(ListAction.SKIPPED, _as_written(entry), entry)
        step = Planned(ListAction.NEW, _as_written(entry), entry)
        step.services = [_opening(pair, entry.opened_on) for pair in sorted(entry.services)]
        return step

    def _compare(self, entry: Entry, known: Known) -> Planned:
        changes: dict[str, list[str | None]] = {}
        for name, written in (
            ("name", entry.name),
            ("code", entry.code),
            ("address", entry.address),
            ("phone", entry.phone),
            ("batch", entry.batch),
        ):
            before = getattr(known, name)
            if written and written != before and match_key(written) != match_key(before):
                changes[name] = [before, written]
        if entry.county and entry.county != known.county:
            changes["county"] = [known.county, entry.county]
        if entry.level and (entry.level.level, entry.level.text) != _level_of(known):
            changes["level"] = [known.level, entry.level.level]
            changes["level_text"] = [known.level_text, _printed_level(entry)]
        services = self._compare_services(entry, known.pk, changes) if entry.services else []
        if known.withdrawn_on:
            changes["withdrawn_on"] = [known.withdrawn_on.isoformat(), None]
        replaced: dict[str, Any] = {name: after for name, (_, after) in changes.items() if name in Final._fields}
        final = Final(**{**dict(zip(Final._fields, known[1:9], strict=True)), **replaced})
        step = Planned(ListAction.CHANGED, final, entry, known.pk, changes, services)
        if not changes and not services:
            step.action = ListAction.SAME
        elif self.strategy is ListStrategy.ADD and not known.withdrawn_on:
            step.action = ListAction.SKIPPED
        return step

    def _compare_services(
        self, entry: Entry, hospital: int, changes: dict[str, list[str | None]]
    ) -> list[dict[str, object]]:
        """The cell names all services of the scopes it speaks of: what is missing is closed."""
        opened = {(item.service, item.scope): item for item in self.opened.get(hospital, [])}
        spoken_of = {scope for _, scope in entry.services}
        steps: list[dict[str, object]] = [
            _opening(pair, entry.opened_on) for pair in sorted(entry.services) if pair not in opened
        ]
        for pair, item in sorted(opened.items()):
            if item.scope in spoken_of and pair not in entry.services:
                steps.append({"step": "close", "service": item.service, "scope": item.scope})
            elif pair in entry.services and entry.opened_on and entry.opened_on != item.opened_on:
                steps.append(
                    {
                        "step": "redate",
                        "service": item.service,
                        "scope": item.scope,
                        "opened_on": entry.opened_on.isoformat(),
                        "before": item.opened_on.isoformat(),
                        "before_assumed": item.assumed,
                    }
                )
        if steps:
            kept = {pair for pair in opened if pair[1] not in spoken_of}
            before, after = services_text(opened), services_text(kept | entry.services)
            if before != after:
                changes["services"] = [before, after]
            dates = sorted({str(step["before"]) for step in steps if step["step"] == "redate"})
            if dates and entry.opened_on:
                changes["opened_on"] = ["、".join(dates), entry.opened_on.isoformat()]
        return steps


def _as_written(entry: Entry) -> Final:
    return Final(
        name=entry.name,
        code=entry.code,
        county=entry.county_from_text,
        level=entry.level.level if entry.level else "",
        level_text=_printed_level(entry),
        address=entry.address,
        phone=entry.phone,
        batch=entry.batch,
    )


def _printed_level(entry: Entry) -> str:
    """As printed; a national code as the words it stands for."""
    if entry.level is None:
        return ""
    printed = entry.row.values["level"]
    return entry.level.text if printed.isascii() else printed


def _level_of(known: Known) -> tuple[str, str]:
    if known.level_text:
        try:
            written = read_level(known.level_text)
        except ValueError:
            return known.level, known.level_text
        return known.level, written.text
    return known.level, Level.name_of(known.level)


def _opening(pair: tuple[str, str], opened_on: dt.date | None) -> dict[str, object]:
    """opened_on None: the list gives no day, so the day of the import stands and is marked as assumed."""
    return {
        "step": "open",
        "service": pair[0],
        "scope": pair[1],
        "opened_on": opened_on.isoformat() if opened_on else None,
    }
