"""What a person's year has used, stay after stay, under the version replayed.  Plain Python.

The same sums as `accounts.year` reads from the ledger, kept in memory.
"""

from decimal import Decimal
from typing import NamedTuple

from filings.vocabulary import Scheme
from settlement.calculation.money import NIL
from settlement.vocabulary import Component


class Use(NamedTuple):
    """What one settlement uses of the year, in yuan, or what was carried in; a reversal takes it back.

    standard: what its deductible was taken from.  others: what each component pays or owes.
    """

    scheme: Scheme
    deductible: Decimal
    fund: Decimal
    personal_eligible: Decimal
    stays: int
    standard: Decimal | None
    others: tuple[tuple[Component, Decimal], ...] = ()


class Basic:
    """The basic fund of one scheme.  standards: with the settlement of each, in the order of the ledger."""

    __slots__ = ("deductible", "fund", "personal_eligible", "standards", "stays")

    def __init__(self) -> None:
        self.deductible = self.fund = self.personal_eligible = NIL
        self.stays = 0
        self.standards: list[tuple[int | None, Decimal]] = []

    @property
    def standard(self) -> Decimal | None:
        """The first that stands."""
        return self.standards[0][1] if self.standards else None


class Year:
    __slots__ = ("basics", "components")

    def __init__(self) -> None:
        self.basics: dict[Scheme, Basic] = {}
        self.components: dict[Component, Decimal] = {}

    def of(self, scheme: Scheme) -> Basic:
        basic = self.basics.get(scheme)
        if basic is None:
            basic = self.basics[scheme] = Basic()
        return basic

    def add(self, use: Use, settlement: int | None = None) -> None:
        """settlement: None for what was carried in, which nothing reverses."""
        basic = self.of(use.scheme)
        basic.deductible += use.deductible
        basic.fund += use.fund
        basic.personal_eligible += use.personal_eligible
        basic.stays += use.stays
        if use.standard is not None:
            basic.standards.append((settlement, use.standard))
        for component, amount in use.others:
            self.components[component] = self.components.get(component, NIL) + amount

    def take_back(self, use: Use, settlement: int) -> None:
        basic = self.of(use.scheme)
        basic.deductible -= use.deductible
        basic.fund -= use.fund
        basic.personal_eligible -= use.personal_eligible
        basic.stays -= use.stays
        basic.standards = [one for one in basic.standards if one[0] != settlement]
        for component, amount in use.others:
            self.components[component] -= amount
