"""Findings: what a claim looks like, who decides, what is held until then, in the code and in the database."""

import datetime as dt
import itertools

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hospitals.models import Area
from hospitals.reasons import Refused
from hospitals.vocabulary import Service
from settlement.accounts.posting import reverse
from settlement.claims import desk
from settlement.models import Claim, Finding, Receipt
from settlement.vocabulary import ClaimStatus, FindingKind
from tests import factories as make
from tests.settlement.finding import decide, direct, kinds, refused_by_database, twin
from tests.settlement.office import SHENYANG, TODAY, a_person, a_receipt, an_entry
from tests.settlement.refusals import codes

pytestmark = pytest.mark.clause("DY-16")
S, K = ClaimStatus, FindingKind


# looking


def test_same_stay_claimed_twice_holds_both(office):
    first, second = office.accept(), office.accept()
    assert kinds(first) == [(K.SAME_STAY, second.pk)]
    assert kinds(second) == [(K.SAME_STAY, first.pk)]
    finding = second.findings.get()
    assert (finding.status, finding.area_id, finding.person_id) == ("open", make.TIELING, office.person.pk)
    assert finding.text == f"入院日期、出院日期和医院与报销件 {first.number}（铁岭市）相同"


def test_claim_by_itself_has_no_finding(office):
    claim = office.claim_in(S.PAID)
    office.accept(person=a_person())
    office.accept(an_entry(admitted_on=dt.date(2026, 3, 12), discharged_on=dt.date(2026, 3, 15)))
    assert not Finding.objects.exists()
    assert claim.status == S.PAID


def test_what_stands_beside_is_planned_once_however_many_ask(office):
    for _again in range(12):
        office.accept(an_entry(receipts=(a_receipt(),)), person=a_person())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans > 0 FROM pg_prepared_statements"
            " WHERE statement LIKE '(SELECT \"settlement_claim\"%%' AND statement LIKE '%%UNION ALL%%'"
        )
        assert cursor.fetchall() == [(True,)]


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"admitted_on": dt.date(2026, 3, 5)}, K.OVERLAP),
        ({"hospital_name": "北京第二示例医院"}, K.TWO_PLACES),
        ({"treatment_area": SHENYANG, "hospital_name": "沈阳示例医院"}, K.TWO_PLACES),
    ],
)
def test_stay_that_contradicts_another_is_found(office, changes, kind):
    if "treatment_area" in changes:
        changes = changes | {"treatment_area": Area.objects.get(pk=SHENYANG)}
    first, second = office.accept(), office.accept(an_entry(**changes))
    assert (kinds(first), kinds(second)) == ([(kind, second.pk)], [(kind, first.pk)])


def test_same_person_on_the_register_of_another_area_is_found(office):
    first = office.accept(person=twin(office.person))
    second = office.accept()
    assert kinds(first) == [(K.SAME_STAY, second.pk)]
    assert kinds(second) == [(K.SAME_STAY, first.pk)]
    assert [claim.findings.get().area_id for claim in (first, second)] == [make.YANTAI, make.TIELING]
    assert f"{first.number}（烟台市）" in second.findings.get().text


@pytest.mark.parametrize("status", [S.WITHDRAWN, S.REFUSED, S.REVERSED])
def test_stay_of_a_claim_that_is_over_may_be_claimed_again(office, status):
    office.claim_in(status)
    assert kinds(office.accept()) == []


def test_paid_claim_is_found_and_needs_no_finding_of_its_own(office):
    paid = office.claim_in(S.PAID)
    assert kinds(office.accept()) == [(K.SAME_STAY, paid.pk)]
    assert kinds(paid) == []


def test_change_is_looked_at(office):
    first = office.accept()
    second = office.accept(an_entry(admitted_on=dt.date(2026, 2, 1), discharged_on=dt.date(2026, 2, 9)))
    assert kinds(second) == []
    desk.change_claim(by=office.clerk, claim=second, version=second.version, entry=an_entry())
    assert (kinds(first), kinds(second)) == ([(K.SAME_STAY, second.pk)], [(K.SAME_STAY, first.pk)])


@pytest.mark.parametrize("way", [("submit",), ("enter", "check", "settle")])
def test_settling_looks_again(office, way):
    """A claim that came by another way than the counter is found at the latest now."""
    first = office.accept()
    second = make.ClaimFactory(person=office.person, made_by=office.clerk)
    for verb in way:
        first = office.take(first, verb)
    assert kinds(first) == [(K.SAME_STAY, second.pk)]


def test_looking_again_finds_nothing_twice(office):
    first, second = office.accept(), office.accept()
    for claim in (first, second):
        claim = office.take(office.take(office.take(claim, "enter"), "check"), "settle")
        office.take(claim, "submit")
    assert Finding.objects.count() == 2


