# ruff: noqa: S608 - the names in these statements are ours
"""A list of inbound settlements: upload, preview, confirm.  Written down in sets and in one transaction."""

import hashlib
import json
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from filings.identity import masked
from hospitals.list_imports import (
    ShownFault,
    as_user,
    check_move,
    discreet,
    give_up,
    moving,
    notes_of,
    reporter,
)
from hospitals.models import Area, Hospital
from hospitals.reasons import Refused
from hospitals.sheets import Row, Unreadable, read_table
from hospitals.vocabulary import ListAction
from settlement.inbound.columns import COLUMNS, HEADINGS
from settlement.inbound.planning import COLUMN_NAMES, Directory, Key, Planned, as_json, make_plan
from settlement.models import InboundListImport, InboundListRow, InboundSettlement

CHUNK = 5_000
COUNTED = (ListAction.NEW, ListAction.SAME, ListAction.INVALID)
STEP_COLUMNS = (
    *("list_import_id", "position", "number", "sheet", "action", "name", "told", "reversed_setl_id"),
    *("faults", "written"),
)
_NAMES = ", ".join(COLUMN_NAMES)
_TOLD = ", ".join(f"told.{name}" for name in COLUMN_NAMES)
_KEY = ("area_id", "mdtrt_id", "setl_id")


def _read(which: str) -> str:
    """The rows to be written down, each read once; by their key they find settlements through its index."""
    return f"""
    WITH told AS MATERIALIZED (
        SELECT step.id AS step, step.position, step.reversed_setl_id, record.* FROM settlement_inboundlistrow step
        CROSS JOIN LATERAL jsonb_populate_record(NULL::settlement_inboundsettlement, step.told) record
        WHERE step.list_import_id = %(list)s AND step.action = 'new' AND {which}
    )"""


_OWN, _BACK = _read("step.reversed_setl_id = ''"), _read("step.reversed_setl_id <> ''")
_REVERSED = """JOIN settlement_inboundsettlement settled ON settled.area_id = told.area_id
        AND settled.mdtrt_id = told.mdtrt_id AND settled.setl_id = told.reversed_setl_id
        AND settled.reverses_id IS NULL"""
_LIKE = " AND ".join(
    f"stands.{name} {'=' if name in _KEY else 'IS NOT DISTINCT FROM'} told.{name}"
    for name in COLUMN_NAMES
    if name != "source"
)
_IS_WRITTEN = "UPDATE settlement_inboundlistrow step SET action = 'same', written = '{}' FROM told"
SETTLEMENTS = f"""{_OWN}
    INSERT INTO settlement_inboundsettlement ({_NAMES}, told_at) SELECT {_TOLD}, now() FROM told
    ORDER BY told.position ON CONFLICT DO NOTHING
"""
REVERSALS = f"""{_BACK}
    INSERT INTO settlement_inboundsettlement ({_NAMES}, reverses_id, told_at) SELECT {_TOLD}, settled.id, now()
    FROM told {_REVERSED}
    ORDER BY told.position ON CONFLICT DO NOTHING
"""
WRITTEN = f"""{_OWN}
    {_IS_WRITTEN} JOIN settlement_inboundsettlement stands ON {_LIKE} AND stands.reverses_id IS NULL
    WHERE step.id = told.step
"""
WRITTEN_BACK = f"""{_BACK}
    {_IS_WRITTEN} {_REVERSED}
    JOIN settlement_inboundsettlement stands ON stands.reverses_id = settled.id AND {_LIKE}
    WHERE step.id = told.step
"""
LEFT = """
    UPDATE settlement_inboundlistrow SET action = 'invalid', faults = %(faults)s
    WHERE list_import_id = %(list)s AND action = 'new'
"""


def upload(*, data: bytes, file_name: str, area: Area, by: User) -> InboundListImport:
    """Take a list in; `preview` reads it.  Raises Refused."""
    found = InboundListImport(
        area=area,
        file_name=file_name[-200:],
        file_sha256=hashlib.sha256(data).hexdigest(),
        content=data,
        made_by=by,
    )
    check_move(found, "preview", by)
    with as_user(by, _("上传来本地就医结算")):
        found.save()
    return found


def preview(*, list_import: InboundListImport, by: User | None) -> InboundListImport:
    """Check every row and keep that plan.  Raises Refused."""
    report = reporter(list_import)
    data = bytes(InboundListImport.objects.values_list("content", flat=True).get(pk=list_import.pk) or b"")
    report(10, _("读取文件"))
    try:
        table = read_table(data, COLUMNS)
    except Unreadable as problem:
        return give_up(list_import=list_import, by=by, problem=str(problem))
    with discreet():
        report(40, _("核对各行"))
        known = _known(list_import.area_id, table.rows)
        plan = make_plan(table.rows, _directory(list_import.area_id), known, _reversals(known))
        with moving(list_import, "preview", by=by) as locked:
            locked.columns = list(table.headings.items())
            locked.notes = notes_of(table)
            locked.problem, locked.progress, locked.stage = "", 100, ""
            _store(locked, plan)
    return locked


