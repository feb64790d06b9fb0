"""The desk's verbs: every state and verb, what is refused and how."""

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from filings import desk
from filings.application import Seen
from filings.appraisal import assess_filing
from filings.changes import decisions
from filings.models import Filing, InsuredPerson
from filings.models.filing import FILING_LIFECYCLE, FilingStatus
from filings.vocabulary import Category, Channel, Material, Outcome, Variant
from hospitals.access import staff_name
from hospitals.history import entries
from hospitals.reasons import Refused
from hospitals.vocabulary import Role
from tests import factories as make
from tests.filings.conftest import APPROVAL, TODAY, asking, cancelling, filed, filed_for_review

LONG_TERM = (Seen(Material.ID_DOCUMENT), Seen(Material.RESIDENCE_PERMIT))
Insured = Callable[..., InsuredPerson]


def in_state(status: str, clerk: User, reviewer: User, person: InsuredPerson) -> Filing:
    """A filing brought there by the verbs themselves."""
    filing = filed_for_review(clerk, person)
    if status == FilingStatus.RETURNED:
        return desk.send_back(by=reviewer, filing=filing, reason="缺签字")
    if status == FilingStatus.REFUSED:
        return desk.refuse(by=reviewer, filing=filing, reason="不符合转诊规定")
    if status == FilingStatus.WITHDRAWN:
        return desk.withdraw(by=clerk, filing=filing, reason="本人放弃")
    if status in (FilingStatus.ACTIVE, FilingStatus.CANCELLED):
        filing = desk.approve(by=reviewer, filing=filing)
    if status == FilingStatus.CANCELLED:
        change = cancelling(clerk, filing)
        decisions.approve(by=reviewer, change=change)
        filing.refresh_from_db()
    return filing


