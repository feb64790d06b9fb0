"""The way of an upload: told to the platform until it is acknowledged, or refused and put right by a person."""

from hospitals.access import Right
from hospitals.lifecycle import Lifecycle, Move
from hospitals.vocabulary import Term


class UploadStatus(Term):
    WAITING = "waiting", "待上报"
    ACKNOWLEDGED = "acknowledged", "已上报"
    PARKED = "parked", "上报被拒"
    GIVEN_UP = "given_up", "不再上报"


S = UploadStatus
UNSETTLED = (S.WAITING, S.PARKED)  # what comes later of the same person waits for these
UPLOAD_LIFECYCLE = Lifecycle(
    (
        Move("acknowledge", "平台受理", frozenset({S.WAITING}), S.ACKNOWLEDGED, Right.SEND_UPLOADS, by_portal=True),
        Move("park", "平台拒绝", frozenset({S.WAITING}), S.PARKED, Right.SEND_UPLOADS, by_portal=True),
        Move("send_again", "重新上报", frozenset({S.PARKED}), S.WAITING, Right.SEND_UPLOADS, needs_reason=True),
        Move(
            "give_up",
            "不再上报",
            frozenset({S.PARKED}),
            S.GIVEN_UP,
            Right.SEND_UPLOADS,
            needs_reason=True,
            is_destructive=True,
        ),
    )
)
