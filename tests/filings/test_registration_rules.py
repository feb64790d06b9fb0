"""The checks of an inpatient registration, alone and together; pure."""

import datetime as dt
from typing import Any

import pytest

from filings import policy_packs
from filings.assessment import FilingRules
from filings.assessment.packs import read_pack
from filings.assessment.registration import (
    FiledFor,
    Opening,
    RegistrationAnswer,
    RegistrationCase,
    TreatingHospital,
    assess_registration,
    covers_place,
)
from filings.vocabulary import Channel, Employment, Outcome, Scheme, SettlementWay
from hospitals.reasons import Reason
from hospitals.vocabulary import Scope
from tests.factories import BEIJING, DONGYING, JINING, TIELING, WEIFANG, YANTAI
from tests.filings.places import AREAS

TODAY = dt.date(2026, 3, 10)
TOMORROW = TODAY + dt.timedelta(1)
HAIKOU, HAINAN, QINGDAO, SHENYANG = "460100", "460000", "370200", "210100"
CROSS, IN_PROVINCE = Scope.CROSS_PROVINCE, Scope.IN_PROVINCE
OPENED = dt.date(2017, 8, 1)
FOR_BEIJING = FiledFor("BA1", BEIJING, SettlementWay.DIRECT)
CARD = Reason("card_lost", "社会保障卡已挂失", "《示例》六")


def hospital(area: str = BEIJING, *openings: Opening, **values: Any) -> TreatingHospital:
    return TreatingHospital("示例医院", area, openings or (Opening(CROSS, OPENED),), **values)


def case(**values: Any) -> RegistrationCase:
    """Tomorrow in Beijing, of a retired employee of Dongying filed for it, told at the window."""
    given: dict[str, Any] = {
        "area": DONGYING,
        "on": TODAY,
        "admitted_on": TOMORROW,
        "scheme": Scheme.EMPLOYEE,
        "employment": Employment.RETIRED,
        "paid_through": None,
        "filings": (FOR_BEIJING,),
        "hospital_name": "示例医院",
        "hospital": hospital(),
    }
    return RegistrationCase(**given | values)


def rules_of(area: str) -> FilingRules:
    return read_pack(policy_packs.SHIPPED / f"{area}.toml")


def answer(**values: Any) -> RegistrationAnswer:
    asked = case(**values)
    return assess_registration(asked, rules_of(asked.area), AREAS)


def failing(**values: Any) -> list[str]:
    return [reason.code for reason in answer(**values).failing]


@pytest.mark.clause("DY-05")
def test_stay_that_meets_everything_is_registered_with_every_check_told() -> None:
    found = answer()
    assert (found.outcome, found.filing) == (Outcome.ACCEPT, FOR_BEIJING)
    assert [check.reason.code for check in found.checks] == [
        *("before_admission", "filing", "retired", "hospital", "card"),
    ]
    assert all(check.is_met for check in found.checks)
    sources = [check.reason.source for check in found.checks]
    assert sources[:4] == [
        *["《跨省异地就医住院费用直接结算政策解答》五（一）第三步"] * 3,
        "《跨省异地就医住院费用直接结算政策解答》三（二）",
    ]


# one condition at a time


@pytest.mark.clause("DY-05")
@pytest.mark.parametrize(
    ("insured", "codes"),
    [
        ({"employment": Employment.RETIRED}, []),
        ({"employment": Employment.RETIRED, "paid_through": dt.date(2020, 1, 1)}, []),
        ({"employment": Employment.ACTIVE, "paid_through": TOMORROW}, []),
        ({"employment": Employment.ACTIVE, "paid_through": TODAY}, ["contributions_behind"]),
        ({"employment": Employment.ACTIVE}, ["contributions_unknown"]),
        ({"scheme": Scheme.RESIDENT, "employment": None, "paid_through": TOMORROW}, []),
        ({"scheme": Scheme.RESIDENT, "employment": None, "paid_through": TODAY}, ["contributions_behind"]),
        ({"scheme": Scheme.RESIDENT, "employment": None}, ["contributions_unknown"]),
        ({"scheme": None, "employment": None}, ["not_insured"]),
    ],
)
def test_contributions_are_paid_or_the_person_is_retired(insured: dict[str, Any], codes: list[str]) -> None:
    assert failing(**insured) == codes


@pytest.mark.clause("DY-05")
def test_contributions_behind_name_both_days_and_the_clause() -> None:
    (reason,) = answer(employment=Employment.ACTIVE, paid_through=dt.date(2026, 2, 28)).failing
    assert reason.text == "单位只缴费至 2026-02-28，未缴到入院日期 2026-03-11，也未办理退休手续"
    assert reason.source.endswith("五（一）第三步")


@pytest.mark.clause("DY-05")
@pytest.mark.parametrize(
    ("admitted_on", "codes"), [(TODAY, []), (TOMORROW, []), (TODAY - dt.timedelta(1), ["admitted_already"])]
)
def test_registration_comes_before_or_at_admission(admitted_on: dt.date, codes: list[str]) -> None:
    assert failing(admitted_on=admitted_on) == codes


@pytest.mark.clause("DY-05")
@pytest.mark.parametrize(
    ("filings", "code"),
    [
        ((), "filing_missing"),
        ((FiledFor("BA2", SHENYANG, SettlementWay.DIRECT),), "hospital_elsewhere"),
        ((FiledFor("BA2", BEIJING, SettlementWay.MANUAL),), "filing_manual"),
    ],
)
def test_filing_covers_the_place_and_settles_directly(filings: tuple[FiledFor, ...], code: str) -> None:
    assert failing(filings=filings) == [code]


