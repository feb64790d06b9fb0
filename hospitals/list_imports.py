"""What imports of lists have in common, of hospitals or of people: their steps, who takes them, one at a time."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from django.contrib.auth.models import User
from django.db import Error, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hospitals.access import reach_of, staff_name
from hospitals.history_context import history_context
from hospitals.models import Area
from hospitals.models.imports import ListImport
from hospitals.reasons import Refused
from hospitals.sheets import Column, Table, Unreadable, read_table
from hospitals.vocabulary import ListAction, ListStatus

L = TypeVar("L", bound=ListImport)
Report = Callable[[int, str], None]  # told the progress in per cent and words
TABS = (
    ListAction.INVALID,
    ListAction.CHANGED,
    ListAction.NEW,
    ListAction.WITHDRAWN,
    ListAction.SKIPPED,
    ListAction.SAME,
)
LOCKS = {"hospitallistimport": 370_000_001, "peoplelistimport": 370_000_002}  # advisory locks: (lock, area code)


class ImportBroken(Exception):
    """The database failed.  Its own message is not passed on, because it quotes the row: names and id numbers."""


def reporter(list_import: Any) -> Report:
    """Tells the page, as the work goes on, how far it is."""

    def report(percent: int, stage: str) -> None:
        type(list_import).objects.filter(pk=list_import.pk).update(progress=percent, stage=stage)

    return report


def notes_of(table: Table) -> list[str]:
    """What was left out of a file, in words."""
    notes = []
    for entry in table.skipped:
        place = f"{entry.sheet} " if entry.sheet else ""
        notes.append(f"{place}{entry.text}" if entry.row is None else f"{place}第 {entry.row} 行：{entry.text}")
    if table.unknown_headings:
        notes.append(_("未使用的列：") + "、".join(table.unknown_headings))
    return notes


def lock_area(area: Area, kind: str = "hospitallistimport") -> None:
    """One list at a time for an area, until the transaction ends.  Raises Refused rather than wait."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCKS[kind], int(area.code)])
        if cursor.fetchone() != (True,):
            raise Refused.because("busy", _("该统筹区正在导入另一份名单，请稍后再试"))


@contextmanager
def moving(list_import: Any, verb: str, *, by: User | None, reason: str = "") -> Iterator[Any]:
    """One step of the lifecycle: lock the row, check, let the body work, save the new state.  Raises Refused."""
    move = list_import.lifecycle.moves[verb]
    with transaction.atomic(), as_user(by, move.label, reason):
        rows = type(list_import).objects.select_related("area__parent").select_for_update(of=("self",))
        locked = rows.defer("content").get(pk=list_import.pk)
        check_move(locked, verb, by, reason)
        yield locked
        locked.status = move.target
        locked.version += 1
        locked.save()


def as_user(by: User | None, action: str, reason: str = "") -> Any:
    """The history's context; outside a request there is no other."""
    name = staff_name(by) if by else _("命令行")
    return history_context(user=by.pk if by else None, user_name=name, action=action, reason=reason)


def check_move(list_import: Any, verb: str, by: User | None, reason: str = "") -> None:
    """Whoever works at the command line holds the machine, so only the state is asked of them.  Raises Refused."""
    move = list_import.lifecycle.moves[verb]
    if by is not None:
        refusal = list_import.lifecycle.refusal(list_import, verb, by, reason)
    elif list_import.status not in move.sources:
        state = ListStatus.name_of(list_import.status)
        refusal = Refused.because(
            "wrong_state", _("当前状态为“%(state)s”，不能%(step)s") % {"state": state, "step": move.label}
        )
    else:
        refusal = None
    if refusal:
        raise refusal


def take_in(model: type[L], *, data: bytes, file_name: str, by: User | None, action: str, **columns: Any) -> L:
    """Keep an uploaded file, to be previewed.  action: what that is called in the history.  Raises Refused."""
    made = model(
        file_name=file_name[-200:],
        file_sha256=hashlib.sha256(data).hexdigest(),
        content=data,
        made_by=by,
        **columns,
    )
    check_move(made, "preview", by)
    with as_user(by, action):
        made.save()
    return made


def read_and_plan(
    list_import: L, columns: Sequence[Column], plan: Callable[[Table, Report], L], *, by: User | None
) -> L:
    """Read the file that was taken in, and plan it; one that cannot be read leaves its sentence.  Raises Refused."""
    report = reporter(list_import)
    content = type(list_import)._default_manager.values_list("content", flat=True).get(pk=list_import.pk)
    report(10, _("读取文件"))
    try:
        table = read_table(bytes(content or b""), columns)
    except Unreadable as problem:
        return give_up(list_import=list_import, by=by, problem=str(problem))
    with discreet():
        return plan(table, report)


