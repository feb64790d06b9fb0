"""Take-for-me, on the page of a filing or of a change."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from filings import taking
from filings.models import Filing, FilingChange
from filings.views.change_pages import visible_change
from filings.views.filings import visible_filing
from hospitals.access import StaffRequest
from hospitals.reasons import Refused

VERBS: dict[str, Callable[..., Filing | FilingChange]] = {
    "take": taking.take,
    "put_down": taking.put_down,
    "release": taking.release,
}


@require_POST
def hold_filing(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    return _hold(request, visible_filing(request, pk), verb)


@require_POST
def hold_change(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    return _hold(request, visible_change(request, pk), verb)


def _hold(request: StaffRequest, case: Filing | FilingChange, verb: str) -> HttpResponse:
    if verb not in VERBS:
        raise Http404
    try:
        VERBS[verb](case=case, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(case)
