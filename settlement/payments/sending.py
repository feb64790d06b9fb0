"""A confirmed batch goes out: its file, always the same however often it is fetched."""

import hashlib
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import User
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from hospitals.reasons import Reason, Refused
from settlement.models import Payment, PaymentBatch, Settlement
from settlement.payments.bank_files import as_csv, as_workbook
from settlement.payments.checks import held_in
from settlement.payments.lifecycle import BATCH_LIFECYCLE
from settlement.vocabulary import PaymentStatus

TO_BANK = ("序号", "付款编号", "收款人", "证件号后四位", "开户银行", "银行账号", "金额", "用途")
TO_INSURER = (
    *("序号", "付款编号", "参保人", "证件号后四位", "结算编号", "医院", "入院日期", "出院日期", "医疗费总额"),
    *("符合政策范围费用", "基金已支付", "个人负担", "按政策应付"),
)
NOT_CONFIGURED = "未配置"
CHUNK = 2_000


def send(*, by: User, batch: PaymentBatch, version: int) -> PaymentBatch:
    """The batch goes out.  Its file follows from its rows; what it was is kept as a digest.  Raises Refused, also where
    a settlement was reversed meanwhile: what followed it is never paid."""

    def effect(locked: PaymentBatch) -> None:
        _refuse_reversed(locked)
        if held := held_in(locked):
            raise Refused.all_of(held)
        pending = locked.payments.filter(status=PaymentStatus.PENDING)
        pending.update(status=PaymentStatus.IN_TRANSIT, version=F("version") + 1)
        locked.file_sha256 = hashlib.sha256(_as_csv(locked)).hexdigest()
        locked.sent_by, locked.sent_at = by, timezone.now()

    return BATCH_LIFECYCLE.take(batch, "send", by=by, version=version, effect=effect)


def file_of(batch: PaymentBatch, kind: str) -> bytes:
    """The file of a batch that was sent; kind: csv or xlsx.  Raises Refused where it would not be what was sent."""
    if not batch.file_sha256:
        raise Refused.because("not_sent", _("批次尚未送出，没有文件"))
    text = _as_csv(batch)
    if hashlib.sha256(text).hexdigest() != batch.file_sha256:
        raise Refused.because("file_differs", _("文件与送出时不一致，不能下载，请联系管理员"))
    return text if kind == "csv" else as_workbook(batch.number, header_of(batch), rows_of(batch))


def _as_csv(batch: PaymentBatch) -> bytes:
    return as_csv(header_of(batch), rows_of(batch))


def header_of(batch: PaymentBatch) -> tuple[str, ...]:
    return TO_INSURER if batch.is_insurers else TO_BANK


def rows_of(batch: PaymentBatch) -> Iterator[tuple[Any, ...]]:
    """In the order of the batch; nothing in them changes once it has been sent."""
    joined = ("due__settlement",) if batch.is_insurers else ("claim", "due__settlement")
    payments = batch.payments.exclude(status=PaymentStatus.VOID).select_related(*joined).order_by("position")
    for number, payment in enumerate(payments.iterator(chunk_size=CHUNK), start=1):
        yield (number, payment.number, payment.payee_name, payment.id_tail, *_further(payment, batch))


def _further(payment: Payment, batch: PaymentBatch) -> tuple[Any, ...]:
    if not batch.is_insurers:
        subject = payment.claim or (payment.due and payment.due.settlement)
        purpose = f"{batch.get_kind_display()} {subject}"
        return payment.payee_bank, payment.payee_account, f"{payment.amount:.2f}", purpose
    due = payment.due
    assert due is not None  # noqa: S101 - the insurer pays follow-ups alone
    stay = due.settlement
    return (
        *(stay.number, stay.hospital_name, stay.admitted_on, stay.discharged_on, stay.medfee_sumamt),
        *(stay.inscp_scp_amt, stay.fund_pay_sumamt, stay.psn_part_amt),
        NOT_CONFIGURED if due.amount is None else due.amount,
    )


def _refuse_reversed(batch: PaymentBatch) -> None:
    """Holds the settlements, so that none is reversed between this look and the sending."""
    settlements = Settlement.objects.filter(
        follow_ups__payments__batch=batch, follow_ups__payments__status=PaymentStatus.PENDING
    )
    list(settlements.order_by("pk").select_for_update(of=("self",)).values_list("pk"))
    reversed_since = batch.payments.filter(status=PaymentStatus.PENDING, due__settlement__reversal__isnull=False)
    reasons = [
        Reason(
            "settlement_reversed",
            _("第 %(position)d 笔 %(name)s：结算 %(number)s 已冲正，须退回草稿撤出")
            % {"position": row.position, "name": row.payee_name, "number": row.due and row.due.settlement.number},
        )
        for row in reversed_since.select_related("due__settlement")[:20]
    ]
    if reasons:
        raise Refused.all_of(reasons)
