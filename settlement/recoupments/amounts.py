"""How much of a settlement may come back, by fund; how what was received is divided; how a plan is covered."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from filings.vocabulary import Scheme, SettlementWay
from hospitals.periods import add_months
from settlement.calculation.money import NIL
from settlement.models import Claim, RecoupmentInstalment, RecoupmentPart, RecoupmentShare, Settlement
from settlement.vocabulary import BASIC_FUND, COLUMN_OF_FUND, ClaimStatus, Fund, RecoupmentStatus

Plan = Sequence[tuple[dt.date, Decimal]]


def paid_by_fund(settlement: Settlement) -> dict[Fund, Decimal]:
    """What each fund paid by this settlement, in yuan, those that paid nothing left out."""
    others = set(BASIC_FUND.values()) - {BASIC_FUND[Scheme.of(settlement.scheme)]}
    amounts = {fund: getattr(settlement, column) for fund, column in COLUMN_OF_FUND.items() if fund not in others}
    return {fund: amount for fund, amount in amounts.items() if amount > 0}


def was_paid(settlement: Settlement) -> bool:
    """Whether the money has left the fund: at the hospital at once, by hand once the bank has paid."""
    if settlement.reverses_id:
        return False
    if settlement.way == SettlementWay.DIRECT:
        return True
    claim = Claim.objects.get(settlements=settlement)
    if claim.status == ClaimStatus.PAID:
        return claim.settlement_id == settlement.pk
    latest = claim.settlements.filter(reverses=None).order_by("-pk").values_list("pk", flat=True).first()
    return claim.status == ClaimStatus.REVERSED and latest == settlement.pk


def recoupable(settlement: Settlement, *, beside: int | None = None) -> dict[Fund, Decimal]:
    """What was paid and no recoupment asks for yet.  beside: the key of one that is left out of account.

    Only under the lock of the settlement does it stay so.
    """
    if not was_paid(settlement):
        return {}
    parts = RecoupmentPart.objects.filter(recoupment__settlement=settlement).exclude(recoupment=beside)
    parts = parts.exclude(recoupment__status=RecoupmentStatus.WITHDRAWN)
    asked = dict(parts.order_by().values_list("fund").annotate(Sum("amount")))
    left = {fund: paid - asked.get(fund, NIL) for fund, paid in paid_by_fund(settlement).items()}
    return {fund: amount for fund, amount in left.items() if amount > 0}


def still_due(parts: Iterable[RecoupmentPart]) -> dict[RecoupmentPart, Decimal]:
    """What each part still lacks, in the order in which it is filled."""
    parts = sorted(parts, key=lambda part: part.fund)
    shares = RecoupmentShare.objects.filter(part__in=parts).order_by()
    received = dict(shares.values_list("part").annotate(Sum("amount")))
    return {part: part.amount - received.get(part.pk, NIL) for part in parts}


def divided(amount: Decimal, due: Mapping[RecoupmentPart, Decimal]) -> Iterator[tuple[RecoupmentPart, Decimal]]:
    """The amount over what is due, one part after the other."""
    for part, lacking in due.items():
        share = min(amount, lacking)
        if share > 0:
            yield part, share
            amount -= share


@dataclass(frozen=True, slots=True)
class Covered:
    """An instalment and how much of it has come."""

    instalment: RecoupmentInstalment
    received: Decimal

    @property
    def open(self) -> Decimal:
        return self.instalment.amount - self.received

    def is_overdue(self, day: dt.date) -> bool:
        return bool(self.open) and self.instalment.due_on < day


def covered(instalments: Iterable[RecoupmentInstalment], open_amount: Decimal) -> list[Covered]:
    """The plan as far as it has come, the earlier first.  open_amount: what is still due of the whole."""
    plan = sorted(instalments, key=lambda one: one.due_on)
    came = sum((one.amount for one in plan), NIL) - open_amount
    found = []
    for one in plan:
        received = min(one.amount, max(came, NIL))
        found.append(Covered(one, received))
        came -= received
    return found


def even_plan(amount: Decimal, first_due_on: dt.date, count: int) -> list[tuple[dt.date, Decimal]]:
    """One instalment a month, all alike to the fen, the last one with the rest.  count: at least one."""
    each = Decimal(int(amount * 100) // count).scaleb(-2)
    days = [add_months(first_due_on, number) for number in range(count)]
    return [(day, each) for day in days[:-1]] + [(days[-1], amount - each * (count - 1))]
