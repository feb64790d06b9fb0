"""Differences are worked off: taken by one person, resolved, and where money moves confirmed by another."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hospitals.history import doing
from hospitals.reasons import Refused
from settlement.clearing import gathering
from settlement.clearing.comparing import compare_again
from settlement.clearing.holding import hold_clearing, hold_month
from settlement.clearing.lifecycle import DIFFERENCE_LIFECYCLE
from settlement.clearing.words import ClearingMonthStatus, Comparison, Handling
from settlement.models import ClearingDifference, ClearingMonth, Settlement

LONGEST_TEXT = 300
JOINED = ("month", "area", "settlement__person", "settlement__reversal", "handled_by")
WRITTEN = ("handled_by", "how", "reason", "correction", "resolved_by", "resolved_at")


@dataclass(frozen=True, slots=True)
class Seen:
    """A difference, and its version as the page showed it; None where none was shown."""

    difference: ClearingDifference
    version: int | None


@dataclass(frozen=True, slots=True)
class Worked:
    """What came of one.  refusal: None where the step was taken."""

    difference: ClearingDifference
    refusal: Refused | None


def take(*, by: User, difference: ClearingDifference, version: int | None = None) -> ClearingDifference:
    """领取.  Raises Refused."""
    return _step("take", by, difference, version)


def put_down(*, by: User, difference: ClearingDifference, version: int | None = None) -> ClearingDifference:
    """放回.  Raises Refused."""
    return _step("put_down", by, difference, version)


def correct_ours(
    *, by: User, difference: ClearingDifference, reason: str, version: int | None = None
) -> ClearingDifference:
    """Ours was wrong and has been put right: the settlement is reversed.  Raises Refused where it is not.

    What the platform alone has is put right by importing it; comparing again then finds nothing.
    """
    return _step("correct_ours", by, difference, version, reason)


def ask_platform(
    *, by: User, difference: ClearingDifference, reason: str, version: int | None = None
) -> ClearingDifference:
    """The platform is asked to put its own right.  reason: what was asked, and how.  Raises Refused."""
    return _step("ask_platform", by, difference, version, reason)


def propose_accepting(
    *, by: User, difference: ClearingDifference, reason: str, version: int | None = None
) -> ClearingDifference:
    """It is to be paid as the platform says.  Raises Refused."""
    return _step("propose_accepting", by, difference, version, reason)


def propose_carrying(
    *, by: User, difference: ClearingDifference, reason: str, version: int | None = None
) -> ClearingDifference:
    """It is in dispute, and to be cleared with the next month.  Raises Refused."""
    return _step("propose_carrying", by, difference, version, reason)


def confirm(*, by: User, difference: ClearingDifference, version: int | None = None) -> ClearingDifference:
    """A second person agrees; what is carried on leaves the month at once.  Raises Refused."""
    return _step("confirm", by, difference, version)


def send_back(
    *, by: User, difference: ClearingDifference, reason: str, version: int | None = None
) -> ClearingDifference:
    """A second person does not agree.  Raises Refused."""
    return _step("send_back", by, difference, version, reason)


def reopen(*, by: User, difference: ClearingDifference, reason: str, version: int | None = None) -> ClearingDifference:
    """Work it off anew; what was carried on comes back into the month.  Raises Refused."""
    return _step("reopen", by, difference, version, reason)


def work_off(*, by: User, chosen: Sequence[Seen], verb: str, reason: str = "") -> list[Worked]:
    """One step of differences of one month, in one transaction; each is checked by itself, and one that is refused
    keeps none of the others.  What is carried on leaves the month, or comes back, and it is compared again once.

    The area's clearing is held before the month, and the month before its differences, as whoever compares does.
    """
    rows = ClearingDifference.objects.select_related(*JOINED).filter(pk__in=[seen.difference.pk for seen in chosen])
    with transaction.atomic():
        hold_clearing(chosen[0].difference.area_id)
        month = hold_month(chosen[0].difference.month_id)
        held = {row.pk: row for row in rows.order_by("pk").select_for_update(of=("self",), no_key=True)}
        carried = {pk for pk, row in held.items() if row.how == Handling.CARRIED}
        refusals = {seen: _refusal(verb, by, held[seen.difference.pk], month, seen.version, reason) for seen in chosen}
        going = [held[seen.difference.pk] for seen, refusal in refusals.items() if refusal is None]
        with doing(DIFFERENCE_LIFECYCLE.moves[verb].label, by=by, reason=reason):
            DIFFERENCE_LIFECYCLE.go_on_together(going, verb, WRITTEN)
        if verb in ("confirm", "reopen") and any(row.pk in carried for row in going):
            gathering.gather(month)
            compare_again(month, by=by)
            month.version += 1
            month.save()
            held = {row.pk: row for row in rows}
    return [
        Worked(seen.difference if refusal else held[seen.difference.pk], refusal) for seen, refusal in refusals.items()
    ]


def _step(
    verb: str, by: User, difference: ClearingDifference, version: int | None, reason: str = ""
) -> ClearingDifference:
    (worked,) = work_off(by=by, chosen=[Seen(difference, version)], verb=verb, reason=reason)
    if worked.refusal:
        raise worked.refusal
    return worked.difference


def _refusal(
    verb: str, by: User, locked: ClearingDifference, month: ClearingMonth, version: int | None, reason: str
) -> Refused | None:
    """Why the step is not taken; None where it is, and what it writes is in the row then."""
    if month.status != ClearingMonthStatus.IN_REVIEW:
        text = _("清算月份“%s”，不能处理差异") % month.get_status_display()
        return Refused.because("month_not_in_review", text)
    try:
        DIFFERENCE_LIFECYCLE.check(locked, verb, by=by, reason=reason, version=version)
        _write(verb, by, locked, reason)
    except Refused as refused:
        return refused
    return None


def _write(verb: str, by: User, locked: ClearingDifference, reason: str) -> None:
    match verb:
        case "take":
            locked.handled_by = by
        case "put_down" | "reopen":
            locked.handled_by = locked.resolved_by = locked.resolved_at = locked.correction = None
            locked.how = locked.reason = ""
        case "correct_ours":
            locked.correction = _correction(locked)
            _resolve(locked, by, Handling.OURS_CORRECTED, reason)
        case "ask_platform":
            _resolve(locked, by, Handling.THEIRS_TO_CORRECT, reason)
        case "propose_accepting":
            locked.how, locked.reason = Handling.ACCEPTED, _short(reason)
        case "propose_carrying":
            locked.how, locked.reason = Handling.CARRIED, _short(reason)
        case "confirm":
            locked.resolved_by, locked.resolved_at = by, timezone.now()
        case "send_back":
            locked.how = locked.reason = ""


def _correction(locked: ClearingDifference) -> Settlement:
    if locked.settlement is None or locked.comparison is Comparison.THEIRS_ONLY:
        raise Refused.because("not_corrected", _("补录该结算后请重新汇总并对账，一致的差异自动办结"))
    found: Settlement | None = getattr(locked.settlement, "reversal", None)
    if found is None:
        raise Refused.because("not_corrected", _("本地结算尚未冲正，请先办理冲正"))
    return found


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
