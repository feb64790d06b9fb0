"""A roster of 300 rows with faults, from the workbook to the filings; and killed in the middle."""

import signal
import subprocess
import sys
import time
from typing import Any

import pytest
from django.core.management import call_command

from filings import policy_packs, tasks
from filings.models import Filing, RosterImport
from filings.rosters import verbs
from hospitals.list_imports import take_faults
from hospitals.vocabulary import ListStatus, Role
from tests import factories as make
from tests.filings.conftest import TODAY
from tests.filings.golden_roster import COUNT, FAULTS, FIRST, MEANT, NOTED, SAME, expected, golden_roster
from tests.filings.rosters import brought_in, counts, listed, rows, rows_for, workbook, workers
from tests.processes import PROJECT, environment

pytestmark = pytest.mark.clause("YT-02")
GOOD = COUNT - len(FAULTS) - len(SAME)


@pytest.fixture
def country(db: Any) -> None:
    call_command("load_directory", verbosity=0)
    policy_packs.load()


def test_roster_of_three_hundred_becomes_what_it_has_to(country: None) -> None:
    clerk = make.staff(Role.CLERK, make.YANTAI)
    data = golden_roster(clerk, TODAY)
    found = brought_in(data, clerk)
    assert counts(found) == {"new": GOOD, "same": len(SAME), "invalid": len(FAULTS)}
    assert "填表人：赵会计" in " ".join(found.notes)
    assert "部门" in " ".join(found.notes)
    planned = rows(found)
    assert [row.action for row in planned] == [expected(n) for n in range(COUNT)]
    assert [row.number for row in planned] == list(range(FIRST, COUNT + FIRST))
    told = {n: [(fault["column"], fault["text"]) for fault in planned[n].faults] for n in FAULTS}
    for n, (column, cause) in FAULTS.items():
        ((told_column, text),) = told[n]
        assert (told_column, text[: len(full := cause.format(day=TODAY))]) == (column, full), n
    for n, note in NOTED.items():
        assert planned[n].notes[0].startswith(note)
    good = [n for n in range(COUNT) if expected(n) == "new"]
    assert [planned[n].destination_id for n in good] == [MEANT[n % len(MEANT)] for n in good]

    before = Filing.objects.count()
    found = verbs.apply(list_import=found, by=clerk)
    assert counts(found) == {"new": GOOD, "same": len(SAME), "invalid": len(FAULTS)}
    assert Filing.objects.count() == before + GOOD
    made = {row.filing_id for row in rows(found) if row.action == "new"}
    assert made == set(Filing.objects.filter(channel="employer").values_list("pk", flat=True))

    again = brought_in(data, clerk)
    assert counts(again) == {"same": GOOD + len(SAME), "invalid": len(FAULTS)}


def test_faulty_rows_put_right_come_in_again(country: None) -> None:
    clerk = make.staff(Role.CLERK, make.YANTAI)
    found = verbs.apply(list_import=brought_in(golden_roster(clerk, TODAY), clerk), by=clerk)
    header, lines = take_faults(list_import=found, by=clerk)
    assert header == ["序号", "姓名", "证件号码", "派驻地", "派驻开始日期", "联系电话", "原行号", "有误之处"]
    given_back = {int(line[6]) - FIRST: line for line in lines}
    assert given_back.keys() == FAULTS.keys()
    for n in (67, 91, 103, 199):
        given_back[n][3] = "济南市"
    again = brought_in(workbook(tuple(header), [tuple(line) for line in given_back.values()]), clerk)
    assert counts(again) == {"new": 4, "invalid": len(FAULTS) - 4}


KILLED = """
import sys, django
django.setup()
from filings import tasks
print("ready", flush=True)
tasks.apply_roster(list_import=int(sys.argv[1]), by=int(sys.argv[2]))
"""


def worker(found: RosterImport, by: int) -> "subprocess.Popen[bytes]":
    """The job in a process of its own, on the test's database."""
    return subprocess.Popen(
        [sys.executable, "-c", KILLED, str(found.pk), str(by)],
        cwd=PROJECT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.mark.django_db(transaction=True)
def test_worker_killed_in_the_middle_and_run_again_ends_the_same(policies: None) -> None:
    clerk = make.staff(Role.CLERK, make.YANTAI)
    people = workers(COUNT)
    found = verbs.queue(list_import=brought_in(listed(*rows_for(people)), clerk), by=clerk)
    process = worker(found, clerk.pk)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        until = time.monotonic() + 60
        while Filing.objects.count() < 20 and time.monotonic() < until:
            time.sleep(0.02)
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    cut_off = Filing.objects.count()
    assert 20 <= cut_off < COUNT
    found.refresh_from_db()
    assert found.status == ListStatus.APPLYING
    assert (0 < found.progress < 100, found.stage.startswith("已办理")) == (True, True)

    tasks.apply_roster(list_import=found.pk, by=clerk.pk)
    tasks.apply_roster(list_import=found.pk, by=clerk.pk)
    found.refresh_from_db()
    assert (found.status, counts(found)) == (ListStatus.APPLIED, {"new": COUNT})
    filed = list(Filing.objects.order_by("person_id").values_list("person", flat=True))
    assert filed == [person.pk for person in people]
    assert all(row.filing_id for row in rows(found))
