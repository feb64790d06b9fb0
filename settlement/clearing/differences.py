"""Differences are worked off: taken by one person, resolved, and where money moves confirmed by another."""

from collections.abc import Callable

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hospitals.reasons import Refused
from settlement.clearing import gathering
from settlement.clearing.comparing import compare_again
from settlement.clearing.holding import hold_clearing, hold_month
from settlement.clearing.lifecycle import DIFFERENCE_LIFECYCLE
from settlement.clearing.words import ClearingMonthStatus, Comparison, Handling
from settlement.models import ClearingDifference, Settlement

LONGEST_TEXT = 300


def take(*, by: User, difference: ClearingDifference, version: int | None = None) -> ClearingDifference:
    """领取.  Raises Refused."""

    def effect(locked: ClearingDifference) -> None:
        locked.handled_by = by

    return _step("take", by, difference, version, effect)


def put_down(*, by: User, difference: ClearingDifference, version: int | None = None) -> ClearingDifference:
    """放回.  Raises Refused."""
    return _step("put_down", by, difference, version, _afresh)


def correct_ours(
    *, by: User, difference: ClearingDifference, reason: str, version: int | None = None
) -> ClearingDifference:
    """Ours was wrong and has been put right: the settlement is reversed.  Raises Refused where it is not.

    What the platform alone has is put right by importing it; comparing again then finds nothing.
    """

    def effect(locked: ClearingDifference) -> None:
        if locked.comparison is Comparison.THEIRS_ONLY:
            raise Refused.because("not_corrected", _("补录该结算后请重新汇总并对账，一致的差异自动办结"))
        correction = Settlement.objects.filter(reverses=locked.settlement_id).first()
        if correction is None:
            raise Refused.because("not_corrected", _("本地结算尚未冲正，请先办理冲正"))
        locked.correction = correction
        _resolve(locked, by, Handling.OURS_CORRECTED, reason)

    return _step("correct_ours", by, difference, version, effect, reason)


def ask_platform(
    *, by: User, difference: ClearingDifference, reason: str, version: int | None = None
) -> ClearingDifference:
    """The platform is asked to put its own right.  reason: what was asked, and how.  Raises Refused."""

    def effect(locked: ClearingDifference) -> None:
        _resolve(locked, by, Handling.THEIRS_TO_CORRECT, reason)

    return _step("ask_platform", by, difference, version, effect, reason)


def propose_accepting(
    *, by: User, difference: ClearingDifference, reason: str, version: int | None = None
) -> ClearingDifference:
    """It is to be paid as the platform says.  Raises Refused."""

    def effect(locked: ClearingDifference) -> None:
        locked.how, locked.reason = Handling.ACCEPTED, _short(reason)

    return _step("propose_accepting", by, difference, version, effect, reason)


def propose_carrying(
    *, by: User, difference: ClearingDifference, reason: str, version: int | None = None
) -> ClearingDifference:
    """It is in dispute, and to be cleared with the next month.  Raises Refused."""

    def effect(locked: ClearingDifference) -> None:
        locked.how, locked.reason = Handling.CARRIED, _short(reason)

    return _step("propose_carrying", by, difference, version, effect, reason)


def confirm(*, by: User, difference: ClearingDifference, version: int | None = None) -> ClearingDifference:
    """A second person agrees; what is carried on leaves the month at once.  Raises Refused."""

    def effect(locked: ClearingDifference) -> None:
        locked.resolved_by, locked.resolved_at = by, timezone.now()

    return _step("confirm", by, difference, version, effect)


def send_back(
    *, by: User, difference: ClearingDifference, reason: str, version: int | None = None
) -> ClearingDifference:
    """A second person does not agree.  Raises Refused."""

    def effect(locked: ClearingDifference) -> None:
        locked.how = locked.reason = ""

    return _step("send_back", by, difference, version, effect, reason)


def reopen(*, by: User, difference: ClearingDifference, reason: str, version: int | None = None) -> ClearingDifference:
    """Work it off anew; what was carried on comes back into the month.  Raises Refused."""
    return _step("reopen", by, difference, version, _afresh, reason)


def _step(
    verb: str,
    by: User,
    difference: ClearingDifference,
    version: int | None,
    effect: Callable[[ClearingDifference], None],
    reason: str = "",
) -> ClearingDifference:
    """The area's clearing is held before the month, and the month before the difference, as whoever compares does."""
    with transaction.atomic():
        hold_clearing(difference.area_id)
        month = hold_month(difference.month_id)
        if month.status != ClearingMonthStatus.IN_REVIEW:
            state = month.get_status_display()
            raise Refused.because("month_not_in_review", _("清算月份“%s”，不能处理差异") % state)
        was_carried = difference.how == Handling.CARRIED and verb == "reopen"
        taken = DIFFERENCE_LIFECYCLE.take(difference, verb, by=by, reason=reason, version=version, effect=effect)
        if was_carried or (verb == "confirm" and taken.how == Handling.CARRIED):
            gathering.gather(month)
            compare_again(month, by=by)
            month.version += 1
            month.save()
            taken.refresh_from_db()
    return taken


def _afresh(locked: ClearingDifference) -> None:
    locked.handled_by = locked.resolved_by = locked.resolved_at = locked.correction = None
    locked.how = locked.reason = ""


def _resolve(locked: ClearingDifference, by: User, how: Handling, reason: str) -> None:
    locked.how, locked.reason = how, _short(reason)
    locked.resolved_by, locked.resolved_at = by, timezone.now()


def _short(reason: str) -> str:
    if len(reason.strip()) > LONGEST_TEXT:
        raise Refused.because("reason_too_long", _("说明不能超过%d字") % LONGEST_TEXT)
    return reason.strip()


STEPS: dict[str, Callable[..., ClearingDifference]] = {
    step.__name__: step
    for step in (
        *(take, put_down, correct_ours, ask_platform, propose_accepting, propose_carrying),
        *(confirm, send_back, reopen),
    )
}
"""What staff do with a difference, by the names of the lifecycle."""
