# ruff: noqa: S608 - the names in these statements are ours
"""A month beside what the platform says: totals (3201), then details (3202), compared as sets.

What differs becomes a difference to be worked off.  Compared again, a difference whose facts stand keeps its way; one
whose facts changed is open again; one that is none any more is done.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils.translation import gettext as _

from filings.vocabulary import Scheme
from hospitals.history import doing
from hospitals.models import Area
from hospitals.reasons import Refused
from hospitals.vocabulary import Scope
from settlement.clearing.holding import hold_clearing
from settlement.clearing.lifecycle import MONTH_LIFECYCLE
from settlement.clearing.words import ClearingType
from settlement.models import ClearingImport, ClearingMonth, ClearingStatement

SETL_ID = (
    "'JS' || to_char(settled.settled_on, 'YYYYMMDD')"
    " || lpad(settled.id::text, greatest(8, length(settled.id::text)), '0')"
)
"""SQL: `Settlement.number`, which is what the platform knows a settlement by."""
THEIRS = ("their_count", "their_medfee_sumamt", "their_fund_pay_sumamt", "their_acct_pay")
FACTS = (
    *("kind", "settlement_id", "our_medfee_sumamt", "our_fund_pay_sumamt", "their_medfee_sumamt"),
    *("their_fund_pay_sumamt", "their_acct_pay", "their_refd_setl_flag"),
)
SHOWN = ("mdtrt_id", "psn_no", "msgid")
_KIND = "CASE step.action WHEN 'new' THEN 'theirs_only' WHEN 'withdrawn' THEN 'ours_only' ELSE 'different' END"


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """The platform's totals of one statement.  acct_pay: None where it says nothing of personal accounts."""

    treatment_area: Area
    scheme: Scheme
    clr_type: ClearingType
    count: int
    medfee_sumamt: Decimal
    fund_pay_sumamt: Decimal
    acct_pay: Decimal | None = None


def reconcile_totals(
    *, month: ClearingMonth, totals: Iterable[Total], by: User, version: int | None = None
) -> ClearingMonth:
    """对总账: write down what the platform says of each statement; of one that it does not name, nothing.

    What came of it stands on each statement (`comparison`, `stmt_rslt`).  Raises Refused.
    """
    named: dict[tuple[str, str, str], Total] = {}
    for total in totals:
        key = (total.treatment_area.pk, total.scheme.value, total.clr_type.value)
        if key in named:
            raise Refused.because("named_twice", _("%s的同一险种、类别有两行") % total.treatment_area.name)
        named[key] = total

    def effect(locked: ClearingMonth) -> None:
        statements = {(one.treatment_area_id, one.scheme, one.clr_type): one for one in locked.statements.all()}
        for key in named.keys() - statements.keys():
            statements[key] = _unknown_to_us(locked, named[key])
        for key, statement in statements.items():
            said = named.get(key)
            nothing = (0, Decimal(0), Decimal(0), None)
            theirs = (said.count, said.medfee_sumamt, said.fund_pay_sumamt, said.acct_pay) if said else nothing
            for name, value in zip(THEIRS, theirs, strict=True):
                setattr(statement, name, value)
        ClearingStatement.objects.bulk_update(statements.values(), THEIRS)

    with transaction.atomic():
        hold_clearing(month.area_id)
        return MONTH_LIFECYCLE.take(month, "match_totals", by=by, version=version, effect=effect)


def _unknown_to_us(month: ClearingMonth, total: Total) -> ClearingStatement:
    same_province = total.treatment_area.pk[:2] == month.area_id[:2]
    return ClearingStatement.objects.create(
        month=month,
        area_id=month.area_id,
        treatment_area=total.treatment_area,
        scheme=total.scheme,
        clr_type=total.clr_type,
        scope=Scope.IN_PROVINCE if same_province else Scope.CROSS_PROVINCE,
    )


