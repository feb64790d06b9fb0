"""The daily run as processes of their own: killed half-way, two at once, beside somebody at work."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection

from filings.models import Commitment, Filing, InsuredPerson, Sanction
from tests import factories as make
from tests.filings.commitments import committed, end_state
from tests.filings.test_lapsing import AFTER, SIGNED

pytestmark = [pytest.mark.clause("TL-08"), pytest.mark.django_db(transaction=True)]
Insured = Callable[..., InsuredPerson]
ROOT = Path(__file__).parents[2]
CASES, PATIENCE = 40, 60
STATE = ("status", "end_on")


def address() -> str:
    database = {name: quote(str(value), safe="") for name, value in settings.DATABASES["default"].items()}
    return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)


@contextmanager
def running() -> Iterator[subprocess.Popen[str]]:
    """`manage.py sweep_commitments` of the day after the last one, until it ends or is killed."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "sweep_commitments", "--on", AFTER.isoformat()],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": address(), "PORTAL_ENVIRONMENT": "development"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def ended(process: subprocess.Popen[str]) -> tuple[int, int]:
    """How many it ended and how many it could not."""
    out, error = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, error
    told = re.search(r"到期取消 ([\d,]+) 件，未成 ([\d,]+) 件", out)
    assert told, out
    return int(told[1]), int(told[2])


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.02)


@pytest.fixture
def cases(clerk: User, insured: Insured) -> list[Commitment]:
    return [committed(clerk, insured(make.TIELING), filed_on=SIGNED) for _ in range(CASES)]


@contextmanager
def held(table: str, key: int) -> Iterator[None]:
    """Somebody else is at work on a row, and takes their time."""
    with psycopg.connect(address()) as other:
        other.execute(f"SELECT 1 FROM {table} WHERE id = %s FOR UPDATE", [key])
        yield


def is_waiting_for_a_row() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


def is_whole(case: Commitment) -> bool:
    """Everything that follows, or nothing of it."""
    case.refresh_from_db()
    filing = Filing.objects.get(pk=case.filing_id)
    sanctions = case.sanctions.count()
    return (case.status, filing.status, filing.end_on, sanctions) in (
        ("open", "active", None, 0),
        ("lapsed", "cancelled", case.due_on, 4),
    )


def test_run_killed_in_the_middle_of_a_case_leaves_none_by_halves(cases: list[Commitment]) -> None:
    """It is stopped where all of a case is written and nothing of it committed, and killed there."""
    stopped = cases[CASES // 2]
    with held("filings_insuredperson", stopped.person_id), running() as process:
        until(is_waiting_for_a_row)
        process.send_signal(signal.SIGKILL)
        assert process.wait(timeout=PATIENCE) == -signal.SIGKILL
        until(lambda: not is_waiting_for_a_row())
    assert Commitment.objects.filter(status="lapsed").count() == CASES // 2
    assert all(is_whole(case) for case in cases)
    stopped.refresh_from_db()
    assert stopped.status == "open"
    with running() as process:
        assert ended(process) == (CASES - CASES // 2, 0)
    all_ended(cases)


def test_run_killed_anywhere_is_taken_up_by_the_next(cases: list[Commitment]) -> None:
    with running() as process:
        until(Commitment.objects.filter(status="lapsed").exists)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=PATIENCE)
    assert all(is_whole(case) for case in cases)
    with running() as process:
        ended(process)
    all_ended(cases)


def test_two_runs_at_once_share_the_work(cases: list[Commitment]) -> None:
    with running() as one, running() as other:
        first, second = ended(one), ended(other)
    assert first[0] + second[0] == CASES
    assert first[1] + second[1] == 0
    all_ended(cases)


def test_case_that_somebody_is_at_work_on_is_left_and_taken_up_later(cases: list[Commitment]) -> None:
    filing, commitment = cases[3], cases[7]
    with held("filings_filing", filing.filing_id or 0), held("filings_commitment", commitment.pk), running() as process:
        out, _error = process.communicate(timeout=PATIENCE)
    assert f"到期取消 {CASES - 2} 件，未成 0 件，正被他人办理 2 件" in out
    assert set(Commitment.objects.open().values_list("pk", flat=True)) == {filing.pk, commitment.pk}
    with running() as process:
        assert ended(process) == (2, 0)
    all_ended(cases)


def test_person_whose_record_is_held_too_long_stops_no_other(cases: list[Commitment]) -> None:
    stuck = cases[0]
    with held("filings_insuredperson", stuck.person_id), running() as process:
        out, _error = process.communicate(timeout=PATIENCE)
        assert process.returncode == 1
    assert f"到期取消 {CASES - 1} 件，未成 1 件" in out
    stuck.refresh_from_db()
    assert (stuck.status, stuck.problem) == ("open", "处理时出错（OperationalError）")
    with running() as process:
        assert ended(process) == (1, 0)
    all_ended(cases)


def all_ended(cases: list[Commitment]) -> None:
    """As one run in peace would have left it: each once."""
    assert Sanction.objects.count() == 4 * len(cases)
    filings, commitments, sanctions = end_state()
    assert {row[1:] for row in filings} == {("cancelled", SIGNED, cases[0].due_on, "portal")}
    assert {row[1:] for row in commitments} == {("lapsed", cases[0].due_on, "active", None, "", 2)}
    assert len({(row[0], row[1]) for row in sanctions}) == len(sanctions)
    events: Any = Commitment.objects.all()[0].events.model  # type: ignore[attr-defined]
    assert events.objects.filter(status="lapsed").count() == len(cases)
