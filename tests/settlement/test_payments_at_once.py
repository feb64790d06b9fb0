"""Finance at once and finance killed: over real connections and in real processes, nobody is paid twice or lost."""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection
from django.db.models import Sum

from hospitals.reasons import Refused
from settlement.models import Claim, Payment, PaymentBatch
from settlement.payments import batches, sending
from settlement.payments.results import verbs
from settlement.vocabulary import BatchStatus, ClaimStatus, PaymentStatus
from tests import factories as make
from tests.processes import PROJECT, environment
from tests.settlement.office import Office, open_office
from tests.settlement.payments import (
    confirmed,
    drafted,
    failing,
    line,
    released,
    second,
    sent,
    taken,
    tieling,
    today,
)
from tests.settlement.test_claim_concurrency import at_once, fresh

pytestmark = pytest.mark.django_db(transaction=True)
CASES, PATIENCE = 8, 90


@pytest.fixture
def office(transactional_db: None) -> Office:
    return open_office()


def batched(results: list) -> list[PaymentBatch]:
    return [result for result in results if isinstance(result, PaymentBatch)]


def test_two_of_finance_at_once_put_each_claim_into_one_batch(office):
    claims = released(office, 3)
    people = office.finance, second(office)
    area = tieling()
    results = at_once(
        *(lambda by=by: batches.make_batch(by=fresh(by), area=area, on=today()) for by in people),
    )
    assert batched(results)
    assert sorted(Payment.objects.values_list("claim", flat=True)) == [claim.pk for claim in claims]


def test_batch_and_step_back_at_once_leave_one_of_them(office):
    (claim,) = released(office)
    area = tieling()
    at_once(
        lambda: batches.make_batch(by=fresh(second(office)), area=area, on=today()),
        lambda: office.take(claim, "unrelease", by=fresh(office.finance)),
    )
    claim.refresh_from_db()
    assert Payment.objects.live().filter(claim=claim).exists() == (claim.status == ClaimStatus.RELEASED)


def test_sent_twice_at_once_goes_out_once(office):
    released(office)
    batch = confirmed(office, drafted(office))
    people = office.finance, second(office)
    results = at_once(
        *(lambda by=by: sending.send(by=fresh(by), batch=batch, version=batch.version) for by in people),
    )
    assert len(batched(results)) == 1
    assert sum(isinstance(result, Refused) for result in results) == 1


def test_same_results_brought_by_two_at_once_are_written_down_once(office):
    released(office, 3)
    batch = sent(office)
    one, other, third = batch.payments.all()
    lines = line(one), line(other), failing(third)
    found = [taken(office, *lines, by=by) for by in (office.finance, second(office))]
    at_once(
        *(lambda row=row: verbs.apply(list_import=row, by=fresh(row.made_by)) for row in found),
    )
    batch.refresh_from_db()
    assert batch.status == BatchStatus.CLOSED
    assert [row.status for row in batch.payments.all()] == [PaymentStatus.PAID] * 2 + [PaymentStatus.FAILED]
    assert Claim.objects.filter(status=ClaimStatus.PAID).count() == 2


# killed


@contextmanager
def running(step: str, key: int | str, office: Office) -> Iterator[subprocess.Popen]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.settlement.payment_runs", step, str(key), str(office.finance.pk)],
        cwd=PROJECT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def ends(step: str, key: int | str, office: Office) -> None:
    with running(step, key, office) as process:
        _out, error = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, error


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.02)


def is_waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


def is_over() -> bool:
    """The server, too, has done with whoever was killed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid()"
        )
        return not cursor.fetchone()[0]


@contextmanager
def held(table: str, key: int | None) -> Iterator[None]:
    """Somebody else is at work on a row, or on the table, and takes their time."""
    with psycopg.connect(environment()["DATABASE_URL"]) as other:
        if key is None:
            other.execute(f"LOCK TABLE {table} IN SHARE MODE")
        else:
            other.execute(f"SELECT 1 FROM {table} WHERE id = %s FOR UPDATE", [key])
        yield


def killed_while_waiting(step: str, key: int | str, office: Office, table: str, row: int | None) -> None:
    """Stopped where much is written and nothing of it committed, and killed there."""
    with held(table, row), running(step, key, office) as process:
        until(is_waiting)
        process.send_signal(signal.SIGKILL)
        assert process.wait(timeout=PATIENCE) == -signal.SIGKILL
    until(is_over)


def is_each_paid_once(claims: list[Claim], batch: PaymentBatch) -> None:
    batch.refresh_from_db()
    assert batch.status == BatchStatus.CLOSED
    assert sorted(Payment.objects.counting().values_list("claim", flat=True)) == [claim.pk for claim in claims]
    assert Claim.objects.filter(status=ClaimStatus.PAID).count() == len(claims)
    owed = Claim.objects.aggregate(total=Sum("calculation__fund"))["total"]
    paid = Payment.objects.filter(status=PaymentStatus.PAID).aggregate(total=Sum("amount"))["total"]
    assert owed == paid == batch.total


def test_batch_killed_while_made_sent_and_answered_pays_each_once(office):
    claims = released(office, CASES)
    middle = claims[CASES // 2]
    killed_while_waiting("make", make.TIELING, office, "settlement_payment", None)
    assert not Payment.objects.exists()
    assert not PaymentBatch.objects.exists()
    ends("make", make.TIELING, office)
    batch = confirmed(office, PaymentBatch.objects.get())
    killed_while_waiting("send", batch.pk, office, "settlement_payment", batch.payments.get(claim=middle).pk)
    batch.refresh_from_db()
    assert batch.status == BatchStatus.CONFIRMED
    assert set(batch.payments.values_list("status", flat=True)) == {PaymentStatus.PENDING}
    ends("send", batch.pk, office)
    batch.refresh_from_db()
    first_file = sending.file_of(batch, "csv")
    found = taken(office, *(line(payment) for payment in batch.payments.all()))
    verbs.queue(list_import=found, by=office.finance)
    killed_while_waiting("apply", found.pk, office, "settlement_claim", middle.pk)
    assert Payment.objects.filter(status=PaymentStatus.PAID).count() == CASES // 2
    assert Claim.objects.filter(status=ClaimStatus.PAID).count() == CASES // 2
    ends("apply", found.pk, office)
    is_each_paid_once(claims, batch)
    assert sending.file_of(batch, "csv") == first_file


def test_results_killed_anywhere_again_and_again_end_the_same(office):
    claims = released(office, CASES)
    batch = sent(office)
    found = taken(office, *(line(payment) for payment in batch.payments.all()))
    verbs.queue(list_import=found, by=office.finance)
    for done in (1, random.randint(2, CASES - 1)):
        with running("apply", found.pk, office) as process:
            until(lambda enough=done: Payment.objects.filter(status=PaymentStatus.PAID).count() >= enough)
            process.send_signal(signal.SIGKILL)
            process.wait(timeout=PATIENCE)
        until(is_over)
        paid = set(Payment.objects.filter(status=PaymentStatus.PAID).values_list("claim", flat=True))
        assert paid == set(Claim.objects.filter(status=ClaimStatus.PAID).values_list("pk", flat=True))
    ends("apply", found.pk, office)
    is_each_paid_once(claims, batch)
    again = taken(office, *(line(payment) for payment in batch.payments.all()))
    assert (again.new, again.same) == (0, CASES)
