"""What commitments and sanctions show in lists, on their pages and on a person's page."""

import datetime as dt

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from filings.models import Commitment, InsuredPerson, Sanction
from filings.models.commitment_lifecycle import CommitmentStatus, SanctionStatus
from filings.panels import Panel
from hospitals.access import Right, StaffRequest, reach_of
from hospitals.listing import badge

TONES = {CommitmentStatus.OPEN: "warn", CommitmentStatus.COMPLETE: "good", CommitmentStatus.LAPSED: "bad"}
SOON, SHORTLY = 30, 7  # days before the last one
SHOWN = 20


def status_badge(commitment: Commitment) -> SafeString:
    return badge(commitment.get_status_display(), TONES.get(CommitmentStatus.of(commitment.status), ""))


def time_left(commitment: Commitment, today: dt.date) -> str:
    """剩 30 日; nothing once it is closed."""
    days = (commitment.due_on - today).days
    if not commitment.is_open:
        return ""
    if days < 0:
        return _("逾期 {days} 日").format(days=-days)
    return _("剩 {days} 日").format(days=days) if days else _("今日到期")


def due_badge(commitment: Commitment, today: dt.date) -> str:
    days, left = (commitment.due_on - today).days, time_left(commitment, today)
    return left and badge(left, "bad" if days <= 1 else "warn" if days <= SHORTLY else "")


def sanction_state(sanction: Sanction, today: dt.date) -> str:
    if sanction.status == SanctionStatus.LIFTED:
        return _("已解除")
    if sanction.ends_on is None:
        return _("期限待确定")
    return _("已期满") if sanction.ends_on < today else _("执行中")


def sanction_badge(sanction: Sanction, today: dt.date) -> SafeString:
    is_over = sanction.ends_on is not None and sanction.ends_on < today
    tone = "good" if sanction.status == SanctionStatus.LIFTED else "warn" if sanction.ends_on is None else "bad"
    return badge(sanction_state(sanction, today), "" if is_over and tone == "bad" else tone)


def outstanding(commitment: Commitment) -> str:
    """还缺 1 项; of how many is seen on its page.  Empty once it is closed."""
    missing = len(commitment.outstanding)
    return _("还缺 {count} 项").format(count=missing) if commitment.is_open and missing else ""


def commitments_of_person(request: StaffRequest, person: InsuredPerson) -> Panel | None:
    """The person's commitments and sanctions, where there are any and they may be seen."""
    if person.area_id not in reach_of(request.user).areas_of(Right.SEE_FILINGS):
        return None
    today = timezone.localdate()
    commitments = list(person.commitments.visible_to(request.user).prefetch_related("items")[:SHOWN])
    sanctions = list(person.sanctions.visible_to(request.user)[:SHOWN])
    if not commitments and not sanctions:
        return None
    context = {
        "commitments": [
            (commitment, outstanding(commitment), due_badge(commitment, today), status_badge(commitment))
            for commitment in commitments
        ],
        "sanctions": [(sanction, sanction_badge(sanction, today)) for sanction in sanctions],
    }
    return Panel(section=render_to_string("filings/person_commitments.html", context), order=20)
