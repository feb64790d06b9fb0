"""The words of clearing with hospitals, under their national codes.  Plain Python."""

from hospitals.vocabulary import Term


class HospitalStatementStatus(Term):
    """clr_stas."""

    APPLIED = "10", "已申请"
    ACCEPTED = "20", "已受理"
    IN_REVIEW = "30", "正在审核"
    REVIEWED = "40", "审核完成"
    CLEARED = "50", "已清算"
    PAID = "60", "已拨付"
    REJECTED = "70", "已驳回"


class DeductionType(Term):
    """det_type."""

    REVIEW = "10", "审核扣款"
    AUDIT = "20", "稽核扣款"
    ADVANCE = "30", "预付金抵扣"
    RESERVE = "40", "预留金"
    OTHER = "99", "其他"


class DeductionSource(Term):
    """How a deduction came about."""

    MANUAL = "1", "人工"
    RULES = "2", "智能审核"
    APPRAISAL = "3", "考核"
    EARLIER_MONTH = "4", "补扣往月"


class DeductionStatus(Term):
    """detd_stas.  The codes are seen in public material, their meaning is not: the names are ours."""

    INTENDED = "10", "拟扣"
    TOLD = "20", "已告知"
    WITHDRAWN = "30", "已撤销"


class ReviewExtent(Term):
    """How much of a statement is looked at."""

    ALL = "all", "全部审核"
    SAMPLE = "sample", "抽样审核"


class HospitalBatchStatus(Term):
    """A list of payments to hospitals."""

    DRAFT = "draft", "草稿"
    CONFIRMED = "confirmed", "已核对"
    CLOSED = "closed", "拨付完毕"
    VOIDED = "voided", "已作废"


class HospitalPaymentStatus(Term):
    """fin_dspo_flag 1, 4, 9; a payment of a list that was given up has none."""

    PENDING = "pending", "未处理"
    PAID = "paid", "已付"
    FAILED = "failed", "支付失败"
    VOID = "void", "已作废"


DFR_SOUC = {"in_province": "99901", "cross_province": "99902"}
"""dfr_souc of a list of payments, by scope: 省内异地清算, 跨省异地清算."""
CLOSED = (HospitalStatementStatus.CLEARED, HospitalStatementStatus.PAID)
"""The month is closed: what comes later goes to the next one."""
ON_SETTLEMENTS = (DeductionType.REVIEW, DeductionType.AUDIT)
