"""Decisions: every step from every state, by the right and the wrong person; what the database keeps by itself."""

import datetime as dt
import itertools
from contextlib import contextmanager
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from hospitals.access import Right
from hospitals.models import Area, Post
from hospitals.reasons import Refused
from hospitals.vocabulary import Role
from settlement.claims import desk
from settlement.claims.lifecycle import AT_COUNTER, SETTLED
from settlement.models import Calculation, Claim, ClaimMaterial, Receipt, YearAccount
from settlement.models.claim import CLAIM_LIFECYCLE
from settlement.vocabulary import ClaimStatus
from tests import factories as make
from tests.settlement.office import DISCHARGED, WAYS, an_entry

S = ClaimStatus
VERBS = tuple(CLAIM_LIFECYCLE.moves)
ROLES = {
    Right.ACCEPT_CLAIMS: Role.CLERK,
    Right.REVIEW_CLAIMS: Role.REVIEWER,
    Right.RELEASE_CLAIMS: Role.FINANCE,
    Right.REVERSE_SETTLEMENTS: Role.SUPERVISOR,
}
GUARDED = [verb for verb, move in CLAIM_LIFECYCLE.moves.items() if move.not_by]
REASONED = [verb for verb, move in CLAIM_LIFECYCLE.moves.items() if move.needs_reason]
TODAY = dt.date.today()  # noqa: DTZ011


@contextmanager
def undone():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def refused_code(office, claim, verb, **options):
    with pytest.raises(Refused) as refused:
        office.take(claim, verb, **options)
    before = (claim.status, claim.version)
    claim.refresh_from_db()
    assert (claim.status, claim.version) == before
    return refused.value.reasons[0].code


def source_of(verb):
    return min(CLAIM_LIFECYCLE.moves[verb].sources)


@pytest.mark.parametrize("status", S)
def test_step_is_taken_just_from_its_states(office, status):
    claim = office.claim_in(status)
    for verb, move in CLAIM_LIFECYCLE.moves.items():
        with undone():
            if status in move.sources:
                assert office.take(claim, verb).status == move.target
            else:
                assert refused_code(office, claim, verb) == "wrong_state"


@pytest.mark.parametrize("verb", VERBS)
def test_step_belongs_to_its_role_and_area(office, verb):
    move = CLAIM_LIFECYCLE.moves[verb]
    claim = office.claim_in(source_of(verb))
    for role in Role:
        member = make.staff(role, make.TIELING)
        with undone():
            if role is ROLES[move.right]:
                stranger = make.staff(role, make.WEIFANG)
                assert refused_code(office, claim, verb, by=stranger) == "no_right"
                assert office.take(claim, verb, by=member).status == move.target
            else:
                assert refused_code(office, claim, verb, by=member) == "no_right"
                assert verb not in [move.verb for move in CLAIM_LIFECYCLE.open_to(claim, member)]


def with_every_role(*users):
    for user, role in itertools.product(users, (Role.CLERK, Role.REVIEWER, Role.FINANCE)):
        Post.objects.get_or_create(user=user, role=role, area=Area.objects.get(pk=make.TIELING))
        if hasattr(user, "_reach"):
            del user._reach


@pytest.mark.parametrize("verb", GUARDED)
def test_whoever_entered_anything_neither_reviews_nor_pays(office, verb):
    with_every_role(office.clerk, office.colleague)
    claim = office.accept()
    entry = an_entry(note="同事补登")
    claim = desk.change_claim(by=office.colleague, claim=claim, version=claim.version, entry=entry)
    for step in WAYS[source_of(verb)]:
        claim = office.take(claim, step)
    for member in (office.clerk, office.colleague):
        assert refused_code(office, claim, verb, by=member) == "same_person"
        assert verb not in [move.verb for move in CLAIM_LIFECYCLE.open_to(claim, member)]


@pytest.mark.parametrize("verb", ["release", "unrelease", "return_to_review", "pay", "bounce"])
def test_reviewer_is_not_finance(office, verb):
    with_every_role(office.reviewer)
    claim = office.claim_in(source_of(verb))
    assert refused_code(office, claim, verb, by=office.reviewer) == "same_person"


