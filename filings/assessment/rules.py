"""One published version of an area's filing policy, as assessment reads it."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from filings.vocabulary import (
    Asked,
    Backdating,
    Category,
    Channel,
    DiseaseList,
    Employment,
    Handling,
    Kind,
    LockMode,
    Material,
    Matter,
    Measure,
    Occasion,
    Procedure,
    Scheme,
    SettlementWay,
    Tier,
    Variant,
)
from hospitals.vocabulary import Level, Scope

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class MaterialGroup:
    """One of these materials is required.

    originals, copies: None where the document does not count them.  note: what the document says of the material.
    condition: required only where this holds; the machine cannot tell, so it never counts as missing.
    listed_only: those that do only for a disease on the area's referral list.  title: what the document calls its form.
    """

    one_of: tuple[Material, ...]
    originals: int | None = None
    copies: int | None = None
    note: str = ""
    condition: str = ""
    section: str = ""
    listed_only: tuple[Material, ...] = ()
    title: str = ""

    @property
    def label(self) -> str:
        names = "、".join(material.label for material in self.one_of)
        return f"{names}之一" if len(self.one_of) > 1 else names

    def lacks(self, handed_in: frozenset[Material]) -> bool:
        return not self.condition and handed_in.isdisjoint(self.one_of)


@dataclass(frozen=True, slots=True)
class Rule:
    """What a policy does with one kind of filing.

    variant, scheme, scope: None for any.  employment: what an insured employee must be, None for any.
    tier: the benefit that follows.  backdate_days: counts with `Backdating.DAYS` alone.
    text, section: the clause it rests on.  caveat: what the clerk confirms, since no data can tell.
    assumption: what the document leaves open and the policy settles for now.
    occasion: None for any; a rule for one is asked first.  asks: what is to be told beyond the materials.
    deadline_days: working days after admission within which to file; None where none is given.
    issuer_levels, issuer_highest: whose referral certificate counts, by level, or the highest level in the home area.
    prevails: what it grants at an admission goes before a filing that grants less.
    """

    category: Category
    handling: Handling
    tier: Tier
    text: str
    section: str
    variant: Variant | None = None
    scheme: Scheme | None = None
    scope: Scope | None = None
    employment: Employment | None = None
    settlement: SettlementWay = SettlementWay.DIRECT
    backdating: Backdating = Backdating.NOT_GIVEN
    backdate_days: int = 0
    backdating_section: str = ""
    caveat: str = ""
    assumption: str = ""
    materials: tuple[MaterialGroup, ...] = ()
    occasion: Occasion | None = None
    asks: tuple[Asked, ...] = ()
    deadline_days: int | None = None
    deadline_section: str = ""
    issuer_levels: tuple[Level, ...] = ()
    issuer_highest: bool = False
    issuer_section: str = ""
    prevails: bool = False

    @property
    def checks_issuer(self) -> bool:
        return self.issuer_highest or bool(self.issuer_levels)

    def earliest_start(self, filed_on: dt.date) -> dt.date | None:
        """The first day a filing made on `filed_on` may start; None for no limit."""
        if self.backdating is Backdating.UNLIMITED:
            return None
        return filed_on - dt.timedelta(days=self.backdate_days if self.backdating is Backdating.DAYS else 0)


@dataclass(frozen=True, slots=True)
class ChannelOffer:
    """A channel that the document offers.  categories: empty for all of them.  asks: what is to be told by this way.

    backdates: files after the fact, from the admission on.
    """

    channel: Channel
    section: str
    categories: tuple[Category, ...] = ()
    without_materials: bool = False
    without_review: bool = False
    asks: tuple[Asked, ...] = ()
    backdates: bool = False

    def serves(self, category: Category) -> bool:
        return not self.categories or category in self.categories


@dataclass(frozen=True, slots=True)
class Lock:
    """When a filing of a category may be changed or cancelled.  months: counted from the day of filing."""

    category: Category
    kind: Kind
    mode: LockMode
    section: str
    months: int = 0


@dataclass(frozen=True, slots=True)
class ListedDisease:
    """A disease on one of the policy's lists.  code: of the list, empty where it has none.  scope: None for any."""

    list: DiseaseList
    name: str
    section: str
    code: str = ""
    scope: Scope | None = None


@dataclass(frozen=True, slots=True)
class MeasureRule:
    """A measure that starts when a commitment lapses.  months: how long, None where the document gives no period."""

    measure: Measure
    section: str
    months: int | None = None


@dataclass(frozen=True, slots=True)
class ProcedureMaterial:
    """One of these materials is required for a procedure other than filing.

    originals, copies: None where the document does not count them.
    """

    procedure: Procedure
    one_of: tuple[Material, ...]
    section: str
    note: str = ""
    originals: int | None = None
    copies: int | None = None

    @property
    def group(self) -> MaterialGroup:
        return MaterialGroup(self.one_of, self.originals, self.copies, self.note, section=self.section)


@dataclass(frozen=True, slots=True)
class Advice:
    """What the document tells people to do in a matter.  hall: whose telephone to give, as the directory calls it."""

    matter: Matter
    text: str
    section: str
    hall: str = ""


