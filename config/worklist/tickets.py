"""Failure tickets: what was escalated, and what whoever answers the telephone has to see to."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.urls import reverse

from config.worklist.queue import SHOWN, Queue
from hospitals.access import Reach, Right
from hospitals.listing import first_of
from settlement.models import Ticket


def of_tickets(user: Any, reach: Reach) -> Iterator[Queue]:
    """What a supervisor has to see to first; what whoever answers the telephone has to see to, due first."""
    rows: Any = Ticket.objects.select_related("person", "area")
    if not reach.has(Right.HANDLE_TICKETS):
        return
    if reach.has(Right.RELEASE_TAKEN):
        parts = rows.escalated().visible_parts(user, Right.RELEASE_TAKEN)
        title, empty = "升级到主管的工单", "没有升级到主管的工单"
        found = first_of(parts, ["escalated_at", "pk"], SHOWN, rows)
        yield Queue(title, empty, f"{reverse('tickets')}?clock=escalated", found, has_due_days=True)
    living = rows.living().filter(Q(handler=None) | Q(handler=user))
    parts = living.visible_parts(user, Right.HANDLE_TICKETS)
    found = first_of(parts, ["due_at", "pk"], SHOWN, rows)
    link = f"{reverse('tickets')}?status=living"
    yield Queue("待处理的故障工单", "没有待处理的故障工单", link, found, has_due_days=True)
