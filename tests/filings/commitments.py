"""Commitments for tests: signed through the desk at Tieling, whose document has them."""

import datetime as dt
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from filings import lapsing
from filings.application import Seen
from filings.commitments import hand_in
from filings.models import Commitment, Filing, InsuredPerson, Sanction
from filings.vocabulary import Category, Material
from hospitals.access import portal_account
from hospitals.periods import add_months
from tests.filings.conftest import asking, filed

PROOF = (Seen(Material.RESIDENCE_PERMIT),)
IDENTITY = (Seen(Material.ID_DOCUMENT),)


def committed(by: User, person: InsuredPerson, **values: Any) -> Commitment:
    """Filed with the identity document alone, six months to hand in the proof of living there."""
    asked = {"category": Category.LONG_TERM_RESIDENT, "materials": IDENTITY, "commitment": True} | values
    return filed(by, person, asking(**asked)).commitments.get()


def due(by: User, person: InsuredPerson, on: dt.date, **values: Any) -> Commitment:
    """Its last day was the day before `on`, or as near to it as six months come."""
    commitment = committed(by, person, filed_on=add_months(on - dt.timedelta(1), -6), **values)
    assert commitment.due_on < on
    return commitment


def brought(commitment: Commitment, *seen: Seen) -> dict[int, Seen]:
    """What was handed in for the items still missing, in their order."""
    return {item.pk: one for item, one in zip(commitment.outstanding, seen, strict=False)}


def completed(by: User, commitment: Commitment, on: dt.date) -> Commitment:
    return hand_in(by=by, commitment=commitment, received=brought(commitment, *PROOF), on=on)


def lapsed(commitment: Commitment) -> Commitment:
    on = commitment.due_on + dt.timedelta(1)
    return lapsing.lapse(by=portal_account(), commitment=commitment, on=on)


def filing_of(commitment: Commitment) -> Filing:
    return Filing.objects.get(pk=commitment.filing_id)


def put_into(commitment: Commitment, status: str, reviewer: User) -> None:
    """As a filing stands that was taken in for review."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        reviewed = {"reviewed_by": reviewer, "reviewed_at": timezone.now(), "review_reason": "缺签字"}
        Filing.objects.filter(pk=commitment.filing_id).update(
            status=status, **(reviewed if status == "returned" else {})
        )
        cursor.execute("SET LOCAL session_replication_role = origin")


def end_state() -> list[Any]:
    """What the runs left behind, but for the moment at which they did: to compare ways to the same end."""
    filings = Filing.objects.order_by("person__id_number", "start_on")
    commitments = Commitment.objects.order_by("person__id_number", "signed_on")
    sanctions = Sanction.objects.order_by("person__id_number", "starts_on", "measure")
    return [
        list(filings.values_list("person__id_number", "status", "start_on", "end_on", "ended_by__username")),
        list(
            commitments.values_list(
                *("person__id_number", "status", "due_on", "filing_was", "filing_ended_on", "problem", "version")
            )
        ),
        list(sanctions.values_list("person__id_number", "measure", "starts_on", "ends_on", "source", "status")),
    ]
