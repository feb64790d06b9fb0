"""Commitments: signed where materials are missing, kept bit by bit, void with the filing; every state and verb."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from filings import desk
from filings.application import Seen
from filings.appraisal import standing_on
from filings.assessment import MaterialGroup
from filings.changes import decisions
from filings.commitments import hand_in, holds_review, sign_for_claim, void
from filings.models import Commitment, Filing, InsuredPerson
from filings.models.commitment_lifecycle import COMMITMENT_LIFECYCLE, CommitmentStatus
from filings.vocabulary import Category, Handling, Material
from hospitals.access import portal_account, staff_name
from hospitals.history import entries
from hospitals.periods import add_months
from hospitals.reasons import Refused
from hospitals.vocabulary import Role
from tests import factories as make
from tests.filings.commitments import IDENTITY, PROOF, brought, committed, completed, due, lapsed
from tests.filings.conftest import APPROVAL, asking, cancelling, filed, filed_today

pytestmark = pytest.mark.clause("TL-08")
Insured = Callable[..., InsuredPerson]
SIGNED = dt.date(2026, 8, 31)
DUE = dt.date(2027, 2, 28)


@pytest.fixture
def person(insured: Insured) -> InsuredPerson:
    return insured(make.TIELING)


@pytest.fixture
def commitment(clerk: User, person: InsuredPerson) -> Commitment:
    return committed(clerk, person, filed_on=SIGNED)


# signing


def test_filing_that_lacks_materials_is_active_on_a_commitment(clerk: User, person: InsuredPerson) -> None:
    commitment = committed(clerk, person, filed_on=SIGNED)
    filing = commitment.filing
    assert filing
    assert (filing.status, filing.start_on, filing.end_on) == ("active", SIGNED, None)
    assert (commitment.status, commitment.purpose, commitment.person) == ("open", "filing", person)
    assert (commitment.signed_on, commitment.due_on) == (SIGNED, DUE)
    assert (commitment.policy, commitment.made_by) == (filing.policy, clerk)
    (item,) = commitment.items.all()
    assert item.one_of == ["residence_permit", "household_register", "property_certificate"]
    assert (item.section, item.is_handed_in) == ("三（二）2", False)
    assert entries(commitment)[0].action == "受理备案"


def test_filing_without_the_commitment_is_refused(clerk: User, person: InsuredPerson) -> None:
    with pytest.raises(Refused, match="缺少居住证"):
        filed(clerk, person, asking(materials=IDENTITY))
    assert not Commitment.objects.exists()


def test_filing_that_lacks_nothing_has_no_commitment(clerk: User, person: InsuredPerson) -> None:
    assert not filed(clerk, person, asking(materials=(*IDENTITY, *PROOF), commitment=True)).commitments.exists()


def test_area_whose_document_has_no_commitment_does_not_take_one(clerk: User, insured: Insured) -> None:
    with pytest.raises(Refused, match="文件未规定可凭承诺补充材料"):
        filed(clerk, insured(make.YANTAI), asking(Category.REFERRAL, commitment=True))


def test_same_request_again_signs_nothing_again(clerk: User, person: InsuredPerson) -> None:
    token = "6f1b8a52-6a0f-4c56-9a38-0f5b1c1f7a11"
    for _ in range(2):
        filed(clerk, person, asking(materials=IDENTITY, commitment=True), request_token=token)
    assert Commitment.objects.count() == 1


def test_filing_refused_by_the_database_leaves_no_commitment(clerk: User, person: InsuredPerson) -> None:
    committed(clerk, person)
    with pytest.raises(Refused, match="已有备案"):
        committed(clerk, person, destination="370100")
    assert Commitment.objects.count() == Filing.objects.count() == 1


# handing in


def test_materials_come_one_by_one_until_complete(clerk: User, person: InsuredPerson) -> None:
    commitment = committed(clerk, person, filed_on=SIGNED, materials=())
    first, second = commitment.items.all()
    day = dt.date(2026, 10, 8)
    commitment = hand_in(by=clerk, commitment=commitment, received={first.pk: IDENTITY[0]}, on=day)
    assert (commitment.status, commitment.closed_by) == ("open", None)
    assert [item.pk for item in commitment.outstanding] == [second.pk]
    seen = Seen(Material.PROPERTY_CERTIFICATE, 1, 2)
    commitment = hand_in(by=clerk, commitment=commitment, received={second.pk: seen}, on=DUE)
    assert (commitment.status, commitment.closed_by, commitment.close_reason) == ("complete", clerk, "材料已补齐")
    second.refresh_from_db()
    assert (second.material, second.seen_originals, second.seen_copies) == ("property_certificate", 1, 2)
    assert (second.handed_in_on, second.received_by) == (DUE, clerk)
    assert commitment.filing
    assert {seen.material for seen in commitment.filing.materials.all()} == {"id_document", "property_certificate"}
    history = [(entry.action, entry.who) for entry in entries(commitment)]
    assert history[:2] == [("补齐材料", staff_name(clerk)), ("收取补充材料", staff_name(clerk))]


def test_all_at_once_completes_too(clerk: User, person: InsuredPerson) -> None:
    commitment = committed(clerk, person, filed_on=SIGNED, materials=())
    received = brought(commitment, IDENTITY[0], PROOF[0])
    assert hand_in(by=clerk, commitment=commitment, received=received, on=SIGNED).status == "complete"


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        (Seen(Material.STUDENT_CARD), "学生证不在所缺的"),
        (Seen(Material.RESIDENCE_PERMIT, 0), "居住证应交至少 1 份"),
        (None, "请勾选收到的材料"),
    ],
)
def test_what_does_not_do_is_not_taken(seen: Any, told: str, clerk: User, commitment: Commitment) -> None:
    received = brought(commitment, seen) if seen else {}
    with pytest.raises(Refused, match=told):
        hand_in(by=clerk, commitment=commitment, received=received, on=SIGNED)
    assert commitment.items.filter(material="").exists()


def test_fewer_than_the_document_counts_are_not_taken(clerk: User, commitment: Commitment) -> None:
    commitment.items.update(originals=3, copies=1)
    with pytest.raises(Refused, match="居住证应交原件 3 份，复印件 1 份"):
        hand_in(by=clerk, commitment=commitment, received=brought(commitment, Seen(PROOF[0].material, 2, 1)), on=SIGNED)
    received = brought(commitment, Seen(PROOF[0].material, 3, 1))
    assert hand_in(by=clerk, commitment=commitment, received=received, on=SIGNED).status == "complete"


def test_item_that_is_in_already_or_none_is_refused(clerk: User, person: InsuredPerson) -> None:
    commitment = committed(clerk, person, filed_on=SIGNED, materials=())
    received = brought(commitment, IDENTITY[0])
    hand_in(by=clerk, commitment=commitment, received=received, on=SIGNED)
    with pytest.raises(Refused, match="有效身份证件已于 2026-08-31 收取"):
        hand_in(by=clerk, commitment=commitment, received=received, on=SIGNED)
    with pytest.raises(Refused, match="所列材料已变动"):
        hand_in(by=clerk, commitment=commitment, received={0: IDENTITY[0]}, on=SIGNED)


def test_nothing_is_taken_after_the_last_day_nor_before_the_first(clerk: User, commitment: Commitment) -> None:
    with pytest.raises(Refused, match="已于 2027-02-28 到期"):
        completed(clerk, commitment, DUE + dt.timedelta(1))
    with pytest.raises(Refused, match="不能早于签订日期"):
        completed(clerk, commitment, SIGNED - dt.timedelta(1))
    assert completed(clerk, commitment, DUE).status == "complete"


def test_page_that_is_out_of_date_takes_nothing(clerk: User, commitment: Commitment) -> None:
    with pytest.raises(Refused, match="刚刚被他人改动"):
        hand_in(by=clerk, commitment=commitment, received=brought(commitment, *PROOF), on=SIGNED, version=9)


def test_clerk_elsewhere_takes_nothing(commitment: Commitment) -> None:
    with pytest.raises(Refused, match="没有“办理备案”的权限"):
        completed(make.staff(Role.CLERK, make.WEIFANG), commitment, SIGNED)


# every state and verb


def in_state(status: str, clerk: User, person: InsuredPerson) -> Commitment:
    commitment = committed(clerk, person, filed_on=SIGNED)
    if status == CommitmentStatus.COMPLETE:
        return completed(clerk, commitment, SIGNED)
    if status == CommitmentStatus.LAPSED:
        return lapsed(commitment)
    if status == CommitmentStatus.VOID:
        with transaction.atomic():
            return void(by=clerk, commitment=commitment, on=SIGNED, reason="备案撤回")
    return commitment


VERBS: dict[str, Callable[[User, Commitment], Commitment]] = {
    "hand_in": lambda clerk, commitment: hand_in(
        by=clerk,
        commitment=commitment,
        received={commitment.items.earliest("pk").pk: Seen(Material.RESIDENCE_PERMIT)},
        on=SIGNED,
    ),
    "complete": lambda clerk, commitment: completed(clerk, commitment, SIGNED),
    "lapse": lambda clerk, commitment: lapsed(commitment),
    "void": lambda clerk, commitment: void(by=clerk, commitment=commitment, on=SIGNED, reason="备案撤回"),
}


def test_every_verb_of_the_lifecycle_is_tried() -> None:
    assert set(VERBS) == set(COMMITMENT_LIFECYCLE.moves)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("status", CommitmentStatus)
def test_verb_in_state_leads_where_the_lifecycle_says(
    status: CommitmentStatus, verb: str, clerk: User, person: InsuredPerson
) -> None:
    commitment = in_state(status, clerk, person)
    if verb == "hand_in" and status == CommitmentStatus.OPEN:
        make_second_item(commitment)
    move = COMMITMENT_LIFECYCLE.moves[verb]
    if status in move.sources:
        VERBS[verb](clerk, commitment)
        assert Commitment.objects.get(pk=commitment.pk).status == move.target
    else:
        with pytest.raises(Refused):
            VERBS[verb](clerk, commitment)
        assert Commitment.objects.get(pk=commitment.pk).status == status


def make_second_item(commitment: Commitment) -> None:
    commitment.items.create(one_of=["id_document"])


@pytest.mark.parametrize("verb", ["lapse", "void"])
def test_what_the_portal_does_nobody_does_by_hand(verb: str, clerk: User, commitment: Commitment) -> None:
    make.PostFactory(user=clerk, role=Role.SUPERVISOR, area=commitment.area)
    member = User.objects.get(pk=clerk.pk)
    with pytest.raises(Refused, match="由系统办理"):
        COMMITMENT_LIFECYCLE.take(commitment, verb, by=member, reason="手工")
    assert verb not in [move.verb for move in COMMITMENT_LIFECYCLE.open_to(commitment, member)]


def test_database_refuses_a_state_without_its_who_and_why(commitment: Commitment) -> None:
    for change in ({"status": "complete"}, {"status": "lapsed"}, {"closed_by": portal_account()}, {"due_on": SIGNED}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Commitment.objects.filter(pk=commitment.pk).update(**change)


def test_database_refuses_the_way_back(clerk: User, commitment: Commitment) -> None:
    commitment = completed(clerk, commitment, SIGNED)
    back = {"status": "open", "closed_by": None, "closed_at": None, "close_reason": ""}
    with pytest.raises(Exception, match=r"(?i)invalid transition"), transaction.atomic():
        Commitment.objects.filter(pk=commitment.pk).update(**back)


# with the filing


@pytest.fixture
def waiting(clerk: User, person: InsuredPerson) -> Filing:
    """A filing that waits for review on a commitment, by a version of the policy that has both."""
    policy = standing_on(person, timezone.localdate()).policy
    assert policy
    draft = policy.next_version(starts_on=timezone.localdate())
    draft.rule_rows.update(handling=Handling.REVIEW)
    draft.publish(by=None)
    return filed_today(clerk, person, Category.LONG_TERM_RESIDENT, materials=IDENTITY, commitment=True)


def test_filing_to_be_reviewed_may_rest_on_a_commitment(reviewer: User, waiting: Filing) -> None:
    assert (waiting.status, waiting.commitments.get().status) == ("pending", "open")
    desk.approve(by=reviewer, filing=waiting)
    assert waiting.commitments.get().status == "open"


@pytest.mark.parametrize("verb", ["withdraw", "refuse", "cancel"])
def test_filing_that_ends_makes_its_commitment_void(verb: str, clerk: User, reviewer: User, waiting: Filing) -> None:
    if verb == "withdraw":
        desk.withdraw(by=clerk, filing=waiting, reason="不再外出")
    elif verb == "refuse":
        desk.refuse(by=reviewer, filing=waiting, reason="不再外出")
    else:
        filing, on = desk.approve(by=reviewer, filing=waiting), add_months(timezone.localdate(), 6)
        change = cancelling(clerk, filing, on, reason="不再外出")
        decisions.approve(by=reviewer, change=change)
    commitment = waiting.commitments.get()
    by = clerk if verb == "withdraw" else reviewer
    assert (commitment.status, commitment.closed_by, commitment.close_reason) == ("void", by, "不再外出")
    top = entries(commitment)[0]
    assert (top.who, top.reason) == (staff_name(by), "不再外出")
    waiting.refresh_from_db()
    assert entries(waiting)[0].who == staff_name(by)


def test_filing_sent_back_keeps_its_commitment_and_its_day(clerk: User, reviewer: User, waiting: Filing) -> None:
    first = waiting.commitments.get()
    back = desk.send_back(by=reviewer, filing=waiting, reason="就医地有误")
    again = asking(filed_on=back.filed_on, destination="370100", materials=IDENTITY, commitment=True)
    desk.resubmit(by=clerk, filing=back, application=again)
    commitment = waiting.commitments.get()
    assert (commitment.pk, commitment.status, commitment.due_on) == (first.pk, "open", first.due_on)
    assert len(commitment.outstanding) == 1


def test_filing_handed_in_anew_with_everything_completes_it(clerk: User, reviewer: User, waiting: Filing) -> None:
    back = desk.send_back(by=reviewer, filing=waiting, reason="就医地有误")
    again = asking(filed_on=back.filed_on, materials=(*IDENTITY, *PROOF))
    desk.resubmit(by=clerk, filing=back, application=again)
    commitment = waiting.commitments.get()
    assert (commitment.status, commitment.closed_by) == ("complete", clerk)


def test_overdue_filing_is_the_daily_runs_alone(clerk: User, person: InsuredPerson) -> None:
    commitment = due(clerk, person, timezone.localdate())
    assert commitment.filing
    with pytest.raises(Refused, match="由系统按逾期处理"):
        cancelling(clerk, commitment.filing, timezone.localdate())
    assert Filing.objects.get().status == "active"


# of a claim

RECORD = MaterialGroup((Material.INPATIENT_RECORD,), copies=1, section="三（二）3")


def test_claim_is_held_until_its_commitment_is_complete(clerk: User, person: InsuredPerson) -> None:
    commitment = sign_for_claim(by=clerk, person=person, missing=(RECORD,), on=SIGNED)
    assert (commitment.purpose, commitment.filing, commitment.due_on) == ("claim", None, DUE)
    held = holds_review(commitment)
    assert held
    assert "尚未补齐" in held.text
    assert held.source == "《铁岭市参保人员异地就医联网结算服务指南》三（二）3"
    received = brought(commitment, Seen(Material.INPATIENT_RECORD, 0, 1))
    assert holds_review(hand_in(by=clerk, commitment=commitment, received=received, on=DUE)) is None


def test_claim_whose_commitment_lapsed_stays_held_and_one_void_does_not(clerk: User, person: InsuredPerson) -> None:
    commitment = sign_for_claim(by=clerk, person=person, missing=(RECORD,), on=SIGNED)
    held = holds_review(lapsed(commitment))
    assert held
    assert "逾期未补齐" in held.text
    assert set(person.sanctions.values_list("measure", flat=True)) == {
        *("dishonest", "suspend_direct", "restrict_hospitals", "restrict_filing")
    }
    other = sign_for_claim(by=clerk, person=person, missing=(RECORD,), on=SIGNED)
    with transaction.atomic():
        assert holds_review(void(by=clerk, commitment=other, on=SIGNED, reason="报销撤回")) is None


@pytest.mark.parametrize(
    ("area", "missing", "told"),
    [(make.YANTAI, (RECORD,), "文件未规定可凭承诺"), (make.TIELING, (), "没有缺少的材料")],
)
def test_claim_signs_nothing_where_there_is_nothing_to_sign(
    area: str, missing: Any, told: str, clerk: User, insured: Insured
) -> None:
    with pytest.raises(Refused, match=told):
        sign_for_claim(by=clerk, person=insured(area), missing=missing, on=SIGNED)
    assert not Commitment.objects.exists()


def test_claim_is_signed_for_where_one_takes_claims(person: InsuredPerson) -> None:
    with pytest.raises(Refused, match="没有“受理报销”的权限"):
        sign_for_claim(by=make.staff(Role.REVIEWER, make.TIELING), person=person, missing=(RECORD,), on=SIGNED)


def test_referral_materials_stand_as_the_policy_words_them(clerk: User, person: InsuredPerson) -> None:
    filing = filed_today(clerk, person, Category.REFERRAL, commitment=True)
    (item,) = filing.commitments.get().items.all()
    assert item.one_of == ["medical_record", "referral_certificate"]
    assert APPROVAL[0].material not in item.group.one_of
