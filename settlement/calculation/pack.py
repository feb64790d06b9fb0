"""Reading a benefit policy from a pack: tables as they stand in `settlement/policies/*.toml`.

An entry says whom its numbers hold for.  A list stands for several rows, and the one key that holds a table spreads the
numbers: `tier = ["referral", "temporary"]`, `level = { 1 = "750.00", 2 = "1250.00" }`; an entry with a single number
has it under `number`.  Numbers are strings, so that they are exact.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import product
from typing import Any

from filings.vocabulary import Employment, Hardship, Scheme, SettlementWay, Tier
from hospitals.vocabulary import Level, Scope, Service, Term
from settlement.calculation.rules import BenefitRules, ContinuousDeductible, Row, Table

WHOM: dict[str, type[Term]] = {
    "scheme": Scheme,
    "employment": Employment,
    "tier": Tier,
    "scope": Scope,
    "service": Service,
    "level": Level,
}
NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
Entry = Mapping[str, Any]


def benefit_rules(pack: Mapping[str, Any]) -> BenefitRules:
    """The version that a pack describes.  Raises ValueError, TypeError or KeyError where it is not understood."""
    benefit = dict(pack["benefit"])
    rules = BenefitRules(
        area=pack["area"],
        version=pack["version"],
        document=pack["document"],
        starts_on=pack["starts_on"],
        starts_assumed=pack.get("starts_assumed", False),
        note=benefit.pop("note", ""),
        catalogues={
            SettlementWay(way): section  # type: ignore[call-arg]
            for way, section in benefit.pop("catalogues", {}).items()
        },
        deductibles=_table(benefit.pop("deductibles", ())),
        ratios=_table(benefit.pop("ratios", ())),
        ceilings=_table(benefit.pop("ceilings", ())),
        continuous=tuple(rule for entry in benefit.pop("continuous", ()) for rule in _continuous(**entry)),
    )
    if benefit:
        raise ValueError(f"不认识的表：{'、'.join(benefit)}")
    return rules


def _table(entries: Iterable[Entry]) -> Table:
    return Table(tuple(row for entry in entries for row in _rows(**entry)))


def _rows(*, section: str, assumed: bool = False, number: str | None = None, **whom: Any) -> Iterator[Row]:
    spread = {key: value for key, value in whom.items() if isinstance(value, Mapping)}
    if len(spread) != (number is None):
        raise ValueError(f"数字应写在 number 或一个分列中：{section}")
    choices = [[(key, code) for code in ([value] if isinstance(value, str) else value)] for key, value in whom.items()]
    for chosen in product(*choices):
        numbers = [spread[key][code] for key, code in chosen if key in spread] or [number]
        terms: dict[str, Any] = {key: WHOM[key](code) for key, code in chosen}  # type: ignore[call-arg]
        yield Row(number=_exact(*numbers), section=section, assumed=assumed, **terms)


def _exact(written: Any) -> Decimal:
    if not isinstance(written, str) or not NUMBER.fullmatch(written):
        raise ValueError(f"应为引号中的数字：{written}")
    return Decimal(written)


def _continuous(
    *, hardship: Iterable[str], tier: str, scope: str, section: str, remark: str = ""
) -> Iterator[ContinuousDeductible]:
    for group in hardship:
        yield ContinuousDeductible(
            hardship=Hardship(group),  # type: ignore[call-arg]
            tier=Tier(tier),  # type: ignore[call-arg]
            scope=Scope(scope),  # type: ignore[call-arg]
            section=section,
            remark=remark,
        )
