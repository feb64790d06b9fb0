"""The directory, people and filings lists at 1,000 and at 300,000 rows."""

import datetime as dt
import time
import uuid
from collections.abc import Callable, Iterator

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from filings.models import FilingPolicy
from hospitals.models import Post
from hospitals.vocabulary import Role
from tests.benchmarks.measure import Ratio

SMALL, LARGE = 1_000, 300_000
AREAS = ("370600", "370500", "370700", "370800", "211200")
PAGES = {  # each fills a page among a thousand rows already, so that both sides show as many
    "directory": ("/hospitals/", "/hospitals/?area=370700", "/hospitals/?sort=name", "/hospitals/?text=人民医院"),
    "people": ("/people/", "/people/?area=370700", "/people/?words=wx", "/people/?words=王"),
    "filings": ("/filings/", "/filings/?area=370700", "/filings/?status=active"),
}

WITHOUT_AIM = {"/hospitals/?text=人民医院"}  # part of a name: reads on until the page is full


def run() -> Iterator[Ratio]:
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(clerk(), backend="hospitals.access.PostBackend")
    fill(0, SMALL)
    small = {path: best(client, path) for path in paths()}
    fill(SMALL, LARGE)
    for name, links in PAGES.items():
        for path in links:
            limit = None if path in WITHOUT_AIM else 1.3
            yield Ratio(
                f"{name} list at {LARGE:,} rows: {path}", best(client, path), small[path], f"{SMALL:,} rows", limit
            )


def paths() -> list[str]:
    return [path for links in PAGES.values() for path in links]


def clerk(role: Role = Role.CLERK) -> User:
    user = User.objects.create_user(f"bench-{uuid.uuid4().hex[:8]}")
    Post.objects.bulk_create([Post(user=user, role=role, area_id=area) for area in AREAS])
    return user


def best(client: Client, path: str, *, times: int = 30) -> float:
    """The quickest of many: what the page takes when nothing else runs on the machine."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        response = client.get(path)
        taken.append(time.perf_counter() - start)
        if response.status_code != 200:
            raise RuntimeError(f"{path}: {response.status_code}")
    return min(taken)


def copy(table: str, columns: str, rows: Callable[[], Iterator[tuple]]) -> None:
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as out:
            for row in rows():
                out.write_row(row)
        cursor.execute(f"ANALYZE {table}")


def fill(first: int, last: int) -> None:
    """Rows first … last of hospitals, people and filings, spread over the five areas; no triggers, no waiting."""
    day = dt.date(2026, 1, 1)
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    surnames, given = "王李张刘陈杨赵黄周吴", "小明华强芳丽军伟娟敏"
    policy = FilingPolicy.objects.filter(area="370700").first()
    user = User.objects.first()
    if policy is None or user is None:
        raise RuntimeError("load_policies first")
    serial = range(first, last)

    def area(number: int) -> str:
        return AREAS[number % len(AREAS)]

    def name(number: int) -> str:
        return surnames[number // 5 % 10] + given[number // 50 % 10] + given[number // 500 % 10]

    def initials(number: int) -> str:
        return "wxm" if number // 5 % 10 == 0 else "lxm"

    def hospital(number: int) -> str:
        return f"第{number}人民医院" if number // 5 % 20 == 0 else f"示例{number}医院"

    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
    copy(
        "hospitals_hospital",
        "area_id, name, code, level, level_text, address, phone, batch, source",
        lambda: (
            (
                area(n),
                f"第{n}人民医院" if n // 5 % 20 == 0 else f"示例{n}医院",
                "",
                "2",
                "",
                f"示例路{n}号",
                "",
                "",
                "示例",
            )
            for n in serial
        ),
    )
    copy(
        "filings_insuredperson",
        "id, area_id, name, initials, id_type, id_number, sex, phone, address, created_at, version",
        lambda: (
            (
                10_000_000 + n,
                area(n),
                name(n),
                "wxm" if n // 5 % 10 == 0 else "lxm",
                "99",
                f"SL{n:010}",
                "0",
                "",
                "",
                now,
                1,
            )
            for n in serial
        ),
    )
    copy(
        "filings_filing",
        "area_id, person_id, scheme, employment, category, variant, destination_id, scope, tier, settlement, channel, "
        "filed_on, start_on, discharge_settled, note, policy_id, decision, status, made_by_id, made_at, review_reason, "
        "end_reason, request_token, version, agent_name, agent_relation, agent_phone, agent_id_number, hospital_name, "
        "ward, condition, disease, occasion, issuer_name",
        lambda: (
            (
                *(area(n), 10_000_000 + n, "employee", "retired", "long_term_resident", "", "110000"),
                *("cross_province", "local", "direct", "counter", day, day, False, "", policy.pk, "{}"),
                *("pending" if n // 5 % 50 == 0 else "active", user.pk, now, "", "", uuid.uuid4(), 1),
                *[""] * 10,
            )
            for n in serial
        ),
    )
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = origin")
