"""One person's page: how they stand, what may be done next, and what was done."""

import datetime as dt
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from filings.home_care import HomeCare, home_care_standing
from filings.models import Filing, InsuredPerson, Participation
from filings.next_steps import steps_of
from filings.panels import in_order, panels_of
from filings.timeline import timeline_of
from hospitals.access import Right, StaffRequest, reach_of, staff_name
from hospitals.history import Entry, entries

SHOWN_FILINGS = 30
SHOWN_HISTORY = 50


def person_page(request: StaffRequest, found: InsuredPerson, **context: Any) -> HttpResponse:
    reach, today = reach_of(request.user), timezone.localdate()

    def may(right: Right) -> bool:
        return found.area_id in reach.areas_of(right)

    participations = list(found.participations.all())
    filings = _filings(request, found)
    home_care = _home_care(found, filings, today)
    panels = panels_of(request, found)
    own = steps_of(
        found,
        by=request.user,
        reach=reach,
        participations=participations,
        filings=filings[:SHOWN_FILINGS],
        home_care=home_care,
        today=today,
    )
    steps = in_order(own, panels)
    return render(
        request,
        "filings/person.html",
        {
            "person": found,
            "participations": participations,
            "timeline": timeline_of(filings[:SHOWN_FILINGS], today),
            "has_more_filings": len(filings) > SHOWN_FILINGS,
            "home_care": home_care,
            "may_see_filings": may(Right.SEE_FILINGS),
            "may_keep": may(Right.KEEP_PEOPLE),
            "may_reveal": may(Right.REVEAL_ID),
            "panels": panels,
            "steps": steps,
            "hindered": [step for step in steps if step.why_not],
            "history": person_history(found, participations),
            **context,
        },
    )


def person_history(found: InsuredPerson, participations: list[Participation]) -> list[Entry]:
    """What was done to the person's record and to what hangs on it, and who looked at the id number; newest first."""
    looks = [
        Entry(look.at, staff_name(look.by), _("查看扫描件") if look.scan_id else _("查看完整证件号码"), "", [])
        for look in found.disclosures.select_related("by")[:SHOWN_HISTORY]
    ]
    parts = (*participations, *found.cards.all(), *found.replacements.all())
    every = [*entries(found, *parts), *looks]
    return sorted(every, key=lambda entry: entry.when, reverse=True)[:SHOWN_HISTORY]


def _home_care(found: InsuredPerson, filings: list[Filing], today: dt.date) -> HomeCare | None:
    """Of a long-term filing that is seen here; None without one."""
    care = home_care_standing(found, today) if filings else None
    return care if care and care.filing in filings else None


def _filings(request: StaffRequest, found: InsuredPerson) -> list[Filing]:
    """The latest, and one more where there are more than are shown."""
    rows = found.filings.visible_to(request.user).select_related("destination", "home_care_proof", "taken_by")
    return list(rows.order_by("-start_on", "-pk")[: SHOWN_FILINGS + 1])
