"""Reads a policy pack: one version of an area's filing policy as a TOML file."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from itertools import product
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

import msgspec

from filings.assessment.rules import (
    Advice,
    ChannelOffer,
    FilingRules,
    ListedDisease,
    Lock,
    MaterialGroup,
    MeasureRule,
    ProcedureMaterial,
    Rule,
)

T = TypeVar("T")


def read_pack(path: Path) -> FilingRules:
    """The version that a pack holds.

    An entry may stand for several rows: `categories` of a rule or lock, `kinds` of a lock, `channels` of a channel,
    `names` of diseases, `measures`.
    Raises ValueError, naming the file, for anything that is not as it should be.
    """
    try:
        pack = tomllib.loads(path.read_text(encoding="utf-8"))
        if "ends_on" in pack:
            raise ValueError("版本到下一版施行为止，不写 ends_on")
        for rule in pack.get("rules", ()):
            rule["materials"] = tuple(_built(MaterialGroup, group) for group in rule.get("materials", ()))
        pack["rules"] = tuple(_rows(Rule, pack.get("rules", ()), category="categories"))
        pack["diseases"] = tuple(_rows(ListedDisease, pack.get("diseases", ()), name="names"))
        pack["measures"] = tuple(_rows(MeasureRule, pack.get("measures", ()), measure="measures"))
        pack["procedures"] = tuple(_rows(ProcedureMaterial, pack.get("procedures", ())))
        pack["advice"] = tuple(_rows(Advice, pack.get("advice", ())))
        pack["locks"] = tuple(_rows(Lock, pack.get("locks", ()), category="categories", kind="kinds"))
        pack["channels"] = tuple(_rows(ChannelOffer, pack.get("channels", ()), channel="channels"))
        return _built(FilingRules, pack)
    except (ValueError, TypeError, KeyError, OSError) as fault:
        raise ValueError(f"{path.name}：{fault}") from fault


def _rows(row: type[T], entries: Iterable[dict[str, Any]], **spread: str) -> Iterator[T]:
    for entry in entries:
        shared = {key: value for key, value in entry.items() if key not in spread.values()}
        for values in product(*(entry[many] for many in spread.values())):
            yield _built(row, shared | dict(zip(spread, values, strict=True)))


def _built(row: type[T], entry: Mapping[str, Any]) -> T:
    kinds = get_type_hints(row)
    known = {field.name for field in fields(row) if field.init}  # type: ignore[arg-type]
    if unknown := entry.keys() - known:
        raise ValueError(f"{row.__name__} 没有 {'、'.join(sorted(unknown))} 这一项")
    return row(**{key: msgspec.convert(value, kinds[key]) for key, value in entry.items()})
