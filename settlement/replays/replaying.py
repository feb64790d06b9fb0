"""The ledger of a person's year replayed under one version.  Plain Python.

A row is what `reading` gives: one entry of the ledger in its order, as text.  That of the basic fund carries its
settlement; those of components are read where they owe something or were carried in.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from operator import itemgetter, neg
from typing import Any, NamedTuple

from filings.vocabulary import Employment, Hardship, Scheme, SettlementWay, Tier
from hospitals.vocabulary import Level, Scope, Service
from settlement.calculation import BenefitBook, BenefitRules, Result, Stay
from settlement.calculation.engine import amounts_of
from settlement.calculation.lines import Steps
from settlement.calculation.money import NIL
from settlement.replays.tally import Amounts, Case, Tally, fund_of
from settlement.replays.year import Use, Year
from settlement.vocabulary import BASIC_FUND, FUND_OF_COMPONENT, Component, EntryKind

SCHEME_OF = {fund.value: scheme for scheme, fund in BASIC_FUND.items()}
COMPONENT_OF = {fund.value: component for component, fund in FUND_OF_COMPONENT.items()}
COMPONENTS = (Component.LARGE_AMOUNT, Component.SERIOUS_ILLNESS, Component.CIVIL_SERVANT, Component.MEDICAL_AID)
KIND = ("way", "scheme", "employment", "hardship", "civil_servant", "tier", "scope", "service", "level", "destination")
"""What says of a stay what kind it is, in the order in which a row has it, parted by `|`."""
PERSON, YEAR, ENTRY, FUND, DEDUCTIBLE, PAID, OWED, PERSONAL_ELIGIBLE, STAYS, STANDARD, SETTLEMENT = range(11)
REVERSES, KIND_OF_STAY, ADMITTED, DISCHARGED, TOTAL, ELIGIBLE, COMPONENT_PAID, IS_REPORTED, STANDS = range(11, 20)
NONE, YES = r"\N", "t"
NOTHING_PAID, NO_COMPONENTS = "0.00|0.00|0.00|0.00", (NIL,) * len(COMPONENTS)
Row = Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked: these rules, as if they had held.

    book: the published versions of the areas that its destinations name.  since, until: the days of settlement that
    are reported.  whole_years: whether stays of these years outside those days are replayed too, or stand as they were
    recorded; in either way later ones feel them.  What the platform computed always stands: its figures are the truth,
    ours a check, and they are not reported.
    """

    area: str
    rules: BenefitRules
    book: BenefitBook
    since: dt.date
    until: dt.date
    whole_years: bool = True

    def as_if_in_force(self) -> BenefitRules:
        return replace(self.rules, starts_on=dt.date.min, ends_on=None)


class Replayed(NamedTuple):
    """One settlement.  after None: it cannot be replayed, `gap` says why; its year then uses what is on record."""

    kind: str
    use: Use
    before: Amounts
    after: Amounts | None
    gap: str = ""


class Replay:
    """Adds what is replayed to a tally."""

    def __init__(self, question: Question, tally: Tally) -> None:
        self.question, self.tally = question, tally
        self.rules, self.book = question.as_if_in_force(), question.book
        self.kinds: dict[str, dict[str, Any]] = {}

    def add(self, rows: Iterable[Row]) -> int:
        """Rows of whole years, in order of person, year and entry.  The number of settlements reported."""
        return sum(self._year(list(of_year)) for _key, of_year in groupby(rows, key=itemgetter(PERSON, YEAR)))

    def _year(self, rows: list[Row]) -> int:
        year, done, changed, reported = Year(), dict[int, Replayed](), dict[int, Case](), 0
        owed = _owed(rows) if len(rows) > 1 else {}
        for row in rows:
            fund, settlement = row[FUND], row[SETTLEMENT]
            if row[ENTRY] == EntryKind.CARRIED_IN:
                year.add(_carried_in(row))
                continue
            if fund not in SCHEME_OF:
                continue
            key, is_reported = int(settlement), row[IS_REPORTED] == YES
            sign = 1
            if row[REVERSES] == NONE:
                one = self._settled(row, year, owed.get(settlement, ()))
                done[key] = one
                year.add(one.use, key)
                if is_reported and one.after is not None and one.before != one.after:
                    changed[key] = Case(_rank(one.before, one.after), key, one.before, one.after)
            else:
                sign, reversed_one = -1, int(row[REVERSES])
                one = done[reversed_one]
                year.take_back(one.use, reversed_one)
                changed.pop(reversed_one, None)
                one = one._replace(before=_negative(one.before), after=one.after and _negative(one.after))
            if is_reported:
                reported += 1
                self.tally.count(one.kind, sign, one.before, one.after, one.gap)
        for case in changed.values():
            self.tally.offer(case)
        return reported

    def _settled(self, row: Row, year: Year, owed: Sequence[tuple[Component, Decimal]]) -> Replayed:
        kind = row[KIND_OF_STAY]
        total, deductible, paid = _yuan(row[TOTAL]), _yuan(row[DEDUCTIBLE]), _yuan(row[PAID])
        others = _paid_by_components(row[COMPONENT_PAID])
        before = (total, deductible, paid, *others, sum((amount for _component, amount in owed), NIL))
        if row[STANDS] == YES:
            return Replayed(kind, _recorded(row, others, owed), before, before)
        stay = self._stay(row, year, total)
        away = self.rules.destination_for(stay)
        found = amounts_of(stay, self.rules, self.book.version_for(stay, away.policy_area) if away else None)
        if isinstance(found, Result):
            cause = "；".join(reason.text for reason in found.reasons)
            return Replayed(kind, _recorded(row, others, owed), before, None, cause)
        steps = found.steps
        if not steps.parts:
            after: Amounts = (total, steps.charged, steps.fund, NIL, NIL, NIL, NIL, NIL)
            return Replayed(kind, _use(stay, steps), before, after)
        pays = {part.terms.component: part.paid for part in steps.parts}
        owes = sum((part.due or NIL for part in steps.parts if part.terms.follow_up), NIL)
        after = (total, steps.charged, steps.fund, *(pays.get(component, NIL) for component in COMPONENTS), owes)
        return Replayed(kind, _use(stay, steps), before, after)

    def _stay(self, row: Row, year: Year, total: Decimal) -> Stay:
        kind = self.kinds.get(row[KIND_OF_STAY])
        if kind is None:
            kind = self.kinds[row[KIND_OF_STAY]] = terms_of(row[KIND_OF_STAY])
        basic = year.of(kind["scheme"])
        return Stay(
            area=self.question.area,
            admitted_on=_day(row[ADMITTED]),
            discharged_on=_day(row[DISCHARGED]),
            total=total,
            eligible=_yuan(row[ELIGIBLE]),
            deductible_paid_this_year=basic.deductible,
            fund_paid_this_year=basic.fund,
            personal_eligible_this_year=basic.personal_eligible,
            stays_this_year=basic.stays,
            deductible_standard_this_year=basic.standard,
            paid_this_year=year.components,
            **kind,
        )


