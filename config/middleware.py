"""Who and why for the history."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from hospitals.access import staff_name
from hospitals.history_context import history_context

CHANGING = {"POST", "PUT", "PATCH", "DELETE"}


class HistoryMiddleware:
    """Every change made in a request carries the user's id and name as they were then.

    The address is left out on purpose: it may hold what somebody searched for.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in CHANGING:
            return self.get_response(request)
        user = request.user
        known = user.is_authenticated
        with history_context(user=user.pk if known else None, user_name=staff_name(user) if known else ""):
            return self.get_response(request)