@dataclass(frozen=True, slots=True)
class FilingRules:
    """A version of an area's filing policy, in force from `starts_on` through `ends_on`.

    document: its title.  starts_assumed: the document bears no date.  clauses: the sections behind what it says for all
    categories alike.  whole_provinces: provinces that may be filed for as a whole.  commitment_months: time to hand in
    what is missing, None where the document knows no such commitment.
    Raises ValueError without a rule, or where two rules, channels or locks answer the same question.
    """

    area: str
    version: int
    document: str
    starts_on: dt.date
    ends_on: dt.date | None = None
    starts_assumed: bool = False
    note: str = ""
    commitment_months: int | None = None
    whole_provinces: tuple[str, ...] = ()
    clauses: Mapping[Matter, str] = field(default_factory=dict)
    channels: tuple[ChannelOffer, ...] = ()
    rules: tuple[Rule, ...] = ()
    locks: tuple[Lock, ...] = ()
    diseases: tuple[ListedDisease, ...] = ()
    measures: tuple[MeasureRule, ...] = ()
    procedures: tuple[ProcedureMaterial, ...] = ()
    advice: tuple[Advice, ...] = ()
    _rules: dict[object, Rule] = field(init=False, repr=False, compare=False)
    _variants: dict[Category, tuple[Variant, ...]] = field(init=False, repr=False, compare=False)
    _locks: dict[object, Lock] = field(init=False, repr=False, compare=False)
    _offers: dict[object, ChannelOffer] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.rules:
            raise ValueError("没有一条规则")
        index = object.__setattr__
        index(self, "_rules", _indexed(self.rules, _case_of))
        index(self, "_locks", _indexed(self.locks, lambda lock: (lock.category, lock.kind)))
        index(self, "_variants", _variants(self.rules))
        index(self, "_offers", _indexed(self.channels, lambda offer: offer.channel))

    def cite(self, section: str) -> str:
        """Document and section; empty where there is no section to cite."""
        return f"《{self.document}》{section}" if section else ""

    def cite_matter(self, matter: Matter) -> str:
        return self.cite(self.clauses.get(matter, ""))

    def categories(self) -> tuple[Category, ...]:
        return tuple(dict.fromkeys(rule.category for rule in self.rules))

    def variants(self, category: Category) -> tuple[Variant, ...]:
        """The variants of a category that the document treats on their own."""
        return self._variants.get(category, ())

    def rule_for(
        self,
        category: Category,
        variant: Variant | None,
        scheme: Scheme,
        scope: Scope,
        occasion: Occasion | None = None,
    ) -> Rule | None:
        """The closest rule: one for the occasion, then for the scheme or the scope, goes before one for any.

        A variant that the document does not treat on its own follows the rule of its category.
        """
        if variant not in self.variants(category):
            variant = None
        for asked in dict.fromkeys((occasion, None)):
            for pair in ((scheme, scope), (scheme, None), (None, scope), (None, None)):
                if rule := self._rules.get((category, variant, *pair, asked)):
                    return rule
        return None

    def lock_for(self, category: Category, kind: Kind) -> Lock | None:
        return self._locks.get((category, kind))

    def offer_of(self, channel: Channel, category: Category) -> ChannelOffer | None:
        offer = self._offers.get(channel)
        return offer if offer and offer.serves(category) else None

    def says(self, matter: Matter) -> bool:
        """Whether the document speaks of the matter."""
        return matter in self.clauses

    def diseases_on(self, kind: DiseaseList) -> tuple[ListedDisease, ...]:
        """Empty where the list is not configured."""
        return tuple(disease for disease in self.diseases if disease.list is kind)

    def listed(self, kind: DiseaseList, disease: str, scope: Scope) -> ListedDisease | None:
        """The entry of a disease, known by its name or its code."""
        for entry in self.diseases_on(kind):
            if disease in (entry.name, entry.code) and entry.scope in (None, scope):
                return entry
        return None

    def materials_for(self, procedure: Procedure) -> tuple[MaterialGroup, ...]:
        return tuple(row.group for row in self.procedures if row.procedure is procedure)

    def advice_on(self, matter: Matter) -> tuple[Advice, ...]:
        return tuple(row for row in self.advice if row.matter is matter)


def _case_of(rule: Rule) -> object:
    return rule.category, rule.variant, rule.scheme, rule.scope, rule.occasion


def _variants(rules: Iterable[Rule]) -> dict[Category, tuple[Variant, ...]]:
    variants: dict[Category, tuple[Variant, ...]] = {}
    for rule in rules:
        given = variants.get(rule.category, ())
        if rule.variant and rule.variant not in given:
            variants[rule.category] = (*given, rule.variant)
    return variants


def _indexed(rows: Iterable[Row], key: Callable[[Row], object]) -> dict[object, Row]:
    index: dict[object, Row] = {}
    for row in rows:
        if index.setdefault(key(row), row) is not row:
            raise ValueError(f"同一事项有两条规则：{key(row)}")
    return index
