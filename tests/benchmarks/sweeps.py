"""The daily run over 200,000 open commitments of which 10,000 are due, against the least that such a run could do.

The floor: a transaction a row that changes the commitment and adds one row beside it, without history, filing or
sanctions.  Memory: what the process grows by over the whole run.
"""

import datetime as dt
import resource
import uuid
from collections.abc import Callable, Iterator

from django.db import connection, transaction

from filings.models import Commitment, FilingPolicy
from filings.sweeping import sweep
from tests.benchmarks.lists import clerk, copy
from tests.benchmarks.measure import Ratio, seconds

OPEN, DUE = 200_000, 10_000
AREA, FIRST = "211200", 30_000_000
ON = dt.date(2026, 9, 1)
LIMIT, MEMORY = 12, 64  # times the floor; MiB


def run() -> Iterator[Ratio]:
    fill()
    least = seconds(floor) * DUE / FLOOR
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    swept: list[int] = []
    taken = seconds(lambda: swept.append(sweep(on=ON).lapsed))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    if swept != [DUE] or Commitment.objects.due_before(ON).exists():
        raise RuntimeError(f"{swept} of {DUE} ended")
    name = f"sweep of {DUE:,} due among {OPEN:,} open ({DUE / taken:,.0f} a second)"
    yield Ratio(name, taken, least, f"UPDATE and INSERT a transaction ({DUE / least:,.0f} a second)", LIMIT)
    nothing = seconds(lambda: sweep(on=ON), repeat=3)
    yield Ratio("sweep again, nothing due", nothing, taken, "the sweep itself", 0.01)
    yield Ratio(f"memory of the sweep: {grown:.0f} MiB more", grown / 1000, MEMORY / 1000, f"{MEMORY} MiB", 1)


FLOOR = 1_000


def floor() -> None:
    """The same number of transactions, each as small as can be; of commitments that the sweep leaves alone."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE swept (id bigint)")
        for number in range(FLOOR):
            with transaction.atomic():
                key = FIRST + OPEN - number - 1
                cursor.execute("UPDATE filings_commitment SET problem = '' WHERE id = %s", [key])
                cursor.execute("INSERT INTO swept VALUES (%s)", [key])
        cursor.execute("DROP TABLE swept")


def fill() -> None:
    """People, filings and commitments, of which the first are due; no triggers, no waiting."""
    policy, user = FilingPolicy.objects.filter(area=AREA).first(), clerk()
    if policy is None:
        raise RuntimeError("load_policies first")
    now, keys = dt.datetime(2026, 1, 1, tzinfo=dt.UTC), range(FIRST, FIRST + OPEN)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
    tables: dict[str, tuple[str, Callable[[int], tuple]]] = {
        "filings_insuredperson": (
            "id, area_id, name, initials, id_type, id_number, sex, phone, address, created_at, version",
            lambda key: (key, AREA, "王小明", "wxm", "99", f"SL{key:010}", "0", "", "", now, 1),
        ),
        "filings_filing": (
            "id, area_id, person_id, scheme, employment, category, variant, destination_id, scope, tier, settlement, "
            "channel, filed_on, start_on, discharge_settled, note, policy_id, decision, status, made_by_id, made_at, "
            "review_reason, end_reason, request_token, version, agent_name, agent_relation, agent_phone, "
            "agent_id_number, hospital_name, ward, condition, disease, occasion, issuer_name",
            lambda key: (
                *(key, AREA, key, "employee", "retired", "long_term_resident", "", "110000"),
                *("cross_province", "local", "direct", "counter", signed(key), signed(key), False, "", policy.pk),
                *("{}", "active", user.pk, now, "", "", uuid.uuid4(), 1, *[""] * 10),
            ),
        ),
        "filings_commitment": (
            "id, area_id, person_id, filing_id, purpose, signed_on, due_on, policy_id, status, made_by_id, made_at, "
            "close_reason, filing_was, problem, version",
            lambda key: (
                *(key, AREA, key, key, "filing", signed(key), signed(key) + dt.timedelta(184), policy.pk, "open"),
                *(user.pk, now, "", "", "", 1),
            ),
        ),
        "filings_commitmentitem": (
            "commitment_id, one_of, note, section, material, seen_originals, seen_copies",
            lambda key: (key, ["residence_permit"], "", "", "", 0, 0),
        ),
    }
    for table, (columns, row) in tables.items():
        copy(table, columns, lambda row=row: map(row, keys))  # type: ignore[misc]
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = origin")


def signed(key: int) -> dt.date:
    """The first DUE of them long enough before the day of the run."""
    return ON - dt.timedelta(185 + key % 30) if key < FIRST + DUE else ON - dt.timedelta(1 + key % 180)
