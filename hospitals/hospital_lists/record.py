"""Between the directory in the database and the plain planning: what is known, and what was planned."""

import json
from collections.abc import Iterable

from django.db import connection
from django.db.models.expressions import RawSQL

from hospitals.hospital_lists.check import AreaFacts
from hospitals.hospital_lists.planning import Directory, Known, Opened, Plan
from hospitals.models import Area, Hospital, HospitalListImport, HospitalListRow, NetworkedService, ServiceHall
from hospitals.vocabulary import AreaKind, ListAction

STEP_COLUMNS = (
    "list_import_id, position, number, sheet, action, hospital, name, code, county, level, level_text, address, phone, "
    "batch, changes, services, faults, written"
)
COUNTED = (
    ListAction.NEW,
    ListAction.CHANGED,
    ListAction.SAME,
    ListAction.WITHDRAWN,
    ListAction.SKIPPED,
    ListAction.INVALID,
)


def facts_of(area: Area) -> AreaFacts:
    """What the check needs to know of a pooling area."""
    province = area.parent
    while province and province.parent:
        province = province.parent
    districts = ServiceHall.objects.filter(area=area, county=None).values_list("district", flat=True)
    return AreaFacts(
        code=area.code,
        name=area.name,
        province=province.name if province else "",
        counties=dict(Area.objects.filter(parent=area).values_list("code", "name")),
        districts=frozenset(word for district in districts for word in district.rstrip("）").split("（")),
        is_city=area.kind != AreaKind.COUNTY,
    )


def directory_of(area: Area, codes: Iterable[str], *, lock: bool = False) -> Directory:
    """What the directory knows of the area now, in a fixed order.  lock: so that it stays so in this transaction."""
    hospitals = Hospital.objects.filter(area=area).order_by("pk")
    opened = NetworkedService.objects.filter(hospital__area=area, closed_on=None).order_by("hospital_id", "pk")
    if lock:
        hospitals, opened = hospitals.select_for_update(of=("self",)), opened.select_for_update(of=("self",))
    fields = ("pk", "name", "code", "county_id", "level", "level_text", "address", "phone", "batch", "withdrawn_on")
    listed = RawSQL("SELECT unnest(%s::text[])", [[code for code in codes if code]])  # one parameter, not thousands
    elsewhere = Hospital.objects.filter(code__in=listed).exclude(area=area)
    return Directory(
        hospitals=[Known(*row) for row in hospitals.values_list(*fields)],
        opened=[
            Opened(*row) for row in opened.values_list("hospital_id", "service", "scope", "opened_on", "opened_assumed")
        ],
        elsewhere={
            code: f"{where}的{name}" for code, where, name in elsewhere.values_list("code", "area__name", "name")
        },
    )


def store(list_import: HospitalListImport, plan: Plan) -> None:
    """Keep the plan as the import's rows, in place of an earlier one.  A new hospital gets its key here already."""
    HospitalListRow.objects.filter(list_import=list_import).delete()
    keys = iter(_new_keys(plan.count(ListAction.NEW)))
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {HospitalListRow._meta.db_table} ({STEP_COLUMNS}) FROM STDIN") as copy,
    ):
        for position, step in enumerate(plan.steps, 1):
            row = step.entry.row if step.entry else None
            invalid = step.action is ListAction.INVALID
            copy.write_row(
                (
                    list_import.pk,
                    position,
                    row.number if row else None,
                    row.sheet if row else "",
                    step.action.value,
                    next(keys) if step.action is ListAction.NEW else step.hospital,
                    *step.final,
                    _json(step.changes) if step.changes else "{}",
                    _json(step.services) if step.services else "[]",
                    _json([fault.as_dict() for fault in row.faults]) if row and invalid else "[]",
                    _json(row.values) if row and invalid else "{}",
                )
            )
    for action in COUNTED:
        setattr(list_import, action.value, plan.count(action))
    list_import.rows = plan.rows
    list_import.active_before = plan.active


def _new_keys(count: int) -> list[int]:
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [Hospital._meta.db_table, count],
        )
        return [key for (key,) in cursor.fetchall()]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
