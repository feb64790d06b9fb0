"""Two at once, over real connections: whoever comes second sees the first, and nobody waits in a ring."""

import pytest
from django.db import IntegrityError

from hospitals.access import portal_account
from settlement.direct_settlement import settle_directly
from settlement.models import Claim, Finding
from settlement.vocabulary import ClaimStatus, FindingKind
from tests.settlement.office import TODAY, Office, a_person, a_receipt, a_stay, an_entry, open_office
from tests.settlement.test_claim_concurrency import at_once, fresh, split
from tests.settlement.test_findings import kinds, twin

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.clause("DY-16")]
TIMES = 3


@pytest.fixture
def office(transactional_db: None) -> Office:
    return open_office()


def test_same_stay_at_two_windows_of_two_areas_is_found_on_both(office):
    for _round in range(TIMES):
        person = a_person()
        there = twin(person)
        claims, _ = split(
            at_once(
                lambda p=person: office.accept(person=p, by=fresh(office.clerk)),
                lambda p=there: office.accept(person=p, by=fresh(office.colleague)),
            )
        )
        one, other = claims
        assert kinds(one) == [(FindingKind.SAME_STAY, other.pk)]
        assert kinds(other) == [(FindingKind.SAME_STAY, one.pk)]


def test_claim_and_direct_settlement_at_once_are_found_on_the_claim(office):
    portal_account()
    for _round in range(TIMES):
        person, receipt = a_person(), a_receipt()
        given = {"person": person, "entry": a_stay(), "on": TODAY, "receipts": (f"{receipt.code} {receipt.number}",)}
        claim, settlement = at_once(
            lambda r=receipt, p=person: office.accept(an_entry(receipts=(r,)), person=p, by=fresh(office.clerk)),
            lambda g=given: settle_directly(by=portal_account(), **g),
        )
        assert sorted(kinds(claim)) == [
            (FindingKind.DIRECT, settlement.pk),
            (FindingKind.SAME_RECEIPT, settlement.pk),
        ]


@pytest.mark.parametrize(("status", "verb"), [(ClaimStatus.IN_REVIEW, "approve"), (ClaimStatus.RELEASED, "pay")])
def test_step_towards_payment_and_a_direct_settlement_at_once(office, status, verb):
    """The step was first, or it is refused; never both without anybody hearing of it, never a fault."""
    portal_account()
    for _round in range(TIMES):
        claim = office.claim_in(status, person=a_person())
        given = {"person": claim.person, "entry": a_stay(), "on": TODAY}
        answer, settlement = at_once(
            lambda c=claim: office.take(c, verb), lambda g=given: settle_directly(by=portal_account(), **g)
        )
        assert kinds(claim) == [(FindingKind.DIRECT, settlement.pk)]
        claim.refresh_from_db()
        if isinstance(answer, Claim):
            assert claim.status == answer.status
        else:
            assert (claim.status, answer.reasons[0].code) == (status, "finding_open")


def test_steps_on_claims_that_find_each_other_do_not_wait_in_a_ring(office):
    """Each looks at the other while the other is being settled, sent back or changed."""
    for _round in range(TIMES):
        person = a_person()
        claims = [office.accept(person=person) for _ in range(2)]
        review = office.take(office.accept(person=person), "submit")
        answers = at_once(
            *(lambda c=claim: office.take(c, "submit", by=fresh(office.clerk)) for claim in claims),
            lambda r=review: office.take(r, "send_back", by=fresh(office.reviewer)),
            lambda p=person: office.accept(person=p, by=fresh(office.colleague)),
        )
        assert all(isinstance(answer, Claim) for answer in answers)
        assert Finding.objects.filter(person=person).count() == 12


def test_receipt_let_go_and_taken_again_at_once_has_one_claim_alive(office):
    for _round in range(TIMES):
        receipt = a_receipt()
        gone = office.claim_in(ClaimStatus.WITHDRAWN, person=a_person(), entry=an_entry(receipts=(receipt,)))
        entry = an_entry(receipts=(receipt,))
        won, lost = split(
            at_once(
                lambda g=gone: office.take(g, "restore", by=fresh(office.clerk)),
                lambda e=entry: office.accept(e, person=a_person(), by=fresh(office.colleague)),
            )
        )
        assert (len(won), len(lost)) == (1, 1)
        assert lost[0].reasons[0].code == "receipt_taken"


def test_database_alone_lets_one_claim_come_alive_with_a_receipt(office):
    """Around the code, both at once."""
    receipt = a_receipt()
    entry = an_entry(receipts=(receipt,))
    gone = [office.claim_in(ClaimStatus.WITHDRAWN, person=a_person(), entry=entry) for _ in range(2)]

    def restore(claim):
        try:
            return Claim.objects.filter(pk=claim.pk).update(status="accepted")
        except IntegrityError as error:
            return str(error)

    answers = at_once(*(lambda c=claim: restore(c) for claim in gone))
    assert [answer for answer in answers if answer == 1] == [1]
    assert "one_claim_a_receipt" in next(answer for answer in answers if answer != 1)
    assert Claim.objects.filter(status="accepted").count() == 1
