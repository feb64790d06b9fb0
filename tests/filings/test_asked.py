"""What a rule or a channel asks to be told, and the certificate's hospital as the directory knows it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import User

from filings.application import Agent, Application, Seen
from filings.appraisal import assess_filing
from filings.models import InsuredPerson
from filings.vocabulary import Category, Channel, Material, Relation, Variant
from hospitals.reasons import Refused
from hospitals.vocabulary import Level
from tests import factories as make
from tests.filings.conftest import TODAY, asking, filed

Insured = Callable[..., InsuredPerson]
SON = Agent("王强", Relation.CHILD, phone="13800000000")
JINAN = "370100"
ARTICLE = "《烟台城镇基本医疗保险异地就医管理结算流程》正文：异地就医需办理备案手续"


def unsaid(person: InsuredPerson, application: Application) -> list[tuple[str, str]]:
    return [(one.text, one.source) for one in assess_filing(person=person, application=application).unsaid]


def native_place(**values: Any) -> Application:
    papers = (
        Seen(Material.REGISTRATION_FORM),
        Seen(Material.PHOTO_ONE_INCH, originals=3),
        Seen(Material.HOUSEHOLD_REGISTER, originals=1, copies=1),
    )
    told = {"variant": Variant.NATIVE_PLACE, "destination": JINAN, "materials": papers} | values
    return asking(Category.RESETTLED_RETIREE, **told)


def emergency(**values: Any) -> Application:
    told = {"destination": JINAN, "materials": (Seen(Material.EMERGENCY_CERTIFICATE, originals=0, copies=1),)} | values
    return asking(Category.EMERGENCY, **told)


@pytest.mark.clause("YT-09")
@pytest.mark.parametrize("channel", [Channel.PHONE, Channel.FAX])
def test_yantais_telephone_and_fax_ask_who_calls(channel: Channel, clerk: User, insured: Insured) -> None:
    person = insured(make.YANTAI)
    assert unsaid(person, native_place()) == []
    assert unsaid(person, native_place(channel=channel)) == [("请填写代办人（来电人）", ARTICLE)]
    filing = filed(clerk, person, native_place(channel=channel, agent=SON))
    assert (filing.agent_name, filing.agent_relation, filing.channel) == ("王强", "child", channel)


@pytest.mark.clause("YT-12")
def test_yantais_hospital_says_which_it_is_and_when_the_person_came(clerk: User, insured: Insured) -> None:
    person = insured(make.YANTAI)
    by_hospital = native_place(channel=Channel.HOSPITAL)
    assert [text for text, _ in unsaid(person, by_hospital)] == ["请填写就医医院", "请填写入院日期"]
    after_the_fact = replace(by_hospital, hospital_name="济南示例医院", admitted_on=TODAY)
    assert filed(clerk, person, after_the_fact).hospital_name == "济南示例医院"


@pytest.mark.clause("YT-14")
def test_yantais_emergency_tells_hospital_day_ward_and_condition(clerk: User, insured: Insured) -> None:
    person = insured(make.YANTAI)
    wanted = [text for text, _ in unsaid(person, emergency())]
    assert wanted == ["请填写就医医院", "请填写入院日期", "请填写科室病区", "请填写简要病情"]
    with pytest.raises(Refused, match="请填写简要病情"):
        filed(clerk, person, emergency())
    told = emergency(
        hospital_name="济南示例医院", admitted_on=TODAY, ward="心内科", condition="急性心肌梗死", agent=SON
    )
    filing = filed(clerk, person, told)
    assert (filing.status, filing.start_on, filing.condition, filing.agent_name) == (
        "pending",
        TODAY,
        "急性心肌梗死",
        "王强",
    )


@pytest.mark.clause("JN-06")
def test_jinings_filing_names_the_chosen_hospital(insured: Insured) -> None:
    person = insured(make.JINING)
    source = "《异地就医即时报销省时又省心》这几类参保人员异地就医即时结算：职工二"
    assert unsaid(person, asking()) == [("请填写就医医院", source)]
    assert unsaid(person, asking(hospital_name="北京示例医院")) == []


@pytest.mark.clause("DY-07")
def test_dongyings_certificate_comes_from_the_highest_level_the_directory_gives(insured: Insured) -> None:
    person = insured(make.DONGYING)
    top, lower = (make.HospitalFactory(area=person.area, level=level) for level in (Level.THREE_A, Level.TWO))
    unknown = make.HospitalFactory(area=person.area)
    elsewhere = make.HospitalFactory(area_id=make.BEIJING, level=Level.THREE_A)

    def answer(**values: Any) -> Any:
        certificate = (Seen(Material.REFERRAL_CERTIFICATE),)
        return assess_filing(
            person=person, application=asking(Category.REFERRAL, materials=certificate, **values)
        ).answer

    assert answer(issuer=top).outcome == "accept"
    assert [reason.code for reason in answer(issuer=lower).reasons] == ["issuer_level"]
    assert "issuer_to_confirm" in [reason.code for reason in answer(issuer=unknown).reasons]
    assert "issuer_to_confirm" in [reason.code for reason in answer(issuer_name="某院").reasons]
    top.withdrawn_on = TODAY
    top.save()
    assert answer(issuer=lower).outcome == "accept"  # what is elsewhere is no measure
    assert [reason.code for reason in answer(issuer=elsewhere).reasons] == ["issuer_elsewhere"]
