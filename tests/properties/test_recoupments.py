"""Recoupments on random ways: open = due − received − written off, never below nothing, whatever is tried."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hospitals.reasons import Refused
from settlement.models import Recoupment
from settlement.recoupments.amounts import covered, even_plan, still_due
from tests.settlement.office import Office, open_office
from tests.settlement.recoupments import DUE_ON, paid_row, proposed, take

amounts = st.integers(1, 200_000).map(lambda fen: Decimal(fen).scaleb(-2))
steps = st.one_of(
    st.tuples(st.just("receive"), amounts),
    st.tuples(st.just("receive"), st.just(None)),  # all that is open
    st.tuples(st.just("take_back"), st.integers(0, 5)),
    st.tuples(st.just("set_instalments"), st.integers(1, 5)),
    st.tuples(st.sampled_from(["propose_write_off", "reject_write_off", "approve_write_off", "revoke"]), st.none()),
)


@pytest.fixture
def office(db: None) -> Office:
    return open_office(is_staffed=True)


def attempt(office: Office, case: Recoupment, verb: str, given: Any) -> Recoupment:
    if verb == "receive":
        return take(office, case, verb, amount=case.open if given is None else given)
    if verb == "take_back":
        receipts = list(case.receipts.filter(takes_back=None))
        return take(office, case, verb, receipt=receipts[given % len(receipts)].pk if receipts else 0)
    if verb == "set_instalments":
        return take(office, case, verb, plan=even_plan(case.open, DUE_ON, given))
    return take(office, case, verb)


def makes_sense(case: Recoupment) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    received = case.receipts.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    assert case.received == received
    assert case.open == case.due - received - case.written_off >= 0
    lacking = still_due(case.parts.all())
    assert all(0 <= lacks <= part.amount for part, lacks in lacking.items())
    assert sum(lacking.values()) == case.due - received
    assert (case.status in ("settled", "written_off")) <= (case.open == 0)
    if case.status == "collecting":
        plan = covered(case.instalments.all(), case.open)
        assert sum(one.open for one in plan) == case.open > 0
        assert case.next_due_on == next(one.instalment.due_on for one in plan if one.open)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(basic=st.integers(1, 100_000), aid=st.integers(1, 100_000), walk=st.lists(steps, min_size=6, max_size=14))
def test_what_is_open_follows_from_what_came(office: Office, basic: int, aid: int, walk: list[tuple[str, Any]]) -> None:
    asked = {"EMPLOYEE": Decimal(basic).scaleb(-2), "MEDICAL_AID": Decimal(aid).scaleb(-2)}
    with transaction.atomic():
        stay = paid_row(office.person, hifp_pay=asked["EMPLOYEE"], maf_pay=asked["MEDICAL_AID"])
        case = take(office, proposed(office, stay, **asked), "confirm")
        for verb, given_ in walk:
            before = Recoupment.objects.filter(pk=case.pk).values().get()
            try:
                attempt(office, case, verb, given_)
            except Refused:
                assert Recoupment.objects.filter(pk=case.pk).values().get() == before
            case = Recoupment.objects.get(pk=case.pk)
            makes_sense(case)
        transaction.set_rollback(True)


@given(fen=st.integers(1, 10**9), count=st.integers(1, 60), day=st.dates(dt.date(2020, 1, 1), dt.date(2040, 1, 1)))
def test_even_plan_is_whole_in_order_and_nearly_even(fen: int, count: int, day: dt.date) -> None:
    plan = even_plan(Decimal(fen).scaleb(-2), day, count)
    days, sums = [one for one, _amount in plan], [amount for _day, amount in plan]
    assert sum(sums) == Decimal(fen).scaleb(-2)
    assert days == sorted(set(days))
    assert len(set(sums[:-1])) <= 1
    assert 0 <= sums[-1] - sums[0] < Decimal(count).scaleb(-2)
