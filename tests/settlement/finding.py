"""Findings made and decided, for tests."""

import pytest
from django.db import DatabaseError, transaction

from hospitals.access import portal_account
from settlement.direct_settlement import settle_directly
from settlement.findings import decisions
from tests import factories as make
from tests.settlement.office import TODAY, a_stay


def kinds(claim):
    rows = claim.findings.order_by("pk")
    return [(row.kind, row.other_claim_id or row.other_settlement_id) for row in rows]


def direct(office, person=None, receipts=(), **changes):
    return settle_directly(
        by=portal_account(),
        person=person or office.person,
        entry=a_stay(**changes),
        on=TODAY,
        receipts=receipts,
    )


def twin(person, area=make.YANTAI):
    """The row of the same person on the register of another area."""
    there = make.PersonFactory(area__code=area, name=person.name, id_type=person.id_type, id_number=person.id_number)
    make.ParticipationFactory(person=there, scheme="employee", employment="active")
    return there


def decide(office, finding, verb, by=None, reason="已核对原件"):
    finding.refresh_from_db()
    given = {"by": by or office.reviewer, "finding": finding, "version": finding.version, "reason": reason}
    return getattr(decisions, verb)(**given)


def refused_by_database(change):
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        change()
    return str(error.value)
