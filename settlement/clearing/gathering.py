# ruff: noqa: S608 - the names in these statements are ours
"""Which settlements stand in which month, and what they come to; sets, in a handful of statements.

A settlement stands in its own month unless that is closed by then, or it was carried on: then in the first month that
is open.  So what arrives late, or reverses a settlement of a closed month, goes to the next.
"""

import datetime as dt
from typing import Any

from django.db import connection
from django.db.models import Max, Sum
from django.utils import timezone

from settlement.calculation.money import NIL
from settlement.clearing.lifecycle import SUMS
from settlement.clearing.words import TYPE_OF_SERVICE, month_after
from settlement.models import ClearingMonth
from settlement.models.clearing import CLOSED_STATES

_TYPES = " ".join(f"WHEN '{service}' THEN '{kind}'" for service, kind in TYPE_OF_SERVICE.items())
_TYPE = f"CASE settled.service {_TYPES} END"
_CARRIED = """
    SELECT difference.settlement_id, max(carried_from.month) AS month
    FROM settlement_clearingdifference difference
    JOIN settlement_clearingmonth carried_from ON carried_from.id = difference.month_id
    WHERE difference.area_id = %(area)s AND difference.status = 'resolved' AND difference.how = 'carried'
        AND difference.settlement_id IS NOT NULL
    GROUP BY difference.settlement_id
"""
_BELONGS = """
    GREATEST(date_trunc('month', settled.settled_on)::date, %(first_open)s::date,
             (carried.month + interval '1 month')::date)
"""
_WAITING = f"""
    settlement_settlement settled
    LEFT JOIN settlement_clearingentry entry ON entry.settlement_id = settled.id
    LEFT JOIN ({_CARRIED}) carried ON carried.settlement_id = settled.id
    WHERE settled.area_id = %(area)s AND settled.way = 'direct' AND entry.settlement_id IS NULL
        AND settled.settled_on < %(next)s
"""
_KEY = f"settled.treatment_area_id, settled.scheme, {_TYPE} AS clr_type, settled.scope"


def first_open(area: str) -> dt.date:
    """The month after the last that is closed; the first of all where none is."""
    closed = ClearingMonth.objects.filter(area=area, status__in=CLOSED_STATES)
    last = closed.aggregate(last=Max("month"))["last"]
    return month_after(last) if last else dt.date.min


def gather(month: ClearingMonth) -> None:
    """Take in what belongs to the month and put out what was carried on; add up.  The month's row is held, and open."""
    given = _given(month)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            DELETE FROM settlement_clearingentry entry
            USING settlement_clearingstatement statement, ({_CARRIED}) carried
            WHERE statement.id = entry.statement_id AND statement.month_id = %(pk)s
                AND carried.settlement_id = entry.settlement_id AND carried.month >= %(month)s
            """,
            given,
        )
        zeros = ", ".join("0" for _name in ("count", *SUMS))
        cursor.execute(
            f"""
            INSERT INTO settlement_clearingstatement
                (month_id, area_id, treatment_area_id, scheme, clr_type, scope, count, {", ".join(SUMS)})
            SELECT DISTINCT %(pk)s::bigint, %(area)s, {_KEY}, {zeros} FROM {_WAITING} AND {_BELONGS} = %(month)s
            ON CONFLICT DO NOTHING
            """,
            given,
        )
        cursor.execute(
            f"""
            INSERT INTO settlement_clearingentry (settlement_id, statement_id)
            SELECT found.id, statement.id
            FROM (SELECT settled.id, {_KEY} FROM {_WAITING} AND {_BELONGS} = %(month)s) found
            JOIN settlement_clearingstatement statement USING (treatment_area_id, scheme, clr_type, scope)
            WHERE statement.month_id = %(pk)s
            ORDER BY found.id  -- so that all is read before the first is written: else each looks through those before
            """,
            given,
        )
    _add_up(month)


def waiting(month: ClearingMonth) -> int:
    """How many settlements belong to the month, or to an earlier one, and stand in none."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {_WAITING} AND {_BELONGS} <= %(month)s", _given(month))
        return int(cursor.fetchone()[0])


def months_waiting(area: str, until: dt.date) -> list[dt.date]:
    """The months up to `until` to which settlements belong that stand in none."""
    given: dict[str, Any] = {"area": area, "first_open": first_open(area), "next": month_after(until)}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT {_BELONGS} FROM {_WAITING} ORDER BY 1", given)
        return [month for (month,) in cursor.fetchall()]


def _given(month: ClearingMonth) -> dict[str, Any]:
    return {
        "pk": month.pk,
        "area": month.area_id,
        "month": month.month,
        "next": month_after(month.month),
        "first_open": first_open(month.area_id),
    }


def _add_up(month: ClearingMonth) -> None:
    columns = ("count", *SUMS)
    sums = ", ".join(f"COALESCE(sum(settled.{name}), 0) AS {name}" for name in SUMS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE settlement_clearingstatement statement
            SET {", ".join(f"{name} = added.{name}" for name in columns)}
            FROM (
                SELECT own.id, count(settled.id) AS count, {sums}
                FROM settlement_clearingstatement own
                LEFT JOIN settlement_clearingentry entry ON entry.statement_id = own.id
                LEFT JOIN settlement_settlement settled ON settled.id = entry.settlement_id
                WHERE own.month_id = %s GROUP BY own.id
            ) added
            WHERE added.id = statement.id
                AND ({", ".join(f"statement.{name}" for name in columns)})
                    <> ({", ".join(f"added.{name}" for name in columns)})
            """,
            [month.pk],
        )
    names = ("count", "medfee_sumamt", "fund_pay_sumamt")
    found = month.statements.aggregate(**{f"all_{name}": Sum(name, default=NIL) for name in names})
    for name in names:
        setattr(month, name, found[f"all_{name}"])
    month.gathered_at = timezone.now()