def test_direct_settlement_there_already_is_found(office):
    settlement = direct(office)
    claim = office.accept()
    assert kinds(claim) == [(K.DIRECT, settlement.pk)]
    assert f"结算 {settlement.number}（铁岭市）" in claim.findings.get().text


@pytest.mark.parametrize("status", [S.ACCEPTED, S.IN_REVIEW, S.RELEASED, S.PAID])
def test_direct_settlement_that_arrives_later_is_found_on_the_claim(office, status):
    claim = office.claim_in(status)
    settlement = direct(office)
    assert kinds(claim) == [(K.DIRECT, settlement.pk)]
    claim.refresh_from_db()
    assert claim.status == status


def test_direct_settlement_is_found_on_the_claim_of_another_area(office):
    claim = office.accept(person=twin(office.person))
    settlement = direct(office)
    assert kinds(claim) == [(K.DIRECT, settlement.pk)]


def test_direct_settlement_that_was_reversed_is_not_found(office):
    reverse(by=office.supervisor, settlement=direct(office), reason="医院撤销", on=TODAY)
    assert kinds(office.accept()) == []


def test_direct_settlement_leaves_other_stays_alone(office):
    claim = office.accept()
    direct(office, admitted_on=dt.date(2026, 3, 12), discharged_on=dt.date(2026, 3, 15))
    direct(office, person=a_person())
    assert kinds(claim) == []


def test_receipt_of_a_direct_settlement_is_found_whoever_claims_it(office):
    receipt = a_receipt()
    settlement = direct(office, receipts=(f"{receipt.code} {receipt.number}",))
    claim = office.accept(an_entry(receipts=(receipt,)), person=a_person(make.YANTAI))
    assert kinds(claim) == [(K.SAME_RECEIPT, settlement.pk)]


def test_direct_settlement_with_the_receipt_of_a_claim_is_found(office):
    receipt = a_receipt()
    claim = office.accept(an_entry(receipts=(receipt,)), person=a_person(make.YANTAI))
    settlement = direct(office, receipts=(f"{receipt.code} {receipt.number}", "9 9"))
    assert kinds(claim) == [(K.SAME_RECEIPT, settlement.pk)]
    assert f"票据 {receipt.code} {receipt.number} 也用于结算" in claim.findings.get().text


# receipts


@pytest.mark.parametrize("status", [S.WITHDRAWN, S.REFUSED, S.REVERSED])
def test_receipt_of_a_claim_that_is_over_may_be_handed_in_again_and_is_found(office, status):
    receipt = a_receipt()
    earlier = office.claim_in(status, entry=an_entry(receipts=(receipt,)))
    again = office.accept(an_entry(receipts=(receipt,)), person=a_person())
    assert kinds(again) == [(K.SAME_RECEIPT, earlier.pk)]
    again = office.take(again, "submit")
    with pytest.raises(Refused) as refused:
        office.take(again, "approve")
    assert codes(refused) == ["finding_open"]


@pytest.mark.parametrize("status", [status for status in S if status not in ("withdrawn", "refused", "reversed")])
def test_receipt_of_a_claim_that_is_alive_is_refused_at_once(office, status):
    receipt = a_receipt()
    alive = office.claim_in(status, entry=an_entry(receipts=(receipt,)))
    with pytest.raises(Refused, match=alive.number) as refused:
        office.accept(an_entry(receipts=(receipt,)), person=a_person())
    assert codes(refused) == ["receipt_taken"]


@pytest.mark.parametrize(("status", "verb"), [(S.WITHDRAWN, "restore"), (S.REFUSED, "reconsider")])
def test_claim_comes_alive_again_only_with_receipts_nobody_has_meanwhile(office, status, verb):
    receipt = a_receipt()
    earlier = office.claim_in(status, entry=an_entry(receipts=(receipt,)))
    again = office.accept(an_entry(receipts=(receipt,)), person=a_person())
    with pytest.raises(Refused, match=again.number):
        office.take(earlier, verb)
    office.take(again, "withdraw")
    earlier = office.take(earlier, verb)
    assert [row.bars_others for row in Receipt.objects.order_by("pk")] == [True, False]
    with pytest.raises(Refused, match=earlier.number):
        office.take(Claim.objects.get(pk=again.pk), "restore")


def test_claim_that_comes_alive_again_looks_again(office):
    first = office.claim_in(S.WITHDRAWN)
    second = office.accept()
    office.take(first, "restore")
    assert (kinds(first), kinds(second)) == ([(K.SAME_STAY, second.pk)], [(K.SAME_STAY, first.pk)])


def test_database_keeps_a_receipt_from_two_claims_that_are_alive(office):
    receipt = a_receipt()
    alive, other = office.accept(an_entry(receipts=(receipt,))), office.accept(person=a_person())
    double = {"code": receipt.code, "number": receipt.number, "amount": 1}
    for bars_others in (True, False):
        refused_by_database(lambda bars=bars_others: Receipt.objects.create(claim=other, bars_others=bars, **double))
    Receipt.objects.filter(claim=alive).update(bars_others=False)
    assert Receipt.objects.get(claim=alive).bars_others
    over = office.claim_in(S.WITHDRAWN, person=a_person(), entry=an_entry(receipts=(a_receipt("25000.00"),)))
    refused_by_database(lambda: Receipt.objects.filter(claim=over).update(amount=1))


