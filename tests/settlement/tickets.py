"""Refused messages, and failure tickets brought to every state, for tests."""

import datetime as dt
import itertools
import json
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import User

from hospitals.access import portal_account
from hospitals.models import Area, Hospital
from settlement.models import ClaimPolicy, Exchange, Ticket
from settlement.tickets import closing, handling
from settlement.tickets.facts import Facts
from settlement.tickets.lifecycle import TICKET_LIFECYCLE
from settlement.tickets.opening import open_ticket
from settlement.vocabulary import Actor, TicketOrigin
from settlement.vocabulary import TicketStatus as S
from tests import factories as make
from tests.settlement.office import Office
from tests.settlement.platform import a_hospital

DAY = dt.date(2026, 3, 12)
AT = dt.datetime(2026, 3, 12, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))  # a Thursday
serials = itertools.count(1)
WAYS: dict[S, tuple[str, ...]] = {
    S.OPEN: (),
    S.IN_WORK: ("take",),
    S.WAITING: ("wait",),
    S.SOLVED: ("solve",),
    S.MANUAL: ("close_manual",),
    S.WITHDRAWN: ("withdraw",),
}


def with_terms(area: str = make.TIELING, **hours: int) -> ClaimPolicy:
    """Terms of tickets in force in an area: hours by the actor's code; in the place of those before."""
    earlier = ClaimPolicy.objects.filter(area=area).count()
    policy = ClaimPolicy(
        area=make.AreaFactory(code=area),
        version=90 + earlier,
        starts_on=dt.date(2025, 1, 1 + earlier),
        document="示例：故障处理时限",
        ticket_source="示例",
        assumed=True,
        **{f"ticket_hours_{actor}": hour for actor, hour in hours.items()},
    )
    policy.save()
    policy.propose(by=make.UserFactory())
    policy.publish(by=make.UserFactory())
    return policy


def stored_exchange(area: str, **fields: Any) -> Exchange:
    """A refused admission as the database holds it."""
    person = fields.pop("person", None) or make.PersonFactory(area__code=area)
    told = {"psn_no": "1", "begntime": f"{DAY} 09:00:00", "med_type": "21", **fields.pop("told", {})}
    given: dict[str, Any] = {
        "msgid": f"H11010100001{next(serials):018d}",
        "infno": "2401",
        "area": person.area,
        "person": person,
        "sender": "H11010100001",
        "sender_name": "110000示例医院",
        "treatment_area": make.BEIJING,
        "digest": "0" * 64,
        "request": json.dumps({"infno": "2401", "input": {"mdtrtinfo": told}}),
        "reply": "{}",
        "infcode": -1,
        "error_code": "not_filed",
        "err_msg": "not_filed 没有备案。请咨询示例 0535-1",
        "received_at": AT,
    }
    return Exchange.objects.create(**given | fields)


def stored_ticket(area: str, **fields: Any) -> Ticket:
    """As the database holds it; the verbs make the real ones."""
    given: dict[str, Any] = {
        "person": make.PersonFactory(area__code=area),
        "event_on": DAY,
        "origin": TicketOrigin.HOTLINE,
        "next_actor": Actor.HOSPITAL,
        "made_by": portal_account(),
        "made_at": AT,
    }
    given |= fields
    return Ticket.objects.create(area=make.AreaFactory(code=area), **given)


def facts(office: Office, hospital: Hospital | None = None, **changes: Any) -> Facts:
    """A stay in Beijing of the office's person, told on the telephone; nothing is wrong with it but what is changed."""
    hospital = hospital or Hospital.objects.filter(code="H11010100001").first() or a_hospital()
    given: dict[str, Any] = {
        "person": office.person,
        "treatment_area": Area.objects.get(pk=make.BEIJING),
        "hospital": hospital,
        "hospital_name": hospital.name,
        "event_on": DAY,
        "description": "出院时刷卡报错",
    }
    return Facts(**given | changes)


def opened(office: Office, told: Facts | None = None, **options: Any) -> Ticket:
    given: dict[str, Any] = {"by": office.clerk, "area": Area.objects.get(pk=make.TIELING), "at": AT}
    given |= {"origin": TicketOrigin.HOTLINE, "request_token": uuid4(), "facts": told or facts(office)}
    return open_ticket(**given | options)


def in_state(office: Office, status: str, **options: Any) -> Ticket:
    ticket = opened(office, **options)
    for verb in WAYS[S.of(status)]:
        ticket = take(office, ticket, verb)
    return ticket


def take(office: Office, ticket: Ticket, verb: str, by: User | None = None, **options: Any) -> Ticket:
    """A step by the clerk (the portal's own by the portal), with whatever it asks for."""
    move = TICKET_LIFECYCLE.moves[verb]
    given: dict[str, Any] = {"by": by or (portal_account() if move.by_portal else office.clerk), "at": AT}
    if move.needs_reason:
        given["reason"] = "示例理由"
    further: dict[str, dict[str, Any]] = {
        "wait": {"actor": Actor.HOSPITAL},
        "note": {"text": "医院说明天答复"},
        "hand_over": {"to": office.colleague},
        "correct": {"facts": facts(office)},
        "lapse": {"at": AT + dt.timedelta(days=30)},
    }
    module: Any = handling if hasattr(handling, verb) else closing
    done: Ticket = getattr(module, verb)(ticket=ticket, **given | further.get(verb, {}) | options)
    return done


def outcomes(ticket: Ticket) -> dict[str, str]:
    """What the last run came to, in its order."""
    rows = ticket.checks.filter(run=ticket.run).order_by("position")
    return dict(rows.values_list("code", "outcome"))


def failed(ticket: Ticket) -> list[str]:
    return [code for code, outcome in outcomes(ticket).items() if outcome == "failed"]


def codes(ticket: Ticket, check: str) -> list[str]:
    row = ticket.checks.get(run=ticket.run, code=check)
    return [reason["code"] for reason in row.reasons]
