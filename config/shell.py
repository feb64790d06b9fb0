"""The staff shell: navigation by right, worklist, search, health."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views import defaults
from django.views.decorators.http import require_GET, require_POST

from config.worklist import queues
from filings.models import InsuredPerson
from filings.models.people import matched_by
from hospitals.access import Reach, Right, reach_of, require
from hospitals.listing import first_of

FOUND = 50


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation.  prefixes: where the pages under it begin."""

    label: str
    route: str
    right: Right
    prefixes: tuple[str, ...]


PLACES: dict[str, tuple[Place, ...]] = {
    "窗口": (
        Place("参保人", "people", Right.SEE_PEOPLE, ("/people/", "/participations/")),
        Place("异地备案", "filings", Right.SEE_FILINGS, ("/filings/", "/rosters/")),
        Place("承诺", "commitments", Right.SEE_FILINGS, ("/commitments/", "/sanctions/")),
        Place("住院登记", "registrations", Right.SEE_FILINGS, ("/registrations/",)),
        Place("咨询查询", "query", Right.ANSWER_CALLERS, ("/query/",)),
    ),
    "平台": (
        Place("平台上报", "uploads", Right.SEE_FILINGS, ("/uploads/",)),
        Place("异地住院", "admissions", Right.SEE_CLAIMS, ("/gateway/",)),
        Place("故障工单", "tickets", Right.SEE_TICKETS, ("/tickets/",)),
    ),
    "待遇与基金": (
        Place("手工报销", "claims", Right.SEE_CLAIMS, ("/claims/",)),
        Place("疑点核查", "findings", Right.SEE_FINDINGS, ("/findings/",)),
        Place("拨付", "payments", Right.SEE_PAYMENTS, ("/payments/",)),
        Place("结算", "settlements", Right.SEE_CLAIMS, ("/settlements/",)),
        Place("基金追回", "recoupments", Right.SEE_CLAIMS, ("/recoupments/",)),
    ),
    "清算": (
        Place("外出就医", "clearing_months", Right.SEE_CLEARING, ("/clearing/",)),
        Place(
            *("来本地就医", "hospital_statements", Right.SEE_HOSPITAL_CLEARING),
            ("/clearing/hospitals/", "/clearing/inbound/"),
        ),
    ),
    "管理": (
        Place("联网医院", "hospitals", Right.SEE_DIRECTORY, ("/hospitals/",)),
        Place("结算统计", "statistics", Right.SEE_STATISTICS, ("/statistics/",)),
        Place("政策试算", "replays", Right.KEEP_POLICIES, ("/replays/",)),
    ),
}


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context of every page: where this user may go, and the frame that the page stands in."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"frame": "signed_out.html", "places": []}
    reach = reach_of(user)
    return {
        "frame": "base.html",
        "places": _places(reach, request.path),
        "may_search": reach.has(Right.SEE_PEOPLE),
        "may_admin": user.is_superuser or reach.has(Right.KEEP_POLICIES),
        "is_development": settings.DEVELOPMENT,
    }


def _places(reach: Reach, path: str) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """By group, where this user may go: label, address, and whether the page stands there."""
    prefixes = [prefix for group in PLACES.values() for place in group for prefix in place.prefixes]
    here = max((prefix for prefix in prefixes if path.startswith(prefix)), key=len, default=None)
    found = [
        (name, [(one.label, reverse(one.route), here in one.prefixes) for one in group if reach.has(one.right)])
        for name, group in PLACES.items()
    ]
    return [(name, entries) for name, entries in found if entries]


@require_GET
def worklist(request: HttpRequest) -> HttpResponse:
    reach = reach_of(request.user)
    return render(request, "worklist.html", {"queues": queues(request.user, reach)})


@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """The one search box.  Posted, so that no id number stands in an address; one hit opens the person at once."""
    require(request.user, Right.SEE_PEOPLE)
    words = request.POST.get("words", "").strip()[:60]
    people = InsuredPerson.objects.select_related("area")
    parts = people.matching(words).visible_parts(request.user)
    found = first_of(parts, [matched_by(words), "pk"], FOUND, people)
    if len(found) == 1:
        return redirect("person", found[0].pk)
    may_add = reach_of(request.user).has(Right.KEEP_PEOPLE)
    return render(request, "search.html", {"words": words, "found": found, "may_add": may_add})


@login_not_required
@require_GET
def healthz(request: HttpRequest) -> JsonResponse:
    """For the load balancer: the web and its database answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


@login_not_required
@require_GET
def admin_sign_in(request: HttpRequest) -> HttpResponse:
    """Admin has no sign-in of its own; who is signed in and comes here has no business in admin."""
    if request.user.is_authenticated:
        raise PermissionDenied("您没有进入管理后台的权限")
    return redirect_to_login(reverse("admin:index"))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403.html", {"exception": "页面已过期，请返回刷新后重试"}, status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """A database that is away, for a moment as a rule, is no fault of the portal: 503, and what to do about it."""
    return _while_away(sys.exc_info()[1]) or defaults.server_error(request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django takes a session that it cannot save for one that was deleted meanwhile."""
    return _while_away(exception) or defaults.bad_request(request, exception)


def _while_away(error: BaseException | None) -> HttpResponse | None:
    """Written without asking who is there: that, too, is in the database."""
    if not any(isinstance(cause, OperationalError | InterfaceError) for cause in _causes(error)):
        return None
    response = HttpResponse(render_to_string("503.html"), status=HTTPStatus.SERVICE_UNAVAILABLE)
    response["Retry-After"] = "5"
    return response


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
