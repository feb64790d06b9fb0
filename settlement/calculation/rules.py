"""The rules: the published versions of each area's benefits, as tables of dated, sourced numbers."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from filings.vocabulary import Scheme, SettlementWay
from hospitals.vocabulary import Service
from settlement.calculation.money import to_fen
from settlement.calculation.rows import (
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
from settlement.calculation.stay import Stay
from settlement.calculation.tables import Table
from settlement.vocabulary import Component, Lowering, SegmentBase, VersionDay


@dataclass(frozen=True, slots=True, kw_only=True)
class BenefitRules:
    """One published version.  starts_on, ends_on: first and last day it serves; no end, None.

    document: its title.  starts_assumed: the document bears no date.  note: for staff.  version_day: which day of a
    stay it goes by.  segment_base: which cost the segments of its ratios are measured on.
    catalogues: the section that says whose catalogue decides what is eligible, by way of settlement.
    ceilings: the most the basic fund pays a person in a year, yuan.  plans: what was worked out of it already.
    Raises ValueError where a number is no amount, or a ratio not from 0 to 1, or segments do not begin at nought.
    """

    area: str
    version: int
    document: str
    starts_on: dt.date
    ends_on: dt.date | None = None
    starts_assumed: bool = False
    note: str = ""
    version_day: VersionDay = VersionDay.ADMISSION
    segment_base: SegmentBase = SegmentBase.ABOVE_DEDUCTIBLE
    catalogues: Mapping[SettlementWay, str] = field(default_factory=dict)
    deductibles: Table[Row] = field(default_factory=Table)
    ratios: Table[Row] = field(default_factory=Table)
    ceilings: Table[Row] = field(default_factory=Table)
    counting: Table[CountingRule] = field(default_factory=Table)
    later_stays: Table[LaterStayRule] = field(default_factory=Table)
    continuous: tuple[ContinuousDeductible, ...] = ()
    reductions: Table[ReductionRule] = field(default_factory=Table)
    destinations: tuple[DestinationRule, ...] = ()
    components: Table[ComponentRule] = field(default_factory=Table)
    component_ratios: Table[ComponentRatio] = field(default_factory=Table)
    hardships: tuple[HardshipRule, ...] = ()
    follow_ups: tuple[FollowUpRule, ...] = ()
    plans: dict[tuple[object, ...], object] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for fault in faults_of(self):
            raise ValueError(fault)

    def cite(self, section: str) -> str:
        """Document and section; empty where there is no section to cite."""
        return section if not section or section.startswith("《") else f"《{self.document}》{section}"

    def serves(self, stay: Stay) -> bool:
        """Whether the version may be asked about a stay; of several that may, `BenefitBook` takes the newest."""
        ends_on, day = self.ends_on, stay.day(self.version_day)
        return self.starts_on <= day and (ends_on is None or day <= ends_on or stay.admitted_on <= ends_on)

    def speaks_of(self, scheme: Scheme, service: Service, *tier: str) -> bool:
        """Whether the version gives any number for a service, or for one tier of it."""
        return any(table.speaks_of(scheme, service, *tier) for table in (self.deductibles, self.ratios))

    def continuous_for(self, stay: Stay) -> ContinuousDeductible | None:
        if stay.hardship is None:
            return None
        asked = (stay.hardship, stay.tier, stay.scope)
        return next((rule for rule in self.continuous if (rule.hardship, rule.tier, rule.scope) == asked), None)

    def destination_for(self, stay: Stay) -> DestinationRule | None:
        """Where another area's policy pays the stay."""
        if stay.destination is None or not self.destinations:
            return None
        return next((row for row in self.destinations if _leads_away(row, stay)), None)

    def hardship_for(self, component: Component, stay: Stay) -> HardshipRule | None:
        asked = (component, stay.hardship)
        return next((row for row in self.hardships if (row.component, row.hardship) == asked), None)

    def follow_up_of(self, component: Component, scheme: Scheme) -> FollowUpRule | None:
        """How a component is paid after direct settlement; None where it is paid with it."""
        rows = (row for row in self.follow_ups if row.component is component)
        return next((row for row in rows if row.scheme in (None, scheme)), None)


def _leads_away(row: DestinationRule, stay: Stay) -> bool:
    return (
        row.destination == stay.destination
        and row.basis in (None, stay.basis)
        and row.scheme in (None, stay.scheme)
        and row.tier in (None, stay.tier)
        and row.service in (None, stay.service)
    )


def faults_of(rules: BenefitRules) -> Iterator[str]:
    """What of a version cannot stand, each with its section."""
    for row in (*rules.deductibles.rows, *rules.ceilings.rows):
        yield from _unless_amount(row.number, row.section)
        if row.above:
            yield f"起付标准和限额不分段（{row.section}）"
    for row in rules.ratios.rows:
        yield from _unless_share(row.number, row.section)
        yield from _unless_amount(row.above, row.section)
    for later in rules.later_stays.rows:
        yield from _faults_of_later(later)
    for reduction in rules.reductions.rows:
        yield from _unless_share(reduction.number, reduction.section)
    for component in rules.components.rows:
        yield from _unless_amount(component.threshold, component.section)
        yield from () if component.ceiling is None else _unless_amount(component.ceiling, component.section)
    for ratio in rules.component_ratios.rows:
        yield from _unless_share(ratio.number, ratio.section)
        yield from _unless_amount(ratio.above, ratio.section)
    for hardship in rules.hardships:
        yield from _unless_share(hardship.threshold_factor, hardship.section)
        yield from _unless_share(hardship.points, hardship.section)
    yield from _unless_segments_begin_at_nought(rules.ratios)
    yield from _unless_segments_begin_at_nought(rules.component_ratios)


def _faults_of_later(row: LaterStayRule) -> Iterator[str]:
    if row.from_stay < 2:
        yield f"再次住院从第二次起算（{row.section}）"
    check = _unless_amount if row.lowering in (Lowering.AMOUNT, Lowering.AMOUNT_EACH) else _unless_share
    yield from check(row.number, row.section)
    yield from () if row.floor is None else _unless_amount(row.floor, row.section)


def _unless_segments_begin_at_nought(table: Table[Row] | Table[ComponentRatio]) -> Iterator[str]:
    first: dict[object, Decimal] = {}
    for row in table.rows:
        first[row.whom] = min(first.get(row.whom, row.above), row.above)
    yield from (f"分段支付比例须从 0 元起（{row.section}）" for row in table.rows if first[row.whom])


def _unless_amount(number: Decimal, section: str) -> Iterator[str]:
    if not number >= 0 or number != to_fen(number):
        yield f"不是金额：{number}（{section}）"


def _unless_share(number: Decimal, section: str) -> Iterator[str]:
    if not 0 <= number <= 1:
        yield f"比例须在 0 与 1 之间：{number}（{section}）"
