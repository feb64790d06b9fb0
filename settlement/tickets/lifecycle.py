"""The way of a failure ticket from the first word of it until it is solved or reimbursed by hand."""

from typing import Any

from django.utils.translation import gettext as _

from hospitals.access import Right, User
from hospitals.lifecycle import Lifecycle, Move
from hospitals.reasons import Refused
from settlement.vocabulary import TicketStatus as S

HANDLE = Right.HANDLE_TICKETS
LIVING = frozenset({S.OPEN, S.IN_WORK, S.WAITING})
CLOSED = frozenset({S.SOLVED, S.MANUAL, S.WITHDRAWN})


class TicketLifecycle(Lifecycle):
    """What a step asks of the ticket beside its state."""

    def refusal(self, case: Any, verb: str, by: User, reason: str = "") -> Refused | None:
        refusal = super().refusal(case, verb, by, reason)
        if refusal:
            return refusal
        if verb in ("escalate", "lapse") and case.escalated_at:
            return Refused.because("escalated", _("已升级到主管，不能再升级"))
        if verb == "close_manual" and case.person_id is None:
            return Refused.because("person_unknown", _("没有登记参保人，先更正工单"))
        if verb == "reopen" and (claim := case.living_claim):
            return Refused.because("claimed", _("已受理报销件 %s，不能重新打开") % claim.number)
        return None


TICKET_LIFECYCLE = TicketLifecycle(
    (
        Move("take", "领取", LIVING, S.IN_WORK, HANDLE),
        Move("check", "重新检查", LIVING, "", HANDLE),
        Move("note", "记录", LIVING, "", HANDLE),
        Move("wait", "等待答复", LIVING, S.WAITING, HANDLE),
        Move("hand_over", "转交", LIVING, S.IN_WORK, HANDLE),
        Move("escalate", "升级", LIVING, "", HANDLE, needs_reason=True),
        Move("lapse", "到时升级", LIVING, "", HANDLE, by_portal=True),
        Move("correct", "更正", LIVING, "", HANDLE),
        Move("solve", "已解决", LIVING, S.SOLVED, HANDLE, needs_reason=True),
        Move("close_manual", "转手工报销", LIVING, S.MANUAL, HANDLE, needs_reason=True),
        Move("withdraw", "撤销", LIVING, S.WITHDRAWN, HANDLE, needs_reason=True, is_destructive=True),
        Move("reopen", "重新打开", CLOSED, S.OPEN, HANDLE, needs_reason=True),
    )
)
