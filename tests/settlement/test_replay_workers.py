"""Replays in processes of their own: on one snapshot, read-only; lost workers and lost parents."""

import json
import multiprocessing
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command

from settlement.models import BenefitPolicy
from settlement.replays import reading, workers
from settlement.replays.questions import question_of
from settlement.replays.tally import Change, Tally, differences
from settlement.replays.verbs import database
from tests import factories as make
from tests.processes import PROJECT, environment
from tests.settlement.histories import FIRST, LAST, publish
from tests.settlement.office import Office, a_person, open_office
from tests.settlement.test_replays import MARCH, draft_of, settle, simple

pytestmark = pytest.mark.django_db(transaction=True)
CASES = 6
PATIENCE = 30  # seconds, of a machine that has much else to do


@pytest.fixture
def draft(transactional_db, monkeypatch):
    monkeypatch.setattr(reading, "PIECE", 1)  # so that there is something to share out
    office = open_office()
    publish(simple())
    for _ in range(CASES):
        settle(office, a_person(), MARCH)
    return draft_of(simple(ratio="0.90"))


def asked(draft):
    return question_of(draft, since=FIRST, until=LAST)


def nothing(done, total):
    pass


def test_command_replays_by_two_processes_and_prints_what_changes(draft, capsys):
    given = {"area": make.TIELING, "since": FIRST, "until": LAST, "json": True}
    call_command("replay_policy", **given, number=draft.version)
    said = json.loads(capsys.readouterr().out)
    tally = Tally.of_dict(said)
    assert tally.whole().counts == {**dict.fromkeys(Change, 0), Change.UP: CASES}
    in_force = BenefitPolicy.objects.in_force(make.TIELING, MARCH)
    call_command("replay_policy", policy=in_force.pk, since=FIRST, until=LAST)
    out, error = capsys.readouterr()
    assert f"无变化 {CASES}" in out
    assert f"{CASES} / {CASES}" in error
    with pytest.raises(CommandError, match="没有这一版本"):
        call_command("replay_policy", **given, number=999)


def test_workers_together_come_to_what_one_comes_to(draft):
    told = []
    both = workers.replay_all(database(), asked(draft), report=lambda done, total: told.append((done, total)))
    alone = workers.replay_all(database(), asked(draft), workers=1, report=nothing)
    assert (both.kinds, sorted(both.top)) == (alone.kinds, sorted(alone.top))
    assert told[0] == (0, CASES)
    assert told[-1] == (CASES, CASES)
    assert list(differences(both))
    empty = question_of(draft, since=LAST, until=LAST)
    assert workers.replay_all(database(), empty, report=nothing) == Tally()


def test_workers_see_what_there_was_at_the_beginning_and_write_nothing(draft):
    office = Office(person=a_person())

    def settled_meanwhile(done, total):
        if not done:
            settle(office, a_person(), MARCH)

    tally = workers.replay_all(database(), asked(draft), report=settled_meanwhile)
    assert sum(tally.whole().counts.values()) == CASES
    with (
        workers._reading(database()) as reading_alone,
        pytest.raises(psycopg.errors.ReadOnlySqlTransaction),
    ):
        reading_alone.execute("DELETE FROM settlement_yearaccount")


def test_worker_that_is_killed_or_fails_ends_the_replay(draft):
    def kill_one(done, total):
        if done == 1:
            multiprocessing.active_children()[0].kill()

    with pytest.raises(workers.ReplayBroken):
        workers.replay_all(database(), asked(draft), report=kill_one)
    assert multiprocessing.active_children() == []
    broken = replace(asked(draft), book=None, rules=None)
    with pytest.raises(workers.ReplayBroken, match=r"^\w+$"):  # only the kind of fault
        workers.replay_all(database(), broken, report=nothing)


def test_workers_end_when_their_parent_is_killed(draft, tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(PARENT, "utf-8")
    parent = subprocess.run(
        [sys.executable, str(script), str(draft.pk)],
        cwd=PROJECT,
        env=environment() | {"PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=PATIENCE * 4,
        check=False,
    )
    assert parent.returncode == -signal.SIGKILL, parent.stderr
    left = [int(pid) for pid in parent.stdout.split()]
    assert left
    until = time.monotonic() + PATIENCE
    while any(map(is_running, left)):
        assert time.monotonic() < until, "workers outlive their parent"
        time.sleep(0.05)


def is_running(pid):
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


PARENT = """
import multiprocessing, os, signal, sys
import datetime as dt

if __name__ == "__main__":
    import django
    django.setup()
    from settlement.models import BenefitPolicy
    from settlement.replays import reading, workers
    from settlement.replays.questions import question_of
    from settlement.replays.verbs import database

    reading.PIECE = 1
    draft = BenefitPolicy.objects.get(pk=sys.argv[1])

    def die(done, total):
        if done:
            print(*[child.pid for child in multiprocessing.active_children()], flush=True)
            os.kill(os.getpid(), signal.SIGKILL)

    asked = question_of(draft, since=dt.date(2026, 1, 1), until=dt.date(2026, 12, 31))
    workers.replay_all(database(), asked, report=die)
"""
