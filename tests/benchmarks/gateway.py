"""The gateway under load: settlements a second over HTTP, and messages that are not as they should be.

On two cores, the load included; against a bare view of the same server, behind the same middleware, that takes the same
signed messages and commits one row for each.
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
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
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
from tests.settlement.fuzzing import good_messages, is_proper, spoilt
from tests.settlement.platform import Ward, a_bill

HOME, PLACE, CODE = "211200", "210200", "H21020200001"
LOCAL, LOCAL_CODE = "211200", "H21120200001"
STAYS, TURNS, WARM = 600, 6, 80  # the bare view is asked in turns with the portal; what is read once a process, before
FUZZED, FUZZED_TOGETHER = int(os.environ.get("FUZZED", "100000")), 1_000
CLIENTS = 8
LIMIT = 3  # a third of the bare view's rate
JSON = {"Content-Type": "application/json"}
serials, TAKING = itertools.count(1), threading.Lock()
Stay = tuple[InsuredPerson, str]


def run() -> Iterator[Ratio]:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_row (id bigserial PRIMARY KEY, said text)")
    ward = Ward(home=HOME, place=PLACE, code=CODE)
    a_hospital(PLACE, CODE)
    a_hospital(LOCAL, LOCAL_CODE)
    with serving() as port:
        stays = admitted(port, ward, STAYS + WARM)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # as autovacuum does of itself
        yield settled(port, ward, stays)
        yield fuzzed(port, ward)


def settled(port: int, ward: Ward, stays: list[Stay]) -> Ratio:
    bills = [written(ward.message("2304", {"data": a_bill(*stay)})) for stay in stays]
    for path in ("/gateway/", "/bare-message/"):
        seconds(port, path, bills[:WARM])
    before, ours, bare = Settlement.objects.count(), 0.0, 0.0
    for turn in range(TURNS):
        together = bills[WARM + turn :: TURNS]
        ours += seconds(port, "/gateway/", together)
        bare += seconds(port, "/bare-message/", together)
    made = Settlement.objects.count() - before
    if made != STAYS:
        raise RuntimeError(f"{made} settlements of {STAYS}")
    against = f"a bare view that commits one row; {STAYS / ours:.0f} settlements a second, {STAYS / bare:.0f} rows"
    return Ratio(f"{STAYS} settlements over HTTP, {CLIENTS} clients", ours, bare, against, LIMIT)


def fuzzed(port: int, ward: Ward) -> Ratio:
    """Every message is answered by an envelope, none by an error of the server or of what nobody foresaw."""
    chance, kinds, bad = random.Random(20261125), Counter[str](), []
    start = time.perf_counter()
    for first in range(0, FUZZED, FUZZED_TOGETHER):
        (person, stay), (other, open_stay) = admitted(port, ward, 2)
        ((_status, body),) = sent(port, "/gateway/", [written(ward.message("2304", {"data": a_bill(person, stay)}))])
        number = json.loads(body)["output"]["setlinfo"]["setl_id"]
        good = good_messages(ward, person, stay, number, LOCAL_CODE)
        good += good_messages(ward, other, open_stay, number, LOCAL_CODE)
        bodies = [spoilt(chance, chance.choice(good)) for _ in range(min(FUZZED_TOGETHER, FUZZED - first))]
        for message, (status, body) in zip(bodies, sent(port, "/gateway/", bodies), strict=True):
            kinds["done" if b'"infcode":0' in body else "refused"] += 1
            if not is_proper(status, body):
                bad.append((message[:2000], status, body[:500]))
    if bad:
        raise RuntimeError(f"{len(bad)} of {FUZZED} messages without a proper answer: {bad[:3]}")
    taken = time.perf_counter() - start
    told = f"{kinds['done']} done, {kinds['refused']} refused; {FUZZED / taken:.0f} a second, made and signed here"
    return Ratio(f"{FUZZED} fuzzed messages, 0 without a proper answer", taken, taken, told)


def admitted(port: int, ward: Ward, how_many: int) -> list[Stay]:
    people = [somebody() for _ in range(how_many)]
    bodies = [written(ward.message("2401", {"mdtrtinfo": told(person)})) for person in people]
    answers = [json.loads(body) for _status, body in sent(port, "/gateway/", bodies)]
    refused = [answer["err_msg"] for answer in answers if answer["infcode"] != 0]
    if refused:
        raise RuntimeError(f"{len(refused)} admissions refused: {refused[0]}")
    return [(person, answer["output"]["result"]["mdtrt_id"]) for person, answer in zip(people, answers, strict=True)]


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


def a_hospital(place: str, code: str) -> None:
    area = Area.objects.get(pk=place)
    hospital, is_new = Hospital.objects.get_or_create(
        code=code, defaults={"area": area, "name": f"{area.name}示例医院", "level": Level.THREE}
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
                with suppress(BrokenPipeError, ConnectionResetError):  # too large: refused before it is whole
                    kept.request("POST", path, body, JSON)
                reply = kept.getresponse()
                answers[number] = (reply.status, reply.read())
                if reply.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
                    kept.close()  # of what is far too large the portal does not read the rest
            except (OSError, HTTPException) as error:
                kept.close()
                answers[number] = (599, repr(error).encode())
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
        options += ["--no-control-socket", "--log-level", "warning"]
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "config.wsgi", *options],
            pass_fds=[listener.fileno()],
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.benchmarks.server"},
        )
        try:
            yield port
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(20)