def test_history_does_not_tell_of_what_follows(office):
    claim = office.claim_in(S.WITHDRAWN)
    assert claim.receipts.get().events.count() == 1


# holding


def test_open_finding_holds_the_claim(office):
    office.accept()
    claim = office.take(office.accept(), "submit")
    for verb in ("approve", "pass_on"):
        with pytest.raises(Refused, match="待核查") as refused:
            office.take(claim, verb)
        assert codes(refused) == ["finding_open"]


@pytest.mark.parametrize(
    ("status", "verb"), [(S.SECOND_REVIEW, "confirm"), (S.APPROVED, "release"), (S.RELEASED, "pay")]
)
def test_finding_holds_at_every_step_towards_payment(office, status, verb):
    claim = office.claim_in(status)
    direct(office)
    with pytest.raises(Refused) as refused:
        office.take(claim, verb)
    assert codes(refused) == ["finding_open"]
    finding = claim.findings.get()
    assert finding.number in str(refused.value)
    decide(office, finding, "clear")
    office.take(claim, verb)


def test_confirmed_finding_leaves_refusal_and_sending_back(office):
    claim = office.claim_in(S.IN_REVIEW)
    direct(office)
    decide(office, claim.findings.get(), "confirm")
    with pytest.raises(Refused, match="只能不予支付或退回补正") as refused:
        office.take(claim, "approve")
    assert codes(refused) == ["finding_confirmed"]
    assert office.take(claim, "send_back").status == S.RETURNED


def test_confirmed_finding_lets_the_claim_be_refused(office):
    claim = office.claim_in(S.IN_REVIEW)
    direct(office)
    decide(office, claim.findings.get(), "confirm")
    assert office.take(claim, "refuse").status == S.REFUSED


STEPS = [
    (S.IN_REVIEW, {"status": "approved", "reviewed_at": TODAY}),
    (S.IN_REVIEW, {"status": "second_review", "reviewed_at": TODAY}),
    (S.SECOND_REVIEW, {"status": "approved"}),
    (S.APPROVED, {"status": "released", "released_at": TODAY}),
    (S.RELEASED, {"status": "paid", "paid_on": TODAY, "payment_reference": "1"}),
]


@pytest.mark.filterwarnings("ignore:DateTimeField")
@pytest.mark.parametrize("decision", ["", "confirm"])
@pytest.mark.parametrize(("status", "changes"), STEPS)
def test_database_holds_the_claim_around_the_code(office, status, changes, decision):
    claim = office.claim_in(status)
    direct(office)
    if decision:
        decide(office, claim.findings.get(), decision)
    people = {"reviewed_at": ("reviewed_by", office.reviewer), "released_at": ("released_by", office.finance)}
    people |= {"paid_on": ("paid_by", office.finance)}
    changes = changes | dict(people[name] for name in changes if name in people)

    def step():
        Claim.objects.filter(pk=claim.pk).update(**changes)

    assert "疑点未排除" in refused_by_database(step)
    if decision:
        decide(office, claim.findings.get(), "reopen")
    decide(office, claim.findings.get(), "clear")
    step()


def test_steps_back_are_free(office):
    paid, released = office.claim_in(S.PAID), office.claim_in(S.RELEASED, person=a_person())
    for claim in (paid, released):
        direct(office, claim.person)
    assert office.take(paid, "bounce").status == S.RELEASED
    assert office.take(released, "unrelease").status == S.APPROVED
    assert office.take(Claim.objects.get(pk=released.pk), "return_to_review").status == S.IN_REVIEW


# the order of entry


stays = st.tuples(st.integers(1, 6), st.integers(0, 4), st.sampled_from(["甲医院", "乙医院"]), st.sampled_from(Service))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(stays, min_size=2, max_size=3))
def test_order_of_entry_does_not_matter(office, wanted):
    """What is found between the stays is the same in whatever order they are entered."""

    def found_in(order):
        person = a_person()
        places = {}
        for place in order:
            first, length, hospital, service = wanted[place]
            days = {"admitted_on": dt.date(2026, 3, first), "discharged_on": dt.date(2026, 3, first + length)}
            entry = an_entry(hospital_name=hospital, service=service, **days)
            places[office.accept(entry, person=person).pk] = place
        rows = Finding.objects.filter(person=person)
        return {(places[row.claim_id], row.kind, places[row.other_claim_id]) for row in rows}

    sets = [found_in(order) for order in itertools.permutations(range(len(wanted)))]
    assert all(found == sets[0] for found in sets)
    assert {(other, kind, one) for one, kind, other in sets[0]} == sets[0]
