"""The gateway under load: settlements a second over HTTP, and messages that are not as they should be.

On two cores, the load included; against a bare view of the same server that commits one row for each message.
"""

import itertools
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any

from django.conf import settings
from django.db import connection

from filings.models import InsuredPerson, Participation
from filings.platform.signing import signed
from hospitals.models import Area, Hospital
from hospitals.vocabulary import Level
from settlement.gateway.persons import number_of
from settlement.models import Settlement
from tests.benchmarks.measure import Ratio
from tests.settlement.platform import Ward, a_bill

HOME, PLACE, CODE = "211200", "210200", "H21020200001"
STAYS, FUZZED, CLIENTS = 600, int(os.environ.get("FUZZED", "100000")), 8
LIMIT = 3  # a third of the bare view's rate
JSON = {"Content-Type": "application/json"}
serials, TAKING = itertools.count(1), threading.Lock()


def run() -> Iterator[Ratio]:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_row (id bigserial PRIMARY KEY, said text)")
    ward, people = Ward(home=HOME, place=PLACE, code=CODE), [somebody() for _ in range(STAYS)]
    a_hospital()
    with serving() as port:
        admissions = [written(ward.message("2401", {"mdtrtinfo": told(person)})) for person in people]
        answers = [json.loads(body) for _, body in sent(port, "/gateway/", admissions)]
        refused = [answer["err_msg"] for answer in answers if answer["infcode"] != 0]
        if refused:
            raise RuntimeError(f"{len(refused)} admissions refused: {refused[0]}")
        ids = [answer["output"]["result"]["mdtrt_id"] for answer in answers]
        bills = [
            written(ward.message("2304", {"data": a_bill(person, stay)}))
            for person, stay in zip(people, ids, strict=True)
        ]
        before = Settlement.objects.count()
        ours = seconds(port, "/gateway/", bills)
        made = Settlement.objects.count() - before
        if made != STAYS:
            raise RuntimeError(f"{made} settlements of {STAYS}")
        bare = seconds(port, "/bare-message/", bills)
        against = f"a bare view that commits one row; {STAYS / ours:.0f} settlements a second, {STAYS / bare:.0f} rows"
        yield Ratio(f"{STAYS} settlements over HTTP, {CLIENTS} clients", ours, bare, against, LIMIT)
        yield from fuzzed(port, admissions + bills)


def fuzzed(port: int, good: list[bytes]) -> Iterator[Ratio]:
    """Every message is answered by an envelope, none by an error of the server."""
    chance = random.Random(20261125)
    bodies = (spoilt(chance, chance.choice(good)) for _ in range(FUZZED))
    bad = [
        (status, body)
        for status, body in sent(port, "/gateway/", bodies)
        if status >= 500 or b"Traceback" in body or b'"infcode"' not in body
    ]
    if bad:
        raise RuntimeError(f"{len(bad)} of {FUZZED} messages: {bad[0]}")
    yield Ratio(f"{FUZZED} fuzzed messages, 0 without a proper answer", 0.001, 0.001, "themselves")


STRANGE: tuple[Any, ...] = (
    *(None, "", "\u0000", "\ud800", "☃" * 500, -1, 1e308, 10**40, True, [], {}, [[]] * 50),
    *("1e5", "9999-99-99", "2026-02-30", "0001-01-01", "00000000000000000", "'; DROP TABLE x;--", "-0.01"),
)


def spoilt(chance: random.Random, body: bytes) -> bytes:
    """Bytes changed or cut; or values, fields and types changed, and signed as the platform would."""
    if chance.random() < 0.3:
        cut = bytearray(body[: chance.randrange(len(body) + 1)] if chance.random() < 0.5 else body)
        for _ in range(chance.randrange(1, 6)):
            if cut:
                cut[chance.randrange(len(cut))] = chance.randrange(256)
        return bytes(cut)
    message = json.loads(body)
    message["msgid"] = f"{CODE}20261125{next(serials):010d}"
    for _ in range(chance.randrange(1, 4)):
        inside = chance.choice([message, *parts_of(message["input"])])
        if not inside:
            continue
        key = chance.choice(list(inside))
        if chance.random() < 0.3:
            del inside[key]
        else:
            inside[chance.choice((key, "unknown"))] = chance.choice(STRANGE)
        if "input" not in message:
            break
    try:
        return json.dumps(signed(message, settings.PLATFORM_KEY)).encode()
    except (ValueError, UnicodeError):
        return json.dumps(message).encode()


def parts_of(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        return [value, *(part for inner in value.values() for part in parts_of(inner))]
    return []


def told(person: InsuredPerson) -> dict[str, str]:
    return {
        "psn_no": number_of(person),
        "begntime": "2026-03-12",
        "med_type": "21",
        "ipt_no": f"B{person.pk}",
        "adm_diag_dscr": "肺炎",
    }


def written(message: dict[str, Any]) -> bytes:
    return json.dumps(signed(message, settings.PLATFORM_KEY)).encode()


def somebody() -> InsuredPerson:
    number = f"GATE{os.getpid()}{next(serials):08d}"
    person = InsuredPerson.objects.create(area_id=HOME, name="王小明", id_type="99", id_number=number)
    Participation.objects.create(
        person=person, area_id=HOME, scheme="employee", employment="active", starts_on="2020-01-01"
    )
    return person


def a_hospital() -> None:
    area = Area.objects.get(pk=PLACE)
    hospital, is_new = Hospital.objects.get_or_create(
        code=CODE, defaults={"area": area, "name": "大连示例医院", "level": Level.THREE}
    )
    if is_new:
        for scope in ("in_province", "cross_province"):
            hospital.services.create(service="inpatient", scope=scope, opened_on="2017-01-01", source="示例")


def seconds(port: int, path: str, bodies: list[bytes]) -> float:
    start = time.perf_counter()
    sent(port, path, bodies)
    return time.perf_counter() - start


def sent(port: int, path: str, bodies: Iterable[bytes]) -> list[tuple[int, bytes]]:
    """Each body posted, over as many connections as there are clients; the answers in the same order."""
    numbered, answers = iter(enumerate(bodies)), {}

    def client() -> None:
        kept = HTTPConnection("127.0.0.1", port, timeout=60)
        for number, body in shared(numbered):
            try:
                kept.request("POST", path, body, JSON)
                reply = kept.getresponse()
                answers[number] = (reply.status, reply.read())
            except (OSError, ValueError):
                kept.close()
                answers[number] = (599, b"")
        kept.close()

    with ThreadPoolExecutor(CLIENTS) as pool:
        for done in [pool.submit(client) for _ in range(CLIENTS)]:
            done.result()
    return [answers[number] for number in sorted(answers)]


def shared(numbered: Iterator[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    """The next one for whichever client asks."""
    while True:
        with TAKING:
            found = next(numbered, None)
        if found is None:
            return
        yield found


@contextmanager
def serving() -> Iterator[int]:
    """gunicorn, as the portal runs it: two processes of four threads."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        options = ["--bind", f"fd://{listener.fileno()}", "--workers", "2", "--threads", "4", "--keep-alive", "60"]
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