def terms_of(kind: str) -> dict[str, Any]:
    """The words of a kind, under the names of a `Stay`."""
    way, scheme, employment, hardship, civil_servant, tier, scope, service, level, destination = kind.split("|")
    return {
        "basis": SettlementWay.of(way),
        "scheme": Scheme.of(scheme),
        "employment": Employment.of(employment) if employment else None,
        "hardship": Hardship.of(hardship) if hardship else None,
        "civil_servant": civil_servant == YES,
        "tier": Tier.of(tier),
        "scope": Scope.of(scope),
        "service": Service.of(service),
        "level": Level.of(level),
        "destination": destination,
    }


def _use(stay: Stay, steps: Steps) -> Use:
    """As `accounts.posting` writes it into the ledger."""
    left = steps.eligible - steps.fund
    others = [
        (part.terms.component, amount)
        for part in steps.parts
        if (amount := part.paid + ((part.due or NIL) if part.terms.follow_up else NIL))
    ]
    standard = steps.plan.deductible.standard.number
    return Use(stay.scheme, steps.charged, steps.fund, left, 1, standard, tuple(others))


def _recorded(row: Row, others: Sequence[Decimal], owed: Sequence[tuple[Component, Decimal]]) -> Use:
    paid = zip(COMPONENTS, others, strict=True)
    return _of_basic(row)._replace(others=(*((one, amount) for one, amount in paid if amount), *owed))


def _carried_in(row: Row) -> Use:
    if row[FUND] in SCHEME_OF:
        return _of_basic(row)
    amount = _yuan(row[PAID]) + _yuan(row[OWED])
    return Use(Scheme.EMPLOYEE, NIL, NIL, NIL, 0, None, ((COMPONENT_OF[row[FUND]], amount),))


def _of_basic(row: Row) -> Use:
    return Use(
        scheme=SCHEME_OF[row[FUND]],
        deductible=_yuan(row[DEDUCTIBLE]),
        fund=_yuan(row[PAID]),
        personal_eligible=_yuan(row[PERSONAL_ELIGIBLE]),
        stays=int(row[STAYS]),
        standard=None if row[STANDARD] == NONE else Decimal(row[STANDARD]),
    )


def _owed(rows: Iterable[Row]) -> dict[str, list[tuple[Component, Decimal]]]:
    """By settlement, what is left to be paid later."""
    found: dict[str, list[tuple[Component, Decimal]]] = {}
    for row in rows:
        if row[FUND] in COMPONENT_OF and row[SETTLEMENT] != NONE:
            found.setdefault(row[SETTLEMENT], []).append((COMPONENT_OF[row[FUND]], Decimal(row[OWED])))
    return found


def _rank(before: Amounts, after: Amounts) -> Decimal:
    """By how much a case changes: its funds, else whatever of it changes most."""
    return abs(fund_of(after) - fund_of(before)) or max(abs(now - was) for was, now in zip(before, after, strict=True))


def _negative(amounts: Amounts) -> Amounts:
    return tuple(map(neg, amounts))


def _paid_by_components(text: str) -> tuple[Decimal, ...]:
    return NO_COMPONENTS if text == NOTHING_PAID else tuple(map(Decimal, text.split("|")))


def _yuan(text: str) -> Decimal:
    return NIL if text == "0.00" else Decimal(text)


@lru_cache(maxsize=10_000)
def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def split(lines: Iterable[bytes]) -> Iterator[Row]:
    """Rows of COPY's text."""
    for line in lines:
        yield str(line, "ascii")[:-1].split("\t")
