"""The query desk: one page, one box, five queries; two of them after the caller is verified (DY-11, JN-07).

Words are posted and not in the address: they may be an id number.  Whatever is personal is told only to the caller on
the line, and each telling is on record before it is shown.
"""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from filings.identity import normal_number
from filings.models import InsuredPerson
from filings.models.people import matched_by
from filings.views.people import visible_person
from hospitals.access import Right, StaffRequest, require
from hospitals.listing import first_of
from hospitals.reasons import Refused
from settlement.forms.inquiry import CallerForm
from settlement.inquiries import callers, directory, openings, personal
from settlement.vocabulary import PERSONAL_QUERIES, Query

MOST_PEOPLE = 10
WHOLE_NUMBER = 15  # characters: an id number said in full
KEYS = [(str(place), query, query in PERSONAL_QUERIES) for place, query in enumerate(Query, start=1)]


@never_cache
@require_http_methods(["GET", "POST"])
def query(request: StaffRequest) -> HttpResponse:
    """The desk; posted, it answers.  `go`: Enter was pressed, so a single person found is the one meant."""
    require(request.user, Right.ANSWER_CALLERS)
    asked = _asked(request)
    if request.method == "GET":
        is_told = "about" in request.GET and asked not in PERSONAL_QUERIES
        return _page(request, asked, **(_public(request, asked, "") if is_told else {}))
    words = request.POST.get("words", "").strip()[:60]
    if asked not in PERSONAL_QUERIES:
        return _page(request, asked, words=words, **_public(request, asked, words))
    if not words and (call := callers.current_call(request.user, timezone.now())):
        return _told(request, asked, call.person)
    found = _people(request, words) if words else []
    if len(found) == 1 and "go" in request.POST:
        return _verify(request, found[0], asked, words)
    return _page(request, asked, words=words, people=found, template="query_people")


@never_cache
@require_POST
def verify(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask what the caller says, or compare it; verified, the caller is told at once."""
    person = visible_person(request, pk, Right.ANSWER_CALLERS)
    asked = _asked(request)
    return _verify(request, person, asked if asked in PERSONAL_QUERIES else Query.FILING, request.POST.get("words", ""))


@never_cache
@require_POST
def end_call(request: StaffRequest) -> HttpResponse:
    require(request.user, Right.ANSWER_CALLERS)
    callers.end_call(by=request.user, at=timezone.now())
    response = _page(request, _asked(request), has_ended=True)
    response["HX-Trigger"] = "caller-changed"
    return response


def _asked(request: StaffRequest) -> Query:
    given = request.POST.get("about") or request.GET.get("about") or ""
    return next((query for query in Query if query == given), Query.HOSPITALS)


def _public(request: StaffRequest, asked: Query, words: str) -> dict[str, Any]:
    day = timezone.localdate()
    if asked is Query.HOSPITALS:
        return {"template": "query_hospitals", **directory.hospitals_answer(request.user, words, day)}
    if asked is Query.AGENCIES:
        return {"template": "query_agencies", **directory.agencies_answer(request.user, words)}
    return {"template": "query_opened", **openings.openings_answer(request.user, words, day)}


def _people(request: StaffRequest, words: str) -> list[InsuredPerson]:
    rows = InsuredPerson.objects.select_related("area")
    parts = rows.matching(words).visible_parts(request.user, Right.ANSWER_CALLERS)
    return first_of(parts, [matched_by(words), "pk"], MOST_PEOPLE, rows)


def _verify(request: StaffRequest, person: InsuredPerson, asked: Query, words: str) -> HttpResponse:
    said = request.POST if "tail" in request.POST else None
    whole = normal_number(words) if matched_by(words) == "id_number" and len(words.strip()) >= WHOLE_NUMBER else ""
    proofs, now = list(callers.tails_of(person)), timezone.now()
    form = CallerForm(said, initial={"id_number": whole}, proofs=proofs)
    context: dict[str, Any] = {"person": person, "form": form, "template": "query_caller", "proofs": proofs}
    if said is not None and form.is_valid():
        try:
            verification = callers.verify_caller(by=request.user, person=person, at=now, **form.given())
        except Refused as refused:
            context["reasons"] = refused.reasons
        else:
            if verification.is_matched:
                return _told(request, asked, person)
            context["failed"] = verification
    context["failures"] = callers.failures_today(person, now)
    context["most"] = callers.MOST_FAILURES
    # A fragment that is not OK is not put in.
    response = _page(request, asked, status=200 if said is None or request.htmx else 422, **context)
    response["HX-Trigger"] = "caller-changed"
    return response


def _told(request: StaffRequest, asked: Query, person: InsuredPerson) -> HttpResponse:
    try:
        callers.record_answer(by=request.user, query=asked, at=timezone.now())
    except Refused as refused:
        return _page(request, asked, reasons=refused.reasons, template="query_people", people=[])
    if asked is Query.COST:
        answer = {"template": "query_cost", **personal.cost_answer(person)}
    else:
        answer = {"template": "query_filing", **personal.filing_answer(person, timezone.localdate())}
    response = _page(request, asked, person=person, **answer)
    response["HX-Trigger"] = "caller-changed"
    return response


def _page(
    request: StaffRequest, asked: Query, *, template: str = "", status: int = 200, **context: Any
) -> HttpResponse:
    """The whole desk, or under htmx the answer alone.  template: of the answer; none where nothing was asked."""
    context = {"words": "", "has_ended": False, "reasons": (), "failed": None, **context}
    context |= {
        "asked": asked,
        "keys": KEYS,
        "call": callers.current_call(request.user, timezone.now()),
        "answer": f"settlement/{template}.html" if template else "",
    }
    page = "settlement/query_answer.html" if request.htmx else "settlement/query.html"
    return render(request, page, context, status=status)
