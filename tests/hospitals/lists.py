"""An area with its shipped hospitals, and lists to import into it."""

import csv
import datetime as dt
import io

from hospitals.directory import agencies, load_agency
from hospitals.hospital_lists import verbs
from hospitals.models import Area, Hospital, NetworkedService
from hospitals.national_areas import national_areas
from hospitals.vocabulary import ListStrategy, Scope

DONGYING, YANTAI = "370500", "370600"
TODAY = dt.date(2026, 3, 10)


def prepare(*areas: str) -> None:
    """The areas with their counties, and the hospitals shipped for them."""
    Area.objects.bulk_create(
        Area(
            code=area.code,
            name=area.name,
            full_name=area.full_name,
            kind=area.kind,
            parent_id=area.parent,
            is_pool=area.is_pool,
            is_served=area.is_served,
        )
        for area in national_areas()
        if area.code == "370000" or area.code[:4] + "00" in areas
    )
    for agency in agencies():
        if agency["area"] in areas:
            load_agency(agency)


def listed(*rows: str, heading: str = "医院名称") -> bytes:
    """A CSV list; each row is one line."""
    return "\n".join([heading, *rows]).encode()


def written(rows: list[list[str]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode()


def whole_list(area: str, *, without: int = 0) -> bytes:
    """The area's own hospitals, names only, less the last few."""
    names = list(Hospital.objects.filter(area=area, withdrawn_on=None).order_by("pk").values_list("name", flat=True))
    return listed(*names[: len(names) - without])


def forecast(data: bytes, area: str = DONGYING, strategy: ListStrategy = ListStrategy.COMPLETE) -> verbs.Forecast:
    found = Area.objects.select_related("parent").get(code=area)
    return verbs.forecast(table=verbs.read_list(data), area=found, strategy=strategy, scope=Scope.CROSS_PROVINCE)


def faults(data: bytes, area: str = DONGYING) -> list[tuple[int, str, str, str]]:
    plan = forecast(data, area).plan
    return [(fault.row, fault.column, fault.value, fault.text) for fault in plan.faults]


def upload(data: bytes, area: str = DONGYING, strategy: ListStrategy = ListStrategy.COMPLETE, by=None, **options):
    list_import = verbs.upload(
        data=data,
        file_name=options.pop("file_name", "名单.csv"),
        area=Area.objects.get(code=area),
        strategy=strategy,
        scope=Scope.CROSS_PROVINCE,
        allow_many_withdrawals=options.pop("allow", False),
        by=by,
    )
    return verbs.preview(list_import=list_import, by=by)


def counts(list_import) -> dict[str, int]:
    names = ("new", "changed", "same", "withdrawn", "skipped", "invalid")
    return {name: getattr(list_import, name) for name in names if getattr(list_import, name)}


def apply(list_import, on=TODAY):
    return verbs.apply(list_import=list_import, by=None, on=on)


def snapshot():
    return (
        list(Hospital.objects.order_by("area", "name").values_list(*[f.attname for f in Hospital._meta.fields][1:])),
        list(
            NetworkedService.objects.order_by("hospital__name", "service", "scope").values_list(
                "hospital__name", "service", "scope", "opened_on", "closed_on", "opened_assumed"
            )
        ),
    )


def changes_of(list_import):
    return {row.name: row.changes for row in list_import.steps.filter(action="changed")}
