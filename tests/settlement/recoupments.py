"""Settlements that have paid, and recoupments brought to every state, for tests."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User

from filings.models import Filing
from filings.vocabulary import Category
from hospitals.access import portal_account
from settlement.direct_settlement import settle_directly
from settlement.models import (
    Recoupment,
    RecoupmentPart,
    RecoupmentReminder,
    Settlement,
)
from settlement.recoupments import collecting, proposing, writing_off
from settlement.recoupments.lifecycle import RECOUPMENT_LIFECYCLE
from settlement.vocabulary import Fund, ReminderWay
from settlement.vocabulary import RecoupmentStatus as S
from tests import factories as make
from tests.settlement.booked import COMPONENTS, booked
from tests.settlement.office import Office, a_stay

ON = dt.date(2026, 3, 20)
DUE_ON = dt.date(2026, 4, 30)
FUND = Fund.EMPLOYEE
WAYS: dict[S, tuple[str, ...]] = {
    S.PROPOSED: (),
    S.COLLECTING: ("confirm",),
    S.SETTLED: ("confirm", "settle"),
    S.WRITTEN_OFF: ("confirm", "propose_write_off", "approve_write_off"),
    S.WITHDRAWN: ("withdraw",),
}


def yuan(amount: str | int) -> Decimal:
    return Decimal(amount).quantize(Decimal("0.01"))


def settled(office: Office, filing: Filing | None = None, **stay: Any) -> Settlement:
    """A stay settled at the hospital, worked out by the policy in force."""
    entry = a_stay(**{"category": Category.TEMPORARY} | stay)
    person = filing.person if filing else office.person
    return settle_directly(by=portal_account(), person=person, entry=entry, on=entry.discharged_on)


def paid_row(person: Any, filing: Filing | None = None, **fields: Any) -> Settlement:
    """A direct settlement in the books, whatever the policy says: 1000 of the basic fund, unless told."""
    funds = {name: fields.pop(name, 0) for name in COMPONENTS}
    funds["hifp_pay"] = fields.pop("hifp_pay", 1000)
    return booked(person, funds, filing=filing, **fields)


def stored_settlement(area: str) -> Settlement:
    return paid_row(make.PersonFactory(area__code=area))


def stored_recoupment(area: str, **fields: Any) -> Recoupment:
    """As the database holds it; the verbs make the real ones."""
    settlement = stored_settlement(area)
    given = {"area": settlement.area, "person": settlement.person, "cause": "review", "reason": "示例"}
    given |= {"proposed_on": ON, "due": 1000, "made_by": portal_account(), **fields}
    recoupment = Recoupment.objects.create(settlement=settlement, **given)
    RecoupmentPart.objects.create(recoupment=recoupment, fund=FUND, amount=1000)
    return recoupment


def stored_reminder(area: str) -> RecoupmentReminder:
    return RecoupmentReminder.objects.create(
        recoupment=stored_recoupment(area), reminded_on=ON, how="phone", due_on=ON, open=1000, made_by=portal_account()
    )


def proposed(
    office: Office, settlement: Settlement | None = None, by: User | None = None, **amounts: Any
) -> Recoupment:
    """By a review: 1000 of the basic fund, unless told otherwise.  amounts: by the name of the fund."""
    asked = {Fund[name]: yuan(amount) for name, amount in (amounts or {"EMPLOYEE": 1000}).items()}
    source = settlement or paid_row(office.person)
    return proposing.propose(by=by or office.reviewer, settlement=source, amounts=asked, reason="重复住院", on=ON)


def in_state(office: Office, status: str, **options: Any) -> Recoupment:
    recoupment = proposed(office, **options)
    for verb in WAYS[S.of(status)]:
        recoupment = take(office, recoupment, verb)
    return recoupment


def take(office: Office, recoupment: Recoupment, verb: str, by: User | None = None, **options: Any) -> Recoupment:
    """A step by whoever it belongs to, with whatever it asks for."""
    given: dict[str, Any] = {"by": by or belongs_to(office, verb), "recoupment": recoupment}
    if RECOUPMENT_LIFECYCLE.moves[verb].needs_reason:
        given["reason"] = "示例理由"
    first = recoupment.receipts.filter(takes_back=None, taken_back=None).first()
    further: dict[str, dict[str, Any]] = {
        "correct": {"amounts": {FUND: yuan(900)}},
        "confirm": {"due_on": DUE_ON, "on": ON},
        "set_instalments": {"plan": [(DUE_ON, recoupment.open)], "on": ON},
        "receive": {"amount": yuan(100), "received_on": ON, "reference": "SK1", "on": ON},
        "settle": {"amount": recoupment.open, "received_on": ON, "reference": "SK2", "on": ON},
        "take_back": {"receipt": first.pk if first else 0, "on": ON},
        "remind": {"how": ReminderWay.PHONE, "reminded_on": ON, "on": ON},
    }
    return VERBS[verb](**given | further.get(verb, {}) | options)


VERBS: dict[str, Any] = {
    **{verb: getattr(proposing, verb) for verb in ("correct", "confirm", "withdraw", "revoke")},
    **{verb: getattr(collecting, verb) for verb in ("set_instalments", "receive", "remind")},
    **{verb: getattr(writing_off, verb) for verb in ("propose_write_off", "approve_write_off", "reject_write_off")},
    "settle": collecting.receive,
    "take_back": collecting.take_back_receipt,
}


def belongs_to(office: Office, verb: str) -> User:
    """confirm: another than the reviewer who proposed it."""
    people = {"confirm": office.second, "correct": office.reviewer, "withdraw": office.second}
    people |= dict.fromkeys(("receive", "settle", "take_back", "propose_write_off"), office.finance)
    people |= dict.fromkeys(("approve_write_off", "reject_write_off", "revoke"), office.supervisor)
    return people.get(verb, office.reviewer)