@pytest.mark.parametrize("verb", REASONED)
def test_step_without_a_reason_that_fits_is_refused(office, verb):
    claim = office.claim_in(source_of(verb))
    assert refused_code(office, claim, verb, reason="") == "reason_missing"
    assert refused_code(office, claim, verb, reason="  \n") == "reason_missing"
    assert refused_code(office, claim, verb, reason="长" * 301) == "reason_too_long"


@pytest.mark.parametrize("verb", VERBS)
def test_step_on_what_was_changed_meanwhile_is_refused(office, verb):
    claim = office.claim_in(source_of(verb))
    assert refused_code(office, claim, verb, version=claim.version - 1) == "changed_meanwhile"


def test_reviewer_approves_what_was_shown_and_nothing_else(office):
    shown = office.claim_in(S.IN_REVIEW)
    back = office.take(shown, "send_back")
    changed = desk.change_claim(
        by=office.clerk, claim=back, version=back.version, entry=an_entry(eligible=Decimal("24000.00"))
    )
    office.take(changed, "submit")
    with pytest.raises(Refused, match="刚刚被他人改动"):
        office.take(shown, "approve")


def test_approval_of_an_outdated_calculation_is_refused(office):
    claim = office.claim_in(S.IN_REVIEW)
    office.file()
    assert refused_code(office, claim, "approve") == "calculation_outdated"
    assert office.take(claim, "send_back").status == S.RETURNED


def test_decision_says_who_when_and_why(office):
    claim = office.claim_in(S.RETURNED)
    assert (claim.reviewed_by, claim.review_reason) == (office.reviewer, "票据不清")
    assert claim.reviewed_at


def test_claim_returned_by_finance_is_decided_anew(office):
    claim = office.take(office.claim_in(S.RELEASED), "return_to_review", reason="账号有误")
    assert (claim.status, claim.finance_reason) == (S.IN_REVIEW, "账号有误")
    assert (claim.reviewed_by, claim.reviewed_at, claim.released_by, claim.released_at) == (None, None, None, None)
    other = make.staff(Role.REVIEWER, make.TIELING)
    claim = office.take(claim, "approve", by=other)
    assert (claim.reviewed_by, claim.finance_reason) == (other, "")
    assert office.take(office.take(claim, "release"), "pay").status == S.PAID


def test_finance_who_became_reviewer_does_not_release(office):
    claim = office.take(office.claim_in(S.APPROVED), "return_to_review")
    with_every_role(office.finance)
    claim = office.take(claim, "approve", by=office.finance)
    assert refused_code(office, claim, "release") == "same_person"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reference": "  "}, "reference"),
        ({"reference": "9" * 61}, "reference"),
        ({"paid_on": TODAY + dt.timedelta(days=1)}, "paid_on"),
        ({"paid_on": TODAY - dt.timedelta(days=1)}, "paid_on"),
    ],
)
def test_payment_needs_its_day_and_number(office, changes, code):
    assert refused_code(office, office.claim_in(S.RELEASED), "pay", **changes) == code


def test_payment_is_kept_with_who_when_and_how(office):
    claim = office.claim_in(S.PAID)
    assert (claim.paid_by, claim.paid_on, claim.payment_reference) == (office.finance, TODAY, "YH0001")


# the database by itself


def refused_by_database(change):
    with pytest.raises(DatabaseError), transaction.atomic():
        change()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE settlement_calculation SET fund = fund - 1, personal = personal + 1",
        "UPDATE settlement_calculation SET inputs = '{}'",
        "DELETE FROM settlement_calculation",
    ],
)
def test_calculation_is_never_changed(office, sql):
    office.claim_in(S.ACCEPTED)
    before = Calculation.objects.values().get()

    def change():
        with connection.cursor() as cursor:
            cursor.execute(sql)

    refused_by_database(change)
    assert Calculation.objects.values().get() == before


@pytest.mark.parametrize("status", [status for status in S if status not in AT_COUNTER])
def test_contents_stand_still_once_settled(office, status):
    claim = office.claim_in(status)
    for changes in (
        {"total": Decimal("1.00"), "eligible": Decimal("0.00")},
        {"payee_account": "6222000000000000001"},
        {"calculation": None},
        {"entered_by": [0]},
        {"discharged_on": DISCHARGED + dt.timedelta(days=1)},
    ):
        refused_by_database(lambda changes=changes: Claim.objects.filter(pk=claim.pk).update(**changes))


