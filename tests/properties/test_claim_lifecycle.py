"""Claims on random ways through random hands: whatever is tried, what stands in the database makes sense."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hospitals.reasons import Refused
from hospitals.vocabulary import Role
from settlement.claims import desk
from settlement.models import Calculation, Claim
from settlement.models.claim import CLAIM_LIFECYCLE
from settlement.vocabulary import ClaimStatus
from tests import factories as make
from tests.settlement.office import Office, an_entry, open_office

S = ClaimStatus
HANDS = 4
AT_COUNTER = (S.ACCEPTED, S.RETURNED)
DECIDED = (S.APPROVED, S.RELEASED, S.PAID)
amounts = st.integers(1, 10**7).map(lambda fen: Decimal(fen).scaleb(-2))
steps = st.tuples(
    st.sampled_from([*CLAIM_LIFECYCLE.moves, "change", "calculate"]),
    st.integers(0, HANDS),  # the last one is a stranger
    st.sampled_from([True, True, True, False]),  # has seen the claim as it is
    amounts,
)


@pytest.fixture
def office(db: None) -> Office:
    return open_office()


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def attempt(office: Office, claim: Claim, step: tuple[str, int, bool, Decimal], hands: list[Any]) -> None:
    verb, hand, is_fresh, amount = step
    seen = {"by": hands[hand], "claim": claim, "version": claim.version if is_fresh else claim.version - 1}
    if verb == "change":
        desk.change_claim(entry=an_entry(total=amount, eligible=amount), **seen)
    elif verb == "calculate":
        desk.calculate_claim(**seen)
    else:
        office.take(claim, verb, by=seen["by"], version=seen["version"])


def makes_sense(claim: Claim, paid_before: bool) -> None:
    entered, reviewed, released, paid = claim.entered_by, claim.reviewed_by_id, claim.released_by_id, claim.paid_by_id
    assert claim.made_by_id in entered
    assert not {reviewed, released, paid} & set(entered)
    assert reviewed is None or reviewed not in (released, paid)
    assert (claim.status in DECIDED) <= (reviewed is not None and claim.reviewed_at is not None)
    assert (claim.status in (S.RELEASED, S.PAID)) == (released is not None)
    assert (claim.status == S.PAID) == (paid is not None) == bool(claim.payment_reference)
    assert (claim.status in (S.RETURNED, S.REFUSED)) <= bool(reviewed and claim.review_reason)
    assert claim.calculation.claim_id == claim.pk
    assert claim.calculation.total == claim.total == sum(row.amount for row in claim.receipts.all())
    assert claim.calculation.fund + claim.calculation.personal == claim.total
    assert not paid_before or claim.status == S.PAID


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(walk=st.lists(steps, min_size=8, max_size=20))
def test_claim_makes_sense_whatever_is_tried(office: Office, walk: list[tuple[str, int, bool, Decimal]]) -> None:
    with undone():
        hands = [make.staff(Role.CLERK, make.TIELING) for _ in range(HANDS)]
        for member in hands:
            for role in (Role.REVIEWER, Role.FINANCE):
                make.PostFactory(user=member, role=role, area=office.person.area)
        hands.append(make.staff(Role.CLERK, make.WEIFANG))
        claim = office.accept(by=hands[0])
        calculations: dict[int, Any] = {}
        for step in walk:
            before = Claim.objects.filter(pk=claim.pk).values().get()
            try:
                attempt(office, claim, step, hands)
            except Refused:
                assert Claim.objects.filter(pk=claim.pk).values().get() == before
            else:
                verb, hand, is_fresh, _amount = step
                assert is_fresh
                assert hand < HANDS
                sources = CLAIM_LIFECYCLE.moves[verb].sources if verb in CLAIM_LIFECYCLE.moves else AT_COUNTER
                assert before["status"] in sources
            claim = Claim.objects.select_related("calculation").get(pk=claim.pk)
            makes_sense(claim, before["status"] == S.PAID)
            now = {row["id"]: row for row in Calculation.objects.filter(claim=claim).values()}
            assert {key: now[key] for key in calculations} == calculations
            calculations = now


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hands=st.lists(st.integers(0, HANDS - 1), min_size=4, max_size=4))
def test_claim_is_paid_just_by_hands_that_may(office: Office, hands: list[int]) -> None:
    """The straight way, by any four of people who may do everything: it ends where one hand comes up twice."""
    clerk, reviewer, releaser, payer = hands
    with undone():
        people = [make.staff(Role.CLERK, make.TIELING) for _ in range(HANDS)]
        for member in people:
            for role in (Role.REVIEWER, Role.FINANCE):
                make.PostFactory(user=member, role=role, area=office.person.area)
        claim = office.take(office.accept(by=people[clerk]), "submit", by=people[clerk])
        way = (
            ("approve", reviewer, {clerk}),
            ("release", releaser, {clerk, reviewer}),
            ("pay", payer, {clerk, reviewer}),
        )
        for verb, hand, barred in way:
            if hand in barred:
                with pytest.raises(Refused, match="经手人以外"):
                    office.take(claim, verb, by=people[hand])
                return
            claim = office.take(claim, verb, by=people[hand])
        assert claim.status == S.PAID
