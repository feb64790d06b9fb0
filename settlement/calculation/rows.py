"""The rows that a version of the benefits is made of: numbers, whom they hold for, and the section that says so.

Of every row: section, of the version's document, or a whole source in 《》; assumed, a sample (示例), not official.
What is None of whom a row holds for holds for all.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import Any

from filings.vocabulary import Employment, Hardship, Scheme, SettlementWay, Tier
from hospitals.vocabulary import Level, Scope, Service, Term
from settlement.calculation.money import NIL
from settlement.vocabulary import Component, Counting, Lowering, Payer, Reduction

LEVEL_THREE = (Level.THREE, Level.THREE_B, Level.THREE_A)
Key = tuple[str | None, ...]

TERMS: dict[str, type[Term]] = {
    "scheme": Scheme,
    "employment": Employment,
    "tier": Tier,
    "scope": Scope,
    "service": Service,
    "level": Level,
    "hardship": Hardship,
    "basis": SettlementWay,
    "counting": Counting,
    "lowering": Lowering,
    "reduction": Reduction,
    "component": Component,
    "payer": Payer,
}
"""The words that fields of rows are filled with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StayRow:
    """A row that holds for stays.  Level three also holds for 3B and 3A."""

    section: str
    assumed: bool = False
    scheme: Scheme | None = None
    employment: Employment | None = None
    tier: Tier | None = None
    scope: Scope | None = None
    service: Service | None = None
    level: Level | None = None

    @property
    def whom(self) -> Key:
        return self.level, self.employment, self.scope, self.tier, self.service, self.scheme

    @property
    def step(self) -> Any:
        """What tells rows for the same stays apart; they follow each other by it."""
        return NIL

    @property
    def exactness(self) -> tuple[int, ...]:
        """The level weighs first."""
        level, *others = self.whom
        return (0 if level is None else 1 if level is Level.THREE else 2), *(value is not None for value in others)

    def keys(self) -> Iterable[Key]:
        """`Stay.key` of all whom it holds for."""
        levels = LEVEL_THREE if self.level is Level.THREE else (self.level,) if self.level else tuple(Level)
        return product(
            (self.scheme,) if self.scheme else Scheme,
            (self.service,) if self.service else Service,
            (self.tier,) if self.tier else Tier,
            (self.scope,) if self.scope else Scope,
            (self.employment,) if self.employment else (None, *Employment),
            levels,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(StayRow):
    """A deductible or ceiling in yuan, or a ratio from 0 to 1.

    above: where a ratio's segment begins, yuan; it ends where the next one begins.
    """

    number: Decimal
    above: Decimal = NIL

    @property
    def step(self) -> Decimal:
        return self.above


@dataclass(frozen=True, slots=True, kw_only=True)
class CountingRule(StayRow):
    """How often the deductible is charged; where no row says so, at each stay."""

    counting: Counting


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterStayRule(StayRow):
    """What the deductible is from the nth stay of the year on (from_stay: 2 is the second).

    number: yuan, share or factor, as `lowering` says.  floor: yuan that it does not fall below; None, nought.
    """

    from_stay: int
    lowering: Lowering
    number: Decimal
    floor: Decimal | None = None

    @property
    def step(self) -> int:
        return self.from_stay


@dataclass(frozen=True, slots=True, kw_only=True)
class ReductionRule(StayRow):
    """A lower benefit away from home.  number: a share of the eligible cost, a factor, or points as 0.10 for ten."""

    reduction: Reduction
    number: Decimal


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
class DestinationRule:
    """A destination where stays are paid by the policy of another area.

    destination, policy_area: codes of the pooling area of treatment and of the area whose policy it is.
    text: how the document says it.
    """

    destination: str
    policy_area: str
    text: str
    section: str
    basis: SettlementWay | None = None
    scheme: Scheme | None = None
    tier: Tier | None = None
    service: Service | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InsuredRow:
    """A row of a component, which holds for insured people whatever their stay."""

    component: Component
    section: str
    assumed: bool = False
    scheme: Scheme | None = None
    employment: Employment | None = None
    hardship: Hardship | None = None

    @property
    def whom(self) -> Key:
        return self.hardship, self.employment, self.scheme, self.component

    @property
    def step(self) -> Any:
        return NIL

    @property
    def exactness(self) -> tuple[int, ...]:
        """The hardship weighs first."""
        return tuple(value is not None for value in self.whom)

    def keys(self) -> Iterable[Key]:
        """(component, scheme, employment, hardship) of all whom it holds for."""
        return product(
            (self.component,),
            (self.scheme,) if self.scheme else Scheme,
            (self.employment,) if self.employment else (None, *Employment),
            (self.hardship,) if self.hardship else (None, *Hardship),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentRule(InsuredRow):
    """From where a component pays on the year's personal eligible amounts, and how much in a year at most (yuan)."""

    threshold: Decimal
    ceiling: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentRatio(InsuredRow):
    """The ratio of a component for the year's personal eligible amounts `above` (yuan), up to the next row's."""

    number: Decimal
    above: Decimal = NIL

    @property
    def step(self) -> Decimal:
        return self.above


@dataclass(frozen=True, slots=True, kw_only=True)
class HardshipRule:
    """What a component is for people in hardship.

    threshold_factor: of the threshold (0.5 is half).  points: added to each ratio (0.05 is five points).
    no_ceiling: whether the ceiling does not hold for them.
    """

    component: Component
    hardship: Hardship
    section: str
    threshold_factor: Decimal = Decimal(1)
    points: Decimal = NIL
    no_ceiling: bool = False
    assumed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpRule:
    """A component that direct settlement leaves to be paid later.  text: how, in the document's words."""

    component: Component
    payer: Payer
    text: str
    section: str
    scheme: Scheme | None = None
