"""Sanctions: what they do at the counter, and how a supervisor sets, names and lifts; every state and verb."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from filings.appraisal import assess_filing
from filings.decision import shown
from filings.models import Commitment, InsuredPerson, Sanction
from filings.models.commitment_lifecycle import SANCTION_LIFECYCLE, SanctionStatus
from filings.sanctions import lift, name_hospitals, reasons_on, sanctions_on, set_period
from filings.vocabulary import Category, Measure, Outcome
from hospitals.history import entries
from hospitals.reasons import Refused
from hospitals.vocabulary import Role
from tests import factories as make
from tests.filings.commitments import IDENTITY, PROOF, committed, lapsed
from tests.filings.conftest import asking, filed

pytestmark = pytest.mark.clause("TL-08")
Insured = Callable[..., InsuredPerson]
DUE = dt.date(2026, 9, 10)
FIRST = DUE + dt.timedelta(1)
LAST = dt.date(2027, 3, 10)


@pytest.fixture
def commitment(clerk: User, insured: Insured) -> Commitment:
    return lapsed(committed(clerk, insured(make.TIELING), filed_on=dt.date(2026, 3, 10)))


@pytest.fixture
def person(commitment: Commitment) -> InsuredPerson:
    return commitment.person


@pytest.fixture
def supervisor(policies: None) -> User:
    return make.staff(Role.SUPERVISOR, make.TIELING)


def of(commitment: Commitment, measure: Measure) -> Sanction:
    return commitment.sanctions.get(measure=measure)


def assessed(person: InsuredPerson, day: dt.date) -> Any:
    application = asking(filed_on=day, materials=(*IDENTITY, *PROOF))
    return assess_filing(person=person, application=application)


# at the counter


def test_person_who_is_restricted_files_nothing_and_is_told_why(clerk: User, person: InsuredPerson) -> None:
    with pytest.raises(Refused) as refused:
        filed(clerk, person, asking(filed_on=FIRST, materials=(*IDENTITY, *PROOF)))
    first = refused.value.reasons[0]
    assert first.code == "restrict_filing"
    assert first.text == "承诺逾期未补齐材料，自 2026-09-11 起（期限待主管确定）限制办理异地就医备案"
    assert first.source == "《铁岭市参保人员异地就医联网结算服务指南》三（二）3"


def test_restriction_is_told_with_its_last_day_and_ends_with_it(
    clerk: User, supervisor: User, commitment: Commitment, person: InsuredPerson
) -> None:
    set_period(by=supervisor, sanction=of(commitment, Measure.RESTRICT_FILING), ends_on=LAST, reason="情节较轻")
    with pytest.raises(Refused, match="自 2026-09-11 至 2027-03-10限制办理"):
        filed(clerk, person, asking(filed_on=LAST, materials=(*IDENTITY, *PROOF)))
    day = LAST + dt.timedelta(1)
    assert filed(clerk, person, asking(filed_on=day, materials=(*IDENTITY, *PROOF))).status == "active"


def test_decision_beside_the_form_says_it_cannot_be_filed(person: InsuredPerson) -> None:
    assessment = assessed(person, FIRST)
    assert assessment.answer.outcome is Outcome.ACCEPT
    assert not assessment.is_fileable
    decision = shown(assessment.as_record())
    assert (decision.title, decision.tone, decision.instead) == ("不能备案", "bad", "")
    assert [reason["code"] for reason in decision.reasons] == [
        *("restrict_filing", "dishonest", "suspend_direct", "restrict_hospitals")
    ]


def test_other_measures_are_said_and_bar_nothing(
    clerk: User, supervisor: User, commitment: Commitment, person: InsuredPerson
) -> None:
    restricted = of(commitment, Measure.RESTRICT_FILING)
    lift(by=supervisor, sanction=restricted, on=FIRST, reason="材料已核实")
    hospitals = of(commitment, Measure.RESTRICT_HOSPITALS)
    name_hospitals(by=supervisor, sanction=hospitals, hospitals=["北京示例医院"], reason="就近")
    filing = filed(clerk, person, asking(filed_on=FIRST, materials=(*IDENTITY, *PROOF)))
    told = {reason["code"]: reason["text"] for reason in filing.decision["reasons"]}
    assert "暂停医保直接结算" in told["suspend_direct"]
    assert told["restrict_hospitals"].endswith("限制定点医疗机构医保结算，限于：北京示例医院")
    assert "列为医保失信人员" in told["dishonest"]


def test_day_before_the_first_is_free(person: InsuredPerson) -> None:
    assert assessed(person, DUE).is_fileable
    assert sanctions_on(person, DUE) == []
    assert len(sanctions_on(person, FIRST)) == len(Measure)


def test_somebody_else_is_not_restricted(insured: Insured, person: InsuredPerson) -> None:
    assert assessed(insured(make.TIELING), FIRST).is_fileable


def test_longest_of_two_of_a_kind_is_told(clerk: User, supervisor: User, insured: Insured) -> None:
    person = insured(make.TIELING)
    for day, ends_on in ((dt.date(2026, 3, 10), LAST), (dt.date(2026, 3, 20), dt.date(2026, 12, 31))):
        commitment = lapsed(committed(clerk, person, filed_on=day))
        set_period(by=supervisor, sanction=of(commitment, Measure.SUSPEND_DIRECT), ends_on=ends_on, reason="示例")
    assert "2027-03-10" in reasons_on(person, dt.date(2026, 10, 1))[Measure.SUSPEND_DIRECT].text
    assert "待主管确定" in reasons_on(person, dt.date(2026, 10, 1))[Measure.DISHONEST].text


# a supervisor's word


def test_period_is_set_and_changed_with_who_and_why(supervisor: User, commitment: Commitment) -> None:
    sanction = of(commitment, Measure.SUSPEND_DIRECT)
    assert list(Sanction.objects.without_period()).count(sanction) == 1
    set_period(by=supervisor, sanction=sanction, ends_on=LAST, reason="情节较轻")
    sanction = set_period(by=supervisor, sanction=sanction, ends_on=FIRST, reason="已主动补交")
    assert (sanction.ends_on, sanction.period_by, sanction.period_reason) == (FIRST, supervisor, "已主动补交")
    assert sanction not in Sanction.objects.without_period()
    assert [(entry.action, entry.reason) for entry in entries(sanction)[:2]] == [
        ("确定期限", "已主动补交"),
        ("确定期限", "情节较轻"),
    ]


def test_period_does_not_end_before_it_starts(supervisor: User, commitment: Commitment) -> None:
    with pytest.raises(Refused, match="最后一天不能早于开始日期"):
        set_period(by=supervisor, sanction=of(commitment, Measure.DISHONEST), ends_on=DUE, reason="示例")


def test_lifted_sanction_counts_until_the_day_it_was_lifted(
    supervisor: User, commitment: Commitment, person: InsuredPerson
) -> None:
    day = FIRST + dt.timedelta(30)
    sanction = lift(by=supervisor, sanction=of(commitment, Measure.SUSPEND_DIRECT), on=day, reason="材料已补交")
    assert (sanction.status, sanction.lifted_by, sanction.lifted_on) == ("lifted", supervisor, day)
    assert sanction in sanctions_on(person, day - dt.timedelta(1))
    assert sanction not in sanctions_on(person, day)
    assert len(sanctions_on(person, day)) == 3  # each is lifted by itself


def test_hospitals_are_named_once_each_and_only_where_they_count(supervisor: User, commitment: Commitment) -> None:
    restricted = of(commitment, Measure.RESTRICT_HOSPITALS)
    names = [" 北京示例医院 ", "天津示例医院", "北京示例医院", ""]
    sanction = name_hospitals(by=supervisor, sanction=restricted, hospitals=names, reason="就近")
    assert sanction.hospitals == "北京示例医院、天津示例医院"
    with pytest.raises(Refused, match="请填写医疗机构名称"):
        name_hospitals(by=supervisor, sanction=restricted, hospitals=[" "], reason="就近")
    with pytest.raises(Refused, match="“列为医保失信人员”不指定医疗机构"):
        name_hospitals(by=supervisor, sanction=of(commitment, Measure.DISHONEST), hospitals=names, reason="就近")


VERBS: dict[str, Callable[[User, Sanction, str], Sanction]] = {
    "set_period": lambda by, one, why: set_period(by=by, sanction=one, ends_on=LAST, reason=why),
    "name_hospitals": lambda by, one, why: name_hospitals(by=by, sanction=one, hospitals=["示例医院"], reason=why),
    "lift": lambda by, one, why: lift(by=by, sanction=one, on=FIRST, reason=why),
}


def test_every_verb_of_the_lifecycle_is_tried() -> None:
    assert set(VERBS) == set(SANCTION_LIFECYCLE.moves)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("status", SanctionStatus)
def test_verb_in_state_leads_where_the_lifecycle_says(
    status: SanctionStatus, verb: str, supervisor: User, commitment: Commitment
) -> None:
    sanction = of(commitment, Measure.RESTRICT_HOSPITALS)
    if status == SanctionStatus.LIFTED:
        sanction = VERBS["lift"](supervisor, sanction, "示例")
    move = SANCTION_LIFECYCLE.moves[verb]
    if status in move.sources:
        assert VERBS[verb](supervisor, sanction, "示例").status == move.target
    else:
        with pytest.raises(Refused, match="当前状态为“已解除”"):
            VERBS[verb](supervisor, sanction, "示例")


@pytest.mark.parametrize("verb", VERBS)
def test_step_asks_for_the_right_and_a_reason(
    verb: str, supervisor: User, clerk: User, reviewer: User, commitment: Commitment
) -> None:
    sanction = of(commitment, Measure.RESTRICT_HOSPITALS)
    for member in (clerk, reviewer, make.staff(Role.SUPERVISOR, make.WEIFANG)):
        with pytest.raises(Refused, match="没有“解除失信处理、恢复备案”的权限"):
            VERBS[verb](member, sanction, "示例")
    with pytest.raises(Refused, match="须填写理由"):
        VERBS[verb](supervisor, sanction, " ")


def test_page_that_is_out_of_date_changes_nothing(supervisor: User, commitment: Commitment) -> None:
    sanction = of(commitment, Measure.DISHONEST)
    with pytest.raises(Refused, match="刚刚被他人改动"):
        lift(by=supervisor, sanction=sanction, on=FIRST, reason="示例", version=9)


def test_database_refuses_a_lifting_without_its_who_and_why(commitment: Commitment) -> None:
    changes: tuple[dict[str, Any], ...] = (
        {"status": "lifted"},
        {"lifted_on": FIRST},
        {"ends_on": DUE},
        {"period_reason": "示例"},
    )
    for change in changes:
        with pytest.raises(IntegrityError), transaction.atomic():
            Sanction.objects.filter(measure=Measure.DISHONEST).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Sanction.objects.filter(measure=Measure.DISHONEST).update(hospitals="示例医院")
    copy = of(commitment, Measure.DISHONEST)
    copy.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save()


def test_referral_is_restricted_like_any_other(person: InsuredPerson) -> None:
    application = asking(Category.REFERRAL, filed_on=FIRST)
    codes = [reason.code for reason in assess_filing(person=person, application=application).reasons]
    assert codes[0] == "restrict_filing"
    assert "material_missing" in codes
