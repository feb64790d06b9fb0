"""Claims on random ways through random hands: whatever is tried, what stands in the database makes sense."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from filings import taking
from hospitals.reasons import Refused
from hospitals.vocabulary import Role
from hospitals.working_days import working_days_between
from settlement.claims import desk
from settlement.claims.lifecycle import EDITABLE, SETTLED
from settlement.models import AccountEntry, Calculation, Claim
from settlement.models.claim import CLAIM_LIFECYCLE
from settlement.vocabulary import ClaimStatus
from tests import factories as make
from tests.settlement.office import Office, a_term, an_entry, open_office

S = ClaimStatus
HANDS = 5
DECIDED = (S.APPROVED, S.RELEASED, S.PAID)
TAKING = ("take", "put_down", "release_taken")
VERBS = [*CLAIM_LIFECYCLE.moves, "change", "calculate", *TAKING]


@dataclass(frozen=True)
class Step:
    """pick: of the verbs; is_apt: of those that the state lets through.  hand: the last one is a stranger."""

    pick: int
    is_apt: bool
    hand: int
    is_fresh: bool
    fen: int

    def verb_for(self, claim: Claim) -> str:
        apt = [verb for verb, move in CLAIM_LIFECYCLE.moves.items() if claim.status in move.sources]
        verbs = apt if self.is_apt and apt else VERBS
        return verbs[self.pick % len(verbs)]


mostly = st.sampled_from([True, True, True, True, False])
steps = st.builds(Step, st.integers(0, 999), mostly, st.integers(0, HANDS), mostly, st.integers(1, 10**7))


@pytest.fixture
def office(db: None) -> Office:
    return open_office(is_staffed=True)


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def people_of(office: Office) -> list[Any]:
    """Each of whom may do everything here, so that only who they are keeps them from it."""
    people = [make.staff(Role.CLERK, make.TIELING) for _ in range(HANDS)]
    for member in people:
        for role in (Role.REVIEWER, Role.FINANCE, Role.SUPERVISOR):
            make.PostFactory(user=member, role=role, area=office.person.area)
    return people


def attempt(office: Office, claim: Claim, verb: str, step: Step, by: Any) -> None:
    amount, version = Decimal(step.fen).scaleb(-2), claim.version if step.is_fresh else claim.version - 1
    if verb == "change":
        desk.change_claim(by=by, claim=claim, version=version, entry=an_entry(total=amount, eligible=amount))
    elif verb == "calculate":
        desk.calculate_claim(by=by, claim=claim, version=version)
    elif verb in TAKING:
        {"take": taking.take, "put_down": taking.put_down, "release_taken": taking.release}[verb](case=claim, by=by)
    elif verb == "approve":
        office.take(claim, verb, by=by, version=version, draw=lambda share: step.fen % 2 == 0)
    else:
        office.take(claim, verb, by=by, version=version)


def left(claim: Claim) -> int | None:
    """Working days that are left, whether the clock runs or not."""
    if claim.due_on is None:
        return claim.days_left
    return working_days_between(timezone.localdate(), claim.due_on)


def makes_sense(claim: Claim) -> None:
    entered, reviewed, confirmed = claim.entered_by, claim.reviewed_by_id, claim.confirmed_by_id
    released, paid = claim.released_by_id, claim.paid_by_id
    assert claim.made_by_id in entered
    assert not {reviewed, confirmed, released, paid} & set(entered)
    assert reviewed is None or reviewed not in (confirmed, released, paid)
    assert confirmed is None or confirmed not in (released, paid)
    assert (claim.status in (*DECIDED, S.SECOND_REVIEW)) <= (reviewed is not None and claim.reviewed_at is not None)
    assert (claim.status in DECIDED and bool(claim.is_sampled)) <= (confirmed is not None)
    assert (claim.status in (S.RELEASED, S.PAID, S.REVERSED)) == (released is not None)
    assert (claim.status in (S.PAID, S.REVERSED)) == (paid is not None) == bool(claim.payment_reference)
    assert (claim.status in (S.RETURNED, S.REFUSED)) <= bool(reviewed and claim.review_reason)
    assert (claim.taken_by_id is not None) <= (claim.status in (S.IN_REVIEW, S.SECOND_REVIEW))
    assert (claim.status == S.SUPPLEMENT) == (claim.due_on is None) == (claim.days_left is not None)
    assert claim.calculation is not None
    assert claim.calculation.claim_id == claim.pk
    assert claim.calculation.total == claim.total == sum(row.amount for row in claim.receipts.all())
    assert claim.calculation.fund + claim.calculation.personal == claim.total
    in_the_year = AccountEntry.objects.filter(person=claim.person_id).aggregate(paid=Sum("paid"))["paid"] or 0
    assert in_the_year == (claim.calculation.fund if claim.status in SETTLED else 0)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(walk=st.lists(steps, min_size=8, max_size=20))
def test_claim_makes_sense_whatever_is_tried(office: Office, walk: list[Step]) -> None:
    with undone():
        a_term(second_review_share=Decimal("0.5"), second_review_source="示例")
        hands = [*people_of(office), make.staff(Role.CLERK, make.WEIFANG)]
        claim = office.accept(by=hands[0])
        calculations: dict[int, Any] = {}
        drawn, days = None, left(claim)
        for step in walk:
            verb = step.verb_for(claim)
            before = Claim.objects.filter(pk=claim.pk).values().get()
            try:
                attempt(office, claim, verb, step, hands[step.hand])
            except Refused:
                assert Claim.objects.filter(pk=claim.pk).values().get() == before
            else:
                assert step.is_fresh or verb in TAKING
                assert step.hand < HANDS
                if verb not in TAKING:
                    sources = CLAIM_LIFECYCLE.moves[verb].sources if verb in CLAIM_LIFECYCLE.moves else EDITABLE
                    assert before["status"] in sources
            claim = Claim.objects.select_related("calculation").get(pk=claim.pk)
            makes_sense(claim)
            assert left(claim) == days  # the walk takes no time: waiting costs nobody a day
            assert drawn is None or claim.is_sampled == drawn
            drawn = claim.is_sampled
            now = {row["id"]: row for row in Calculation.objects.filter(claim=claim).values()}
            assert {key: now[key] for key in calculations} == calculations
            calculations = now


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hands=st.lists(st.integers(0, HANDS - 1), min_size=5, max_size=5))
def test_claim_is_paid_just_by_hands_that_may(office: Office, hands: list[int]) -> None:
    """The way through second review, by any of people who may do everything: it ends where one hand comes up twice."""
    clerk, reviewer, second, releaser, payer = hands
    with undone():
        people = people_of(office)
        claim = office.take(office.accept(by=people[clerk]), "submit", by=people[clerk])
        way = (
            ("pass_on", reviewer, {clerk}),
            ("confirm", second, {clerk, reviewer}),
            ("release", releaser, {clerk, reviewer, second}),
            ("pay", payer, {clerk, reviewer, second}),
        )
        for verb, hand, barred in way:
            if hand in barred:
                with pytest.raises(Refused, match="经手人以外"):
                    office.take(claim, verb, by=people[hand])
                return
            claim = office.take(claim, verb, by=people[hand])
        assert claim.status == S.PAID
