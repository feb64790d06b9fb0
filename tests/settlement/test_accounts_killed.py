"""Settling in processes of their own: several at once, and one that is killed in the middle."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable

import psycopg
import pytest
from django.db import connection

from settlement.models import AccountEntry, Calculation, Settlement, YearAccount
from tests.filings.test_sweeping_at_once import address
from tests.processes import PROJECT, environment
from tests.settlement.books import accounts, makes_sense, open_books

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 90
AMOUNTS = ("3333.33", "9000.01", "15000.00", "28765.43")


def settling(books, person, amounts):
    command = [sys.executable, "-m", "tests.settlement.settling", str(books.clerk.pk), str(person.pk), *amounts]
    return subprocess.Popen(command, cwd=PROJECT, env=environment())


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.02)


def is_waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'settlement_accountentry'::regclass"
        )
        return bool(cursor.fetchone()[0])


def test_process_killed_in_the_middle_leaves_all_or_nothing_and_the_next_ones_go_on():
    """It is stopped where the settlement is written and its entries are not, and killed there.

    What two others settle afterwards, at once, is what one would have settled alone.
    """
    books = open_books()
    person, alike = books.person(), books.person()
    books.settle(person, "1234.56")
    with psycopg.connect(address()) as other:
        other.execute("LOCK TABLE settlement_accountentry IN SHARE MODE")
        process = settling(books, person, AMOUNTS[:1])
        until(is_waiting)
        process.send_signal(signal.SIGKILL)
        assert process.wait(timeout=PATIENCE) == -signal.SIGKILL
    until(lambda: not is_waiting())
    counts = [model.objects.count() for model in (Settlement, Calculation, AccountEntry, YearAccount)]
    assert counts == [1, 1, 1, 1]
    makes_sense(person)
    workers = [settling(books, person, AMOUNTS[:2]), settling(books, person, AMOUNTS[2:])]
    assert [worker.wait(timeout=PATIENCE) for worker in workers] == [0, 0]
    for amount in ("1234.56", *AMOUNTS):
        books.settle(alike, amount)
    assert accounts(person) == accounts(alike)
    makes_sense(person)
