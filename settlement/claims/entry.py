"""What is entered of a claim at the counter, as the pages and other callers hand it to the verbs."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from filings.identity import normal_number
from filings.vocabulary import Category, Material
from hospitals.models import Area, Hospital
from hospitals.vocabulary import Level, Service
from settlement.calculation import Cost, Item, cost_of
from settlement.models import Ticket
from settlement.vocabulary import Detail, ManualReason

ReceiptKey = tuple[str, str]
NIL = Decimal("0.00")


@dataclass(frozen=True, slots=True, kw_only=True)
class StayEntry:
    """The stay.  Amounts are yuan to the fen.

    category: what the stay was, asked only where no filing covers it.  hospital: the directory's entry of that name.
    cost: what the total is made of, where details were entered; it agrees with total and eligible.
    """

    treatment_area: Area
    admitted_on: dt.date
    discharged_on: dt.date
    hospital_name: str
    hospital_level: Level
    total: Decimal
    eligible: Decimal
    category: Category | None = None
    hospital: Hospital | None = None
    service: Service = Service.INPATIENT
    cost: Cost | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassEntry:
    """A class of expense (费用大类) as billed: its amount and what of it is not eligible, in yuan."""

    name: str
    amount: Decimal
    outside: Decimal = NIL
    above_limit: Decimal = NIL
    self_paid: Decimal = NIL


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """The cost in detail: by item or by class, never both.  Nothing of either: by totals alone."""

    items: tuple[Item, ...] = ()
    classes: tuple[ClassEntry, ...] = ()

    @property
    def detail(self) -> Detail:
        return Detail.BY_ITEM if self.items else Detail.BY_CLASS if self.classes else Detail.TOTALS

    def cost(self) -> Cost | None:
        """None by totals.  Raises ValueError where items take back more than there is."""
        if self.items:
            return cost_of(self.items)
        if not self.classes:
            return None
        sums = {
            name: sum((getattr(row, name) for row in self.classes), NIL)
            for name in ("amount", "outside", "above_limit", "self_paid")
        }
        total = sums.pop("amount")
        return Cost(total=total, eligible=total - sum(sums.values(), NIL), **sums)


NO_DETAILS = Details()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptEntry:
    """A receipt.  Code and number are stored without blanks, in half-width capitals: one receipt, one spelling."""

    code: str
    number: str
    amount: Decimal
    check_code: str = ""
    issued_on: dt.date | None = None

    def __post_init__(self) -> None:
        for name in ("code", "number", "check_code"):
            object.__setattr__(self, name, normal_number(getattr(self, name)))

    @property
    def key(self) -> ReceiptKey:
        return self.code, self.number


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialEntry:
    """A material handed in, with its numbers of originals and copies; or the word that there is none of it."""

    material: Material
    originals: int = 1
    copies: int = 0
    is_absent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Payee:
    """Whom the fund pays."""

    name: str
    bank: str
    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimEntry:
    """Everything entered of one claim.  ticket: the failure ticket that was closed with reimbursement by hand."""

    manual_reason: ManualReason
    diagnosis: str
    stay: StayEntry
    payee: Payee
    receipts: tuple[ReceiptEntry, ...]
    materials: tuple[MaterialEntry, ...] = ()
    details: Details = NO_DETAILS
    note: str = ""
    ticket: Ticket | None = None


def sum_of(receipts: Iterable[ReceiptEntry]) -> Decimal:
    return sum((receipt.amount for receipt in receipts), NIL)
