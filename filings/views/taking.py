"""Take-for-me, on the page of a filing or of a change."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from filings import taking
from filings.views.change_pages import visible_change
from filings.views.filings import visible_filing
from hospitals.access import StaffRequest
from hospitals.reasons import Refused

VERBS: dict[str, Callable[..., Any]] = {
    "take": taking.take,
    "put_down": taking.put_down,
    "release": taking.release,
}


@require_POST
def hold_filing(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    return hold(request, visible_filing(request, pk), verb)


@require_POST
def hold_change(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    return hold(request, visible_change(request, pk), verb)


def hold(request: StaffRequest, case: Any, verb: str) -> HttpResponse:
    """case: found through the door."""
    if verb not in VERBS:
        raise Http404
    try:
        VERBS[verb](case=case, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(case)
