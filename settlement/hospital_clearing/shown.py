"""What clearing with hospitals shows of itself."""

from django.utils.safestring import SafeString

from filings.identity import masked
from hospitals.access import User, reach_of
from hospitals.listing import badge
from settlement.hospital_clearing.lifecycle import PAY
from settlement.hospital_clearing.words import DeductionStatus as D
from settlement.hospital_clearing.words import HospitalBatchStatus as B
from settlement.hospital_clearing.words import HospitalPaymentStatus as P
from settlement.hospital_clearing.words import HospitalStatementStatus as S
from settlement.models import (
    HospitalAccount,
    HospitalDeduction,
    HospitalPayment,
    HospitalPaymentBatch,
    HospitalStatement,
)

TONES = {S.PAID: "good", S.CLEARED: "good", S.REJECTED: "bad", S.IN_REVIEW: "warn", S.REVIEWED: "warn"}
BATCH_TONES = {B.CONFIRMED: "warn", B.CLOSED: "good", B.VOIDED: "bad"}
PAYMENT_TONES = {P.PAID: "good", P.FAILED: "bad"}


def statement_badge(statement: HospitalStatement) -> SafeString:
    return badge(statement.get_status_display(), TONES.get(S.of(statement.status), ""))


def batch_badge(batch: HospitalPaymentBatch) -> SafeString:
    return badge(batch.get_status_display(), BATCH_TONES.get(B.of(batch.status), ""))


def payment_badge(payment: HospitalPayment) -> SafeString:
    return badge(payment.get_status_display(), PAYMENT_TONES.get(P.of(payment.status), ""))


def standing_of(deduction: HospitalDeduction) -> tuple[str, str]:
    """Where a deduction stands, in words, and the tone of its badge."""
    if deduction.status == D.WITHDRAWN:
        return "已撤销", "bad"
    if deduction.awaits_decision:
        return "申诉待裁定", "warn"
    if deduction.decided_by_id:
        if not deduction.returned:
            return "申诉未采纳", "good"
        return ("申诉采纳", "good") if deduction.returned == deduction.amount else ("申诉部分采纳", "good")
    return deduction.get_status_display(), ""


def standing_badge(deduction: HospitalDeduction) -> SafeString:
    return badge(*standing_of(deduction))


def result_of(payment: HospitalPayment) -> str:
    """What came back of a payment; of one that failed after it was paid, both."""
    paid = f"{payment.paid_on:%Y-%m-%d} {payment.reference}" if payment.paid_on else ""
    return "，".join(filter(None, (paid, payment.failure)))


def account_for(user: User, account: HospitalAccount) -> str:
    """Whole for those who pay there, masked for those who only look."""
    pays = account.area_id in reach_of(user).areas_of(PAY)
    return account.account if pays else masked(account.account)
