"""The way of a card, and of a request for a new one."""

from filings.vocabulary import CardStatus
from hospitals.access import Right
from hospitals.lifecycle import Lifecycle, Move
from hospitals.vocabulary import Term


class ReplacementStatus(Term):
    ASKED = "asked", "办理中"
    ISSUED = "issued", "已换卡"
    WITHDRAWN = "withdrawn", "已撤回"


C, R = CardStatus, ReplacementStatus
CARD_LIFECYCLE = Lifecycle(
    (
        Move("report_lost", "挂失", frozenset({C.IN_USE}), C.LOST, Right.KEEP_PEOPLE, is_destructive=True),
        Move("find", "解除挂失", frozenset({C.LOST}), C.IN_USE, Right.KEEP_PEOPLE, needs_reason=True),
        Move("replace", "换发", frozenset({C.IN_USE, C.LOST}), C.REPLACED, Right.KEEP_PEOPLE),
    )
)
REPLACEMENT_LIFECYCLE = Lifecycle(
    (
        Move("issue", "登记新卡", frozenset({R.ASKED}), R.ISSUED, Right.KEEP_PEOPLE),
        Move("withdraw", "撤回补卡", frozenset({R.ASKED}), R.WITHDRAWN, Right.KEEP_PEOPLE, True, is_destructive=True),
    )
)
