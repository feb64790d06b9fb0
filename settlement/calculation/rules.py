"""The rules: the published versions of each area's benefits, as tables of dated, sourced numbers."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import product

from filings.vocabulary import Employment, Hardship, Scheme, SettlementWay, Tier
from hospitals.vocabulary import Level, Scope, Service
from settlement.calculation.money import to_fen
from settlement.calculation.stay import Stay

LEVEL_THREE = (Level.THREE, Level.THREE_B, Level.THREE_A)
Key = tuple[str | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A number and whom it holds for; what is None holds for all.  Level three also holds for 3B and 3A.

    number: yuan, or a ratio from 0 to 1.  section: of the version's document, or a whole source in 《》.
    assumed: a sample (示例), not official.
    """

    number: Decimal
    section: str
    assumed: bool = False
    scheme: Scheme | None = None
    employment: Employment | None = None
    tier: Tier | None = None
    scope: Scope | None = None
    service: Service | None = None
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows, spread out so that the one for a stay is a single look-up.

    The more exact row wins; the level weighs first.  Raises ValueError where two rows hold for exactly the same.
    """

    rows: tuple[Row, ...] = ()
    _row_of: dict[Key, Row] = field(init=False, repr=False, compare=False)
    _subjects: set[Key] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        row_of: dict[Key, Row] = {}
        if len({_whom(row) for row in self.rows}) < len(self.rows):
            raise ValueError("同一对象有两个数字")
        for row in sorted(self.rows, key=_exactness):
            row_of |= dict.fromkeys(_keys_of(row), row)
        object.__setattr__(self, "_row_of", row_of)
        object.__setattr__(self, "_subjects", {key[:length] for key in row_of for length in (2, 3)})

    def find(self, stay: Stay) -> Row | None:
        return self._row_of.get((stay.scheme, stay.service, stay.tier, stay.scope, stay.employment, stay.level))

    def speaks_of(self, scheme: Scheme, service: Service, *tier: Tier) -> bool:
        """Whether the table holds any number for a service, or for one tier of it."""
        return (scheme, service, *tier) in self._subjects


def _whom(row: Row) -> Key:
    return row.level, row.employment, row.scope, row.tier, row.service, row.scheme


def _exactness(row: Row) -> tuple[int, ...]:
    level, *others = _whom(row)
    return (0 if level is None else 1 if level is Level.THREE else 2), *(value is not None for value in others)


def _keys_of(row: Row) -> Iterable[Key]:
    levels = LEVEL_THREE if row.level is Level.THREE else (row.level,) if row.level else tuple(Level)
    return product(
        (row.scheme,) if row.scheme else Scheme,
        (row.service,) if row.service else Service,
        (row.tier,) if row.tier else Tier,
        (row.scope,) if row.scope else Scope,
        (row.employment,) if row.employment else (None, *Employment),
        levels,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ContinuousDeductible:
    """Whose deductible is counted through the year: each stay pays only what is left of its standard.

    remark: what staff must know where it is applied; empty where there is nothing to say.
    """

    hardship: Hardship
    tier: Tier
    scope: Scope
    section: str
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BenefitRules:
    """One published version.  starts_on, ends_on: first and last day of admission it serves; no end, None.

    document: its title.  starts_assumed: the document bears no date.  note: for staff.
    catalogues: the section that says whose catalogue decides what is eligible, by way of settlement.
    ceilings: the most the fund pays a person in a year, yuan.
    Raises ValueError where a number is no amount, or a ratio not from 0 to 1.
    """

    area: str
    version: int
    document: str
    starts_on: dt.date
    ends_on: dt.date | None = None
    starts_assumed: bool = False
    note: str = ""
    catalogues: Mapping[SettlementWay, str] = field(default_factory=dict)
    deductibles: Table = field(default_factory=Table)
    ratios: Table = field(default_factory=Table)
    ceilings: Table = field(default_factory=Table)
    continuous: tuple[ContinuousDeductible, ...] = ()

    def __post_init__(self) -> None:
        for row in (*self.deductibles.rows, *self.ceilings.rows):
            if not row.number >= 0 or row.number != to_fen(row.number):
                raise ValueError(f"不是金额：{row.number}（{row.section}）")
        for row in self.ratios.rows:
            if not 0 <= row.number <= 1:
                raise ValueError(f"支付比例须在 0 与 1 之间：{row.number}（{row.section}）")

    def cite(self, section: str) -> str:
        """Document and section; empty where there is no section to cite."""
        return section if not section or section.startswith("《") else f"《{self.document}》{section}"

    def in_force_on(self, day: dt.date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)

    def speaks_of(self, scheme: Scheme, service: Service, *tier: Tier) -> bool:
        """Whether the version gives any number for a service, or for one tier of it."""
        return any(table.speaks_of(scheme, service, *tier) for table in (self.deductibles, self.ratios))

    def continuous_for(self, stay: Stay) -> ContinuousDeductible | None:
        if stay.hardship is None:
            return None
        asked = (stay.hardship, stay.tier, stay.scope)
        return next((rule for rule in self.continuous if (rule.hardship, rule.tier, rule.scope) == asked), None)
