# ruff: noqa: S608 - the names in these statements are ours
"""A list of inbound settlements: upload, preview, confirm.  Written down in sets and in one transaction."""

from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.utils.translation import gettext as _

from filings.identity import masked
from hospitals.list_imports import (
    Report,
    ShownFault,
    applied,
    discreet,
    keeping_plan,
    moving,
    queueing,
    read_and_plan,
    take_in,
)
from hospitals.list_steps import count_plan, count_steps, in_json, store_steps
from hospitals.models import Area, Hospital
from hospitals.reasons import Refused
from hospitals.sheets import Row, Table
from hospitals.vocabulary import ListAction
from settlement.inbound.columns import COLUMNS, HEADINGS
from settlement.inbound.planning import COLUMN_NAMES, Directory, Key, Planned, as_json, make_plan
from settlement.models import InboundListImport, InboundListRow, InboundSettlement

CHUNK = 5_000
STEP_COLUMNS = ("number", "sheet", "action", "name", "told", "reversed_setl_id", "faults", "written")
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
    action = _("上传来本地就医结算")
    return take_in(InboundListImport, data=data, file_name=file_name, by=by, action=action, area=area)


def preview(*, list_import: InboundListImport, by: User | None) -> InboundListImport:
    """Check every row and keep that plan.  Raises Refused."""

    def plan(table: Table, report: Report) -> InboundListImport:
        report(40, _("核对各行"))
        known = _known(list_import.area_id, table.rows)
        steps = make_plan(table.rows, _directory(list_import.area_id), known, _reversals(known))
        with keeping_plan(list_import, table, by=by) as locked:
            store_steps(locked, STEP_COLUMNS, map(_row, steps))
            count_plan(locked, (step.action for step in steps))
        return locked

    return read_and_plan(list_import, COLUMNS, plan, by=by)


def queue(*, list_import: InboundListImport, by: User) -> InboundListImport:
    """Hand a confirmed list to the worker.  Raises Refused, also where there is nothing to write down."""
    with queueing(list_import, _("等待登记"), by=by) as locked:
        if not locked.is_applicable:
            raise Refused.because("nothing_new", _("没有可以登记的结算"))
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
        "faults": in_json([_told_otherwise(list_import)]),
    }
    with discreet(), moving(list_import, "apply_queued", by=by, reason=list_import.file_name) as locked:
        with connection.cursor() as cursor:
            for statement in (SETTLEMENTS, REVERSALS, WRITTEN, WRITTEN_BACK, LEFT):
                cursor.execute(statement, given)
        count_steps(locked)
        applied(locked, by)
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


def _row(step: Planned) -> tuple[Any, ...]:
    row, told = step.row, step.told
    return (
        row.number,
        row.sheet,
        step.action.value,
        row.values.get("name", ""),
        in_json(as_json(step.columns) if told else {}),
        told.reversed_setl_id if told else "",
        in_json([fault.as_dict() for fault in row.faults]),
        in_json({} if step.action is ListAction.SAME else row.values),
    )