@pytest.mark.parametrize("status", S)
def test_claim_is_in_the_year_just_while_it_is_settled(office, status):
    claim = office.claim_in(status)
    assert (claim.settlement is not None) == (status in SETTLED)
    paid = sum(YearAccount.objects.values_list("paid", flat=True))
    assert paid == (claim.calculation.fund if status in SETTLED else 0)
    refused_by_database(lambda: YearAccount.objects.create(person=claim.person, year=2025, fund="310100"))


def test_rows_stand_still_beyond_the_counter(office):
    claim = office.claim_in(S.IN_REVIEW)
    for change in (
        lambda: Receipt.objects.update(amount=1),
        lambda: Receipt.objects.all().delete(),
        lambda: Receipt.objects.create(claim=claim, code="1", number="1", amount=1),
        lambda: ClaimMaterial.objects.update(originals=9),
        lambda: ClaimMaterial.objects.all().delete(),
        lambda: ClaimMaterial.objects.create(claim=claim, material="roster"),
    ):
        refused_by_database(change)


def test_claim_points_at_a_calculation_of_its_own_and_its_total(office):
    claim, other = office.accept(), office.accept()
    mine = Claim.objects.filter(pk=claim.pk)
    refused_by_database(lambda: mine.update(calculation=other.calculation_id))
    refused_by_database(lambda: mine.update(total=Decimal("25000.01")))


@pytest.mark.parametrize(
    ("status", "changes"),
    [
        (S.IN_REVIEW, {"status": "approved", "reviewed_by": "clerk", "reviewed_at": "2026-03-20T00:00Z"}),
        (S.IN_REVIEW, {"status": "approved"}),
        (S.IN_REVIEW, {"status": "refused", "reviewed_by": "reviewer", "reviewed_at": "2026-03-20T00:00Z"}),
        (S.APPROVED, {"status": "released", "released_by": "clerk", "released_at": "2026-03-20T00:00Z"}),
        (S.APPROVED, {"status": "released", "released_by": "reviewer", "released_at": "2026-03-20T00:00Z"}),
        (S.APPROVED, {"released_by": "finance", "released_at": "2026-03-20T00:00Z"}),
        (S.RELEASED, {"status": "paid", "paid_by": "finance", "paid_on": "2026-03-20"}),
        (S.RELEASED, {"status": "paid", "paid_by": "clerk", "paid_on": "2026-03-20", "payment_reference": "1"}),
        (S.RELEASED, {"status": "paid", "paid_by": "reviewer", "paid_on": "2026-03-20", "payment_reference": "1"}),
        (S.ACCEPTED, {"status": "paid"}),
        (S.ACCEPTED, {"status": "in_review", "calculation": None}),
        (S.PAID, {"status": "approved"}),
        (S.CHECKED, {"status": "calculated"}),
        (S.IN_REVIEW, {"settlement": None}),
        (S.RELEASED, {"status": "reversed"}),
        (S.REFUSED, {"status": "in_review"}),
    ],
)
def test_database_refuses_what_no_step_leads_to(office, status, changes):
    claim = office.claim_in(status)
    given = {name: getattr(office, value) if name.endswith("_by") else value for name, value in changes.items()}
    refused_by_database(lambda: Claim.objects.filter(pk=claim.pk).update(**given))


def test_whoever_entered_it_is_kept_by_the_database_too(office):
    with_every_role(office.colleague)
    claim = office.accept()
    entry = an_entry(note="同事补登")
    claim = desk.change_claim(by=office.colleague, claim=claim, version=claim.version, entry=entry)
    claim = office.take(claim, "submit")
    said = {"status": "approved", "reviewed_by": office.colleague, "reviewed_at": "2026-03-20T00:00Z"}
    refused_by_database(lambda: Claim.objects.filter(pk=claim.pk).update(**said))
    refused_by_database(lambda: Claim.objects.filter(pk=office.accept().pk).update(entered_by=[]))
