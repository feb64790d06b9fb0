"""The ways of a hospital's statement, of a list of payments and of each payment in it."""

from hospitals.access import Right
from hospitals.lifecycle import Lifecycle, Move
from settlement.hospital_clearing.words import HospitalBatchStatus as B
from settlement.hospital_clearing.words import HospitalPaymentStatus as P
from settlement.hospital_clearing.words import HospitalStatementStatus as S

RECORD, REVIEW = Right.RECORD_HOSPITAL_CLEARING, Right.REVIEW_HOSPITAL_CLEARING
DECIDE, PAY = Right.DECIDE_HOSPITAL_APPEALS, Right.PAY_HOSPITALS
IN_REVIEW, REVIEWED = frozenset({S.IN_REVIEW}), frozenset({S.REVIEWED})

STATEMENT_LIFECYCLE = Lifecycle(
    (
        Move("renew", "重新申报", frozenset({S.APPLIED, S.REJECTED}), S.APPLIED, RECORD),
        Move("accept", "受理", frozenset({S.APPLIED}), S.ACCEPTED, REVIEW, not_by=("made_by",)),
        Move("begin", "开始审核", frozenset({S.ACCEPTED}), S.IN_REVIEW, REVIEW, not_by=("made_by",)),
        Move("check", "核对无误", IN_REVIEW, S.IN_REVIEW, REVIEW, not_by=("made_by",)),
        Move("deduct", "登记扣款", IN_REVIEW, S.IN_REVIEW, REVIEW, not_by=("made_by",)),
        Move("undo_deduction", "撤销扣款", IN_REVIEW, S.IN_REVIEW, REVIEW, True, is_destructive=True),
        Move("complete", "审核完成", IN_REVIEW, S.REVIEWED, REVIEW, not_by=("made_by",)),
        Move("agree", "登记医院确认", REVIEWED, S.REVIEWED, RECORD),
        Move("appeal", "登记申诉", REVIEWED, S.REVIEWED, RECORD),
        Move("decide", "裁定申诉", REVIEWED, S.REVIEWED, DECIDE, not_by=("made_by", "reviewed_by")),
        Move("clear", "清算", REVIEWED, S.CLEARED, DECIDE, not_by=("made_by", "reviewed_by")),
        Move("pay", "拨付", frozenset({S.CLEARED}), S.PAID, PAY, by_portal=True),
        Move("come_back", "支付退回", frozenset({S.PAID}), S.CLEARED, PAY, by_portal=True),
        Move("reject", "驳回", frozenset({S.APPLIED, S.ACCEPTED}), S.REJECTED, REVIEW, True, ("made_by",), True),
    )
)
BATCH_LIFECYCLE = Lifecycle(
    (
        Move("confirm", "核对", frozenset({B.DRAFT}), B.CONFIRMED, PAY, not_by=("made_by",)),
        Move("void", "作废", frozenset({B.DRAFT, B.CONFIRMED}), B.VOIDED, PAY, True, is_destructive=True),
        Move("close", "拨付完毕", frozenset({B.CONFIRMED}), B.CLOSED, PAY),
    )
)
PAYMENT_LIFECYCLE = Lifecycle(
    (
        Move("pay", "登记已付", frozenset({P.PENDING}), P.PAID, PAY),
        Move("fail", "登记支付失败", frozenset({P.PENDING}), P.FAILED, PAY, True),
        Move("come_back", "登记支付退回", frozenset({P.PAID}), P.FAILED, PAY, True, is_destructive=True),
        Move("void", "作废", frozenset({P.PENDING}), P.VOID, PAY),
    )
)
COUNTS = (P.PENDING, P.PAID)
"""At most one such payment a statement."""
