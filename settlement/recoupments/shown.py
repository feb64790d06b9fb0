"""What recoupments show elsewhere: badges, and their sections on the pages of a person, a claim and a commitment."""

import datetime as dt
from collections.abc import Iterable

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from filings.models import Commitment, InsuredPerson
from filings.panels import Panel
from hospitals.access import Right, StaffRequest, reach_of
from hospitals.listing import badge
from settlement.models import Claim, Recoupment
from settlement.recoupments.amounts import recoupable
from settlement.vocabulary import ClaimStatus
from settlement.vocabulary import RecoupmentStatus as S

TONES = {S.PROPOSED: "warn", S.COLLECTING: "warn", S.SETTLED: "good", S.WRITTEN_OFF: "bad"}
SOON = 7  # days before the next one is due
SHOWN = 20


def status_badge(recoupment: Recoupment) -> SafeString:
    return badge(recoupment.get_status_display(), TONES.get(S.of(recoupment.status), ""))


def time_left(recoupment: Recoupment, today: dt.date) -> str:
    """逾期 3 日, 剩 5 日; nothing where nothing is due."""
    if recoupment.next_due_on is None:
        return ""
    days = (recoupment.next_due_on - today).days
    if days < 0:
        return _("逾期 %d 日") % -days
    return _("剩 %d 日") % days if days else _("今日到期")


def due_badge(recoupment: Recoupment, today: dt.date) -> str:
    left = time_left(recoupment, today)
    if not left or recoupment.next_due_on is None:
        return ""
    days = (recoupment.next_due_on - today).days
    return badge(left, "bad" if days < 0 else "warn" if days <= SOON else "")


def recoupments_of_person(request: StaffRequest, person: InsuredPerson) -> Panel | None:
    if person.area_id not in reach_of(request.user).areas_of(Right.SEE_CLAIMS):
        return None
    found = list(person.recoupments.visible_to(request.user).order_by("-pk")[:SHOWN])
    return Panel(section=_section(found), order=70) if found else None


def recoupments_of_commitment(request: StaffRequest, commitment: Commitment) -> SafeString | None:
    """What a lapse asks back, on the commitment's page."""
    found = list(commitment.recoupments.visible_to(request.user).order_by("pk"))
    return _section(found) if found else None


def recoupments_of_claim(request: StaffRequest, claim: Claim) -> SafeString | None:
    """What is asked back of a claim that was paid, and the way to ask; nothing before."""
    if claim.status not in (ClaimStatus.PAID, ClaimStatus.REVERSED):
        return None
    found = list(Recoupment.objects.visible_to(request.user).filter(settlement__claim=claim).order_by("pk"))
    may_ask = claim.area_id in reach_of(request.user).areas_of(Right.REVIEW_CLAIMS)
    settlement = claim.settlement if may_ask else None
    link = f"{reverse('new_recoupment')}?settlement={settlement.pk}" if settlement and recoupable(settlement) else ""
    return _section(found, link) if found or link else None


def _section(found: Iterable[Recoupment], new_link: str = "") -> SafeString:
    rows = [(one, status_badge(one)) for one in found]
    return render_to_string("settlement/recoupments_panel.html", {"recoupments": rows, "new_link": new_link})
