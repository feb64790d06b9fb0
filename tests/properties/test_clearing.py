"""Random settlements, reversals and closings: nothing is lost, nothing stands twice, the months are the ledger."""

import datetime as dt
import random
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Count, Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from filings.vocabulary import Scheme
from hospitals.access import portal_account
from hospitals.reasons import Refused
from hospitals.vocabulary import Service
from settlement.accounts.posting import reverse
from settlement.clearing import differences, months
from settlement.clearing.lifecycle import SUMS
from settlement.models import ClearingDifference, ClearingEntry, ClearingMonth, ClearingStatement, Settlement
from tests import factories as make
from tests.settlement.clearing import Desk, row_of, rows_of

MONTHS = [dt.date(2026, month, 1) for month in (2, 3, 4, 5)]
PLACES = ("110000", "210100", "370100")

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(db):
    return Desk()


def happens(dice: random.Random, desk: Desk) -> None:
    """One thing that may happen to the settlements or the months of an area; what is refused is left."""
    kind = dice.random()
    month = dice.choice(MONTHS)
    try:
        if kind < 0.45:
            desk.person = make.PersonFactory(area=desk.area)
            place, service = dice.choice(PLACES), dice.choice(list(Service))
            options = {"place": place, "service": service, "scheme": dice.choice(list(Scheme))}
            desk.settle(month.replace(day=dice.randint(1, 28)), Decimal(dice.randint(1, 99_999)).scaleb(-2), **options)
        elif kind < 0.6:
            standing = list(Settlement.objects.standing().filter(area=desk.area))
            if standing:
                one = dice.choice(standing)
                later = [day for day in MONTHS if day >= one.settled_on.replace(day=1)]
                on = max(one.settled_on, dice.choice(later))
                reverse(by=portal_account(), settlement=one, reason="误传", on=on)
        elif kind < 0.75:
            desk.gather(month)
        else:
            wind_up(dice, desk, month)
    except Refused:
        return


def wind_up(dice: random.Random, desk: Desk, month: dt.date) -> None:
    """Compare a month with a platform that lacks some settlements, carry those on, and close it as far as one may."""
    found = desk.accepted(month)
    rows = [row for row in rows_of(found) if dice.random() < 0.8]
    desk.compare(found, rows)
    for one in ClearingDifference.objects.unresolved().filter(month=found).order_by("pk"):
        desk.work_off(one, dice.choice(("propose_carrying", "ask_platform", "propose_accepting")))
    found.refresh_from_db()
    months.close(by=desk.second, month=months.finish(by=desk.finance, month=found))


def makes_sense(desk: Desk) -> None:
    """After every month is gathered that can be."""
    for month in [*MONTHS, dt.date(2026, 6, 1)]:
        try:
            desk.gather(month)
        except Refused:
            found = ClearingMonth.objects.filter(area=desk.area, month=month).first()
            if found and not found.is_closed:
                months.renew(by=desk.finance, month=found)
    ledger = Settlement.objects.filter(area=desk.area, way="direct")
    assert ClearingEntry.objects.count() == ledger.count()  # each once: a settlement is the key of its entry
    totals = {name: Sum(name, default=Decimal(0)) for name in SUMS}
    stated = ClearingStatement.objects.filter(area=desk.area).aggregate(**totals)
    assert stated == ledger.aggregate(**totals)
    for statement in ClearingStatement.objects.filter(area=desk.area):
        own = Settlement.objects.filter(clearing__statement=statement)
        sums = own.aggregate(n=Count("pk"), **totals)
        assert {**{name: getattr(statement, name) for name in SUMS}, "n": statement.count} == sums
    for entry in ClearingEntry.objects.select_related("settlement", "statement__month"):
        assert entry.settlement.settled_on.replace(day=1) <= entry.statement.month.month


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**9))
def test_statements_over_the_months_are_the_ledger(desk: Desk, seed: int) -> None:
    dice = random.Random(seed)
    with transaction.atomic():
        closed: dict[int, tuple] = {}
        for _step in range(25):
            happens(dice, desk)
            for month in ClearingMonth.objects.filter(area=desk.area):
                if month.is_closed:
                    content = tuple(
                        ClearingEntry.objects.filter(statement__month=month).order_by("pk").values_list("pk", flat=True)
                    )
                    assert closed.setdefault(month.pk, (content, month.fund_pay_sumamt)) == (
                        content,
                        month.fund_pay_sumamt,
                    )
        makes_sense(desk)
        transaction.set_rollback(True)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**9))
def test_order_of_gathering_does_not_matter(desk: Desk, seed: int) -> None:
    def stood(order: list[dt.date]) -> dict[int, dt.date]:
        with transaction.atomic():
            for month in order:
                desk.gather(month)
            rows = ClearingEntry.objects.values_list("settlement", "statement__month__month")
            found = dict(rows)
            transaction.set_rollback(True)
        return found

    dice = random.Random(seed)
    with transaction.atomic():
        for _step in range(12):
            desk.settle(dice.choice(MONTHS).replace(day=dice.randint(1, 28)))
        for one in dice.sample(list(Settlement.objects.standing()), 4):
            reverse(by=portal_account(), settlement=one, reason="误传", on=max(one.settled_on, dice.choice(MONTHS)))
        if dice.random() < 0.7:
            wind_up(dice, desk, MONTHS[0])
            desk.settle(MONTHS[0])
        order = [month for month in MONTHS if not ClearingMonth.objects.filter(month=month, status="50").exists()]
        shuffled = order * 2
        dice.shuffle(shuffled)
        assert stood(order) == stood(shuffled)
        assert set(stood(order)) | set(ClearingEntry.objects.values_list("settlement", flat=True)) == set(
            Settlement.objects.values_list("pk", flat=True)
        )
        transaction.set_rollback(True)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**9))
def test_comparing_finds_just_what_differs_whatever_the_order(desk: Desk, seed: int) -> None:
    dice = random.Random(seed)
    with transaction.atomic():
        made = [desk.settle(MONTHS[1], Decimal(dice.randint(1, 9_999)).scaleb(-2)) for _ in range(8)]
        rows, expected = [], {}
        for one in made:
            what = dice.choice(("equal", "ours_only", "different"))
            if what == "different":
                rows.append(row_of(one, fund_pay_sumamt=one.fund_pay_sumamt + Decimal("0.01")))
            elif what == "equal":
                rows.append(row_of(one))
            if what != "equal":
                expected[one.number] = what
        for number in range(dice.randint(0, 3)):
            rows.append(row_of(made[0], setl_id=f"X{number}"))
            expected[f"X{number}"] = "theirs_only"
        dice.shuffle(rows)
        month = desk.accepted(MONTHS[1])
        found = desk.compare(month, rows)
        assert dict(month.differences.values_list("setl_id", "kind")) == expected
        assert found.same == len(rows) - found.new - found.changed
        one = month.differences.first()
        if one:
            assert differences.take(by=desk.finance, difference=one).status == "taken"
        transaction.set_rollback(True)
