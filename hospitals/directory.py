"""The shipped directory: areas of the country, and the halls and hospital lists of each agency in hospitals/data."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import transaction

from hospitals.models import Area, Hospital, NetworkedService, ServiceHall
from hospitals.national_areas import national_areas

DATA = Path(__file__).parent / "data"


def load_areas() -> int:
    """Bring every area to what the national table says; the number of areas."""
    areas = [
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
    ]
    known = {area.code: area for area in Area.objects.all()}
    fields = ("name", "full_name", "kind", "parent_id", "is_pool", "is_served")
    changed = [
        area
        for area in areas
        if area.code not in known or any(getattr(area, name) != getattr(known[area.code], name) for name in fields)
    ]
    Area.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=[name.removesuffix("_id") for name in fields],
    )
    return len(areas)


def agencies() -> Iterator[dict[str, Any]]:
    """The shipped agencies, one file each: area, halls, hospitals, and what the hospitals have opened."""
    for path in sorted(DATA.glob("*.toml")):
        yield tomllib.loads(path.read_text(encoding="utf-8"))


@transaction.atomic
def load_agency(agency: dict[str, Any]) -> tuple[int, int]:
    """Load an agency's halls and hospitals; the numbers of new ones.

    Only into an area that has none yet: from then on lists and staff keep them, and a later start must not bring back
    what was renamed or closed.
    """
    area = agency["area"]
    halls: list[ServiceHall] = []
    hospitals: list[Hospital] = []
    if not ServiceHall.objects.filter(area=area).exists():
        halls = ServiceHall.objects.bulk_create(
            _hall(agency, entry, i) for i, entry in enumerate(agency.get("halls", []), 1)
        )
    if not Hospital.objects.filter(area=area).exists():
        entries = agency.get("hospitals", [])
        hospitals = Hospital.objects.bulk_create(_hospital(agency, entry) for entry in entries)
        NetworkedService.objects.bulk_create(
            NetworkedService(hospital=hospital, **opened)
            for hospital, entry in zip(hospitals, entries, strict=True)
            for opened in entry.get("opened", agency.get("opened", []))
        )
    return len(halls), len(hospitals)


def _hall(agency: dict[str, Any], entry: dict[str, Any], position: int) -> ServiceHall:
    return ServiceHall(
        area_id=agency["area"],
        county_id=entry.get("county"),
        position=position,
        source=agency["hall_source"],
        **{key: entry[key] for key in ("district", "name", "address", "phone", "hotline") if key in entry},
    )


def _hospital(agency: dict[str, Any], entry: dict[str, Any]) -> Hospital:
    return Hospital(
        area_id=agency["area"],
        county_id=entry.get("county"),
        source=agency["hospital_source"],
        **{
            key: entry[key]
            for key in ("name", "code", "level", "level_text", "address", "phone", "batch")
            if key in entry
        },
    )
