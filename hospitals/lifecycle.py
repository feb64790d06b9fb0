"""Lifecycles: which step leads from which state to which, who may take it, and what it asks for.

One table a workflow.  Buttons, rights, the database trigger and the tests all read it; nothing else assigns `status`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import pgtrigger
from django.db import models, transaction

from hospitals.access import Right, User, is_portal, reach_of, staff_name
from hospitals.compiled import CompiledQuery, Given, save_only
from hospitals.history import doing
from hospitals.reasons import Refused

Case = TypeVar("Case", bound=models.Model)
MOVED = ("status", "taken_by", "taken_at", "version")  # what every step writes, where the case has it


@dataclass(frozen=True, slots=True)
class Move:
    """One step.  `not_by` names the fields whose user may not take it (maker ≠ checker).

    target: empty where the state stays what it is.

    by_portal: a step that the portal takes by itself, and nobody else.  or_right: another right that will do.
    """

    verb: str
    label: str
    sources: frozenset[str]
    target: str
    right: Right
    needs_reason: bool = False
    not_by: tuple[str, ...] = ()
    is_destructive: bool = False
    by_portal: bool = False
    or_right: Right | None = None

    @property
    def rights(self) -> tuple[Right, ...]:
        return (self.right, self.or_right) if self.or_right else (self.right,)


def _may(by: User, right: Right, case: Any) -> bool:
    """A case without a hall belongs to its whole area: a post at any of the halls will do."""
    reach = reach_of(by)
    if hasattr(case, "hall_id"):
        return reach.covers(right, case.area_id, case.hall_id)
    return case.area_id in reach.areas_of(right)


class Lifecycle:
    def __init__(self, moves: Iterable[Move]) -> None:
        self.moves = {move.verb: move for move in moves}

    def trigger(self) -> pgtrigger.FSM:
        """The same table in the database, for whatever goes round this code."""
        pairs = {(source, move.target or source) for move in self.moves.values() for source in move.sources}
        states = {state for pair in pairs for state in pair}
        return pgtrigger.FSM(
            name="lifecycle", field="status", transitions=sorted(pairs | {(state, state) for state in states})
        )

    def refusal(self, case: Any, verb: str, by: User, reason: str = "") -> Refused | None:
        """Why this user may not take this step on this case now; None where they may."""
        move = self.moves[verb]
        if move.by_portal:
            if not is_portal(by):
                return Refused.because("no_right", f"{move.label}由系统办理")
        elif not any(_may(by, right, case) for right in move.rights):
            return Refused.because("no_right", f"您没有“{move.right.label}”的权限")
        if case.status not in move.sources:
            return _wrong_state(case, move)
        taken_by = getattr(case, "taken_by_id", None)
        if move.not_by and taken_by not in (None, by.pk):
            return Refused.because("taken", f"此件已由{staff_name(case.taken_by)}领取")
        if any(getattr(case, f"{field}_id") == by.pk for field in move.not_by):
            return Refused.because("same_person", f"{move.label}须由前面经手人以外的人员办理")
        if move.needs_reason and not reason.strip():
            return Refused.because("reason_missing", f"{move.label}须填写理由")
        return None

    def open_to(self, case: Any, by: User) -> list[Move]:
        """The steps this user may take now, for the buttons."""
        return [move for verb, move in self.moves.items() if self.refusal(case, verb, by, reason="—") is None]

    def take(
        self,
        case: Case,
        verb: str,
        *,
        by: User,
        reason: str = "",
        version: int | None = None,
        effect: Callable[[Case], None] | None = None,
        written: Iterable[str] | None = None,
    ) -> Case:
        """Take a step: lock the row, check, apply `effect`, save, and leave who and why in the history.

        version: what the person saw (`case.version`); a case changed since then is refused rather than overwritten.
        written: as `go_on` takes it.
        Raises Refused.  One transaction.
        """
        move = self.moves[verb]
        with transaction.atomic(), doing(move.label, by=by, reason=reason):
            locked = _locked(case)
            self.check(locked, verb, by=by, reason=reason, version=version)
            _go(locked, move, effect, written)
        return locked

    def check(self, locked: Any, verb: str, *, by: User, reason: str = "", version: int | None = None) -> None:
        """What `take` asks before it goes: whoever locks several rows at once asks it of each.  Raises Refused."""
        if version is not None and locked.version != version:
            raise Refused.because("changed_meanwhile", "此件刚刚被他人改动，请核对后再办理")
        refusal = self.refusal(locked, verb, by, reason)
        if refusal:
            raise refusal

    def follow(
        self,
        case: Case,
        verb: str,
        *,
        effect: Callable[[Case], None] | None = None,
        written: Iterable[str] | None = None,
    ) -> Case:
        """A step that follows from one taken elsewhere: in its transaction, by its hand, under its name in the history.

        Nobody's right is asked for, the state is: a case that is past it is refused.
        """
        locked: Case = _locked(case)
        self.go_on(locked, verb, effect, written)
        return locked

    def go_on(
        self,
        case: Any,
        verb: str,
        effect: Callable[[Any], None] | None = None,
        written: Iterable[str] | None = None,
    ) -> None:
        """The same of a case whose row this transaction has locked, or has just made.

        written: names all that `effect` writes, where only that is to be saved.
        """
        self.must_be_open(case, verb)
        _go(case, self.moves[verb], effect, written)

    def go_on_together(self, cases: Sequence[Any], verb: str, written: Iterable[str]) -> None:
        """The same of many cases in one statement; `written` names what its caller has written into each."""
        for case in cases:
            self.must_be_open(case, verb)
            _move(case, self.moves[verb])
        if cases:
            type(cases[0])._default_manager.bulk_update(cases, _saved(cases[0], written))

    def must_be_open(self, case: Any, verb: str) -> None:
        """Raises Refused where the case is not in a state that the step starts from."""
        move = self.moves[verb]
        if case.status not in move.sources:
            raise _wrong_state(case, move)


def _locked(case: models.Model) -> Any:
    """No key of the row changes: rows that refer to it may come meanwhile, without waiting."""
    return _held(type(case)).get(pk=case.pk)


@cache
def _held(model: Any) -> CompiledQuery[Any]:
    return CompiledQuery(
        lambda: model._default_manager.select_for_update(no_key=True).filter(pk=Given("pk")).order_by()
    )


def _wrong_state(case: Any, move: Move) -> Refused:
    return Refused.because("wrong_state", f"当前状态为“{case.get_status_display()}”，不能{move.label}")


def _go(case: Any, move: Move, effect: Callable[[Any], None] | None, written: Iterable[str] | None = None) -> None:
    if effect:
        effect(case)
    _move(case, move)
    if written is None:
        case.save()
    else:
        save_only(case, *_saved(case, written))


def _saved(case: Any, written: Iterable[str]) -> list[str]:
    return [*(name for name in MOVED if hasattr(case, name)), *written]


def _move(case: Any, move: Move) -> None:
    """Whoever had taken the case for themself is done with it."""
    case.status = move.target or case.status
    if hasattr(case, "taken_by_id"):
        case.taken_by = case.taken_at = None
    case.version += 1
