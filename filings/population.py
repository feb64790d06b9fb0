"""A made-up population for measuring: people, cards, insurance, filings, commitments; the same everywhere, by COPY.

Only for a development database: it goes round the verbs, and triggers and history do not see it.
"""

import datetime as dt
import json
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction

from filings.identity import initials, made_up_number
from filings.models import FilingPolicy
from filings.vocabulary import Category

AREAS = ("370700", "211200", "370600", "370500", "370800")
COUNTIES = {"370700": "370702", "211200": "211202", "370600": "370602", "370500": "370502", "370800": "370811"}
PLACES = ("110000", "310000", "440300", "330100", "320100", "120000", "510100", "420100")
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国文志辉力民永健世广义兴良海山仁波宁贵福生龙元"
NAMESPACE = uuid.UUID("9b0e5c1e-7d0c-4a41-8f8e-3f3a5b7f0c11")
LONG_TERM = (Category.LONG_TERM_RESIDENT, Category.RESETTLED_RETIREE, Category.POSTED_WORKER)
TODAY = dt.date(2026, 6, 1)
DAYS = 25_000  # of birth; 37 has no factor in common with it, so that each comes once in as many people
Row = tuple[Any, ...]
Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Numbers:
    """How many there are to be.  Filings are spread over people, the first of them having more than one; commitments
    over filings in effect."""

    people: int
    filings: int
    commitments: int


@dataclass(frozen=True, slots=True)
class Made:
    """Somebody made up."""

    serial: int
    key: int

    @property
    def area(self) -> str:
        return AREAS[self.serial % len(AREAS)]

    @property
    def name(self) -> str:
        """One, two or three characters after each other in every mixture, so that few share a name."""
        rest, given = self.serial // len(AREAS), GIVEN
        surname = SURNAMES[rest % len(SURNAMES)]
        rest //= len(SURNAMES)
        first = given[rest % len(given)]
        rest //= len(given)
        return surname + first + (given[rest % len(given)] if rest else "")

    @property
    def born_on(self) -> dt.date:
        return dt.date(1940, 1, 1) + dt.timedelta(days=self.serial * 37 % DAYS)

    @property
    def id_number(self) -> str:
        """Of everybody born on one day in one county, each with another order: enough for 25 million people."""
        return made_up_number(COUNTIES[self.area], self.born_on, self.serial // DAYS + 1)


def populate(numbers: Numbers, *, report: Report = lambda line: None) -> None:
    """Make everybody, after whoever is there already; indexes are kept and statistics renewed."""
    by = User.objects.order_by("pk").first()
    policies = {policy.area_id: policy.pk for policy in FilingPolicy.objects.published()}
    if by is None or not policies.keys() >= set(AREAS):
        raise ValueError("load_policies and an account first")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("SELECT coalesce(max(id), 0) FROM filings_insuredperson")
        first = cursor.fetchone()[0]
        cursor.execute("SELECT coalesce(max(id), 0) FROM filings_filing")
        filing = cursor.fetchone()[0] + 1
        people = [Made(serial, first + serial + 1) for serial in range(first, first + numbers.people)]
        tables: dict[str, tuple[str, Iterable[Row]]] = {
            "filings_insuredperson": (PERSON, map(_person, people)),
            "filings_participation": (PARTICIPATION, map(_participation, people)),
            "filings_socialsecuritycard": (CARD, map(_card, people)),
            "filings_filing": (FILING, _filings(people, numbers.filings, policies, by.pk, filing)),
            "filings_commitment": (COMMITMENT, _commitments(people, numbers.commitments, policies, by.pk, filing)),
        }
        for table, (columns, rows) in tables.items():
            with _built_at_once(cursor, table):
                report(f"{table}：{_copy(cursor, table, columns, rows):,}")
        for table in ("filings_insuredperson", "filings_filing"):
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence(%s, 'id'), max(id)) FROM {table}",  # noqa: S608 - ours
                [table],
            )
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ANALYZE {table}")


