"""Failure tickets: what was escalated, what whoever answers the telephone has to see to, what has no ticket yet."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.urls import reverse

from config.worklist.queue import SHOWN, Queue
from hospitals.access import Reach, Right
from hospitals.listing import COUNT_BOUND, first_of
from settlement.gateway.filters import UNHEEDED
from settlement.gateway.shown import transaction_shown
from settlement.models import Exchange, Ticket

LONGEST_WORDS = 40  # characters of what was answered


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


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused message as a case of the worklist, known there by its transaction."""

    number: str
    person: Any
    area: Any
    failure: str
    made_at: dt.datetime
    get_absolute_url: str

    @classmethod
    def of(cls, exchange: Exchange) -> "Refusal":
        said = exchange.err_msg.partition(" ")[2] or exchange.err_msg
        said = said if len(said) <= LONGEST_WORDS else f"{said[: LONGEST_WORDS - 1]}…"
        return cls(
            *(transaction_shown(exchange), exchange.person, exchange.area, said),
            *(exchange.received_at, exchange.get_absolute_url()),
        )


def of_refusals(user: Any, reach: Reach) -> Iterator[Queue]:
    """Refused messages that nobody has looked into, the latest first; the title counts them.

    They become no tickets by themselves: most say what to do, and are put right at the hospital's counter.
    """
    if not (reach.has(Right.HANDLE_TICKETS) and reach.has(Right.SEE_CLAIMS)):
        return
    rows = Exchange.objects.select_related("person", "area").defer("request", "reply")
    unheeded = rows.unheeded()
    count = len(unheeded.visible_to(user, Right.HANDLE_TICKETS).order_by().values_list("pk")[: COUNT_BOUND + 1])
    found = first_of(unheeded.visible_parts(user, Right.HANDLE_TICKETS), ["-pk"], SHOWN, rows)
    title = f"被拒待查的平台报文（{count if count <= COUNT_BOUND else f'{COUNT_BOUND}以上'}）"
    link = f"{reverse('exchanges')}?outcome={UNHEEDED}"
    yield Queue(title, "没有被拒待查的报文", link, [Refusal.of(one) for one in found])
