"""50,000 filings made while the national platform is down, sent by a worker of its own once it is there again.

The floor: what the platform's own rate allows, from the moment it listens.  Each must be there exactly once.
"""

import datetime as dt
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from filings.models import FilingPolicy, PlatformLine, Upload
from filings.tasks import wake_uploads
from hospitals.access import portal_account
from tests.benchmarks.lists import copy
from tests.benchmarks.measure import Ratio, seconds
from tests.processes import PROJECT

COUNT, RATE = 50_000, 500  # messages; a second
OUTAGE = 20  # seconds: long enough for the pauses to have grown to their bound
AREA, FIRST = "370700", 40_000_000
KEY = "a key that the benchmark's platform knows"
LIMIT = 1.2


def run() -> Iterator[Ratio]:
    bare = seconds(lambda: file_people(FIRST + COUNT, COUNT // 5, triggers=False)) * 5
    with_outbox = seconds(lambda: file_people(FIRST, COUNT, triggers=True))
    yield Ratio(f"{COUNT:,} filings with history and outbox", with_outbox, bare, "COPY without triggers", None)
    if Upload.objects.filter(status="waiting").count() != COUNT:
        raise RuntimeError("the outbox is not whole")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    wake_uploads(timestamp=0)
    with worker(port):
        time.sleep(OUTAGE)
        tried = PlatformLine.objects.get().failures
        with platform(port):
            taken = seconds(lambda: wait(COUNT / RATE * 3))
            seen = json.loads(urllib.request.urlopen(f"http://127.0.0.1:{port}/").read())
    if (seen["done"], Upload.objects.filter(status="acknowledged").count()) != (COUNT, COUNT):
        raise RuntimeError(f"{seen} of {COUNT}")
    name = f"{COUNT:,} uploads after an outage ({seen['asked']:,} messages, {tried} tries before)"
    yield Ratio(name, taken, COUNT / RATE, f"the platform's {RATE} a second", LIMIT)


def wait(longest: float) -> None:
    deadline = time.monotonic() + longest
    while Upload.objects.filter(status="waiting").exists():
        if time.monotonic() > deadline:
            raise RuntimeError(f"{Upload.objects.filter(status='waiting').count()} still wait")
        time.sleep(0.1)


@contextmanager
def worker(port: int) -> Iterator[None]:
    url = f"http://127.0.0.1:{port}/"
    environment = {"PLATFORM_KEY": KEY, "PROVINCIAL_PLATFORM_URL": url, "NATIONAL_PLATFORM_URL": url}
    with _running("manage.py", "procrastinate", "worker", "--queues", "uploads", **environment):
        yield


@contextmanager
def platform(port: int) -> Iterator[None]:
    """Its time begins when it listens."""
    with _running("-m", "tests.filings.platform_stub", str(port), str(RATE), PLATFORM_KEY=KEY):
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 0.1).close()
            except OSError:
                time.sleep(0.01)
            else:
                break
        yield


@contextmanager
def _running(*arguments: str, **environment: str) -> Iterator[None]:
    process = subprocess.Popen([sys.executable, *arguments], cwd=PROJECT, env={**os.environ, **environment})
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def file_people(first: int, count: int, *, triggers: bool) -> None:
    """People, each with a filing in effect; the filings by one COPY."""
    policy, user = FilingPolicy.objects.filter(area=AREA).first(), portal_account()
    if policy is None:
        raise RuntimeError("load_policies first")
    now, day = dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.date(2026, 6, 1)
    keys = range(first, first + count)
    _set_role("replica")
    copy(
        "filings_insuredperson",
        "id, area_id, name, initials, id_type, id_number, sex, phone, address, created_at, version",
        lambda: ((key, AREA, "王小明", "wxm", "99", f"UP{key:010}", "0", "", "", now, 1) for key in keys),
    )
    _set_role("origin" if triggers else "replica")
    copy(
        "filings_filing",
        "id, area_id, person_id, scheme, employment, category, variant, destination_id, scope, tier, settlement, "
        "channel, filed_on, start_on, discharge_settled, note, policy_id, decision, status, made_by_id, made_at, "
        "review_reason, end_reason, request_token, version, agent_name, agent_relation, agent_phone, "
        "agent_id_number, hospital_name, ward, condition, disease, occasion, issuer_name",
        lambda: (
            (
                *(key, AREA, key, "employee", "retired", "long_term_resident", "", "110000"),
                *("cross_province", "local", "direct", "counter", day, day, False, "", policy.pk),
                *("{}", "active", user.pk, now, "", "", uuid.uuid4(), 1, *[""] * 10),
            )
            for key in keys
        ),
    )
    _set_role("origin")


def _set_role(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET session_replication_role = {role}")
