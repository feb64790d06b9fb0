"""The way of a change or cancellation: at once, or by review where the policy reviews such filings."""

from hospitals.access import Right
from hospitals.lifecycle import Lifecycle, Move
from hospitals.vocabulary import Term


class ChangeStatus(Term):
    PENDING = "pending", "待审核"
    RETURNED = "returned", "已退回"
    DONE = "done", "已办理"
    REFUSED = "refused", "不予办理"
    WITHDRAWN = "withdrawn", "已撤回"


S = ChangeStatus
OPEN = (S.PENDING, S.RETURNED)
CHECKER = ("made_by",)
CHANGE_LIFECYCLE = Lifecycle(
    (
        Move("approve", "审核通过", frozenset({S.PENDING}), S.DONE, Right.REVIEW_FILINGS, not_by=CHECKER),
        Move("send_back", "退回补正", frozenset({S.PENDING}), S.RETURNED, Right.REVIEW_FILINGS, True, CHECKER),
        Move("refuse", "不予办理", frozenset({S.PENDING}), S.REFUSED, Right.REVIEW_FILINGS, True, CHECKER, True),
        Move("resubmit", "重新提交", frozenset({S.RETURNED}), S.PENDING, Right.FILE),
        Move("withdraw", "撤回", frozenset(OPEN), S.WITHDRAWN, Right.FILE, True, is_destructive=True),
    )
)
