"""The way of a filing from the window to its end."""

from hospitals.access import Right
from hospitals.lifecycle import Lifecycle, Move
from hospitals.vocabulary import Term


class FilingStatus(Term):
    PENDING = "pending", "待审核"
    RETURNED = "returned", "已退回"
    ACTIVE = "active", "有效"
    REFUSED = "refused", "不予备案"
    WITHDRAWN = "withdrawn", "已撤回"
    CANCELLED = "cancelled", "已取消"


S = FilingStatus
OPEN = (S.PENDING, S.RETURNED, S.ACTIVE)
CHECKER = ("made_by",)
FILING_LIFECYCLE = Lifecycle(
    (
        Move("approve", "审核通过", frozenset({S.PENDING}), S.ACTIVE, Right.REVIEW_FILINGS, not_by=CHECKER),
        Move("send_back", "退回补正", frozenset({S.PENDING}), S.RETURNED, Right.REVIEW_FILINGS, True, CHECKER),
        Move("refuse", "不予备案", frozenset({S.PENDING}), S.REFUSED, Right.REVIEW_FILINGS, True, CHECKER, True),
        Move("resubmit", "重新提交", frozenset({S.RETURNED}), S.PENDING, Right.FILE),
        Move(
            "withdraw", "撤回", frozenset({S.PENDING, S.RETURNED}), S.WITHDRAWN, Right.FILE, True, is_destructive=True
        ),
        Move("change", "变更就医地", frozenset({S.ACTIVE}), S.CANCELLED, Right.FILE, True),
        Move("cancel", "取消备案", frozenset({S.ACTIVE}), S.CANCELLED, Right.FILE, True, is_destructive=True),
        Move("lapse", "承诺到期取消", frozenset(OPEN), S.CANCELLED, Right.FILE, needs_reason=True, by_portal=True),
        Move("reinstate", "恢复备案", frozenset({S.CANCELLED}), S.ACTIVE, Right.LIFT_SANCTIONS, True),
    )
)
