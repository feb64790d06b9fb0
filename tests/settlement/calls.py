"""Somebody on the line: who they say they are, and the register they are compared with."""

import datetime as dt
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from filings.models import InsuredPerson
from settlement.inquiries.callers import verify_caller
from settlement.models import CallerVerification
from settlement.vocabulary import CallerProof
from tests import factories as make

CARD, PHONE = CallerProof.CARD, CallerProof.PHONE


def known_person(area: str = make.WEIFANG, **person: Any) -> InsuredPerson:
    """With a card and a telephone that the register knows."""
    made: InsuredPerson = make.PersonFactory(area__code=area, **{"name": "王小明", "phone": "13900005678"} | person)
    make.CardFactory(person=made, number=f"SL{made.pk:08d}1234")
    return made


def said(person: InsuredPerson, **wrong: Any) -> dict[str, Any]:
    """What a caller says who knows everything, unless told otherwise."""
    return {"name": person.name, "id_number": person.id_number, "proof": CARD, "tail": "1234"} | wrong


def call(by: User, person: InsuredPerson, at: dt.datetime | None = None, **wrong: Any) -> CallerVerification:
    return verify_caller(by=by, person=person, at=at or timezone.now(), **said(person, **wrong))
