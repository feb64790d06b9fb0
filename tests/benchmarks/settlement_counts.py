"""Statistics over a million settlements of one area: the page, against the bare sums of the same rows.

The floor: one statement that counts the rows and adds up three amounts, with no group and no person told from another.
"""

import datetime as dt
from collections.abc import Iterator

from django.db import connection
from django.test.utils import CaptureQueriesContext

from hospitals.vocabulary import Role
from settlement.models import Settlement
from settlement.population import YEAR
from settlement.vocabulary import Grouping
from tests.benchmarks.measure import Ratio, seconds
from tests.benchmarks.people import client_of
from tests.benchmarks.replays import AREA, CASES, fill

SINCE, UNTIL = dt.date(YEAR, 1, 1), dt.date(YEAR + 1, 12, 31)
MOST_STATEMENTS, TIMES, LIMIT = 10, 3, 8.0


def run() -> Iterator[Ratio]:
    if Settlement.objects.filter(area=AREA).count() < CASES:
        fill()
    client = client_of(Role.AUDITOR)
    least = seconds(add_up, repeat=TIMES)
    rows = Settlement.objects.filter(area=AREA, settled_on__range=(SINCE, UNTIL)).count()
    for by in (Grouping.MONTH, Grouping.CATEGORY, Grouping.HOSPITAL):
        link = f"/statistics/?area={AREA}&since={SINCE}&until={UNTIL}&by={by}"
        with CaptureQueriesContext(connection) as statements:
            reply = client.get(link)
        if reply.status_code != 200 or len(statements) > MOST_STATEMENTS:
            raise RuntimeError(f"{link}: {reply.status_code}, {len(statements)} statements")
        taken = seconds(lambda link=link: client.get(link), repeat=TIMES)  # type: ignore[misc]
        yield Ratio(
            f"statistics of {rows:,} settlements by {by}", taken, least, "count and sum of the same rows", LIMIT
        )


def add_up() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), sum(medfee_sumamt), sum(fund_pay_sumamt), sum(psn_part_amt) FROM settlement_settlement"
            " WHERE area_id = %s AND settled_on BETWEEN %s AND %s",
            [AREA, SINCE, UNTIL],
        )
        cursor.fetchall()
