"""Admissions elsewhere: what covers them, what comes into being by itself, what is to be done where nothing does."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from filings.application import Seen
from filings.coverage import covering_filing
from filings.models import Filing, InsuredPerson
from filings.vocabulary import Category, Channel, Material
from hospitals.history import entries
from hospitals.models import Area
from tests import factories as make
from tests.filings.arrivals import (
    ADMITTED,
    JINAN,
    SHANGHAI,
    SHENYANG,
    TIELING_GUIDE,
    WEIFANG_GUIDE,
    arrives,
    codes,
    reason,
)
from tests.filings.conftest import APPROVAL, asking, filed
from tests.filings.test_desk_at_once import at_once

Insured = Callable[..., InsuredPerson]


@pytest.fixture(autouse=True)
def places(policies: None) -> None:
    for code in (SHENYANG, JINAN, SHANGHAI):
        make.AreaFactory(code=code)


# what comes into being by itself


@pytest.mark.clause("TL-04", "TL-05", "TL-18", "WF-11", "TL-19")
@pytest.mark.parametrize(
    ("area", "place", "told", "category", "tier", "settlement", "source"),
    [
        (make.TIELING, make.BEIJING, {"emergency": True}, "emergency", "local", "direct", f"{TIELING_GUIDE}二2、四4"),
        (make.TIELING, SHENYANG, {"emergency": True}, "emergency", "local", "direct", f"{TIELING_GUIDE}二2、四4"),
        (make.TIELING, make.BEIJING, {}, "temporary", "temporary", "direct", f"{TIELING_GUIDE}二3、三（二）1"),
        (make.TIELING, SHENYANG, {"maternity": True}, "temporary", "local", "direct", f"{TIELING_GUIDE}四7"),
        (make.TIELING, make.BEIJING, {"maternity": True}, "temporary", "local", "manual", f"{TIELING_GUIDE}四7"),
        (
            make.WEIFANG,
            make.BEIJING,
            {"emergency": True},
            "emergency",
            "temporary",
            "direct",
            f"{WEIFANG_GUIDE}六、八（一）",
        ),
        (make.WEIFANG, JINAN, {"emergency": True}, "emergency", "temporary", "direct", f"{WEIFANG_GUIDE}六、八（一）"),
    ],
)
def test_admission_makes_the_filing_that_the_document_grants(
    area: str,
    place: str,
    told: dict[str, Any],
    category: str,
    tier: str,
    settlement: str,
    source: str,
    insured: Insured,
) -> None:
    arrival = arrives(insured(area), place, **told)
    filing = arrival.filing
    assert arrival.made
    assert filing is not None
    assert (filing.category, filing.tier, filing.settlement) == (category, tier, settlement)
    assert (arrival.tier, arrival.settlement, arrival.reasons[0].source) == (tier, settlement, source)
    assert (filing.channel, filing.status) == (Channel.AUTOMATIC, "active")
    assert (filing.start_on, filing.end_on, filing.admitted_on) == (ADMITTED, None, ADMITTED)
    assert filing.decision["basis"]["source"] == source
    assert filing.decision["question"]["destination"] == place


@pytest.mark.clause("TL-18")
def test_maternity_of_residents_is_a_temporary_outing(insured: Insured) -> None:
    arrival = arrives(insured(make.TIELING, scheme="resident"), maternity=True)
    assert (arrival.tier, arrival.made) == ("temporary", True)


def test_system_is_who_made_it(insured: Insured) -> None:
    filing = arrives(insured(make.TIELING)).filing
    assert filing is not None
    assert [(entry.who, entry.action) for entry in entries(filing)] == [("系统", "入院，自动备案")]
    assert filing.made_by.get_username() == "portal"
    assert not filing.made_by.is_active


@pytest.mark.clause("WF-04")
def test_outing_that_needs_no_filing_makes_none(insured: Insured) -> None:
    arrival = arrives(insured(), JINAN)
    assert (arrival.filing, arrival.tier, arrival.settlement) == (None, "temporary", "direct")
    assert arrival.reasons[0].source == f"{WEIFANG_GUIDE}三"
    assert not Filing.objects.exists()


def test_place_inside_a_city_stands_for_the_city(insured: Insured) -> None:
    county = make.AreaFactory(code="110101")
    arrival = arrives(insured(make.TIELING), county.pk)
    assert arrival.filing is not None
    assert arrival.filing.destination_id == make.BEIJING


# what covers already


@pytest.mark.clause("WF-11")
@pytest.mark.parametrize("emergency", [True, False])
def test_filing_in_effect_covers_the_stay(emergency: bool, clerk: User, insured: Insured) -> None:
    person = insured()
    filing = filed(clerk, person)
    arrival = arrives(person, emergency=emergency)
    assert (arrival.filing, arrival.made, arrival.tier) == (filing, False, "local")
    assert filing.number in arrival.reasons[0].text
    assert arrival.reasons[0].source == f"{WEIFANG_GUIDE}三"
    assert Filing.objects.count() == 1


@pytest.mark.clause("TL-16")
def test_student_filed_once_is_covered_at_their_place_and_an_outing_elsewhere(clerk: User, insured: Insured) -> None:
    person = insured(make.TIELING, scheme="resident")
    papers = (Seen(Material.STUDENT_CARD), Seen(Material.ADMISSION_LETTER), Seen(Material.ID_DOCUMENT))
    filing = filed(clerk, person, asking(Category.STUDENT, materials=papers))
    at_college = arrives(person)
    assert (at_college.filing, at_college.tier) == (filing, "local")
    elsewhere = arrives(person, SHANGHAI)
    assert (elsewhere.made, elsewhere.tier) == (True, "temporary")


def test_filing_for_a_whole_province_covers_its_cities(insured: Insured) -> None:
    person = insured(make.DONGYING)
    hainan = make.AreaFactory(code="460000")
    haikou = make.AreaFactory(code="460100")
    filing = make.FilingFactory(person=person, destination=hainan)
    assert arrives(person, haikou.pk).filing == filing


def test_filing_for_another_place_or_after_its_end_covers_nothing(clerk: User, insured: Insured) -> None:
    person = insured()
    filed(clerk, person)
    assert not arrives(person, SHANGHAI).is_covered
    make.FilingFactory(
        person=person,
        destination_id=SHANGHAI,
        start_on=dt.date(2025, 1, 1),
        end_on=ADMITTED,
        status="cancelled",
        ended_by=clerk,
        ended_at="2026-03-12T00:00Z",
        end_reason="返回",
    )
    assert arrives(person, SHANGHAI).is_covered
    assert not arrives(person, SHANGHAI, admitted_on=ADMITTED + dt.timedelta(1)).is_covered


@pytest.mark.clause("TL-04", "TL-18")
@pytest.mark.parametrize("told", [{"emergency": True}, {"maternity": True}])
def test_what_the_document_grants_at_admission_goes_before_a_lesser_filing(
    told: dict[str, bool], clerk: User, insured: Insured
) -> None:
    person = insured(make.TIELING)
    seen = (Seen(Material.REFERRAL_CERTIFICATE),)
    referral = filed(clerk, person, asking(Category.REFERRAL, destination=SHENYANG, materials=seen))
    arrival = arrives(person, SHENYANG, **told)
    assert (arrival.made, arrival.tier) == (True, "local")
    assert covering_filing(person, Area.objects.get(pk=SHENYANG), ADMITTED) == arrival.filing
    assert arrives(person, SHENYANG, **told).filing == arrival.filing
    next_stay = ADMITTED + dt.timedelta(30)
    assert covering_filing(person, Area.objects.get(pk=SHENYANG), next_stay) == referral


@pytest.mark.clause("WF-11")
def test_weifangs_emergency_mark_stands_for_a_missing_filing_only(clerk: User, insured: Insured) -> None:
    person = insured()
    referral = filed(clerk, person, asking(Category.REFERRAL))
    arrival = arrives(person, emergency=True)
    assert (arrival.filing, arrival.tier) == (referral, "referral")


@pytest.mark.clause("WF-17")
def test_filing_made_up_for_before_discharge_takes_over_from_the_mark(clerk: User, insured: Insured) -> None:
    person = insured()
    deemed = arrives(person, emergency=True).filing
    late = asking(Category.REFERRAL, filed_on=ADMITTED + dt.timedelta(5), admitted_on=ADMITTED)
    referral = filed(clerk, person, late)
    assert referral.start_on == ADMITTED
    assert covering_filing(person, referral.destination, ADMITTED) == referral
    assert covering_filing(person, referral.destination, ADMITTED) != deemed


# what is to be done


@pytest.mark.clause("YT-11", "YT-14")
def test_yantais_emergency_is_to_be_filed_and_reviewed(insured: Insured) -> None:
    arrival = arrives(insured(make.YANTAI), JINAN, emergency=True)
    assert (arrival.filing, arrival.tier, arrival.settlement) == (None, None, None)
    assert "经审核符合急诊住院的方可备案" in reason(arrival, "filing_needed").text
    assert reason(arrival, "material_needed").text == "须提供急诊住院证明"
    assert "医院代办" in reason(arrival, "channels").text
    assert reason(arrival, "late_filing").text == "入院后补办的，备案可自入院之日开始"
    assert arrival.file_by is None
    assert not Filing.objects.exists()


@pytest.mark.clause("YT-11")
def test_filing_that_waits_for_review_is_named(clerk: User, insured: Insured) -> None:
    person = insured(make.YANTAI)
    pending = filed(clerk, person, asking(Category.REFERRAL, destination=JINAN, materials=APPROVAL))
    arrival = arrives(person, JINAN, emergency=True)
    assert reason(arrival, "filing_waits").text == f"备案 {pending.number} 待审核，尚未生效"


@pytest.mark.clause("JN-04")
def test_jinings_resident_has_five_working_days(insured: Insured) -> None:
    person = insured(make.JINING, scheme="resident")
    arrival = arrives(person, emergency=True, admitted_on=dt.date(2026, 2, 13), on=dt.date(2026, 2, 13))
    assert arrival.file_by == dt.date(2026, 2, 27)
    assert "截止日期为 2026-02-27" in reason(arrival, "deadline").text
    late = arrives(person, emergency=True, admitted_on=dt.date(2026, 2, 13), on=dt.date(2026, 2, 28))
    assert "已超过期限" in reason(late, "deadline_passed").text


@pytest.mark.clause("WF-04", "WF-17")
def test_weifangs_outing_across_provinces_is_to_be_filed(insured: Insured) -> None:
    arrival = arrives(insured())
    assert arrival.tier is None
    assert reason(arrival, "filing_needed").source == f"{WEIFANG_GUIDE}三"
    assert reason(arrival, "late_filing").source == f"{WEIFANG_GUIDE}八（六）"


@pytest.mark.clause("DY-01")
@pytest.mark.parametrize("emergency", [True, False])
def test_dongying_knows_nothing_but_its_four_categories(emergency: bool, insured: Insured) -> None:
    arrival = arrives(insured(make.DONGYING), emergency=emergency)
    assert codes(arrival) == ["category_not_offered"]
    assert "可办理：异地安置退休人员、异地长期居住人员、常驻异地工作人员、异地转诊人员" in arrival.reasons[0].text


@pytest.mark.parametrize(
    ("place", "admitted_on", "code"),
    [
        (make.TIELING, ADMITTED, "destination_is_home"),
        ("810000", ADMITTED, "destination_abroad"),
        ("210000", ADMITTED, "destination_too_wide"),
        (make.BEIJING, dt.date(2009, 12, 31), "not_insured"),
        (make.BEIJING, dt.date(2022, 12, 31), "no_policy_in_force"),
    ],
)
def test_stay_that_no_policy_can_judge_is_told_why(
    place: str, admitted_on: dt.date, code: str, insured: Insured
) -> None:
    arrival = arrives(insured(make.TIELING), place, admitted_on=admitted_on, emergency=True)
    assert codes(arrival) == [code]
    assert not arrival.is_covered
    assert str(admitted_on) in arrival.reasons[0].text or place != make.BEIJING


# told again, told later


def test_same_admission_again_gives_the_same_filing(insured: Insured) -> None:
    person = insured(make.TIELING)
    first, second = arrives(person), arrives(person)
    assert (first.filing, first.made) == (second.filing, True)
    assert not second.made
    assert (second.tier, second.settlement) == (first.tier, first.settlement)
    assert Filing.objects.count() == 1


def test_emergency_mark_told_later_betters_the_filing_and_its_loss_does_not_worsen_it(insured: Insured) -> None:
    person = insured(make.TIELING)
    outing = arrives(person).filing
    marked = arrives(person, emergency=True)
    assert (marked.filing, marked.made, marked.tier) == (outing, False, "local")
    assert marked.filing is not None
    marked.filing.refresh_from_db()
    assert (marked.filing.category, marked.filing.version) == ("emergency", 2)
    assert entries(marked.filing)[0].action == "入院信息更正，重新认定"
    assert arrives(person).tier == "local"
    assert Filing.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_same_admission_at_once_makes_one_filing(insured: Insured) -> None:
    person = insured(make.TIELING)
    answers = at_once(*(lambda: arrives(person) for _ in range(2)))
    assert [answer.filing for answer in answers] == [Filing.objects.get()] * 2
    assert sorted(answer.made for answer in answers) == [False, True]


def test_database_refuses_what_goes_round_the_verb(insured: Insured) -> None:
    filing = arrives(insured(make.TIELING)).filing
    assert filing is not None
    values = {"person": filing.person, "channel": Channel.AUTOMATIC, "destination": filing.destination}
    with pytest.raises(IntegrityError, match="one_automatic_filing"), transaction.atomic():
        make.FilingFactory(**values, start_on=ADMITTED, end_on=ADMITTED, admitted_on=ADMITTED)
    with pytest.raises(IntegrityError, match="automatic_filing_starts_at_admission"), transaction.atomic():
        make.FilingFactory(**values, start_on=dt.date(2026, 1, 1), end_on=dt.date(2026, 1, 2), admitted_on=None)
