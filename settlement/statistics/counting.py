"""One union of both kinds of settlements, counted in one statement: nothing is kept beside the settlements.

A reversal counts as the contrary of its settlement, on its own day.  A person counts by settlements that stand: that
were not reversed, on whatever day.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    DateField,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    SmallIntegerField,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Concat

from filings.vocabulary import SettlementWay
from hospitals.access import Right, User, reach_of
from settlement.models import InboundSettlement, Settlement
from settlement.vocabulary import Direction, Grouping

ORDER = list(Direction)
TEXT = CharField()
MONTH = Func(
    F("settled_on"), template="date_trunc('month', %(expressions)s::timestamp)::date", output_field=DateField()
)
SIGN = Case(When(reverses=None, then=1), default=-1, output_field=SmallIntegerField())
# What stands in the two models under different names, and how a person is told from another.
OWN: dict[Direction, dict[str, Any]] = {
    Direction.OUTBOUND: {"place": F("treatment_area"), "seat": F("treatment_area"), "house": F("hospital_name")},
    Direction.INBOUND: {"place": F("insured_area"), "seat": F("area"), "house": F("hospital__name")},
}
PERSON: dict[Direction, Any] = {
    Direction.OUTBOUND: F("person"),
    Direction.INBOUND: Func(
        Concat("id_type", "id_number"), Value(0), function="hashtextextended", output_field=BigIntegerField()
    ),
}
MODELS: dict[Direction, Any] = {Direction.OUTBOUND: Settlement, Direction.INBOUND: InboundSettlement}


@dataclass(frozen=True, slots=True)
class Asked:
    """What to count.  since, until: days of settlement, both included.  The others: empty for all.

    same: fields that both kinds of settlements have, and what they must be.
    """

    since: dt.date
    until: dt.date
    by: Grouping = Grouping.MONTH
    direction: Direction | None = None
    way: SettlementWay | None = None
    same: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Count:
    """settlements: with each reversal taken off.  Amounts in yuan; of the total a hospital may have borne a part."""

    settlements: int = 0
    persons: int = 0
    total: Decimal = Decimal("0.00")
    fund: Decimal = Decimal("0.00")
    personal: Decimal = Decimal("0.00")

    def __add__(self, other: "Count") -> "Count":
        return Count(
            self.settlements + other.settlements,
            self.persons + other.persons,
            self.total + other.total,
            self.fund + other.fund,
            self.personal + other.personal,
        )


@dataclass(frozen=True, slots=True)
class Counted:
    """whole: by direction.  groups: by direction and the key of the group, None where it is not known."""

    whole: dict[Direction, Count]
    groups: dict[tuple[Direction, str | None], Count]


def count(user: User, asked: Asked) -> Counted:
    """Everything asked for, of the areas where the user may see statistics; one statement."""
    whole: dict[Direction, Count] = {}
    groups: dict[tuple[Direction, str | None], Count] = {}
    for is_whole, direction, key, *sums in _counted(user, asked):
        if is_whole:
            whole[ORDER[direction]] = Count(*sums)
        else:
            groups[ORDER[direction], None if key is None else str(key)] = Count(*sums)
    return Counted(whole, groups)


def rows_of(user: User, asked: Asked) -> list[QuerySet[Any, Any]]:
    """The settlements asked for, a part for each direction, alike in their columns."""
    parts, areas = [], reach_of(user).areas_of(Right.SEE_STATISTICS)
    for direction in Direction:
        if asked.direction not in (None, direction) or not areas:
            continue
        wanted = Q(settled_on__range=(asked.since, asked.until), **asked.same)
        if direction is Direction.OUTBOUND and asked.way:
            wanted &= Q(way=asked.way)
        if direction is Direction.INBOUND and asked.way is SettlementWay.MANUAL:
            continue  # what hospitals settle with us is never by hand
        rows = MODELS[direction].objects.visible_to(user, Right.SEE_STATISTICS).filter(wanted)
        parts.append(
            rows.order_by().values_list(
                Value(ORDER.index(direction), output_field=SmallIntegerField()),
                _key(direction, asked.by),
                Case(When(_stands(direction), then=PERSON[direction])),
                SIGN,
                *("medfee_sumamt", "fund_pay_sumamt", "psn_part_amt"),
            )
        )
    return parts


def _stands(direction: Direction) -> Combinable:
    return Q(reverses=None) & ~Exists(MODELS[direction].objects.filter(reverses=OuterRef("pk")))


def _key(direction: Direction, by: Grouping) -> Any:
    own = OWN[direction]
    keys: dict[Grouping, Any] = {
        Grouping.MONTH: MONTH,
        Grouping.PLACE: own["place"],
        Grouping.HOSPITAL: Concat(own["seat"], Value(" "), own["house"], output_field=TEXT),
    }
    return keys.get(by, F(by.value))


def _counted(user: User, asked: Asked) -> Iterator[tuple[Any, ...]]:
    """is_whole, direction, key and the sums, of each group and of each direction; one statement, so that they agree."""
    written = [part.query.sql_with_params() for part in rows_of(user, asked)]
    if not written:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '128MB'")  # rows are put in order to tell persons apart
        cursor.execute(
            f"""
            WITH stays (direction, key, person, sign, total, fund, personal) AS (
                {" UNION ALL ".join(sql for sql, _params in written)}
            )
            SELECT grouping(key), direction, key, sum(sign), count(DISTINCT person), sum(total), sum(fund),
                sum(personal)
            FROM stays GROUP BY GROUPING SETS ((direction, key), (direction))
            """,  # noqa: S608 - the parts are the querysets above
            [param for _sql, params in written for param in params],
        )
        yield from cursor.fetchall()
