"""Reading a benefit policy from a pack: tables as they stand in `settlement/policies/*.toml`.

An entry says whom its numbers hold for.  A list stands for several rows, and the one key that holds a table spreads the
numbers: `tier = ["referral", "temporary"]`, `level = { 1 = "750.00", 2 = "1250.00" }`; an entry with a single number
has it under `number`.  Numbers are strings, so that they are exact.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from decimal import Decimal
from itertools import product
from typing import Any

from filings.vocabulary import SettlementWay
from settlement.calculation.rows import (
    TERMS,
    ComponentRatio,
    ComponentRule,
    ContinuousDeductible,
    CountingRule,
    DestinationRule,
    FollowUpRule,
    HardshipRule,
    LaterStayRule,
    ReductionRule,
    Row,
)
from settlement.calculation.rules import BenefitRules
from settlement.calculation.tables import Table
from settlement.vocabulary import SegmentBase, VersionDay

TABLES: dict[str, type[Any]] = {
    "deductibles": Row,
    "ratios": Row,
    "ceilings": Row,
    "counting": CountingRule,
    "later_stays": LaterStayRule,
    "continuous": ContinuousDeductible,
    "reductions": ReductionRule,
    "destinations": DestinationRule,
    "components": ComponentRule,
    "component_ratios": ComponentRatio,
    "hardships": HardshipRule,
    "follow_ups": FollowUpRule,
}
"""What a version is made of: the name of each table in packs, rules and models, and the kind of its rows."""
EXACT = frozenset({"number", "above", "floor", "threshold", "ceiling", "threshold_factor", "points"})
NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
Entry = Mapping[str, Any]


def benefit_rules(pack: Mapping[str, Any]) -> BenefitRules:
    """The version that a pack describes.  Raises ValueError, TypeError or KeyError where it is not understood."""
    benefit = dict(pack["benefit"])
    catalogues = benefit.pop("catalogues", {})
    own: dict[str, Any] = {
        "area": pack["area"],
        "version": pack["version"],
        "document": pack["document"],
        "starts_on": pack["starts_on"],
        "starts_assumed": pack.get("starts_assumed", False),
        "note": benefit.pop("note", ""),
        "version_day": VersionDay.of(benefit.pop("version_day", VersionDay.ADMISSION)),
        "segment_base": SegmentBase.of(benefit.pop("segment_base", SegmentBase.ABOVE_DEDUCTIBLE)),
        "catalogues": {SettlementWay.of(way): section for way, section in catalogues.items()},
    }
    rows = {name: _rows(kind, benefit.pop(name, ())) for name, kind in TABLES.items()}
    if benefit:
        raise ValueError(f"不认识的表：{'、'.join(benefit)}")
    return BenefitRules(**own, **tables_of(rows))


def tables_of(rows: Mapping[str, Iterable[Any]]) -> dict[str, Any]:
    """The rows of each table as `BenefitRules` holds them.  Raises ValueError where two hold for the same."""
    together = {name: tuple(of_table) for name, of_table in rows.items()}
    return {name: Table(rows) if hasattr(TABLES[name], "keys") else rows for name, rows in together.items()}


def _rows(kind: type[Any], entries: Iterable[Entry]) -> Iterator[Any]:
    takes_number = any(field.name == "number" for field in fields(kind))
    for entry in entries:
        spread = [key for key, value in entry.items() if isinstance(value, Mapping)]
        if len(spread) != (takes_number and "number" not in entry):
            raise ValueError(f"数字应写在 number 或一个分列中：{entry.get('section')}")
        choices = [[(key, value) for value in _several(key, given)] for key, given in entry.items()]
        for chosen in product(*choices):
            numbers = [("number", entry[key][value]) for key, value in chosen if key in spread]
            yield kind(**{key: _value(key, value) for key, value in (*chosen, *numbers)})


def _several(key: str, given: Any) -> Iterable[Any]:
    return given if key in TERMS and not isinstance(given, str) else (given,)


def _value(key: str, given: Any) -> Any:
    if key in TERMS:
        return TERMS[key].of(given)
    return _exact(given) if key in EXACT else given


def _exact(written: Any) -> Decimal:
    if not isinstance(written, str) or not NUMBER.fullmatch(written):
        raise ValueError(f"应为引号中的数字：{written}")
    return Decimal(written)
