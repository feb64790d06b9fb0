"""A month of 100,000 settlements: gathered, its file taken in and compared; each against COPY of the same rows."""

import csv
import datetime as dt
import io
from collections.abc import Iterator

from django.contrib.auth.models import User
from django.db import connection

from hospitals.models import Area, Post
from hospitals.vocabulary import Role
from settlement.clearing import months
from settlement.clearing.comparing import plan, reconcile_totals
from settlement.clearing.files import verbs
from settlement.models import ClearingImport, ClearingMonth, Settlement
from tests.benchmarks import replays
from tests.benchmarks.measure import Ratio, seconds

COUNT, DIFFERING = 100_000, 500
AREA, MONTH, ON = replays.AREA, dt.date(2025, 6, 1), dt.date(2025, 8, 1)
HEADER = ("setl_id", "psn_no", "refd_setl_flag", "medfee_sumamt", "fund_pay_sumamt")
LIMITS = {"gather": 20.0, "take in": 6.0, "compare": 2.0}  # times COPY of the same rows


def run() -> Iterator[Ratio]:
    area, by = fill(), finance()
    made: list[ClearingMonth] = []
    gathered = seconds(lambda: made.append(months.gather_month(by=by, area=area, month=MONTH, on=ON)))
    month = months.apply_for(by=by, month=made[0], on=ON)
    month = reconcile_totals(by=by, month=month, totals=())
    rows = lines()
    least = seconds(lambda: copy(rows), repeat=3)
    what = f"COPY of {len(rows):,} rows"
    yield Ratio(
        f"gather {month.count:,} settlements into {month.statements.count()} statements",
        gathered,
        least,
        what,
        LIMITS["gather"],
    )
    again = seconds(lambda: months.renew(by=by, month=month))
    yield Ratio("gather again, nothing new", again, least, what, LIMITS["gather"])
    found: list[ClearingImport] = []
    file = file_of(rows)

    def take_in() -> None:
        file.seek(0)
        found.append(verbs.upload(file=file, file_name="bench.csv", month=month, by=by, on=ON))

    taken = seconds(take_in)
    yield Ratio(f"take in {len(rows):,} lines of CSV, each checked", taken, least, what, LIMITS["take in"])
    analyze()
    compared = seconds(lambda: plan(found[0]), repeat=3)
    told = (found[0].new, found[0].changed, found[0].withdrawn)
    if told != (DIFFERING, DIFFERING, DIFFERING):
        raise RuntimeError(f"{told} differ")
    yield Ratio(f"compare, {sum(told):,} differ", compared, least, what, LIMITS["compare"])


def fill() -> Area:
    """A year's made-up past, all of it settled in the one month."""
    replays.PEOPLE = 70_000
    replays.fill()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "DELETE FROM settlement_settlement WHERE area_id = %s AND id NOT IN ("
            " SELECT id FROM settlement_settlement WHERE area_id = %s ORDER BY id LIMIT %s)",
            [AREA, AREA, COUNT],
        )
        cursor.execute("UPDATE settlement_settlement SET settled_on = %s", [MONTH + dt.timedelta(days=14)])
        cursor.execute("SET session_replication_role = origin")
    analyze()
    return Area.objects.get(pk=AREA)


def analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE settlement_settlement, settlement_clearingentry, settlement_platformdetail")


def finance() -> User:
    user = User.objects.create_user("bench-clearing")
    Post.objects.create(user=user, role=Role.FINANCE, area_id=AREA)
    return user


def lines() -> list[tuple[str, str, int, str, str]]:
    """As the platform has them: it lacks some, has some otherwise, and some that we have not."""
    rows = []
    for place, one in enumerate(Settlement.objects.filter(area=AREA).order_by("pk").iterator(chunk_size=2_000)):
        if place < DIFFERING:
            continue
        fund = f"{one.fund_pay_sumamt + (place < 2 * DIFFERING):.2f}"
        flag = int(one.reverses_id is not None)
        rows.append((one.number, f"{one.person_id:030d}", flag, f"{one.medfee_sumamt:.2f}", fund))
    return [*rows, *((f"X{number:010d}", "", 0, "10.00", "5.00") for number in range(DIFFERING))]


def copy(rows: list[tuple[str, str, int, str, str]]) -> None:
    """Into a table of the same columns with a key, as the file's rows get one."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_details")
        cursor.execute(
            "CREATE TABLE bench_details (id bigserial PRIMARY KEY, setl_id text, psn_no text, refd_setl_flag int,"
            " medfee_sumamt numeric(16, 2), fund_pay_sumamt numeric(16, 2))"
        )
        with cursor.copy(f"COPY bench_details ({', '.join(HEADER)}) FROM STDIN") as out:
            for row in rows:
                out.write_row(row)
        cursor.execute("DROP TABLE bench_details")


def file_of(rows: list[tuple[str, str, int, str, str]]) -> io.BytesIO:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADER)
    writer.writerows(rows)
    return io.BytesIO(text.getvalue().encode())
