"""What a statement comes to."""

from typing import Any

from django.db import connection

from settlement.hospital_clearing.guards import KEPT, RETURNED
from settlement.models import HospitalStatement

PREVIOUS = """
    SELECT coalesce((
        SELECT least(earlier.payable, 0) FROM settlement_hospitalstatement earlier
        WHERE earlier.hospital_id = %(hospital)s AND earlier.scope = %(scope)s AND earlier.month < %(month)s
        ORDER BY earlier.month DESC LIMIT 1), 0)
"""


def add_up(statement: HospitalStatement) -> None:
    """Deductions after appeals, what reversals give back of earlier ones, what the month before was short of.

    Of a statement that this transaction has locked; saved by its step.  The same that the database checks.
    """
    known: dict[str, Any] = {"hospital": statement.hospital_id, "scope": statement.scope, "month": statement.month}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT ({KEPT.format(condition='statement_id = %(here)s')}),"
            f" ({RETURNED.format(statement='%(here)s')}), ({PREVIOUS})",
            {"here": statement.pk, **known},
        )
        statement.deducted, statement.returned, statement.carried_in = cursor.fetchone()
    statement.payable = (
        statement.fund_pay_sumamt + statement.acct_pay - statement.deducted + statement.returned + statement.carried_in
    )
