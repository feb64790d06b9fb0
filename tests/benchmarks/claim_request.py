"""Registering a claim, entering ten items, settling and submitting it: one request over HTTP, everything committed.

Against a bare page of the same server that commits one row, asked in turns with it, each at its best.
"""

import itertools
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db import connection
from django.middleware.csrf import _get_new_csrf_string
from django.test import Client
from django.test.utils import CaptureQueriesContext

from filings.models import InsuredPerson, Participation
from hospitals.models import Post
from hospitals.vocabulary import Role
from settlement.models import Claim, Settlement
from settlement.vocabulary import ClaimStatus
from tests.benchmarks.measure import Ratio

HOME, TIMES = "211200", 100
STATEMENTS, LIMIT = 25, 4
FRAMES = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE SAVEPOINT")
serials = itertools.count(1)


def run() -> Iterator[Ratio]:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_row (id bigserial PRIMARY KEY, said text)")
    client = clerk()
    submit(client, somebody())  # the published rules are read once a process
    yield statements(client, somebody())
    token = _get_new_csrf_string()
    cookies = f"sessionid={client.cookies['sessionid'].value}; csrftoken={token}"
    with serving() as port:
        asked = Asked(port, {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}, token)
        before = Claim.objects.filter(status=ClaimStatus.IN_REVIEW).count()
        ours, bare = [], []
        people = [somebody() for _ in range(TIMES)]  # the same stay twice would be a finding
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # as autovacuum does of itself
        for person in people:
            ours.append(asked.seconds(f"/claims/new/?person={person.pk}", whole(), 302))
            bare.append(asked.seconds("/bare/", {"said": "something"}, 204))
        made = Claim.objects.filter(status=ClaimStatus.IN_REVIEW).count() - before
    if made != TIMES or Settlement.objects.count() < TIMES:
        raise RuntimeError(f"{made} claims of {TIMES} requests")
    name = "register, 10 items, settle, submit: one request over HTTP"
    yield Ratio(name, min(ours), min(bare), "a bare page that commits one row", LIMIT)
    yield Ratio(f"{name} (median)", sorted(ours)[TIMES // 2], sorted(bare)[TIMES // 2], "the same, median")


def statements(client: Client, person: InsuredPerson) -> Ratio:
    with CaptureQueriesContext(connection) as log:
        submit(client, person)
    sql = [query["sql"] for query in log]
    frames = [one for one in sql if one.rpartition("; ")[2].startswith(FRAMES)]
    counted = len(sql) - len(frames)
    name = f"register, 10 items, settle, submit: {counted} statements"
    return Ratio(name, counted / 1000, STATEMENTS / 1000, f"{STATEMENTS}; {len(frames)} BEGIN, COMMIT beside them", 1)


def submit(client: Client, person: InsuredPerson) -> None:
    reply = client.post(f"/claims/new/?person={person.pk}", whole())
    if reply.status_code != 302:
        raise RuntimeError(f"status {reply.status_code}")


class Asked:
    """One client that keeps its connection, as a browser does."""

    def __init__(self, port: int, headers: dict[str, str], token: str) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self.headers, self.token = headers, token

    def seconds(self, path: str, data: dict[str, str], status: int) -> float:
        body = urlencode(data | {"csrfmiddlewaretoken": self.token})
        start = time.perf_counter()
        self.connection.request("POST", path, body, self.headers)
        reply = self.connection.getresponse()
        text = reply.read()
        taken = time.perf_counter() - start
        if reply.status != status:
            raise RuntimeError(f"{path}: {reply.status} {text[-2000:].decode()}")
        return taken


@contextmanager
def serving() -> Iterator[int]:
    """gunicorn, as the portal runs it, with one process."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        options = ["--bind", f"fd://{listener.fileno()}", "--threads", "4", "--keep-alive", "60"]
        options += ["--no-control-socket", "--log-level", "warning"]
        server = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "gunicorn",
                "config.wsgi",
                *options,
                "--no-control-socket",
                "--log-level",
                "warning",
            ],
            pass_fds=[listener.fileno()],
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.benchmarks.server"},
        )
        try:
            yield port
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(20)


def somebody() -> InsuredPerson:
    number = f"BENCH{uuid.uuid4().hex[:12]}"
    person = InsuredPerson.objects.create(area_id=HOME, name="王小明", id_type="99", id_number=number)
    Participation.objects.create(
        person=person, area_id=HOME, scheme="employee", employment="active", starts_on="2020-01-01"
    )
    return InsuredPerson.objects.select_related("area").get(pk=person.pk)


def clerk() -> Client:
    user = User.objects.create_user(f"bench-{uuid.uuid4().hex[:8]}")
    Post.objects.create(user=user, role=Role.CLERK, area_id=HOME)
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(user, backend="hospitals.access.PostBackend")
    return client


def whole() -> dict[str, str]:
    """What the counter form posts for a temporary outing to Shenyang: one receipt, ten items."""
    serial = next(serials)
    data = {
        "treatment_area": "沈阳市（210100）",
        "hospital_name": "沈阳示例医院",
        "hospital_level": "3",
        "service": "inpatient",
        "admitted_on": "2026-03-01",
        "discharged_on": "2026-03-12",
        "diagnosis": "肺炎",
        "category": "temporary",
        "manual_reason": "not_networked",
        "payee_name": "王小明",
        "note": "",
        "payee_bank": "示例银行铁岭支行",
        "payee_account": "6222000000000000000",
        "request_token": str(uuid.uuid4()),
        "hands_on": "1",
        "detail": "by_item",
        "total": "",
        "eligible": "",
        "receipts-TOTAL_FORMS": "1",
        "receipts-INITIAL_FORMS": "0",
        "receipts-0-code": "99990000",
        "receipts-0-number": f"{os.getpid()}{serial:08}",
        "receipts-0-amount": "10000.00",
        "material-original_receipts-seen": "on",
        "material-original_receipts-originals": "1",
        "items-TOTAL_FORMS": "10",
        "items-INITIAL_FORMS": "0",
    }
    for place in range(10):
        item = {"code": f"X{place:04}", "name": f"示例项目{place}", "catalogue": "02", "quantity": "2"}
        item |= {"price": "500.00", "self_pay": "0.1", "limit": "450"}
        data |= {f"items-{place}-{name}": text for name, text in item.items()}
    return data
