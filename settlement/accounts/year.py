"""What a person's year has used, read under the lock of that year."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Self

from filings.models import InsuredPerson
from filings.vocabulary import Scheme
from hospitals.compiled import CompiledQuery, Given
from hospitals.turns import take_turns
from hospitals.vocabulary import Service
from settlement.calculation import Stay
from settlement.calculation.money import NIL, written
from settlement.models import AccountEntry, YearAccount
from settlement.vocabulary import BASIC_FUND, FUND_OF_COMPONENT, Component, EntryKind

AMOUNTS = ("deductible_paid_this_year", "fund_paid_this_year", "personal_eligible_this_year")


@dataclass(frozen=True, slots=True, kw_only=True)
class YearState:
    """What earlier stays of the year have used, under the names of a `Stay`; yuan."""

    deductible_paid_this_year: Decimal = NIL
    fund_paid_this_year: Decimal = NIL
    personal_eligible_this_year: Decimal = NIL
    stays_this_year: int = 0
    deductible_standard_this_year: Decimal | None = None
    paid_this_year: Mapping[Component, Decimal] = field(default_factory=dict)

    @property
    def components(self) -> list[tuple[str, Decimal]]:
        """What was paid on top, by name, for the eye."""
        return [(component.label, paid) for component, paid in self.paid_this_year.items() if paid]

    def applied_to(self, stay: Stay) -> Stay:
        return replace(
            stay,
            deductible_paid_this_year=self.deductible_paid_this_year,
            fund_paid_this_year=self.fund_paid_this_year,
            personal_eligible_this_year=self.personal_eligible_this_year,
            stays_this_year=self.stays_this_year,
            deductible_standard_this_year=self.deductible_standard_this_year,
            paid_this_year=self.paid_this_year,
        )

    def inputs(self) -> dict[str, Any]:
        """As JSON values, under the names that `manage.py calculate` reads."""
        standard = self.deductible_standard_this_year
        return {
            **{name: written(getattr(self, name)) for name in AMOUNTS},
            "stays_this_year": self.stays_this_year,
            "deductible_standard_this_year": None if standard is None else written(standard),
            "paid_this_year": {component.value: written(paid) for component, paid in self.paid_this_year.items()},
        }

    @staticmethod
    def is_told_by(inputs: Mapping[str, Any]) -> bool:
        """Whether they are complete: calculations of the version before yearly accounts are not."""
        return "stays_this_year" in inputs

    @classmethod
    def of_inputs(cls, inputs: Mapping[str, Any]) -> Self:
        standard = inputs["deductible_standard_this_year"]
        return cls(
            **{name: Decimal(inputs[name]) for name in AMOUNTS},
            stays_this_year=inputs["stays_this_year"],
            deductible_standard_this_year=None if standard is None else Decimal(standard),
            paid_this_year={Component.of(code): Decimal(paid) for code, paid in inputs["paid_this_year"].items()},
        )


def hold_year(person: InsuredPerson, day: dt.date) -> None:
    """Nobody else settles anything of this person's year until the transaction ends.  day: of admission."""
    take_turns([turn_of_year(person, day)])


def turn_of_year(person: InsuredPerson, day: dt.date) -> str:
    """What `hold_year` holds, for who takes other turns with it: the year first, then receipts."""
    return turn_of_year_of(person.pk, day.year)


def turn_of_year_of(person: int, year: int) -> str:
    """The same of a person's key."""
    return f"year {person} {year}"


_ACCOUNTS = CompiledQuery(lambda: YearAccount.objects.filter(person=Given("person"), year=Given("year")).order_by())


def year_state(person: InsuredPerson, day: dt.date, scheme: Scheme, service: Service = Service.INPATIENT) -> YearState:
    """The state of the year of a day for one scheme; one query, and another where the year has been used.

    Deductible, its standard and stays are those of the service alone, the amounts paid those of the whole fund.
    Whoever settles on it holds the year; read without, it is a forecast.
    """
    found = {account.fund: account for account in _ACCOUNTS.all(person=person.pk, year=day.year)}
    basic = found.get(BASIC_FUND[scheme])
    components = {component: found[fund] for component, fund in FUND_OF_COMPONENT.items() if fund in found}
    paid = {component: account.paid + account.owed for component, account in components.items()}
    if basic is None:
        return YearState(paid_this_year=paid)
    entries = AccountEntry.objects.filter(person=person, year=day.year, fund=basic.fund, service=service)
    rows = list(entries.order_by("pk").values_list("deductible", "stays", "kind", "standard", "settlement__reversal"))
    standing = (
        standard
        for *_sums, kind, standard, reversal in rows
        if standard is not None and reversal is None and kind != EntryKind.REVERSED
    )
    return YearState(
        deductible_paid_this_year=sum((deductible for deductible, *_rest in rows), NIL),
        fund_paid_this_year=basic.paid,
        personal_eligible_this_year=basic.personal_eligible,
        stays_this_year=sum(stays for _deductible, stays, *_rest in rows),
        deductible_standard_this_year=next(standing, None),
        paid_this_year=paid,
    )
