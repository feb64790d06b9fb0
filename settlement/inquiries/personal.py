"""What a verified caller is told: how a person's filings stand, and what was paid for their stays."""

import datetime as dt
from typing import Any

from django.db.models import Count, Sum
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from filings.models import Filing, InsuredPerson, Sanction
from filings.models.commitment_lifecycle import SanctionStatus
from filings.models.registrations import RegistrationStatus
from filings.panels import Panel
from filings.timeline import status_badge
from filings.uploads.shown import UPLOADS, case_badge
from hospitals.access import StaffRequest
from settlement.accounts.shown import settlement_badge
from settlement.claims.shown import status_badge as claim_badge
from settlement.models import CallerVerification, Claim, Settlement
from settlement.vocabulary import ClaimStatus

SHOWN = 20
CLOSED = (ClaimStatus.PAID, ClaimStatus.REVERSED, ClaimStatus.WITHDRAWN)


def filing_answer(person: InsuredPerson, day: dt.date) -> dict[str, Any]:
    """Context of settlement/query_filing.html.  All of the person's filings, at whichever window they were made."""
    rows = (
        Filing.objects.filter(person=person)
        .select_related("destination")
        .prefetch_related(UPLOADS)
        .order_by("-start_on", "-pk")
    )
    filings = list(rows[: SHOWN + 1])
    announced = person.registrations.filter(status=RegistrationStatus.REGISTERED, admitted_on__gte=day)
    sanctions = Sanction.objects.exclude(status=SanctionStatus.LIFTED).filter(person=person, starts_on__lte=day)
    return {
        "filings": [(filing, status_badge(filing, day), case_badge(filing)) for filing in filings[:SHOWN]],
        "has_more": len(filings) > SHOWN,
        "registrations": list(announced),
        "sanctions": [one for one in sanctions if one.ends_on is None or one.ends_on >= day],
    }


def cost_answer(person: InsuredPerson) -> dict[str, Any]:
    """Context of settlement/query_cost.html: stays settled, their sums by year, and claims not yet paid."""
    rows = Settlement.objects.filter(person=person)
    settled = list(rows.select_related("reversal", "treatment_area").order_by("-settled_on", "-pk")[: SHOWN + 1])
    years = rows.standing().order_by("-year").values("year")
    claims = Claim.objects.filter(person=person).exclude(status__in=CLOSED).select_related("calculation")
    return {
        "settled": [(one, settlement_badge(one)) for one in settled[:SHOWN]],
        "has_more": len(settled) > SHOWN,
        "years": list(
            years.annotate(
                stays=Count("pk"), total=Sum("medfee_sumamt"), fund=Sum("fund_pay_sumamt"), left=Sum("psn_part_amt")
            )
        ),
        "claims": [(claim, claim_badge(claim)) for claim in claims[:SHOWN]],
    }


def callers_of_person(request: StaffRequest, person: InsuredPerson) -> Panel | None:
    """Who called about the person, on their page; nothing where nobody did."""
    rows = CallerVerification.objects.visible_to(request.user).filter(person=person)
    calls = list(rows.select_related("made_by").prefetch_related("answers")[:SHOWN])
    if not calls:
        return None
    return Panel(section=SafeString(render_to_string("settlement/person_callers.html", {"calls": calls})), order=90)
