"""Between the directory in the database and the plain planning: what is known, and what was planned."""

from collections.abc import Iterable

from django.db.models.expressions import RawSQL

from hospitals.hospital_lists.check import AreaFacts
from hospitals.hospital_lists.planning import Directory, Known, Opened, Plan, Planned
from hospitals.list_steps import count_plan, in_json, new_keys, store_steps
from hospitals.models import Area, Hospital, HospitalListImport, NetworkedService, ServiceHall
from hospitals.vocabulary import AreaKind, ListAction

STEP_COLUMNS = (
    *("number", "sheet", "action", "hospital", "name", "code", "county", "level", "level_text", "address", "phone"),
    *("batch", "changes", "services", "faults", "written"),
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
    keys = iter(new_keys(Hospital, plan.count(ListAction.NEW)))
    rows = (_row(step, next(keys) if step.action is ListAction.NEW else step.hospital) for step in plan.steps)
    store_steps(list_import, STEP_COLUMNS, rows)
    count_plan(list_import, (step.action for step in plan.steps))
    list_import.rows, list_import.active_before = plan.rows, plan.active


def _row(step: Planned, key: int | None) -> tuple[object, ...]:
    row = step.entry.row if step.entry else None
    is_invalid = step.action is ListAction.INVALID
    return (
        row.number if row else None,
        row.sheet if row else "",
        step.action.value,
        key,
        *step.final,
        in_json(step.changes) if step.changes else "{}",
        in_json(step.services) if step.services else "[]",
        in_json([fault.as_dict() for fault in row.faults]) if row and is_invalid else "[]",
        in_json(row.values) if row and is_invalid else "{}",
    )
