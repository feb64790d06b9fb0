"""What cannot be had is written off: one person asks, a supervisor who is another agrees."""

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from hospitals.reasons import Refused
from settlement.models import Recoupment
from settlement.recoupments.lifecycle import RECOUPMENT_LIFECYCLE
from settlement.recoupments.proposing import LONGEST_TEXT


def propose_write_off(*, by: User, recoupment: Recoupment, reason: str, version: int | None = None) -> Recoupment:
    """Ask that what is open be given up.  Raises Refused."""

    def effect(locked: Recoupment) -> None:
        if len(reason.strip()) > LONGEST_TEXT:
            raise Refused.because("reason_too_long", _("理由不能超过%d字") % LONGEST_TEXT)
        locked.write_off_by, locked.write_off_at, locked.write_off_reason = by, timezone.now(), reason.strip()

    return RECOUPMENT_LIFECYCLE.take(
        recoupment, "propose_write_off", by=by, reason=reason, version=version, effect=effect
    )


def approve_write_off(*, by: User, recoupment: Recoupment, version: int | None = None) -> Recoupment:
    """Give up what is open now.  Raises Refused."""

    def effect(locked: Recoupment) -> None:
        locked.written_off = locked.open
        locked.written_off_by, locked.written_off_at = by, timezone.now()
        locked.next_due_on = None

    return RECOUPMENT_LIFECYCLE.take(recoupment, "approve_write_off", by=by, version=version, effect=effect)


def reject_write_off(*, by: User, recoupment: Recoupment, reason: str, version: int | None = None) -> Recoupment:
    """It is collected on.  Raises Refused."""

    def effect(locked: Recoupment) -> None:
        locked.write_off_by = locked.write_off_at = None
        locked.write_off_reason = ""

    return RECOUPMENT_LIFECYCLE.take(
        recoupment, "reject_write_off", by=by, reason=reason, version=version, effect=effect
    )
