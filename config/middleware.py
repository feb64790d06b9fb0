"""Who and why for the history, and a page that loads nothing from elsewhere."""

from collections.abc import Callable
from typing import Any

import pghistory.middleware
from django.http import HttpRequest, HttpResponse

from hospitals.access import staff_name


class HistoryMiddleware(pghistory.middleware.HistoryMiddleware):
    """Every change made in a request carries the user's id and name as they were then.

    The address is left out on purpose: it may hold what somebody searched for.
    """

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        user = request.user
        if not user.is_authenticated:
            return {"user": None, "user_name": ""}
        return {"user": user.pk, "user_name": staff_name(user)}


class ContentSecurityPolicyMiddleware:
    """Scripts, styles, pictures: only our own."""

    policy = (
        "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
        "frame-ancestors 'none'; form-action 'self'; base-uri 'self'; object-src 'none'"
    )

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.policy)
        return response
