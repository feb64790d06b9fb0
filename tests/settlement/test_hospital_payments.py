"""Cleared statements are paid by two people of finance, each once; over real connections and in killed processes."""

import datetime as dt
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from decimal import Decimal

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from hospitals.reasons import Refused
from hospitals.vocabulary import Role, Scope
from settlement.hospital_clearing import making, paying, reviewing
from settlement.hospital_clearing.words import HospitalBatchStatus, HospitalPaymentStatus, HospitalStatementStatus
from settlement.models import (
    HospitalPayment,
    HospitalPaymentBatch,
    HospitalStatement,
    HospitalStatementLine,
    InboundSettlement,
)
from tests import factories as make
from tests.processes import PROJECT, environment
from tests.settlement.hospital_clearing import AUGUST, ON, SEPTEMBER, Desk, settled
from tests.settlement.inbound import dongying, hospital, reversed_, told
from tests.settlement.test_claim_concurrency import at_once, fresh

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE, HOSPITALS = 90, 6


@pytest.fixture
def desk(transactional_db: None) -> Desk:
    return Desk()


def desks(first: Desk, number: int) -> list[Desk]:
    """The same staff at further hospitals."""
    staff = {name: getattr(first, name) for name in ("clerk", "reviewer", "supervisor", "finance", "second")}
    return [first, *(Desk(**staff, hospital=hospital()) for _ in range(number - 1))]


def cleared_at(places: list[Desk]) -> list[HospitalStatement]:
    for number, place in enumerate(places, 1):
        settled(place, number)
    places[0].made()
    return [place.cleared_month() for place in places]


@pytest.mark.clause("DY-14")
def test_a_list_is_made_confirmed_by_another_and_paid(desk):
    first, second = cleared_at(desks(desk, 2))
    with pytest.raises(Refused, match="没有可用的收款账户"):
        desk.drafted()
    desk.account(first.hospital)
    batch = desk.drafted()
    assert (batch.count, batch.total, batch.dfr_souc) == (1, Decimal("6000.00"), "99902")
    with pytest.raises(Refused, match="以外的人员"):
        paying.confirm(by=desk.finance, batch=batch, version=batch.version)
    payment = batch.payments.get()
    with pytest.raises(Refused, match="草稿"):
        paying.record_paid(by=desk.finance, payment=payment, paid_on=ON, reference="1", on=ON)
    batch = paying.confirm(by=desk.second, batch=batch, version=batch.version)
    with pytest.raises(Refused, match="编制日期与今天之间"):
        paying.record_paid(by=desk.finance, payment=payment, paid_on=dt.date(2025, 1, 1), reference="1", on=ON)
    for _twice in range(2):
        paying.record_paid(by=desk.finance, payment=payment, paid_on=ON, reference="1", on=ON)
    with pytest.raises(Refused, match="不能登记已付"):
        paying.record_paid(by=desk.finance, payment=payment, paid_on=ON, reference="2", on=ON)
    first.refresh_from_db()
    batch.refresh_from_db()
    assert (first.status, batch.status) == (HospitalStatementStatus.PAID, HospitalBatchStatus.CLOSED)
    desk.account(second.hospital)
    assert desk.drafted().payments.get().statement == second
    with pytest.raises(Refused, match="没有待拨付"):
        desk.drafted()


def test_who_wrote_down_an_account_or_cleared_the_month_does_not_confirm(desk):
    cleared_at([desk])
    desk.account(by=desk.second)
    batch = desk.drafted()
    with pytest.raises(Refused, match="您登记的收款账户"):
        paying.confirm(by=desk.second, batch=batch, version=batch.version)
    make.PostFactory(user=desk.supervisor, role=Role.FINANCE, area=dongying())
    with pytest.raises(Refused, match="由您办理过"):
        paying.confirm(by=fresh(desk.supervisor), batch=batch, version=batch.version)


def test_a_payment_that_failed_waits_for_another_list(desk):
    (one,) = cleared_at([desk])
    batch = desk.confirmed()
    paying.record_failed(by=desk.finance, payment=batch.payments.get(), reason="账号户名不符")
    batch.refresh_from_db()
    one.refresh_from_db()
    assert (batch.status, one.status) == (HospitalBatchStatus.CLOSED, HospitalStatementStatus.CLEARED)
    assert desk.confirmed().payments.get().statement == one


def test_a_list_is_given_up_before_anything_is_paid(desk):
    cleared_at([desk])
    batch = desk.confirmed()
    batch = paying.void(by=desk.finance, batch=batch, version=batch.version, reason="重新编制")
    assert batch.payments.get().status == HospitalPaymentStatus.VOID
    batch = desk.confirmed()
    paying.record_failed(by=desk.finance, payment=batch.payments.get(), reason="户名不符")
    with pytest.raises(Refused, match="不能作废"):
        paying.void(by=desk.finance, batch=batch, version=batch.version + 1, reason="重新编制")


def test_nothing_is_paid_of_a_month_that_comes_to_less_than_nought(desk):
    (only,) = settled(desk, 1)
    desk.cleared_month()
    reversed_(only, dt.date(2025, 9, 5))
    desk.cleared_month(SEPTEMBER)
    assert [one.payable for one in paying.statements_to_pay(dongying(), Scope.CROSS_PROVINCE)] == [Decimal("6000.00")]


