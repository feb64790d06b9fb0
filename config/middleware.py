"""Who and why for the history."""

from typing import Any

import pghistory.middleware
from django.http import HttpRequest

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
