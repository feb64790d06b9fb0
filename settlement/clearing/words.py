"""The words of clearing.  Plain Python."""

import datetime as dt
from collections.abc import Mapping

from filings.vocabulary import Scheme
from hospitals.vocabulary import Service, Term


class ClearingMonthStatus(Term):
    """clr_stas of a month; `00`, before it is applied for, is ours."""

    GATHERED = "00", "未申请"
    APPLIED = "10", "已申请"
    ACCEPTED = "20", "已受理"
    IN_REVIEW = "30", "正在审核"
    REVIEWED = "40", "审核完成"
    CLEARED = "50", "已清算"
    PAID = "60", "已拨付"
    REJECTED = "70", "已驳回"


CLOSED = (ClearingMonthStatus.CLEARED, ClearingMonthStatus.PAID)


class ClearingType(Term):
    """clr_type."""

    OUTPATIENT = "11", "门诊"
    INPATIENT = "21", "住院"


TYPE_OF_SERVICE = {
    Service.INPATIENT: ClearingType.INPATIENT,
    Service.OUTPATIENT: ClearingType.OUTPATIENT,
    Service.CHRONIC: ClearingType.OUTPATIENT,
}
INSUTYPE = {Scheme.EMPLOYEE: "310", Scheme.RESIDENT: "390"}


class Comparison(Term):
    """What comparing with the platform comes to."""

    EQUAL = "equal", "一致"
    THEIRS_ONLY = "theirs_only", "仅平台有"
    OURS_ONLY = "ours_only", "仅本地有"
    DIFFERENT = "different", "数据不一致"


RESULT_CODES: Mapping[Comparison, str] = {
    Comparison.EQUAL: "0",
    Comparison.THEIRS_ONLY: "101",
    Comparison.OURS_ONLY: "102",
    Comparison.DIFFERENT: "103",
}
"""stmt_rslt.  From memory, not from a document: for messages alone, never shown to staff as official."""


class ClearingDifferenceStatus(Term):
    OPEN = "open", "待处理"
    TAKEN = "taken", "处理中"
    PROPOSED = "proposed", "待复核"
    RESOLVED = "resolved", "已处理"


class Handling(Term):
    """How a difference was worked off."""

    OURS_CORRECTED = "ours_corrected", "本地已更正"
    THEIRS_TO_CORRECT = "theirs_to_correct", "由平台更正"
    ACCEPTED = "accepted", "按平台数据认定"
    CARRIED = "carried", "转入次月"
    EQUAL_NOW = "equal_now", "再次对账已一致"


class AdvanceKind(Term):
    """Why the advance fund of a period changes."""

    FIXED = "fixed", "预付金核定"
    RAISED = "raised", "紧急调增"
    TAKEN_BACK = "taken_back", "预付金收回"


class AdvanceStatus(Term):
    PROPOSED = "proposed", "待批准"
    APPROVED = "approved", "已批准"
    REFUSED = "refused", "不予批准"


class Warned(Term):
    """The warnings of an advance fund, the lesser first."""

    YELLOW = "yellow", "黄色预警"
    RED = "red", "红色预警"


def first_of_month(day: dt.date) -> dt.date:
    return day.replace(day=1)


def month_after(month: dt.date) -> dt.date:
    return (month.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
