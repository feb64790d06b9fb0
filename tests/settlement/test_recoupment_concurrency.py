"""Recoupments asked for and collected by several at once, over real connections and in processes that are killed."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.db.models import Sum

from filings.lapsing import lapse
from filings.models import Commitment
from filings.sweeping import sweep
from hospitals.access import portal_account
from hospitals.reasons import Refused
from settlement.accounts.posting import reverse
from settlement.models import Recoupment, RecoupmentPart, Settlement
from tests.processes import PROJECT, environment
from tests.settlement.office import Office, open_office
from tests.settlement.recoupments import ON, in_state, paid_row, proposed, take, yuan
from tests.settlement.test_claim_concurrency import at_once, fresh
from tests.settlement.test_recoupment_causes import AFTER, STAYS, committed, stayed

pytestmark = pytest.mark.django_db(transaction=True)
TIMES, PATIENCE = 4, 60


@pytest.fixture
def office(transactional_db: None) -> Office:
    return open_office()


def asked(stay: Settlement) -> Decimal:
    rows = RecoupmentPart.objects.filter(recoupment__settlement=stay).exclude(recoupment__status="withdrawn")
    return rows.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)


def test_two_who_ask_at_once_never_ask_for_more_than_was_paid(office: Office) -> None:
    for amount, fits in ((600, 1), (500, 2), (1000, 1)):
        stay = paid_row(office.person)
        results = at_once(
            *(
                lambda by=by, stay=stay, amount=amount: proposed(office, stay, by=fresh(by), EMPLOYEE=amount)
                for by in (office.reviewer, office.second)
            )
        )
        assert len([one for one in results if isinstance(one, Recoupment)]) == fits
        assert asked(stay) == amount * fits <= stay.hifp_pay


def test_database_keeps_two_who_go_round_the_verbs_within_what_was_paid(office: Office) -> None:
    """Each writes its part before the other has committed."""
    stay = paid_row(office.person)
    one, two = (proposed(office, stay, EMPLOYEE=10) for _ in range(2))
    with psycopg.connect(address()) as first, psycopg.connect(address()) as second:
        write = "UPDATE settlement_recoupmentpart SET amount = 600 WHERE recoupment_id = %s"
        due = "UPDATE settlement_recoupment SET due = 600 WHERE id = %s"
        for sql in (write, due):
            first.execute(sql, [one.pk])
        second.execute("SET lock_timeout = '300ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            second.execute(write, [two.pk])
        second.rollback()
        first.commit()
        with pytest.raises(psycopg.errors.IntegrityError, match="不能超过基金已支付的金额"):
            second.execute(write, [two.pk])
    assert asked(stay) == 610


def test_receipts_at_once_take_no_more_than_is_open(office: Office) -> None:
    for _round in range(TIMES):
        case = in_state(office, "collecting")
        results = at_once(
            *[lambda case=case: take(office, case, "receive", by=fresh(office.finance), amount=yuan(600))] * 3,
        )
        assert len([one for one in results if isinstance(one, Recoupment)]) == 1
        case.refresh_from_db()
        assert (case.received, case.receipts.count()) == (600, 1)


def test_last_receipt_and_write_off_at_once_leave_one_end(office: Office) -> None:
    for _round in range(TIMES):
        case = take(office, in_state(office, "collecting"), "propose_write_off")
        results = at_once(
            lambda case=case: take(office, case, "settle", by=fresh(office.finance)),
            lambda case=case: take(office, case, "approve_write_off", by=fresh(office.supervisor)),
        )
        assert len([one for one in results if isinstance(one, Refused)]) == 1
        case.refresh_from_db()
        assert case.received + case.written_off == case.due
        assert case.status in ("settled", "written_off")


def test_lapse_and_reversal_at_once_ask_for_the_money_once(office: Office) -> None:
    commitment = committed(office.clerk, office.person)
    stays = [stayed(office, commitment.filing, *stay) for stay in STAYS]
    at_once(
        lambda: sweep(on=AFTER),
        *(lambda stay=stay: reverse(by=portal_account(), settlement=stay, reason="误传", on=ON) for stay in stays),
    )
    sweep(on=AFTER)
    assert Commitment.objects.get().status == "lapsed"
    assert [asked(stay) for stay in stays] == [stay.fund_pay_sumamt for stay in stays]


def test_lapse_and_settlement_at_once_leave_nothing_unasked(office: Office) -> None:
    commitment = committed(office.clerk, office.person)

    def settle() -> Any:
        return stayed(office, commitment.filing, *STAYS[0])

    results = at_once(settle, lambda: lapse(by=portal_account(), commitment=commitment, on=AFTER))
    stay = next((one for one in results if isinstance(one, Settlement)), None) or settle()
    assert Recoupment.objects.get().settlement == stay
    assert asked(stay) == stay.fund_pay_sumamt


# the daily run, killed


def address() -> str:
    database = settings.DATABASES["default"]
    return psycopg.conninfo.make_conninfo(
        host=database["HOST"],
        port=database["PORT"],
        user=database["USER"],
        password=database["PASSWORD"] or None,
        dbname=database["NAME"],
    )


def a_run() -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "manage.py", "sweep_commitments", "--on", AFTER.isoformat()],
        cwd=PROJECT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


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


@pytest.mark.clause("TL-08")
def test_run_killed_in_the_middle_asks_for_nothing_and_the_next_once(office: Office) -> None:
    """It is stopped where the first stay is asked back and the second is held, and killed there."""
    commitment = committed(office.clerk, office.person)
    stays = [stayed(office, commitment.filing, *stay) for stay in STAYS]
    with psycopg.connect(address()) as other:
        other.execute("SELECT 1 FROM settlement_settlement WHERE id = %s FOR UPDATE", [stays[1].pk])
        process = a_run()
        until(is_waiting)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=PATIENCE)
        until(lambda: not is_waiting())
    assert Commitment.objects.get().status == "open"
    assert not Recoupment.objects.exists()
    for _run in range(2):
        process = a_run()
        out, _nothing = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, out
    found = Recoupment.objects.order_by("settlement_id").values_list("settlement", "due", "proposed_on")
    assert list(found) == [(stay.pk, stay.fund_pay_sumamt, AFTER) for stay in stays]
