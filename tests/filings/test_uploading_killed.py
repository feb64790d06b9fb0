"""A worker of its own, killed again and again while it sends: each upload is there once, and none is left."""

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from filings.models import Filing, Upload
from filings.tasks import wake_uploads
from tests import factories as make
from tests.filings.platform_stub import KEY, Stub
from tests.filings.uploading import addresses
from tests.processes import PROJECT, environment

COUNT, KILLS, RATE = 400, 5, 150
PATIENCE = 60  # seconds


@pytest.mark.clause("YT-10", "JN-06")
@pytest.mark.django_db(transaction=True)
def test_worker_killed_while_it_sends_loses_nothing_and_doubles_nothing() -> None:
    dice, stub = random.Random(11), Stub(rate=RATE)
    for _person in range(COUNT // 2):
        filing = make.FilingFactory(person__area__code=make.WEIFANG)
        Filing.objects.filter(pk=filing.pk).update(end_on=filing.start_on)
    with stub.serving() as url, addresses(url):
        for _kill in range(KILLS):
            before = len(stub.asked)
            with worker(url) as process:
                wait_until(lambda before=before: len(stub.asked) > before)
                time.sleep(dice.uniform(0, 0.4))
                process.kill()
        assert len(stub.done) < COUNT
        with worker(url):
            wait_until(lambda: not Upload.objects.filter(status="waiting").exists())
    assert Counter(Upload.objects.values_list("status", flat=True)) == {"acknowledged": COUNT}
    assert len(stub.done) == COUNT < len(stub.asked)  # what was under way at a kill was asked again, and known
    assert set(stub.done) == set(Upload.objects.values_list("msgid", flat=True))
    assert all(upload.receipt == stub.receipts[upload.msgid] for upload in Upload.objects.all())
    in_order(stub)


@contextmanager
def worker(url: str) -> Iterator["subprocess.Popen[bytes]"]:
    """As the run of the minute finds the outbox: a job, and a worker that takes it."""
    wake_uploads(timestamp=0)
    process = subprocess.Popen(
        [sys.executable, "manage.py", "procrastinate", "worker", "--queues", "uploads"],
        cwd=PROJECT,
        env=environment()
        | {"PLATFORM_KEY": KEY.decode(), "PROVINCIAL_PLATFORM_URL": url, "NATIONAL_PLATFORM_URL": url},
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def in_order(stub: Stub) -> None:
    """Of each person the filing before its change."""
    told: dict[str, list[str]] = {}
    for message in stub.done.values():
        told.setdefault(message["input"]["certno"], []).append(message["infno"])
    assert set(map(tuple, told.values())) == {("A501", "A502")}
