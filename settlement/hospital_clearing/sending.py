"""The bank's file of a confirmed list; it follows from rows that do not change any more."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from hospitals.reasons import Refused
from settlement.hospital_clearing.words import HospitalBatchStatus
from settlement.models import HospitalPaymentBatch
from settlement.payments.bank_files import as_csv, as_workbook

HEADER = ("序号", "付款编号", "收款人", "开户银行", "银行账号", "金额", "用途")
OUT = (HospitalBatchStatus.CONFIRMED, HospitalBatchStatus.CLOSED)
"""A list that has been confirmed is out."""


def file_of(batch: HospitalPaymentBatch, kind: str) -> bytes:
    """kind: csv or xlsx.  Raises Refused before the list is confirmed, and once it is given up."""
    if batch.status not in OUT:
        raise Refused.because("not_confirmed", _("拨付单未经核对或已作废，没有银行文件"))
    if kind == "csv":
        return as_csv(HEADER, _rows(batch))
    return as_workbook(batch.number, HEADER, _rows(batch))


def _rows(batch: HospitalPaymentBatch) -> Iterator[tuple[object, ...]]:
    payments = batch.payments.select_related("account", "statement").order_by("pk")
    for number, payment in enumerate(payments, 1):
        account = payment.account
        purpose = f"{batch.get_scope_display()}异地就医清算 {payment.statement.number}"
        yield number, payment.number, account.name, account.bank, account.account, f"{payment.amount:.2f}", purpose
