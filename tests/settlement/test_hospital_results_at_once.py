"""Results of payments to hospitals at once and killed: over real connections and in real processes, each once."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable

import psycopg
import pytest
from django.db import connection

from hospitals.reasons import Refused
from hospitals.vocabulary import Scope
from settlement.hospital_clearing import paying
from settlement.hospital_clearing.words import HospitalBatchStatus as B
from settlement.hospital_clearing.words import HospitalPaymentStatus as P
from settlement.hospital_clearing.words import HospitalStatementStatus as S
from settlement.models import HospitalPayment
from settlement.payments.results import verbs
from tests.processes import PROJECT, environment
from tests.settlement.hospital_clearing import ON, Desk
from tests.settlement.hospital_results import applied, fresh_list, out, paid, standing, taken
from tests.settlement.inbound import dongying
from tests.settlement.payments import failing
from tests.settlement.test_claim_concurrency import at_once, fresh

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE, HOSPITALS = 90, 6


@pytest.fixture
def desk(transactional_db: None) -> Desk:
    return Desk()


def test_the_same_results_brought_by_two_at_once_are_written_down_once(desk):
    batch = out(desk, 3)
    one, other, third = batch.payments.order_by("pk")
    lines = paid(one), paid(other), failing(third)
    found = [taken(desk, *lines, by=by) for by in (desk.finance, desk.second)]
    at_once(*(lambda row=row: verbs.apply(list_import=row, by=fresh(row.made_by)) for row in found))
    assert standing(batch) == (B.CLOSED, [P.PAID, P.PAID, P.FAILED], [S.PAID, S.PAID, S.CLEARED])


def test_a_file_and_a_result_by_hand_at_once_pay_once(desk):
    batch = out(desk)
    payment = batch.payments.get()
    found = taken(desk, paid(payment))
    at_once(
        lambda: verbs.apply(list_import=found, by=fresh(desk.finance)),
        lambda: paying.record_paid(by=fresh(desk.second), payment=payment, paid_on=ON, reference="另一流水", on=ON),
    )
    payment.refresh_from_db()
    assert payment.reference in (f"YH{payment.pk}", "另一流水")
    assert standing(batch) == (B.CLOSED, [P.PAID], [S.PAID])


def test_what_came_back_is_in_one_list_whoever_makes_it(desk):
    batch = out(desk)
    payment = batch.payments.get()
    applied(desk, paid(payment))
    payment.refresh_from_db()
    at_once(
        *(
            lambda by=by: paying.give_back(by=fresh(by), payment=payment, version=payment.version, reason="退票")
            for by in (desk.finance, desk.second)
        )
    )
    desk.account()
    results = at_once(
        *(
            lambda by=by: paying.make_batch(by=fresh(by), area=dongying(), scope=Scope.CROSS_PROVINCE, on=ON)
            for by in (desk.finance, desk.second)
        )
    )
    assert sum(isinstance(result, Refused) for result in results) == 1
    assert sorted(HospitalPayment.objects.values_list("status", flat=True)) == [P.FAILED, P.PENDING]


def until(is_so: Callable[[], bool]) -> None:
    ends = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.02)


def asked(condition: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND {condition}")
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def writing_down(pk: int, user: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.settlement.payment_runs", "hospitals", str(pk), str(user)],
        cwd=PROJECT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_results_killed_in_the_middle_go_on_where_they_ended(desk):
    batch = out(desk, HOSPITALS)
    payments = list(batch.payments.order_by("pk"))
    found = taken(desk, *map(paid, payments))
    verbs.queue(list_import=found, by=desk.finance)
    middle = payments[HOSPITALS // 2]
    with psycopg.connect(environment()["DATABASE_URL"]) as other:
        other.execute("SELECT 1 FROM settlement_hospitalstatement WHERE id = %s FOR UPDATE", [middle.statement_id])
        process = writing_down(found.pk, desk.finance.pk)
        until(lambda: asked("wait_event_type = 'Lock'") > 0)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=PATIENCE)
    until(lambda: asked("state <> 'idle' AND pid <> pg_backend_pid()") == 0)
    assert standing(batch)[1].count(P.PAID) == 2
    process = writing_down(found.pk, desk.finance.pk)
    _out, error = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, error
    assert standing(fresh_list(batch)) == (B.CLOSED, [P.PAID] * HOSPITALS, [S.PAID] * HOSPITALS)
    found.refresh_from_db()
    assert (found.status, found.same) == ("applied", HOSPITALS)
