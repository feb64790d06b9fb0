"""Which stays of one person contradict each other: golden cases, and that the order does not matter."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospitals.vocabulary import Service
from settlement.findings.rules import CaseStay, found_of, kind_between, shared
from settlement.vocabulary import FindingKind as K

BEIJING, SHENYANG = "110000", "210100"
INPATIENT, OUTPATIENT, CHRONIC = Service.INPATIENT, Service.OUTPATIENT, Service.CHRONIC


def a_stay(first, last, hospital="北京示例医院", place=BEIJING, service=INPATIENT, *, listed=None, is_direct=False):
    return CaseStay(
        case="报销件 BX1（铁岭市）",
        place=place,
        hospital=hospital,
        listed=listed,
        admitted_on=dt.date(2026, 3, first),
        discharged_on=dt.date(2026, 3, last),
        service=service,
        is_direct=is_direct,
    )


MINE = a_stay(1, 12)
OTHER_HOSPITAL = "北京第二示例医院"
GOLDEN = [
    # the same stay
    (MINE, a_stay(1, 12), K.SAME_STAY),
    (MINE, a_stay(1, 12, " 北京示例医院　"), K.SAME_STAY),
    (a_stay(1, 12, "北京示例医院(东院)"), a_stay(1, 12, "北京示例医院（东院）"), K.SAME_STAY),
    (a_stay(1, 12, "旧名", listed=7), a_stay(1, 12, "新名", listed=7), K.SAME_STAY),
    (a_stay(3, 3), a_stay(3, 3), K.SAME_STAY),
    (a_stay(3, 3, service=CHRONIC), a_stay(3, 3, service=CHRONIC), K.SAME_STAY),
    (a_stay(1, 31, service=CHRONIC), a_stay(1, 31, service=CHRONIC), K.SAME_STAY),
    (a_stay(3, 3, service=CHRONIC), a_stay(3, 3, service=OUTPATIENT), None),
    # stays that overlap in one hospital
    (MINE, a_stay(1, 11), K.OVERLAP),
    (MINE, a_stay(2, 12), K.OVERLAP),
    (MINE, a_stay(11, 20), K.OVERLAP),
    (MINE, a_stay(4, 6), K.OVERLAP),
    (MINE, a_stay(5, 5), K.OVERLAP),
    (MINE, a_stay(12, 20), None),
    (MINE, a_stay(12, 12), None),
    (MINE, a_stay(1, 1), None),
    (MINE, a_stay(13, 20), None),
    (MINE, a_stay(5, 5, service=OUTPATIENT), None),
    # two places at once
    (MINE, a_stay(1, 12, OTHER_HOSPITAL), K.TWO_PLACES),
    (MINE, a_stay(11, 20, OTHER_HOSPITAL), K.TWO_PLACES),
    (MINE, a_stay(12, 20, OTHER_HOSPITAL), None),
    (MINE, a_stay(1, 12, place=SHENYANG), K.TWO_PLACES),
    (MINE, a_stay(5, 5, place=SHENYANG, service=OUTPATIENT), K.TWO_PLACES),
    (MINE, a_stay(12, 12, place=SHENYANG, service=OUTPATIENT), None),
    (MINE, a_stay(2, 20, place=SHENYANG, service=CHRONIC), None),
    (a_stay(3, 3, service=OUTPATIENT), a_stay(3, 3, place=SHENYANG, service=OUTPATIENT), None),
    # settled at the hospital already
    (MINE, a_stay(1, 12, is_direct=True), K.DIRECT),
    (MINE, a_stay(1, 11, is_direct=True), K.DIRECT),
    (MINE, a_stay(12, 20, is_direct=True), None),
    (MINE, a_stay(1, 12, OTHER_HOSPITAL, is_direct=True), K.TWO_PLACES),
]


@pytest.mark.clause("DY-16")
@pytest.mark.parametrize(("one", "other", "kind"), GOLDEN)
def test_kind_of_two_stays(one, other, kind):
    assert kind_between(one, other) is kind
    assert kind_between(other, one) is kind


def test_text_names_the_other_case_alone():
    found = found_of(MINE, a_stay(4, 6, "某医院"))
    assert found.text == "与报销件 BX1（铁岭市）的就医时间重叠，而就医地或医院不同"
    assert shared(["B 2", "A 1"], "报销件 BX1（铁岭市）").text == "票据 A 1、B 2 也用于报销件 BX1（铁岭市）"


stays = st.builds(
    lambda first, length, *rest: a_stay(first, first + length, *rest),
    st.integers(1, 20),
    st.integers(0, 8),
    st.sampled_from(["北京示例医院", "北京 示例医院", OTHER_HOSPITAL]),
    st.sampled_from([BEIJING, SHENYANG]),
    st.sampled_from(Service),
)


@given(stays, stays)
def test_what_contradicts_one_is_contradicted_by_it(one, other):
    assert kind_between(one, other) is kind_between(other, one)
    mine, theirs = found_of(one, other), found_of(other, one)
    assert (mine and mine.facts[::-1]) == (theirs and theirs.facts)


@given(stays, stays)
def test_stays_that_do_not_meet_contradict_nothing(one, other):
    if one.discharged_on < other.admitted_on:
        assert kind_between(one, other) is None


@given(stays, stays)
def test_two_nights_in_one_bed_are_always_found(one, other):
    both = {one.service, other.service} == {INPATIENT}
    if both and one.admitted_on < other.discharged_on and other.admitted_on < one.discharged_on:
        assert kind_between(one, other) is not None
