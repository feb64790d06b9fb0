"""Where a claim stands on its way, and the steps from there: the one forward, the others, those back."""

from collections.abc import Iterable
from dataclasses import dataclass

from hospitals.lifecycle import Move
from settlement.models import Claim
from settlement.vocabulary import ClaimStatus as S

STAGES = ("受理", "明细", "核对", "结算", "审核", "财务", "支付")
WAITS_AT = {
    S.ACCEPTED: "明细",
    S.SUPPLEMENT: "明细",
    S.RETURNED: "明细",
    S.ENTERED: "核对",
    S.CHECKED: "结算",
    S.CALCULATED: "审核",
    S.IN_REVIEW: "审核",
    S.SECOND_REVIEW: "审核",
    S.APPROVED: "财务",
    S.RELEASED: "支付",
}
ENDED_AT = {S.WITHDRAWN: "受理", S.REFUSED: "审核", S.REVERSED: "支付"}
FORWARD = ("resume", "submit", "approve", "confirm", "release", "pay")
BACK = frozenset(
    {
        *("reopen", "uncheck", "unsettle", "take_back", "withdraw", "restore"),
        *("reconsider", "unapprove", "unrelease", "bounce", "reverse"),
    }
)


@dataclass(frozen=True, slots=True)
class Stage:
    """state: done, now, ended (the way ends here, badly) or later."""

    label: str
    state: str


def stages_of(claim: Claim) -> list[Stage]:
    status = S.of(claim.status)
    at, state = WAITS_AT.get(status), "now"
    if status in ENDED_AT:
        at, state = ENDED_AT[status], "ended"
    place = STAGES.index(at) if at else len(STAGES)
    states = ("done" if number < place else state if number == place else "later" for number in range(len(STAGES)))
    return [Stage(label, one) for label, one in zip(STAGES, states, strict=True)]


def forward_of(moves: Iterable[Move]) -> str:
    """The verb of the one step forward among those that are open; empty without one."""
    verbs = {move.verb for move in moves}
    return next((verb for verb in FORWARD if verb in verbs), "")