def test_hospital_of_another_place_is_refused_by_name() -> None:
    (reason,) = answer(hospital=hospital(SHENYANG)).failing
    assert reason.text == "示例医院在沈阳市，不在备案就医地：BA1（北京市）"


def test_hospital_at_home_is_just_at_the_wrong_place() -> None:
    assert failing(hospital=hospital(DONGYING)) == ["hospital_elsewhere"]


@pytest.mark.clause("DY-02")
def test_filing_for_a_whole_province_covers_its_cities() -> None:
    filed = FiledFor("BA3", HAINAN, SettlementWay.DIRECT)
    assert answer(filings=(filed,), hospital=hospital(HAIKOU)).filing == filed
    assert covers_place(HAINAN, HAIKOU, AREAS)
    assert not covers_place(HAIKOU, HAINAN, AREAS)


def test_of_several_filings_the_one_for_the_place_counts() -> None:
    elsewhere = FiledFor("BA2", SHENYANG, SettlementWay.DIRECT)
    assert answer(filings=(elsewhere, FOR_BEIJING)).filing == FOR_BEIJING


@pytest.mark.clause("DY-05", "DY-15")
@pytest.mark.parametrize(
    ("there", "code", "told"),
    [
        (None, "hospital_unknown", "联网医院目录中没有“示例医院”"),
        (hospital(withdrawn_on=TODAY), "hospital_withdrawn", "已于 2026-03-10 退网"),
        (hospital(BEIJING, Opening(IN_PROVINCE, OPENED)), "hospital_not_open", "没有开通跨省住院"),
        (hospital(BEIJING, Opening(CROSS, dt.date(2026, 4, 1))), "hospital_not_open", "2026-04-01 起开通"),
        (hospital(BEIJING, Opening(CROSS, OPENED, TODAY)), "hospital_not_open", "2026-03-10 后停止"),
        (TreatingHospital("示例医院", BEIJING), "hospital_not_open", "没有开通跨省住院"),
    ],
)
def test_hospital_is_open_for_inpatients_on_the_day(there: TreatingHospital | None, code: str, told: str) -> None:
    (reason,) = answer(hospital=there).failing
    assert reason.code == code
    assert told in reason.text


@pytest.mark.parametrize(
    "opening", [Opening(CROSS, TOMORROW), Opening(CROSS, OPENED, TOMORROW), Opening(CROSS, TOMORROW, TOMORROW)]
)
def test_first_and_last_day_of_a_service_count(opening: Opening) -> None:
    assert failing(hospital=hospital(BEIJING, opening)) == []


def test_hospital_that_leaves_after_the_admission_still_takes_the_patient() -> None:
    assert failing(hospital=hospital(withdrawn_on=TOMORROW + dt.timedelta(1))) == []


@pytest.mark.clause("DY-06")
@pytest.mark.clause("DY-08")
def test_card_that_cannot_be_shown_stands_in_the_way() -> None:
    assert answer(card=(CARD,)).failing == (CARD,)


@pytest.mark.clause("YT-09")
@pytest.mark.parametrize("channel", [Channel.PHONE, Channel.FAX])
def test_by_telephone_it_is_told_who_called(channel: Channel) -> None:
    assert failing(channel=channel) == ["caller_unsaid"]
    assert failing(channel=channel, is_caller_told=True) == []


def test_at_the_window_nobody_called() -> None:
    assert failing(channel=Channel.COUNTER) == []


# all together, and by area


@pytest.mark.clause("DY-05")
def test_every_failing_condition_is_told_at_once() -> None:
    found = answer(
        admitted_on=TODAY - dt.timedelta(1),
        employment=Employment.ACTIVE,
        paid_through=dt.date(2026, 2, 28),
        filings=(),
        hospital=None,
        card=(CARD,),
        channel=Channel.PHONE,
    )
    assert found.outcome is Outcome.REFUSE
    assert [reason.code for reason in found.failing] == [
        *("admitted_already", "filing_missing", "contributions_behind", "hospital_unknown", "card_lost"),
        "caller_unsaid",
    ]


@pytest.mark.clause("YT-09")
def test_yantai_registers_in_the_province_and_asks_for_no_contributions() -> None:
    found = answer(
        area=YANTAI,
        employment=Employment.ACTIVE,
        filings=(FiledFor("BA4", QINGDAO, SettlementWay.DIRECT),),
        hospital=hospital(QINGDAO, Opening(IN_PROVINCE, OPENED)),
        channel=Channel.FAX,
        is_caller_told=True,
    )
    assert found.outcome is Outcome.ACCEPT
    assert {check.reason.source for check in found.checks if check.reason.code in ("filing", "caller")} == {
        "《烟台城镇基本医疗保险异地就医管理结算流程》正文：异地就医需办理备案手续"
    }
    assert "contributions_unknown" not in [check.reason.code for check in found.checks]


@pytest.mark.parametrize("area", [WEIFANG, JINING, TIELING])
def test_document_without_registration_needs_none(area: str) -> None:
    found = answer(area=area)
    assert found.outcome is Outcome.NOT_NEEDED
    (reason,) = found.failing
    assert reason.text.startswith(f"《{rules_of(area).document}》没有住院联网登记的规定，不用登记")


def test_without_a_policy_it_is_refused() -> None:
    found = assess_registration(case(), None, AREAS)
    assert (found.outcome, [reason.code for reason in found.failing]) == (Outcome.REFUSE, ["no_policy_in_force"])
