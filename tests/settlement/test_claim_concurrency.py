"""Two people at once, over real connections: one is first, the other is told."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection

from hospitals.reasons import Refused
from hospitals.vocabulary import Role
from settlement.claims import desk
from settlement.models import Calculation, Claim, Receipt
from settlement.vocabulary import ClaimStatus
from tests import factories as make
from tests.settlement.office import Office, a_person, a_receipt, an_entry, open_office

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = 5


@pytest.fixture
def office(transactional_db: None) -> Office:
    return open_office()


def at_once(*actions: Callable[[], Any]) -> list[Any]:
    """What came of each action, all started at the same moment on connections of their own; a refusal is a result."""
    start = threading.Barrier(len(actions))

    def run(action: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            start.wait(timeout=10)
            return action()
        except Refused as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


def split(results: list[Any]) -> tuple[list[Claim], list[Refused]]:
    return [r for r in results if isinstance(r, Claim)], [r for r in results if isinstance(r, Refused)]


def fresh(user: User) -> User:
    """The user as another process reads it."""
    return User.objects.get(pk=user.pk)


def rounds() -> Iterator[int]:
    yield from range(TIMES)


def test_same_receipt_at_two_windows_is_taken_once(office):
    for _round in rounds():
        receipt = a_receipt("20000.00")
        entries = [an_entry(receipts=(receipt, a_receipt("5000.00"))) for _ in range(2)]
        before = (Claim.objects.count(), Receipt.objects.count(), Calculation.objects.count())
        results = at_once(*(lambda entry=entry: office.accept(entry, by=fresh(office.clerk)) for entry in entries))
        (winner,), (loser,) = split(results)
        with pytest.raises(Refused) as later:
            office.accept(an_entry(receipts=(receipt,)))
        assert str(loser) == str(later.value)
        assert winner.number in str(loser)
        after = (Claim.objects.count(), Receipt.objects.count(), Calculation.objects.count())
        assert after == (before[0] + 1, before[1] + 2, before[2] + 1)


def test_receipts_in_opposite_order_do_not_wait_for_each_other_in_a_ring(office):
    for _round in rounds():
        rows = tuple(a_receipt("1000.00") for _ in range(12))
        entries = [an_entry(receipts=rows), an_entry(receipts=rows[::-1])]
        won, lost = split(at_once(*(lambda entry=entry: office.accept(entry) for entry in entries)))
        assert (len(won), len(lost)) == (1, 1)


def test_claims_that_exchange_receipts_do_not_wait_in_a_ring(office):
    for _round in rounds():
        one, two = a_receipt(), a_receipt()
        first, second = office.accept(an_entry(receipts=(one,))), office.accept(an_entry(receipts=(two,)))

        def give(claim, receipt):
            return desk.change_claim(
                by=fresh(office.clerk), claim=claim, version=claim.version, entry=an_entry(receipts=(receipt,))
            )

        results = at_once(lambda f=first, r=two: give(f, r), lambda s=second, r=one: give(s, r))
        assert len(split(results)[1]) >= 1
        assert Receipt.objects.filter(number__in=(one.number, two.number)).count() == 2


def test_form_sent_twice_makes_one_claim(office):
    for _round in rounds():
        entry, token = an_entry(), uuid4()
        results = at_once(*[lambda e=entry, t=token: office.accept(e, request_token=t)] * 3)
        assert len({claim.pk for claim in results}) == 1


@pytest.mark.parametrize(
    ("status", "verb", "role"),
    [
        (ClaimStatus.ACCEPTED, "submit", Role.CLERK),
        (ClaimStatus.IN_REVIEW, "approve", Role.REVIEWER),
        (ClaimStatus.APPROVED, "release", Role.FINANCE),
        (ClaimStatus.RELEASED, "pay", Role.FINANCE),
    ],
)
def test_step_taken_by_two_at_once_is_taken_once(office, status, verb, role):
    members = [make.staff(role, make.TIELING) for _ in range(2)]
    for _round in rounds():
        claim = office.claim_in(status, person=a_person())
        results = at_once(*(lambda c=claim, m=m: office.take(c, verb, by=fresh(m)) for m in members))
        (winner,), (loser,) = split(results)
        assert loser.reasons[0].code == "changed_meanwhile"
        claim.refresh_from_db()
        assert (claim.status, claim.version) == (winner.status, winner.version)


def test_approval_and_sending_back_at_once_leave_one_decision(office):
    other = make.staff(Role.REVIEWER, make.TIELING)
    for _round in rounds():
        claim = office.claim_in(ClaimStatus.IN_REVIEW, person=a_person())
        results = at_once(
            lambda c=claim: office.take(c, "approve", by=fresh(office.reviewer)),
            lambda c=claim: office.take(c, "send_back", by=fresh(other)),
        )
        (winner,), (_loser,) = split(results)
        claim.refresh_from_db()
        assert (claim.status, claim.reviewed_by_id) == (winner.status, winner.reviewed_by_id)


def test_change_and_submission_at_once_leave_a_claim_that_is_right(office):
    for _round in rounds():
        claim = office.accept()
        entry = an_entry(total=Decimal("30000.00"), receipts=(a_receipt("30000.00"),))
        at_once(
            lambda c=claim: office.take(c, "submit", by=fresh(office.clerk)),
            lambda c=claim, e=entry: desk.change_claim(by=fresh(office.colleague), claim=c, version=c.version, entry=e),
        )
        claim.refresh_from_db()
        assert claim.calculation.total == claim.total == sum(row.amount for row in claim.receipts.all())
