"""The run over tickets whose clock has run out, each minute."""

import datetime as dt
import logging
import traceback
from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from hospitals.access import portal_account
from settlement.models import Ticket
from settlement.tickets.handling import lapse

log = logging.getLogger(__name__)
BATCH = 200


@dataclass(slots=True)
class Swept:
    """What came of a run.  busy: held by somebody else at that moment, or done meanwhile; the next run looks again."""

    escalated: int = 0
    failed: int = 0
    busy: int = 0


def sweep(*, at: dt.datetime) -> Swept:
    """Escalate every ticket that was due by `at`; twice, late or beside another run ends the same.

    Each ticket is a transaction of its own; one that fails is left as it was for the next run.
    """
    by, swept = portal_account(), Swept()
    for batch in _due(at):
        for pk, due_at in batch:
            _try(pk, due_at, by, at, swept)
    return swept


def _due(at: dt.datetime) -> Iterator[list[tuple[int, dt.datetime]]]:
    """What is due, the longest overdue first, in batches; each once, whatever comes of it."""
    after = Q()
    while True:
        rows = Ticket.objects.lapsed(at).filter(after).order_by("due_at", "pk")
        found = [(pk, due_at) for pk, due_at in rows.values_list("pk", "due_at")[:BATCH] if due_at]
        if not found:
            return
        yield found
        last, due_at = found[-1]
        after = Q(due_at__gte=due_at) & (Q(due_at__gt=due_at) | Q(pk__gt=last))


def _try(pk: int, due_at: dt.datetime, by: User, at: dt.datetime, swept: Swept) -> None:
    """One ticket, as long as it is still due just as it was found, and nobody holds it."""
    try:
        with transaction.atomic():
            rows = Ticket.objects.lapsed(at).filter(pk=pk, due_at=due_at)
            ticket = rows.select_for_update(skip_locked=True, no_key=True).first()
            if ticket is None:
                swept.busy += 1
                return
            lapse(by=by, ticket=ticket, at=at)
        swept.escalated += 1
    except Exception as error:  # whatever it is: the others go on; the log gets the place and no personal data
        swept.failed += 1
        trace = "".join(traceback.format_tb(error.__traceback__))
        log.error("ticket %s: %s\n%s", pk, type(error).__name__, trace)
