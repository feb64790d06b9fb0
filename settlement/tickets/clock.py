"""The clock of a ticket: hours of working days within which whoever acts next has to have done it."""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from hospitals.working_days import working_hours_after
from settlement.models import ClaimPolicy, Ticket
from settlement.vocabulary import Actor

UPWARDS = {
    Actor.PERSON: Actor.HOME,
    Actor.COUNTER: Actor.HOME,
    Actor.HOSPITAL: Actor.LOCAL,
    Actor.LOCAL: Actor.HOME,
    Actor.PLATFORM: Actor.HOME,
}
"""医院医保办 → 就医地经办机构 → 参保地经办机构, which comes to a supervisor in the end."""


def due_moment(area: str, actor: Actor, since: dt.datetime) -> dt.datetime | None:
    """When the term of this one ends that begins at `since`; None where it is not configured."""
    local = timezone.localtime(since)
    rules = ClaimPolicy.objects.rules_on(area, local.date())
    whose = Actor.HOME if actor is Actor.COUNTER else actor
    hours = getattr(rules, f"ticket_hours_{whose.value}") if rules else None
    return working_hours_after(local, hours) if hours else None


def set_turn(ticket: Ticket, actor: Actor, at: dt.datetime) -> None:
    """It is this one's turn from now on, on a clock of its own.  Nothing is saved."""
    ticket.next_actor, ticket.escalated_at = actor, None
    ticket.due_at = due_moment(ticket.area_id, actor, at)


def raise_level(ticket: Ticket, at: dt.datetime) -> None:
    """One up; from the home agency itself to its supervisor.  The next clock begins at `at`.  Nothing is saved."""
    above = UPWARDS.get(Actor.of(ticket.next_actor))
    if above is None:
        ticket.escalated_at = at
    else:
        set_turn(ticket, above, at)
    ticket.level += 1


def time_left(ticket: Ticket, now: dt.datetime) -> str:
    """超时 3 小时, 剩 2 天; 未配置 where no term is; nothing for a closed ticket."""
    if not ticket.is_living:
        return ""
    if ticket.due_at is None:
        return _("未配置时限")
    days, hours = divmod(int(abs((ticket.due_at - now).total_seconds())) // 3600, 24)
    length = (
        _("{days} 天 {hours} 小时").format(days=days, hours=hours) if days else _("{hours} 小时").format(hours=hours)
    )
    return (_("超时 {length}") if ticket.due_at <= now else _("剩 {length}")).format(length=length)
