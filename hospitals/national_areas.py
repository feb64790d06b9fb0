"""The areas of the whole country, from the GB/T 2260 table that python-stdnum carries.  Plain Python."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from stdnum import numdb

from hospitals.vocabulary import AreaKind

PLACEHOLDERS = {"市辖区", "县", "省直辖县级行政单位", "自治区直辖县级行政单位"}  # headings of the table, not areas
MUNICIPALITIES = {"110000", "120000", "310000", "500000"}
NOT_SERVED = {"710000", "810000", "820000"}  # 《铁岭市参保人员异地就医联网结算服务指南》一
SIMPLIFIED = {"810000": "香港特别行政区", "820000": "澳门特别行政区"}
NO_LONGER_CURRENT = {"422900", "422921", "429001"}  # moved to 429021 and 421300; the table leaves their end out
_ENTRY = re.compile(r"(?:\[(\d*)-(\d*)\])?(.+)")


@dataclass(frozen=True, slots=True)
class NationalArea:
    """is_pool: a city, a municipality, or a county that stands directly under its province."""

    code: str
    name: str
    full_name: str
    kind: AreaKind
    parent: str | None
    is_pool: bool
    is_served: bool


def national_areas() -> Iterator[NationalArea]:
    """Provinces, cities and counties of today, each after its parent."""
    for _, prefix, _, properties, children in numdb.get("cn/loc").prefixes:
        province = f"{prefix}0000"
        province_name = SIMPLIFIED.get(province, properties["province"])
        is_municipality = province in MUNICIPALITIES
        yield NationalArea(
            code=province,
            name=province_name,
            full_name=province_name,
            kind=AreaKind.PROVINCE,
            parent=None,
            is_pool=is_municipality,
            is_served=province not in NOT_SERVED,
        )
        cities: dict[str, str] = {}
        for _, suffix, _, entry, _ in children:
            code, name = prefix + suffix, _current_name(entry["county"])
            if not name or name in PLACEHOLDERS or code == province or code in NO_LONGER_CURRENT:
                continue
            is_city = suffix.endswith("00")
            city = code[:4] + "00"
            if is_city:
                cities[code] = name
            parent = city if not is_city and city in cities else province
            yield NationalArea(
                code=code,
                name=name,
                full_name=province_name + ("" if parent == province else cities[parent]) + name,
                kind=AreaKind.CITY if is_city else AreaKind.COUNTY,
                parent=parent,
                is_pool=is_city or (parent == province and not is_municipality),
                is_served=True,
            )


def _current_name(entry: str) -> str | None:
    """[1983-1992]郊区,[1993-]任城区 → 任城区; None where the code is no longer used."""
    for part in entry.split(","):
        match = _ENTRY.fullmatch(part)
        if match and not match[2]:
            return match[3]
    return None
