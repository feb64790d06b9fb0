"""A ticket is opened: from a refused message, or from what somebody says; its checks are run at once."""

import datetime as dt
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hospitals.access import Right, reach_of
from hospitals.constraints import checked, refused_by_constraints
from hospitals.history import doing
from hospitals.models import Area
from hospitals.reasons import Refused
from hospitals.turns import take_turns
from settlement.models import Exchange, Ticket
from settlement.tickets.checks import keep, look, next_actor
from settlement.tickets.clock import set_turn
from settlement.tickets.facts import Facts, facts_in
from settlement.vocabulary import TicketOrigin


def open_ticket(
    *, by: User, area: Area, origin: TicketOrigin, facts: Facts, at: dt.datetime, request_token: UUID
) -> Ticket:
    """What somebody says of a failure.  The same request twice makes one ticket.  Raises Refused."""
    if facts.person and facts.person.area_id != area.pk:
        raise Refused.because("person", _("%s不在此参保地参保") % facts.person.name)
    _may_handle(by, area.pk)
    with transaction.atomic(), doing(_("登记工单"), by=by):
        take_turns([f"request {request_token}"])
        earlier = Ticket.objects.filter(request_token=request_token).first()
        if earlier:
            return earlier
        ticket = Ticket(area=area, origin=origin, made_by=by, made_at=at, request_token=request_token)
        return _opened(ticket, facts, by, at)


def open_from_exchange(*, by: User, exchange: Exchange, at: dt.datetime) -> Ticket:
    """Of a refused message; the one there is where somebody was first.  Raises Refused."""
    if exchange.area_id is None or exchange.infcode == 0:
        raise Refused.because("not_refused", _("只有本地参保人员被拒的报文可以建工单"))
    _may_handle(by, exchange.area_id)
    with transaction.atomic(), doing(_("登记工单"), by=by):
        take_turns([f"ticket of message {exchange.msgid}"])
        earlier = Ticket.objects.filter(exchange=exchange).first()
        if earlier:
            return earlier
        ticket = Ticket(
            area_id=exchange.area_id, origin=TicketOrigin.MESSAGE, made_by=by, made_at=at, request_token=uuid4()
        )
        facts = facts_in(exchange)
        for name in ("infno", "msgid", "err_msg", "failed_at"):
            setattr(ticket, name, getattr(facts, name))
        ticket.exchange = exchange
        return _opened(ticket, facts, by, at)


def _opened(ticket: Ticket, facts: Facts, by: User, at: dt.datetime) -> Ticket:
    facts.fill(ticket)
    must_be_possible(ticket, at)
    found = look(ticket)
    set_turn(ticket, next_actor(found), at)
    checked(ticket)
    with refused_by_constraints(Ticket):
        ticket.save(force_insert=True)
    keep(ticket, found, by=by, at=at)
    ticket.save(update_fields=["run"])
    return ticket


def must_be_possible(ticket: Ticket, at: dt.datetime) -> None:
    """Raises Refused where the facts contradict each other or the calendar."""
    if ticket.event_on > timezone.localdate(at):
        raise Refused.because("event_on", _("就医日期不能晚于今天"))
    if ticket.hospital and ticket.treatment_area and ticket.hospital.area_id != ticket.treatment_area_id:
        raise Refused.because("hospital_name", _("%s不在所填就医地") % ticket.hospital.name)


def _may_handle(by: User, area: str) -> None:
    if area not in reach_of(by).areas_of(Right.HANDLE_TICKETS):
        raise Refused.because("no_right", _("您没有“%s”的权限") % Right.HANDLE_TICKETS.label)
