"""Clearing over real connections: settlements that arrive while a month is closed, two who close it, one killed."""

import signal
import subprocess
import sys

import psycopg
import pytest

from hospitals.access import portal_account
from hospitals.reasons import Refused
from settlement.accounts.posting import reverse
from settlement.clearing import differences, months
from settlement.models import ClearingDifference, ClearingEntry, ClearingMonth, ClearingStatement, Settlement
from tests.filings.test_sweeping_at_once import address
from tests.processes import PROJECT, environment
from tests.settlement.clearing import APRIL, MARCH, Desk, in_month
from tests.settlement.test_accounts_killed import PATIENCE, until
from tests.settlement.test_claim_concurrency import at_once, fresh
from tests.settlement.test_recoupment_concurrency import is_waiting

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = 4


@pytest.fixture
def desk(transactional_db):
    return Desk()


def stands_once(desk):
    """Each settlement in one month, a closed one as it was, the statements the ledger."""
    for month in ClearingMonth.objects.filter(area=desk.area).order_by("month"):
        sums = sum(one.fund_pay_sumamt for one in in_month(month))
        assert (month.count, month.fund_pay_sumamt) == (len(in_month(month)), sums)
        assert sum(one.fund_pay_sumamt for one in month.statements.all()) == sums
    assert ClearingEntry.objects.count() == Settlement.objects.count()


def test_settlement_that_arrives_while_the_month_is_closed_stands_in_it_or_in_the_next(desk):
    """Not gathered yet when the month is looked at, it holds the closing up; later it goes to the next month."""
    for round_ in range(TIMES):
        month = MARCH.replace(month=round_ + 1)
        made = desk.settle(month)
        finished = desk.finished(month)
        results = at_once(
            lambda f=finished: months.close(by=fresh(desk.second), month=f),
            lambda m=month: desk.settle(m),
            lambda s=made, m=month: reverse(by=portal_account(), settlement=s, reason="误传", on=m),
        )
        if isinstance(results[0], Refused):
            assert "新到结算" in str(results[0])
            renewed = months.renew(by=desk.finance, month=finished)
            for one in ClearingDifference.objects.unresolved().filter(month=renewed):
                desk.work_off(one, "ask_platform")
            renewed.refresh_from_db()
            months.close(by=desk.second, month=months.finish(by=desk.finance, month=renewed))
    desk.gather(MARCH.replace(month=TIMES + 1))
    stands_once(desk)


def test_settlement_not_committed_when_the_month_closes_goes_to_the_next(desk):
    desk.settle()
    finished = desk.finished()
    source = desk.settle(APRIL)
    columns = ", ".join(
        field.column for field in Settlement._meta.concrete_fields if field.column not in ("id", "settled_on")
    )
    with psycopg.connect(address()) as other:
        other.execute("SET session_replication_role = replica")
        other.execute(
            f"INSERT INTO settlement_settlement (settled_on, {columns}) SELECT %s, {columns}"
            " FROM settlement_settlement WHERE id = %s",
            [MARCH, source.pk],
        )
        closed = months.close(by=desk.second, month=finished)  # does not wait for it
        other.commit()
    assert closed.count == 1
    assert len(in_month(desk.gather(APRIL))) == 2
    stands_once(desk)


def test_two_who_close_at_once_close_it_once(desk):
    for round_ in range(TIMES):
        month = MARCH.replace(month=round_ + 1)
        desk.settle(month)
        finished = desk.finished(month)
        results = at_once(*[lambda f=finished: months.close(by=fresh(desk.second), month=f)] * 2)
        won = [one for one in results if isinstance(one, ClearingMonth)]
        lost = [one for one in results if isinstance(one, Refused)]
        assert (len(won), len(lost)) == (1, 1)
        assert "已清算" in str(lost[0])
    stands_once(desk)


def test_two_who_gather_at_once_make_one_month(desk):
    for _round in range(TIMES):
        desk.settle()
        results = at_once(*[lambda: desk.gather(by=fresh(desk.finance))] * 3)
        assert len({one.pk for one in results}) == 1
    stands_once(desk)


def test_working_a_difference_off_and_comparing_again_at_once_do_not_wait_in_a_ring(desk):
    for _one in range(3):
        desk.settle()
    month = desk.compared(rows=())
    for one in month.differences.all():
        at_once(
            lambda d=one: differences.take(by=fresh(desk.finance), difference=d),
            lambda m=month: months.renew(by=fresh(desk.second), month=m),
        )
    assert set(month.differences.values_list("status", flat=True)) <= {"open", "taken"}
    stands_once(desk)


def test_closing_and_finding_another_difference_at_once_leave_no_open_one_behind(desk):
    """Whoever goes round the verbs waits for the month and is refused."""
    desk.settle()
    month = desk.finished()
    with psycopg.connect(address()) as other:
        other.execute(
            "UPDATE settlement_clearingmonth SET status = '50', closed_by_id = %s, closed_at = now() WHERE id = %s",
            [desk.second.pk, month.pk],
        )
        late = desk.settle(APRIL)
        with psycopg.connect(address()) as third:
            third.execute("SET lock_timeout = '300ms'")
            statement = month.statements.get()
            enter = "INSERT INTO settlement_clearingentry (settlement_id, statement_id) VALUES (%s, %s)"
            with pytest.raises(psycopg.errors.LockNotAvailable):
                third.execute(enter, [late.pk, statement.pk])
            third.rollback()
            other.commit()
            with pytest.raises(psycopg.errors.IntegrityError, match="已清算"):
                third.execute(enter, [late.pk, statement.pk])


def closing(month, by):
    command = [sys.executable, "-m", "tests.settlement.closing", str(month.pk), str(by.pk)]
    return subprocess.Popen(command, cwd=PROJECT, env=environment())


def test_closing_killed_in_the_middle_leaves_the_month_open_and_the_next_closes_it(desk):
    """It is stopped where the month is looked through and its row is to be written, and killed there."""
    desk.settle()
    month = desk.finished()
    with psycopg.connect(address()) as other:
        other.execute("LOCK TABLE settlement_clearingmonthevent IN SHARE MODE")
        process = closing(month, desk.second)
        until(is_waiting)
        process.send_signal(signal.SIGKILL)
        assert process.wait(timeout=PATIENCE) == -signal.SIGKILL
    until(lambda: not is_waiting())
    month.refresh_from_db()
    assert (month.status, month.closed_by) == ("40", None)
    both = [closing(month, desk.second) for _ in range(2)]
    assert sorted(one.wait(timeout=PATIENCE) for one in both) == [0, 1]
    month.refresh_from_db()
    assert month.status == "50"
    assert ClearingStatement.objects.get().count == 1
    stands_once(desk)
