"""Monthly statements are made (月结申报) of what was settled and is in none yet: in sets, whatever the number."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from hospitals.access import Right, reach_of
from hospitals.history import doing
from hospitals.models import Area, Hospital
from hospitals.reasons import Refused
from hospitals.turns import take_turns
from hospitals.vocabulary import Scope
from settlement.hospital_clearing.lifecycle import STATEMENT_LIFECYCLE
from settlement.hospital_clearing.words import HospitalStatementStatus
from settlement.models import HospitalStatement, HospitalStatementLine, InboundSettlement

IN_MONTH = """
    INSERT INTO settlement_hospitalstatementline (statement_id, settlement_id, is_drawn)
    SELECT statement.id, told.id, false
    FROM settlement_hospitalstatement statement
    JOIN settlement_inboundsettlement told ON told.hospital_id = statement.hospital_id AND told.scope = statement.scope
    WHERE statement.id = ANY(%(statements)s) AND statement.status = '10'
      AND told.settled_on < statement.month + interval '1 month'
      AND NOT EXISTS (SELECT 1 FROM settlement_hospitalstatementline line WHERE line.settlement_id = told.id)
    ORDER BY told.id
"""
SUMMED = """
    UPDATE settlement_hospitalstatement statement
    SET count = parts.count, medfee_sumamt = parts.medfee, fund_pay_sumamt = parts.fund, acct_pay = parts.acct,
        deducted = 0, returned = 0, carried_in = 0, payable = parts.fund + parts.acct, version = version + 1
    FROM (
        SELECT line.statement_id, count(*) AS count, sum(told.medfee_sumamt) AS medfee,
            sum(told.fund_pay_sumamt) AS fund, sum(told.acct_pay) AS acct
        FROM settlement_hospitalstatementline line
        JOIN settlement_inboundsettlement told ON told.id = line.settlement_id
        WHERE line.statement_id = ANY(%(statements)s) GROUP BY line.statement_id
    ) parts
    WHERE statement.id = parts.statement_id AND statement.count <> parts.count
"""


@dataclass(frozen=True, slots=True)
class Stated:
    """What a hospital says that its month comes to (3203: psntime, fund_appy_sum); yuan."""

    count: int
    fund: Decimal


@dataclass(frozen=True, slots=True)
class Made:
    """statements: those that the month has now and that settlements were taken into; settlements: how many."""

    statements: int
    settlements: int


def first_of_month(day: dt.date) -> dt.date:
    return day.replace(day=1)


def next_month(month: dt.date) -> dt.date:
    return (month + dt.timedelta(days=31)).replace(day=1)


def make_statements(
    *,
    by: User,
    area: Area,
    month: dt.date,
    on: dt.date,
    hospital: Hospital | None = None,
    scope: Scope | None = None,
    stated: Stated | None = None,
) -> Made:
    """A statement for each hospital and scope of what was settled by the end of the month and is in no statement yet.

    One that is applied for already takes in what came since; where the month is past that, or a later one has been
    made, it waits for the next.  hospital, scope, stated: where the hospital itself asks.  Raises Refused.
    """
    month = first_of_month(month)
    if not reach_of(by).covers(Right.RECORD_HOSPITAL_CLEARING, area.pk):
        raise Refused.because("no_right", _("您没有“%s”的权限") % Right.RECORD_HOSPITAL_CLEARING.label)
    if on < next_month(month):
        raise Refused.because("month_runs", _("%s 尚未结束，次月起办理月结申报") % f"{month:%Y年%m月}")
    with transaction.atomic(), doing(_("月结申报"), by=by):
        take_turns([_turn(area.pk)])
        waiting = settlements_waiting(area, month)
        if hospital:
            waiting = waiting.filter(hospital=hospital)
        if scope:
            waiting = waiting.filter(scope=scope)
        groups = set(waiting.order_by().values_list("hospital", "scope").distinct())
        if not groups:
            raise Refused.because("nothing_to_clear", _("没有待申报的来本地就医结算"))
        later = HospitalStatement.objects.filter(area=area, month__gte=month)
        known = set(later.values_list("hospital", "scope"))
        HospitalStatement.objects.bulk_create(
            HospitalStatement(
                area=area, hospital_id=place, scope=way, month=month, applied_on=on, made_by=by, extent=""
            )
            for place, way in sorted(groups - known)
        )
        open_ones = later.filter(month=month, status=HospitalStatementStatus.APPLIED)
        keys = [one.pk for one in open_ones if (one.hospital_id, one.scope) in groups]
        taken = _take_in(keys)
        if not taken:
            raise Refused.because("month_closed", _("所选月份的清算单已受理，其后的结算列入下一月份"))
        if stated:
            open_ones.filter(pk__in=keys).update(stated_count=stated.count, stated_fund=stated.fund)
    return Made(len(keys), taken)


def renew(
    *, by: User, statement: HospitalStatement, version: int, on: dt.date, stated: Stated | None = None
) -> HospitalStatement:
    """A statement that was rejected, or not accepted yet, is applied for again, with what was settled since; the
    hospital's figures are those given now.  Raises Refused."""

    def effect(locked: HospitalStatement) -> None:
        locked.made_by, locked.applied_on = by, on
        locked.rejected_by, locked.reject_reason = None, ""
        locked.stated_count, locked.stated_fund = (stated.count, stated.fund) if stated else (None, None)

    with transaction.atomic():
        take_turns([_turn(statement.area_id)])
        renewed = STATEMENT_LIFECYCLE.take(statement, "renew", by=by, version=version, effect=effect)
        _take_in([renewed.pk])
    renewed.refresh_from_db()
    return renewed


def settlements_waiting(area: Area, month: dt.date) -> QuerySet[InboundSettlement]:
    """Settled by the end of the month, and in no statement."""
    taken = HospitalStatementLine.objects.filter(settlement=OuterRef("pk"))
    return InboundSettlement.objects.filter(~Exists(taken), area=area, settled_on__lt=next_month(month))


def _turn(area: str) -> str:
    return f"hospital statements {area}"


def _take_in(statements: list[int]) -> int:
    """Three statements to the database for any number of settlements; how many were taken in."""
    with connection.cursor() as cursor:
        cursor.execute(IN_MONTH, {"statements": statements})
        taken = cursor.rowcount
        cursor.execute(SUMMED, {"statements": statements})
    return taken
