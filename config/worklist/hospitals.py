"""Statements of our own hospitals: review, decision, payment."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse

from config.worklist.queue import SHOWN, Queue
from hospitals.access import Reach, Right
from hospitals.listing import first_of
from settlement.hospital_clearing.lifecycle import COUNTS
from settlement.hospital_clearing.words import HospitalBatchStatus, HospitalStatementStatus
from settlement.models import HospitalPayment, HospitalPaymentBatch, HospitalStatement

BEFORE_WORD = (HospitalStatementStatus.APPLIED, HospitalStatementStatus.ACCEPTED, HospitalStatementStatus.IN_REVIEW)


def of_hospitals(user: Any, reach: Reach) -> Iterator[Queue]:
    """Statements of hospitals that wait for review, for a second person's word, and for finance."""
    rows: Any = HospitalStatement.objects.select_related("hospital", "area")
    reviewing, deciding = Right.REVIEW_HOSPITAL_CLEARING, Right.DECIDE_HOSPITAL_APPEALS
    paying = Right.PAY_HOSPITALS
    link = reverse("hospital_statements")
    if reach.has(reviewing):
        waiting = rows.filter(status__in=BEFORE_WORD).exclude(made_by=user)
        cases = first_of(waiting.visible_parts(user, reviewing), ["pk"], SHOWN, rows)
        yield Queue(
            "待审核的医疗机构清算单", "没有待审核的清算单", f"{link}?status={HospitalStatementStatus.APPLIED}", cases
        )
    if reach.has(deciding):
        waiting = rows.filter(status=HospitalStatementStatus.REVIEWED).exclude(reviewed_by=user)
        cases = first_of(waiting.visible_parts(user, deciding), ["pk"], SHOWN, rows)
        yield Queue(
            "待裁定、待清算的清算单", "没有待清算的清算单", f"{link}?status={HospitalStatementStatus.REVIEWED}", cases
        )
    if reach.has(paying):
        waiting = rows.filter(status=HospitalStatementStatus.CLEARED, payable__gt=0).exclude(
            payments__status__in=COUNTS
        )
        cases = first_of(waiting.visible_parts(user, paying), ["pk"], SHOWN, rows)
        yield Queue(
            "待拨付的医疗机构清算单", "没有待拨付的清算单", f"{link}?status={HospitalStatementStatus.CLEARED}", cases
        )
        lists: Any = HospitalPaymentBatch.objects.select_related("area")
        drafts = lists.filter(status=HospitalBatchStatus.DRAFT).exclude(made_by=user)
        cases = first_of(drafts.visible_parts(user, paying), ["pk"], SHOWN, lists)
        yield Queue("待核对的医疗机构拨付单", "没有待核对的拨付单", reverse("hospital_batches"), cases)
        payments: Any = HospitalPayment.objects.select_related("statement__hospital", "batch__area")
        failed = payments.to_pay_again().with_correction().filter(is_corrected=False)
        cases = first_of(failed.visible_parts(user, paying), ["pk"], SHOWN, payments)
        link = reverse("failed_hospital_payments")
        yield Queue("待更正账户的医疗机构付款", "没有待更正账户的付款", f"{link}?is_corrected=no", cases)