def queue(*, list_import: InboundListImport, by: User) -> InboundListImport:
    """Hand a confirmed list to the worker.  Raises Refused, also where there is nothing to write down."""
    with moving(list_import, "queue", by=by) as locked:
        if not locked.is_applicable:
            raise Refused.because("nothing_new", _("没有可以登记的结算"))
        locked.problem, locked.stage, locked.progress = "", _("等待登记"), 0
    return locked


def apply(*, list_import: InboundListImport, by: User) -> InboundListImport:
    """Write a short list down at once.  Raises Refused."""
    queue(list_import=list_import, by=by)
    return apply_queued(list_import=list_import, by=by)


def apply_queued(*, list_import: InboundListImport, by: User) -> InboundListImport:
    """Five statements for any number of rows, all or nothing; what was told meanwhile is not told twice.
    Raises Refused."""
    given: dict[str, Any] = {
        "list": list_import.pk,
        "faults": json.dumps([_told_otherwise(list_import)], ensure_ascii=False),
    }
    with discreet(), moving(list_import, "apply_queued", by=by, reason=list_import.file_name) as locked:
        with connection.cursor() as cursor:
            for statement in (SETTLEMENTS, REVERSALS, WRITTEN, WRITTEN_BACK, LEFT):
                cursor.execute(statement, given)
        for action in COUNTED:
            setattr(locked, action.value, locked.steps.filter(action=action).count())
        locked.applied_by, locked.applied_at = by, timezone.now()
        locked.content, locked.problem = None, ""
        locked.progress, locked.stage = 100, ""
    return locked


def shown_faults(found: InboundListImport, row: InboundListRow) -> list[ShownFault]:
    """Id numbers masked."""
    numbers = {found.headings.get("id_number", ""), HEADINGS["id_number"]}
    return [
        ShownFault(
            fault["column"],
            masked(fault["value"]) if fault["column"] in numbers and fault["value"] else fault["value"],
            fault["text"],
            fault.get("source", ""),
        )
        for fault in row.faults
    ]


def _told_otherwise(found: InboundListImport) -> dict[str, str]:
    column = found.headings.get("setl_id", HEADINGS["setl_id"])
    return {"column": column, "value": "", "text": _("已登记，内容与此次不同")}


def _directory(area: str) -> Directory:
    """Two queries.  Names of places that several bear are left out."""
    hospitals: dict[str, Hospital] = {}
    for hospital in Hospital.objects.filter(area=area):
        hospitals[hospital.name] = hospital
        if hospital.code:
            hospitals[hospital.code] = hospital
    areas: dict[str, Area] = {}
    for place in Area.objects.filter(is_pool=True):
        areas |= {place.code: place, place.full_name: place, place.name: place}
    return Directory(hospitals, areas)


def _known(area: str, rows: list[Row]) -> dict[Key, InboundSettlement]:
    """The settlements that the rows name, by their ids."""
    asked = sorted({row.values["mdtrt_id"] for row in rows})
    found: dict[Key, InboundSettlement] = {}
    for start in range(0, len(asked), CHUNK):
        rows_known = InboundSettlement.objects.filter(
            area=area, reverses=None, mdtrt_id__in=asked[start : start + CHUNK]
        ).select_related("hospital", "insured_area")
        found |= {(one.mdtrt_id, one.setl_id): one for one in rows_known}
    return found


def _reversals(known: dict[Key, InboundSettlement]) -> dict[int, InboundSettlement]:
    keys = [one.pk for one in known.values()]
    found: dict[int, InboundSettlement] = {}
    for start in range(0, len(keys), CHUNK):
        for one in InboundSettlement.objects.filter(reverses__in=keys[start : start + CHUNK]):
            found[one.reverses_id] = one  # type: ignore[index]
    return found


def _store(found: InboundListImport, plan: list[Planned]) -> None:
    """Keep the plan as the import's rows, in place of an earlier one."""
    InboundListRow.objects.filter(list_import=found).delete()
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {InboundListRow._meta.db_table} ({', '.join(STEP_COLUMNS)}) FROM STDIN") as copy,
    ):
        for position, step in enumerate(plan, 1):
            copy.write_row((found.pk, position, *_row(step)))
    for action in COUNTED:
        setattr(found, action.value, sum(step.action is action for step in plan))
    found.rows = len(plan)


def _row(step: Planned) -> tuple[Any, ...]:
    row, told = step.row, step.told
    return (
        row.number,
        row.sheet,
        step.action.value,
        row.values.get("name", ""),
        json.dumps(as_json(step.columns) if told else {}, ensure_ascii=False),
        told.reversed_setl_id if told else "",
        json.dumps([fault.as_dict() for fault in row.faults], ensure_ascii=False),
        json.dumps({} if step.action is ListAction.SAME else row.values, ensure_ascii=False),
    )
