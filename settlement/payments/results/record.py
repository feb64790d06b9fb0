"""Between the database and the plain planning: what payments the rows speak of, and what was planned."""

import json
from collections.abc import Iterable

from django.db import connection
from django.utils import timezone

from hospitals.sheets import Row
from hospitals.vocabulary import ListAction
from settlement.models import Payment, ResultImport, ResultRow
from settlement.payments.results.planning import Known, Planned, number_of
from settlement.vocabulary import PaymentStatus

COUNTED = (ListAction.NEW, ListAction.SAME, ListAction.INVALID)
STEP_COLUMNS = (
    *("list_import_id", "position", "number", "sheet", "action", "payment_id", "name", "outcome", "amount"),
    *("paid_on", "reference", "failure", "faults", "written"),
)


def known_payments(found: ResultImport, rows: Iterable[Row]) -> dict[int, Known]:
    """The payments of the area that the rows name, by key; one query for any number."""
    keys = {key for row in rows if (key := number_of(row)) is not None}
    payments = Payment.objects.filter(area=found.area_id, pk__in=keys).select_related("batch")
    return {payment.pk: known(payment) for payment in payments}


def known(payment: Payment) -> Known:
    sent_at = payment.batch.sent_at
    return Known(
        pk=payment.pk,
        status=PaymentStatus.of(payment.status),
        account=payment.payee_account,
        amount=payment.amount,
        by_insurer=payment.batch.is_insurers,
        sent_on=timezone.localdate(sent_at) if sent_at else None,
        paid_on=payment.paid_on,
        reference=payment.reference,
    )


def store(found: ResultImport, plan: list[Planned]) -> None:
    """Keep the plan as the import's rows, in place of an earlier one."""
    ResultRow.objects.filter(list_import=found).delete()
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {ResultRow._meta.db_table} ({', '.join(STEP_COLUMNS)}) FROM STDIN") as copy,
    ):
        for position, step in enumerate(plan, 1):
            copy.write_row((found.pk, position, *_row(step)))
    for action in COUNTED:
        setattr(found, action.value, sum(step.action is action for step in plan))
    found.rows = len(plan)


def _row(step: Planned) -> tuple[object, ...]:
    row, said = step.row, step.said
    return (
        row.number,
        row.sheet,
        step.action.value,
        step.payment,
        row.values.get("name", ""),
        said.outcome.value if said else "",
        said.amount if said else None,
        said.paid_on if said else None,
        said.reference if said else "",
        said.failure if said else "",
        json.dumps([fault.as_dict() for fault in row.faults], ensure_ascii=False),
        json.dumps({} if step.action is ListAction.SAME else row.values, ensure_ascii=False),
    )
