"""Results of payments to hospitals for tests: lists that are out, the bank's rows, files read and written down."""

from typing import Any

from settlement.hospital_clearing import paying
from settlement.models import HospitalPayment, HospitalPaymentBatch, HospitalResultImport
from settlement.payments.results import verbs
from tests.settlement.hospital_clearing import ON, Desk, settled
from tests.settlement.inbound import dongying, hospital
from tests.settlement.payments import file_with, line


def out(desk: Desk, count: int = 1, start: int = 1) -> HospitalPaymentBatch:
    """A confirmed list over as many hospitals."""
    staff = {name: getattr(desk, name) for name in ("clerk", "reviewer", "supervisor", "finance", "second")}
    places = [desk, *(Desk(**staff, hospital=hospital()) for _ in range(count - 1))]
    for number, place in enumerate(places, start):
        settled(place, number)
    desk.made()
    for place in places:
        place.cleared_month()
        place.account()
    return again(desk)


def again(desk: Desk) -> HospitalPaymentBatch:
    batch = desk.drafted()
    return paying.confirm(by=desk.second, batch=batch, version=batch.version)


def paid(payment: HospitalPayment, **changes: Any) -> list[str]:
    return line(payment, **{"支付日期": ON.isoformat(), **changes})


def taken(desk: Desk, *lines: list[str], by: Any = None) -> HospitalResultImport:
    by = by or desk.finance
    found = verbs.upload(
        of=HospitalResultImport,
        data=file_with(*lines),
        file_name="回盘.csv",
        area=dongying(),
        paid_on=None,
        on=ON,
        by=by,
    )
    return verbs.preview(list_import=found, by=by)


def applied(desk: Desk, *lines: list[str], by: Any = None) -> HospitalResultImport:
    return verbs.apply(list_import=taken(desk, *lines, by=by), by=by or desk.finance)


def fresh_list(batch: HospitalPaymentBatch) -> HospitalPaymentBatch:
    return HospitalPaymentBatch.objects.get(pk=batch.pk)


def standing(batch: HospitalPaymentBatch) -> tuple[str, list[str], list[str]]:
    batch.refresh_from_db()
    payments = batch.payments.order_by("pk").select_related("statement")
    return batch.status, [one.status for one in payments], [one.statement.status for one in payments]
