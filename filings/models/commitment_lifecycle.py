"""The way of a commitment from its signature to its end, and of a sanction that follows from one not kept."""

from hospitals.access import Right
from hospitals.lifecycle import Lifecycle, Move
from hospitals.vocabulary import Term


class CommitmentStatus(Term):
    OPEN = "open", "待补齐"
    COMPLETE = "complete", "已补齐"
    LAPSED = "lapsed", "逾期未补齐"
    VOID = "void", "已失效"


class SanctionStatus(Term):
    IN_FORCE = "in_force", "执行中"
    LIFTED = "lifted", "已解除"


OPEN = frozenset({CommitmentStatus.OPEN})
COMMITMENT_LIFECYCLE = Lifecycle(
    (
        Move("hand_in", "收取补充材料", OPEN, CommitmentStatus.OPEN, Right.FILE),
        Move("complete", "补齐材料", OPEN, CommitmentStatus.COMPLETE, Right.FILE),
        Move("lapse", "承诺到期", OPEN, CommitmentStatus.LAPSED, Right.FILE, needs_reason=True, by_portal=True),
        Move("void", "承诺失效", OPEN, CommitmentStatus.VOID, Right.FILE, needs_reason=True, by_portal=True),
    )
)

IN_FORCE = frozenset({SanctionStatus.IN_FORCE})
SANCTION_LIFECYCLE = Lifecycle(
    (
        Move("set_period", "确定期限", IN_FORCE, SanctionStatus.IN_FORCE, Right.LIFT_SANCTIONS, True),
        Move("name_hospitals", "指定医疗机构", IN_FORCE, SanctionStatus.IN_FORCE, Right.LIFT_SANCTIONS, True),
        Move("lift", "解除", IN_FORCE, SanctionStatus.LIFTED, Right.LIFT_SANCTIONS, True, is_destructive=True),
    )
)
