"""Prints of a filing, as an office hands them out: A4, one page each."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from filings.decision import shown
from filings.prints import PRINTS
from filings.views.filings import visible_filing
from filings.vocabulary import CardStatus, Material
from hospitals.access import StaffRequest


@require_GET
def receipt(request: StaffRequest, pk: int) -> HttpResponse:
    found = visible_filing(request, pk)
    proof = getattr(found, "home_care_proof", None)
    context = {"filing": found, "decision": shown(found.decision), "home_care_proof": proof}
    return render(request, "filings/receipt.html", context)


@require_GET
def print_out(request: StaffRequest, pk: int, kind: str) -> HttpResponse:
    found = visible_filing(request, pk)
    if kind not in PRINTS:
        raise Http404
    title = PRINTS[kind].title_of(found)
    if title is None:
        messages.error(request, _("此件备案没有这份表格"))
        return redirect(found)
    required = found.decision.get("required", ())
    context = {
        "title": title,
        "filing": found,
        "person": found.person,
        "insured": found.person.participation_on(found.filed_on),
        "card": found.person.cards.filter(status=CardStatus.IN_USE).first(),
        "decision": shown(found.decision),
        "has_photo": any(Material.PHOTO_ONE_INCH in group["one_of"] for group in required),
    }
    return render(request, PRINTS[kind].template, context)