@contextmanager
def keeping_plan(list_import: Any, table: Table, *, by: User | None) -> Iterator[Any]:
    """The body stores what the table comes to; then the list waits to be confirmed.  Raises Refused."""
    with moving(list_import, "preview", by=by) as locked:
        locked.columns = list(table.headings.items())
        locked.notes = notes_of(table)
        locked.problem, locked.progress, locked.stage = "", 100, ""
        yield locked


@contextmanager
def queueing(list_import: Any, waiting: str, *, by: User | None) -> Iterator[Any]:
    """Hand a confirmed plan to the worker, unless the body refuses.  waiting: what the page says meanwhile."""
    with moving(list_import, "queue", by=by) as locked:
        yield locked
        locked.problem, locked.stage, locked.progress = "", waiting, 0


def applied(locked: Any, by: User | None) -> None:
    """The list is applied; its file is not needed any more."""
    locked.applied_by, locked.applied_at = by, timezone.now()
    locked.content, locked.problem = None, ""
    locked.progress, locked.stage = 100, ""


def give_up(*, list_import: L, by: User | None, problem: str) -> L:
    """Leave a list that cannot be read, with its sentence.  Raises Refused."""
    with moving(list_import, "give_up", by=by) as locked:
        locked.problem, locked.content = problem, None
    return locked


def put_back(*, list_import: L, by: User | None, problem: str = "") -> L:
    """Take a plan back from the worker, to be looked at again.  Raises Refused."""
    with moving(list_import, "put_back", by=by) as locked:
        locked.problem = problem
    return locked


def discard(*, list_import: L, by: User | None) -> L:
    """Put a list away that will not be imported, and the rows that it held with it.  Raises Refused."""
    with moving(list_import, "discard", by=by) as locked:
        locked.content = None
        locked.steps.all().delete()
    return locked


def take_faults(*, list_import: Any, by: User) -> tuple[list[str], Iterator[list[Any]]]:
    """Header and rows of the file that gives the faulty rows of people back.  It holds whole id numbers, so it is on
    record who took it.  Raises Refused."""
    right = list_import.lifecycle.moves["apply"].right
    with transaction.atomic(), as_user(by, _("下载有误的行（含完整证件号码）")):
        locked = type(list_import).objects.select_for_update().defer("content").get(pk=list_import.pk)
        if not reach_of(by).covers(right, locked.area_id, locked.hall_id):
            raise Refused.because("no_right", _("您没有“{right}”的权限").format(right=right.label))
        locked.version += 1
        locked.save(update_fields=["version"])
    return faulty_rows(locked)


@contextmanager
def discreet(*told: type[Error]) -> Iterator[None]:
    """Inside, what the database says of a failing row stays out of every log.

    told: errors that the caller puts in words of its own.
    """
    try:
        yield
    except Error as error:
        if isinstance(error, told):
            raise
        raise ImportBroken(type(error).__name__) from None


class ShownFault(NamedTuple):
    """A fault as the page shows it: the column by its heading, what the row says there, why not, and the clause."""

    column: str
    value: str
    text: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Tab:
    action: ListAction
    label: str
    count: int
    here: bool


def tabs_of(list_import: Any, asked: str) -> list[Tab]:
    """The tabs with something in them; the first, or the one asked for, is open."""
    counts = [(action, getattr(list_import, action.value, 0)) for action in TABS]
    filled = [(action, count) for action, count in counts if count]
    open_tab = asked if asked in [action for action, _count in filled] else next((a.value for a, _count in filled), "")
    return [Tab(action, list_import.word_for(action), count, action == open_tab) for action, count in filled]


def faulty_rows(list_import: Any) -> tuple[list[str], Iterator[list[Any]]]:
    """Header and rows of the file that gives faulty rows back: the list's own columns, then where and why."""
    columns = list_import.headings
    header = [*columns.values(), _("原行号"), _("有误之处")]

    def lines() -> Iterator[list[Any]]:
        for row in list_import.steps.filter(action=ListAction.INVALID).order_by("position").iterator():
            causes = "；".join(map(_cause, row.faults))
            place = f"{row.sheet} {row.number}".strip()
            yield [*(row.written.get(name, "") for name in columns), place, causes]

    return header, lines()


def _cause(fault: dict[str, str]) -> str:
    source = f"（{fault['source']}）" if fault.get("source") else ""
    return f"{fault['column']}：{fault['text']}{source}"