VERBS: dict[str, Callable[[User, User, Filing], Filing]] = {
    "approve": lambda clerk, reviewer, filing: desk.approve(by=reviewer, filing=filing),
    "send_back": lambda clerk, reviewer, filing: desk.send_back(by=reviewer, filing=filing, reason="缺签字"),
    "refuse": lambda clerk, reviewer, filing: desk.refuse(by=reviewer, filing=filing, reason="不符合规定"),
    "resubmit": lambda clerk, reviewer, filing: desk.resubmit(
        by=clerk, filing=filing, application=asking(Category.REFERRAL, materials=APPROVAL)
    ),
    "withdraw": lambda clerk, reviewer, filing: desk.withdraw(by=clerk, filing=filing, reason="本人放弃"),
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("status", FilingStatus)
def test_verb_in_state_leads_where_the_lifecycle_says(
    status: FilingStatus, verb: str, clerk: User, reviewer: User, insured: Insured
) -> None:
    filing = in_state(status, clerk, reviewer, insured(make.YANTAI))
    move = FILING_LIFECYCLE.moves[verb]
    if status in move.sources:
        assert VERBS[verb](clerk, reviewer, filing).status == move.target
        assert Filing.objects.get(pk=filing.pk).status == move.target
    else:
        with pytest.raises(Refused) as refused:
            VERBS[verb](clerk, reviewer, filing)
        assert refused.value.reasons[0].code == "wrong_state"
        assert Filing.objects.get(pk=filing.pk).status == status


def test_every_verb_of_the_lifecycle_is_a_verb_of_the_desk() -> None:
    of_commitments, of_changes = {"lapse", "reinstate"}, {"change", "cancel"}
    assert set(VERBS) == set(FILING_LIFECYCLE.moves) - of_commitments - of_changes


# taking in


@pytest.mark.clause("TL-06", "TL-09", "TL-19")
def test_filing_with_its_materials_is_active_at_once_and_keeps_why(clerk: User, insured: Insured) -> None:
    filing = filed(clerk, insured(make.TIELING), materials=LONG_TERM)
    filing.refresh_from_db()
    assert (filing.status, filing.tier, filing.scope) == ("active", "local", "cross_province")
    assert (filing.start_on, filing.end_on) == (TODAY, None)
    assert filing.policy.area_id == make.TIELING
    assert filing.decision["outcome"] == "accept"
    assert filing.decision["policy"]["version"] == 1
    assert filing.decision["question"]["materials"] == {"id_document": [1, 0], "residence_permit": [1, 0]}
    assert filing.decision["basis"]["source"].startswith("《铁岭市参保人员异地就医联网结算服务指南》")
    assert {seen.material for seen in filing.materials.all()} == {"id_document", "residence_permit"}
    assert entries(filing)[0].action == "受理备案"
    assert entries(filing)[0].who == staff_name(clerk)


@pytest.mark.clause("TL-06")
def test_filing_with_materials_missing_is_refused_and_nothing_is_kept(clerk: User, insured: Insured) -> None:
    with pytest.raises(Refused) as refused:
        filed(clerk, insured(make.TIELING), materials=(Seen(Material.ID_DOCUMENT),))
    assert "居住证" in str(refused.value)
    assert not Filing.objects.exists()


@pytest.mark.clause("YT-01")
def test_too_few_originals_are_missing(clerk: User, insured: Insured) -> None:
    person = insured(make.YANTAI)
    form = Seen(Material.REGISTRATION_FORM)

    def assessed(photos: int, copies: int = 1) -> Outcome:
        seen = (form, Seen(Material.PHOTO_ONE_INCH, photos), Seen(Material.HOUSEHOLD_REGISTER, 1, copies))
        application = asking(
            Category.RESETTLED_RETIREE, variant=Variant.NATIVE_PLACE, destination="370100", materials=seen
        )
        return assess_filing(person=person, application=application).answer.outcome

    assert assessed(3) is Outcome.ACCEPT
    assert assessed(2) is Outcome.INCOMPLETE
    assert assessed(3, copies=0) is Outcome.INCOMPLETE


@pytest.mark.clause("WF-04", "WF-05", "TL-05")
@pytest.mark.parametrize(
    ("area", "category", "destination"),
    [
        (make.WEIFANG, Category.TEMPORARY, "370100"),
        (make.WEIFANG, Category.EMERGENCY, make.BEIJING),
        (make.TIELING, Category.TEMPORARY, make.BEIJING),
    ],
)
def test_what_needs_no_filing_is_not_filed(
    area: str, category: Category, destination: str, clerk: User, insured: Insured
) -> None:
    with pytest.raises(Refused):
        filed(clerk, insured(area), category=category, destination=destination)
    assert not Filing.objects.exists()


@pytest.mark.clause("WF-17")
def test_long_term_filing_starts_at_most_five_days_back(clerk: User, insured: Insured) -> None:
    person = insured()
    with pytest.raises(Refused, match="2026-03-05"):
        filed(clerk, person, start_on=TODAY - dt.timedelta(6))
    assert filed(clerk, person, start_on=TODAY - dt.timedelta(5)).start_on == dt.date(2026, 3, 5)


def test_person_not_insured_on_the_day_is_refused(clerk: User, insured: Insured) -> None:
    person = insured(ends_on=dt.date(2025, 12, 31))
    with pytest.raises(Refused, match="没有有效的参保关系"):
        filed(clerk, person)


def test_area_without_policy_is_refused(clerk: User, policies: None) -> None:
    person = make.ParticipationFactory(person__area__code=make.QINGDAO).person
    make.PostFactory(user=clerk, area=person.area)
    with pytest.raises(Refused, match="没有施行中的备案政策"):
        filed(make.User.objects.get(pk=clerk.pk), person)


@pytest.mark.clause("YT-04", "YT-11")
def test_filing_that_needs_review_waits_for_it(clerk: User, reviewer: User, insured: Insured) -> None:
    filing = filed_for_review(clerk, insured(make.YANTAI))
    assert filing.status == "pending"
    approved = desk.approve(by=reviewer, filing=filing)
    assert (approved.status, approved.reviewed_by) == ("active", reviewer)
    assert approved.reviewed_at is not None


def test_the_same_request_twice_makes_one_filing(clerk: User, insured: Insured) -> None:
    person, token = insured(), uuid.uuid4()
    assert filed(clerk, person, request_token=token) == filed(clerk, person, request_token=token)
    assert Filing.objects.count() == 1


def test_a_request_used_for_somebody_else_is_refused(clerk: User, insured: Insured) -> None:
    token = uuid.uuid4()
    filed(clerk, insured(), request_token=token)
    with pytest.raises(Refused, match="已提交过"):
        filed(clerk, insured(), request_token=token)


def test_a_second_open_filing_is_refused_naming_the_first(clerk: User, insured: Insured) -> None:
    person = insured()
    first = filed(clerk, person)
    with pytest.raises(Refused) as refused:
        filed(clerk, person, destination="370100")
    assert first.number in str(refused.value)
    assert refused.value.reasons[0].code == "already_filed"


def test_after_cancellation_another_may_be_filed(clerk: User, insured: Insured) -> None:
    person = insured()
    cancelling(clerk, filed(clerk, person))
    assert filed(clerk, person, destination="370100").status == "active"


def test_clerk_without_a_post_in_the_area_is_refused(insured: Insured) -> None:
    with pytest.raises(Refused, match="办理备案"):
        filed(make.staff(Role.CLERK, make.TIELING), insured(make.WEIFANG))
    with pytest.raises(Refused, match="办理备案"):
        filed(make.staff(Role.REVIEWER, make.WEIFANG), insured(make.WEIFANG))


def test_clerk_of_a_hall_files_at_that_hall_alone(insured: Insured) -> None:
    person = insured(make.WEIFANG)
    here, there = make.HallFactory(area=person.area), make.HallFactory(area=person.area)
    clerk = make.staff(Role.CLERK, hall=here)
    for hall in (None, there):
        with pytest.raises(Refused, match="办理备案"):
            desk.file_person(by=clerk, person=person, application=asking(), request_token=uuid.uuid4(), hall=hall)
    filing = desk.file_person(by=clerk, person=person, application=asking(), request_token=uuid.uuid4(), hall=here)
    assert filing.hall == here


def test_hall_of_another_area_is_refused(insured: Insured) -> None:
    hall = make.HallFactory(area=make.AreaFactory(code=make.TIELING))
    clerk = make.staff(Role.CLERK, hall=hall)
    with pytest.raises(Refused, match="不属于参保地"):
        desk.file_person(
            by=clerk, person=insured(make.WEIFANG), application=asking(), request_token=uuid.uuid4(), hall=hall
        )


# review


def test_maker_may_not_review_their_own(clerk: User, insured: Insured) -> None:
    make.PostFactory(user=clerk, role=Role.REVIEWER, area=make.AreaFactory(code=make.YANTAI))
    clerk = User.objects.get(pk=clerk.pk)
    filing = filed_for_review(clerk, insured(make.YANTAI))
    for verb in ("approve", "send_back", "refuse"):
        with pytest.raises(Refused, match="经手人以外"):
            VERBS[verb](clerk, clerk, filing)


def test_maker_may_not_review_in_the_database_either(clerk: User, insured: Insured) -> None:
    filing = filed_for_review(clerk, insured(make.YANTAI))
    with pytest.raises(Exception, match="filing_maker_is_not_checker"), transaction.atomic():
        Filing.objects.filter(pk=filing.pk).update(status="active", reviewed_by=clerk)


def test_whoever_hands_in_anew_may_not_review_it(clerk: User, reviewer: User, insured: Insured) -> None:
    filing = in_state(FilingStatus.RETURNED, clerk, reviewer, insured(make.YANTAI))
    other = make.staff(Role.CLERK, make.YANTAI)
    make.PostFactory(user=other, role=Role.REVIEWER, area=make.AreaFactory(code=make.YANTAI))
    other = User.objects.get(pk=other.pk)
    again = desk.resubmit(by=other, filing=filing, application=asking(Category.REFERRAL, materials=APPROVAL))
    assert (again.made_by, again.reviewed_by) == (other, None)
    with pytest.raises(Refused, match="经手人以外"):
        desk.approve(by=other, filing=again)


@pytest.mark.parametrize("verb", ["send_back", "refuse"])
@pytest.mark.parametrize("reason", ["", "  "])
def test_no_without_a_reason_is_refused(verb: str, reason: str, clerk: User, reviewer: User, insured: Insured) -> None:
    filing = filed_for_review(clerk, insured(make.YANTAI))
    with pytest.raises(Refused, match="须填写理由"):
        getattr(desk, verb)(by=reviewer, filing=filing, reason=reason)


def test_reason_of_the_reviewer_is_kept_and_in_the_history(clerk: User, reviewer: User, insured: Insured) -> None:
    filing = desk.send_back(by=reviewer, filing=filed_for_review(clerk, insured(make.YANTAI)), reason=" 缺签字 ")
    assert filing.review_reason == "缺签字"
    assert (entries(filing)[0].action, entries(filing)[0].reason) == ("退回补正", "缺签字")


def test_correction_is_assessed_anew_and_replaces_what_was_handed_in(
    clerk: User, reviewer: User, insured: Insured
) -> None:
    filing = in_state(FilingStatus.RETURNED, clerk, reviewer, insured(make.YANTAI))
    with pytest.raises(Refused, match="异地转诊审批表"):
        desk.resubmit(by=clerk, filing=filing, application=asking(Category.REFERRAL))
    assert filing.materials.count() == 1
    corrected = asking(Category.REFERRAL, materials=APPROVAL, destination="370100", note="改济南")
    again = desk.resubmit(by=clerk, filing=filing, application=corrected)
    again.refresh_from_db()
    assert (again.status, again.destination_id, again.scope) == ("pending", "370100", "in_province")
    assert (again.note, again.decision["scope"]) == ("改济南", "in_province")


def test_filing_changed_meanwhile_is_not_overwritten(clerk: User, reviewer: User, insured: Insured) -> None:
    filing = filed_for_review(clerk, insured(make.YANTAI))
    with pytest.raises(Refused, match="刚刚被他人改动"):
        desk.approve(by=reviewer, filing=filing, version=filing.version + 1)


@pytest.mark.clause("WF-03")
def test_self_service_channel_asks_for_no_materials(clerk: User, insured: Insured) -> None:
    assessment = assess_filing(person=insured(), application=asking(channel=Channel.PHONE))
    assert assessment.required == ()
    assert assessment.is_fileable
