"""Whatever happens over the months: each settlement is in one statement, and what is paid is what stands (DY-14)."""

import datetime as dt
from contextlib import suppress
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import F, Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hospitals.reasons import Refused
from settlement.hospital_clearing import appealing
from settlement.hospital_clearing.words import CLOSED, DeductionSource
from settlement.models import HospitalDeduction, HospitalStatement, HospitalStatementLine, InboundSettlement
from tests.settlement.hospital_clearing import ON, Desk
from tests.settlement.inbound import recorded, reversed_

MONTHS = [dt.date(2025, month, 1) for month in range(5, 10)]
EVENTS = ("settle", "settle", "reverse", "make", "review", "deduct", "deduct earlier", "complete", "appeal", "clear")
Event = tuple[str, int, int]  # what happens, in which month, and a number to choose by


@pytest.fixture
def desk(db: None) -> Desk:
    return Desk()


def chosen(rows, number):
    found = list(rows.order_by("pk"))
    return found[number % len(found)] if found else None


def happens(desk: Desk, event: str, month: dt.date, number: int) -> None:
    """One event; those that cannot be now are refused, or find nothing."""
    here = HospitalStatement.objects.filter(hospital=desk.hospital, month=month).first()
    if event == "settle":
        day = month.replace(day=1 + number % 28)
        given_days = {"admitted_on": day, "discharged_on": day, "settled_on": day}
        recorded(InboundSettlement.objects.count() + 1, hospital=desk.hospital, acct_pay=Decimal("50.00"), **given_days)
    elif event == "reverse":
        settled = chosen(InboundSettlement.objects.standing(), number)
        if settled:
            reversed_(settled, max(month, settled.settled_on))
    elif event == "make":
        desk.made(month)
    elif here is None:
        return
    elif event == "review":
        desk.in_review(month)
    elif event == "deduct":
        desk.deduct(here, here.lines.order_by("pk")[number % here.count].settlement, f"{100 + number}.01")
    elif event == "deduct earlier":
        settled = chosen(InboundSettlement.objects.filter(line__statement__status__in=CLOSED), number)
        desk.deduct(here, settled, f"{number + 1}.50", source=DeductionSource.EARLIER_MONTH)
    elif event == "complete":
        desk.reviewed(here)
    elif event == "appeal":
        deduction = chosen(here.deductions.standing().filter(appealed_on=None), number)
        if deduction:
            appealing.appeal(by=desk.clerk, deduction=deduction, version=here.version, on=ON, grounds="申诉")
            returned = (deduction.amount * (number % 3) / 2).quantize(Decimal("0.01"))
            here.refresh_from_db()
            appealing.decide(
                by=desk.supervisor, deduction=deduction, version=here.version, returned=returned, decision="裁定"
            )
    else:
        desk.cleared(here)


def nothing_is_lost(desk: Desk) -> None:
    """Month by month: lines make the sums; over the closed ones, what is paid is what stands of their settlements."""
    for one in HospitalStatement.objects.all():
        parts = one.lines.aggregate(fund=Sum("settlement__fund_pay_sumamt"), acct=Sum("settlement__acct_pay"))
        assert (one.fund_pay_sumamt, one.acct_pay) == (parts["fund"], parts["acct"])
        due = one.fund_pay_sumamt + one.acct_pay
        assert one.payable == due - one.deducted + one.returned + one.carried_in
    closed = HospitalStatement.objects.filter(status__in=CLOSED).order_by("month")
    if not closed:
        return
    lines = HospitalStatementLine.objects.filter(statement__in=closed)
    due = lines.aggregate(sum=Sum(F("settlement__fund_pay_sumamt") + F("settlement__acct_pay")))["sum"]
    kept = HospitalDeduction.objects.standing().filter(statement__in=closed)
    given_back = lines.filter(settlement__reverses__isnull=False).values("settlement__reverses")
    kept = kept.exclude(settlement__in=given_back)
    off = kept.aggregate(sum=Sum(F("amount") - F("returned")))["sum"] or Decimal(0)
    paid = sum((max(one.payable, Decimal(0)) for one in closed), Decimal(0))
    owed = min(closed.last().payable, Decimal(0))
    assert paid + owed == due - off


@pytest.mark.django_db
@pytest.mark.clause("DY-13", "DY-14")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    events=st.lists(
        st.tuples(st.sampled_from(EVENTS), st.integers(0, len(MONTHS) - 1), st.integers(0, 99)),
        min_size=10,
        max_size=40,
    )
)
def test_statements_come_to_their_settlements_less_deductions(desk: Desk, events: list[Event]) -> None:
    with transaction.atomic():
        for event, month, number in events:
            with suppress(Refused), transaction.atomic():
                happens(desk, event, MONTHS[month], number)
        nothing_is_lost(desk)
        for month in MONTHS:  # and then everything is brought to its end
            for event in ("make", "review", "complete", "clear"):
                with suppress(Refused), transaction.atomic():
                    happens(desk, event, month, 0)
        nothing_is_lost(desk)
        transaction.set_rollback(True)