def plan(found: ClearingImport) -> None:
    """What the file comes to beside the month as it stands: a row for each difference, and the counts."""
    given = {"file": found.pk, "month": found.month_id}
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM settlement_clearingimportrow WHERE list_import_id = %(file)s AND action <> 'invalid'", given
        )
        cursor.execute(
            f"""
            INSERT INTO settlement_clearingimportrow (
                list_import_id, position, number, sheet, action, faults, written, setl_id, settlement_id,
                {", ".join(SHOWN)}, our_medfee_sumamt, our_fund_pay_sumamt, their_medfee_sumamt,
                their_fund_pay_sumamt, their_acct_pay, their_refd_setl_flag
            )
            SELECT %(file)s, row_number() OVER (ORDER BY number, setl_id), number, '', action, '[]', '{{}}', setl_id,
                settlement_id, {", ".join(SHOWN)}, our_fee, our_fund, their_fee, their_fund, acct_pay, refd_setl_flag
            FROM (
                SELECT COALESCE(theirs.number, 0) AS number, COALESCE(theirs.setl_id, ours.setl_id) AS setl_id,
                    CASE WHEN ours.setl_id IS NULL THEN 'new' WHEN theirs.setl_id IS NULL THEN 'withdrawn'
                        ELSE 'changed' END AS action,
                    ours.id AS settlement_id, {", ".join(f"COALESCE(theirs.{name}, '') AS {name}" for name in SHOWN)},
                    ours.medfee_sumamt AS our_fee, ours.fund_pay_sumamt AS our_fund,
                    theirs.medfee_sumamt AS their_fee, theirs.fund_pay_sumamt AS their_fund, theirs.acct_pay,
                    COALESCE(theirs.refd_setl_flag, false) AS refd_setl_flag
                FROM (
                    SELECT settled.id, {SETL_ID} AS setl_id, settled.medfee_sumamt, settled.fund_pay_sumamt,
                        settled.reverses_id IS NOT NULL AS is_reversal
                    FROM settlement_clearingstatement statement
                    JOIN settlement_clearingentry entry ON entry.statement_id = statement.id
                    JOIN settlement_settlement settled ON settled.id = entry.settlement_id
                    WHERE statement.month_id = %(month)s
                ) ours
                FULL JOIN (
                    SELECT * FROM settlement_platformdetail
                    WHERE list_import_id = %(file)s AND setl_id NOT IN (
                        SELECT setl_id FROM settlement_clearingdifference
                        WHERE month_id = %(month)s AND status = 'resolved' AND how = 'carried')
                ) theirs ON theirs.setl_id = ours.setl_id
                WHERE ours.setl_id IS NULL OR theirs.setl_id IS NULL
                    OR (ours.medfee_sumamt, ours.fund_pay_sumamt, ours.is_reversal)
                        <> (theirs.medfee_sumamt, theirs.fund_pay_sumamt, theirs.refd_setl_flag)
            ) compared
            """,
            given,
        )
        cursor.execute(
            """
            SELECT count(*) FILTER (WHERE action = 'new'), count(*) FILTER (WHERE action = 'changed'),
                count(*) FILTER (WHERE action = 'withdrawn'), count(*) FILTER (WHERE action = 'invalid'),
                (SELECT count(*) FROM settlement_platformdetail WHERE list_import_id = %(file)s)
            FROM settlement_clearingimportrow WHERE list_import_id = %(file)s
            """,
            given,
        )
        found.new, found.changed, found.withdrawn, found.invalid, details = cursor.fetchone()
    found.same = max(0, details - found.new - found.changed)


def take_over(found: ClearingImport, month: ClearingMonth, *, by: User) -> None:
    """Make the plan of a file the differences of its month, whose row is held."""
    given = {"file": found.pk, "month": month.pk, "by": by.pk}
    facts = {name: f"step.{name}" for name in FACTS} | {"kind": _KIND}
    fresh = "status = 'open', handled_by_id = NULL, how = '', reason = '', correction_id = NULL"
    undone = f"{fresh}, resolved_by_id = NULL, resolved_at = NULL, version = difference.version + 1"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE settlement_clearingdifference difference
            SET {undone}, {", ".join(f"{name} = {value}" for name, value in facts.items())},
                {", ".join(f"{name} = step.{name}" for name in SHOWN)}
            FROM settlement_clearingimportrow step
            WHERE step.list_import_id = %(file)s AND step.action <> 'invalid' AND difference.month_id = %(month)s
                AND difference.setl_id = step.setl_id
                AND (difference.how = 'equal_now' OR ({", ".join(f"difference.{name}" for name in facts)})
                    IS DISTINCT FROM ({", ".join(facts.values())}))
            """,
            given,
        )
        cursor.execute(
            """
            UPDATE settlement_clearingdifference difference
            SET status = 'resolved', how = 'equal_now', reason = '', correction_id = NULL, resolved_by_id = %(by)s,
                resolved_at = now(), version = version + 1
            WHERE month_id = %(month)s AND status <> 'resolved' AND NOT EXISTS (
                SELECT 1 FROM settlement_clearingimportrow step WHERE step.list_import_id = %(file)s
                AND step.action <> 'invalid' AND step.setl_id = difference.setl_id)
            """,
            given,
        )
        cursor.execute(
            f"""
            INSERT INTO settlement_clearingdifference (
                month_id, area_id, setl_id, {", ".join(SHOWN)}, {", ".join(facts)},
                status, how, reason, made_at, version
            )
            SELECT %(month)s, month.area_id, step.setl_id, {", ".join(f"step.{name}" for name in SHOWN)},
                {", ".join(facts.values())}, 'open', '', '', now(), 1
            FROM settlement_clearingimportrow step JOIN settlement_clearingmonth month ON month.id = %(month)s
            WHERE step.list_import_id = %(file)s AND step.action <> 'invalid'
            ORDER BY step.position
            ON CONFLICT (month_id, setl_id) DO NOTHING
            """,
            given,
        )


def compare_again(month: ClearingMonth, *, by: User) -> None:
    """With the file that the month was last compared with.  Its row is held."""
    found = month.details
    if found:
        plan(found)
        found.save(update_fields=["new", "changed", "withdrawn", "same"])
        take_over(found, month, by=by)


def reconcile_with(found: ClearingImport, *, by: User) -> ClearingMonth:
    """对明细账 with a file that has been planned.  Raises Refused where the month has changed since."""

    def effect(locked: ClearingMonth) -> None:
        if str(locked.version) != found.seen_state:
            raise Refused.because("changed_meanwhile", _("该月在预览后有变动，请重新预览"))
        take_over(found, locked, by=by)
        locked.details = found

    with transaction.atomic(), doing(_("对明细账"), by=by, reason=found.file_name):
        hold_clearing(found.area_id)
        return MONTH_LIFECYCLE.take(found.month, "match_details", by=by, effect=effect)
