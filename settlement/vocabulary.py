"""The words of settlement.  Plain Python."""

from hospitals.vocabulary import Term


class ManualReason(Term):
    """Why a stay is reimbursed by hand (manl_reim_rea in spirit; the codes are ours)."""

    NOT_NETWORKED = "not_networked", "就医医院未联网"
    NOT_OPENED = "not_opened", "就医医院未开通该项业务"
    SYSTEM_FAILURE = "system_failure", "系统或凭证故障未能直接结算"
    FILED_AFTER_PAYING = "filed_after_paying", "自费结算后补办备案"
    WAITING_PERIOD = "waiting_period", "新参保或处于待遇等待期"
    OTHER = "other", "其他"


class ClaimStatus(Term):
    ACCEPTED = "accepted", "已受理"
    IN_REVIEW = "in_review", "待审核"
    RETURNED = "returned", "已退回"
    APPROVED = "approved", "待财务复核"
    RELEASED = "released", "待支付"
    PAID = "paid", "已支付"
    REFUSED = "refused", "不予支付"