def test_the_database_pays_no_other_amount_and_nothing_unconfirmed(desk):
    (one,) = cleared_at([desk])
    account = desk.account()
    batch = desk.drafted()
    columns = {"batch": batch, "statement": one, "account": account}
    with pytest.raises(DatabaseError), transaction.atomic():
        HospitalPayment.objects.create(amount=one.payable, **columns)
    HospitalPayment.objects.update(status="void")
    with pytest.raises(DatabaseError), transaction.atomic():
        HospitalPayment.objects.create(amount=one.payable - 1, **columns)
    with pytest.raises(DatabaseError), transaction.atomic():
        HospitalStatement.objects.filter(pk=one.pk).update(status="60")
    again = HospitalPayment.objects.create(amount=one.payable, **columns)
    with pytest.raises(DatabaseError), transaction.atomic():
        HospitalPayment.objects.filter(pk=again.pk).update(status="paid", paid_on=ON, reference="1")


# at once


def test_two_who_apply_at_once_put_each_settlement_into_one_statement(desk):
    settled(desk, *range(1, 20))
    other = make.staff(Role.CLERK, make.DONGYING)
    results = at_once(
        *(
            lambda by=by: making.make_statements(by=fresh(by), area=dongying(), month=AUGUST, on=ON)
            for by in (desk.clerk, other)
        )
    )
    assert sorted(type(result) is making.Made for result in results) == [False, True]
    assert HospitalStatementLine.objects.count() == desk.statement().count == 19


def test_two_lists_at_once_pay_each_statement_once(desk):
    statements = cleared_at(desks(desk, 4))
    for one in statements:
        desk.account(one.hospital)
    at_once(
        *(
            lambda by=by: paying.make_batch(by=fresh(by), area=dongying(), scope=Scope.CROSS_PROVINCE, on=ON)
            for by in (desk.finance, desk.second)
        )
    )
    assert sorted(HospitalPayment.objects.values_list("statement", flat=True)) == [one.pk for one in statements]


def test_a_payment_recorded_twice_at_once_is_paid_once(desk):
    (one,) = cleared_at([desk])
    payment = desk.confirmed().payments.get()
    results = at_once(
        *(
            lambda by=by, said=said: paying.record_paid(
                by=fresh(by), payment=payment, paid_on=ON, reference=said, on=ON
            )
            for by, said in ((desk.finance, "1"), (desk.second, "2"))
        )
    )
    assert sum(isinstance(result, Refused) for result in results) == 1
    one.refresh_from_db()
    assert one.status == HospitalStatementStatus.PAID


def test_two_reviewers_at_once_deduct_no_more_than_the_funds_paid(desk):
    (only,) = settled(desk, 1)
    one = desk.in_review()
    other = make.staff(Role.REVIEWER, make.DONGYING)

    def deducting(by: object) -> Callable[[], object]:
        given = {"det_type": "10", "source": "1", "reason": "x", "clause": "x", "settlement": only}
        return lambda: reviewing.deduct(
            by=fresh(by), statement=one, version=one.version, amount=Decimal("3500.00"), **given
        )

    results = at_once(deducting(desk.reviewer), deducting(other))
    assert sum(isinstance(result, Refused) for result in results) == 1
    one.refresh_from_db()
    assert one.deducted == Decimal("3500.00")


def test_what_is_told_twice_at_once_is_one_row(desk):
    from settlement.inbound.recording import record_inbound_settlement

    same = told(1, hospital=desk.hospital)
    results = at_once(*(lambda: record_inbound_settlement(told=same) for _ in range(4)))
    assert {result.pk for result in results} == {InboundSettlement.objects.get().pk}


# killed


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.02)


def asked(question: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND {question}")
        return cursor.fetchone()[0]


def paying_process(batch: HospitalPaymentBatch, by: int) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.settlement.hospital_payment_runs", str(batch.pk), str(by), ON.isoformat()],
        cwd=PROJECT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_payment_of_a_list_killed_in_the_middle_and_begun_again_pays_each_once(desk):
    statements = cleared_at(desks(desk, HOSPITALS))
    for one in statements:
        desk.account(one.hospital)
    batch = desk.drafted()
    batch = paying.confirm(by=desk.second, batch=batch, version=batch.version)
    middle = statements[HOSPITALS // 2]
    with psycopg.connect(environment()["DATABASE_URL"]) as other:
        other.execute("SELECT 1 FROM settlement_hospitalstatement WHERE id = %s FOR UPDATE", [middle.pk])
        process = paying_process(batch, desk.finance.pk)
        until(lambda: asked("wait_event_type = 'Lock'") > 0)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=PATIENCE)
    until(lambda: asked("state <> 'idle' AND pid <> pg_backend_pid()") == 0)
    paid = HospitalPayment.objects.filter(status=HospitalPaymentStatus.PAID)
    assert (
        paid.count() == HospitalStatement.objects.filter(status=HospitalStatementStatus.PAID).count() == HOSPITALS // 2
    )
    process = paying_process(batch, desk.finance.pk)
    _out, error = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, error
    batch.refresh_from_db()
    assert (batch.status, paid.count()) == (HospitalBatchStatus.CLOSED, HOSPITALS)
    assert HospitalStatement.objects.filter(status=HospitalStatementStatus.PAID).count() == HOSPITALS
