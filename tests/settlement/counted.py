"""Many settlements at once, for counting: copies of one that is in the books, past the verbs."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from django.db import connection, transaction

from settlement.models import Settlement

Row = tuple[int, dt.date, Decimal, Decimal]  # person, day of settlement, total, fund


@transaction.atomic
def copies(pattern: Settlement, rows: Iterable[Row]) -> None:
    """As `pattern`, each with its person, day and amounts; stays of a day."""
    own = {"id": "nextval(pg_get_serial_sequence('settlement_settlement', 'id'))", "person_id": "one.person"}
    own |= dict.fromkeys(("settled_on", "admitted_on", "discharged_on"), "one.day")
    own |= {"year": "extract(year FROM one.day)", "medfee_sumamt": "one.total", "psn_part_amt": "one.total - one.fund"}
    own |= dict.fromkeys(("fund_pay_sumamt", "hifp_pay"), "one.fund")
    columns = [str(field.column) for field in Settlement._meta.concrete_fields]
    values = [own.get(column, f"pattern.{column}") for column in columns]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # no ledger: it is for counting alone
        cursor.execute(
            f"INSERT INTO settlement_settlement ({', '.join(columns)}) SELECT {', '.join(values)}"
            " FROM settlement_settlement AS pattern, unnest(%s::bigint[], %s::date[], %s::numeric[], %s::numeric[])"
            " AS one (person, day, total, fund) WHERE pattern.id = %s",
            [*map(list, zip(*rows, strict=True)), pattern.pk],
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