PERSON = "id, area_id, name, initials, id_type, id_number, sex, birth_date, phone, address, created_at, version"
PARTICIPATION = (
    "person_id, area_id, scheme, employment, employer, starts_on, contributions_paid_through, continuous_since, "
    "hardship, is_civil_servant"
)
CARD = "person_id, area_id, number, generation, bank, status, version"
FILING = (
    "id, area_id, person_id, scheme, employment, category, variant, destination_id, scope, tier, settlement, channel, "
    "filed_on, start_on, end_on, discharge_settled, note, policy_id, decision, status, made_by_id, made_at, "
    "review_reason, ended_by_id, ended_at, end_reason, request_token, version, agent_name, agent_relation, "
    "agent_phone, agent_id_number, hospital_name, ward, condition, disease, occasion, issuer_name"
)
COMMITMENT = (
    "area_id, person_id, filing_id, purpose, signed_on, due_on, policy_id, status, made_by_id, made_at, close_reason, "
    "filing_was, problem, version"
)
NOW = dt.datetime(2026, 6, 1, 1, tzinfo=dt.UTC)


def _person(one: Made) -> Row:
    number = one.id_number
    sex = "1" if int(number[16]) % 2 else "2"
    return one.key, one.area, one.name, initials(one.name), "01", number, sex, one.born_on, "", "", NOW, 1


def _participation(one: Made) -> Row:
    employment = ("retired", "active", "")[one.serial // 7 % 3]
    scheme = "employee" if employment else "resident"
    since = dt.date(2015, 1, 1)
    return one.key, one.area, scheme, employment, "", since, dt.date(2026, 12, 31), since, "", False


def _card(one: Made) -> Row:
    return one.key, one.area, f"SL{one.key:012d}", "second", "", "in_use", 1


def _filings(people: list[Made], count: int, policies: dict[str, int], by: int, first: int) -> Iterator[Row]:
    """A filing each, then an earlier one, cancelled, for as many as are wanted; one in 50 of the first waits."""
    for number in range(count):
        one, again = people[number % len(people)], number // len(people)
        start = TODAY - dt.timedelta(days=365 * again + one.serial % 300)
        ended = (by, NOW, "已返回居住") if again else (None, None, "")
        end = start + dt.timedelta(days=60) if again else None
        status = "cancelled" if again else "pending" if one.serial // 5 % 50 == 0 else "active"
        category, place = LONG_TERM[one.serial // 3 % 3], PLACES[one.serial // 11 % len(PLACES)]
        yield (
            *(
                first + number,
                one.area,
                one.key,
                "employee",
                "retired",
                category.value,
                "",
                place,
                "cross_province",
                "local",
                "direct",
            ),
            *("counter", start, start, end, False, "", policies[one.area], DECISION, status, by, NOW, ""),
            *(*ended, uuid.uuid5(NAMESPACE, f"{one.key} {again}"), 1, *[""] * 10),
        )


def _commitments(people: list[Made], count: int, policies: dict[str, int], by: int, first: int) -> Iterator[Row]:
    """Of the first filings, due through the year."""
    for number, one in enumerate(people[:count]):
        due_on = TODAY + dt.timedelta(days=one.serial % 365)
        signed_on = due_on - dt.timedelta(days=183)
        yield (
            *(one.area, one.key, first + number, "filing", signed_on, due_on, policies[one.area], "open", by, NOW),
            *("", "", "", 1),
        )


DECISION = json.dumps(
    {
        "outcome": "accept",
        "scope": "cross_province",
        "tier": "local",
        "settlement": "direct",
        "earliest_start_on": None,
        "missing": [],
        "reasons": [],
    }
)


@contextmanager
def _built_at_once(cursor: Any, table: str) -> Iterator[None]:
    """The table's exclusion constraints are away meanwhile: made anew, they cost less than being kept row by row."""
    cursor.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'x'",
        [table],
    )
    constraints = cursor.fetchall()
    for name, _definition in constraints:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    yield
    for name, definition in constraints:
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def _copy(cursor: Any, table: str, columns: str, rows: Iterable[Row]) -> int:
    count = 0
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as out:
        for row in rows:
            out.write_row(row)
            count += 1
    return count
