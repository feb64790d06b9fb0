"""2401: accepted or refused, each with its clause; every check that fails is told."""

import datetime as dt

import pytest

from filings.models import Filing
from filings.vocabulary import Category, Measure, Tier
from hospitals.vocabulary import Service
from settlement.gateway.admission_checks import CheckName, checks_for
from settlement.gateway.persons import number_of
from settlement.models import Admission, Exchange, Settlement
from tests import factories as make
from tests.settlement.platform import ADMITTED, JINAN, SHENYANG, Ward, a_bill, a_hospital, insured


def in_shenyang(home: str = make.TIELING) -> Ward:
    a_hospital(SHENYANG, "H21010100001")
    return Ward(home=home, place=SHENYANG, code="H21010100001")


@pytest.mark.clause("TL-04", "TL-19")
@pytest.mark.parametrize("mark", [{"er_flag": "1"}, {"otp_er_refl_flag": "1"}, {"med_type": "24"}])
def test_emergency_counts_as_filed_with_local_benefits(ward, mark):
    said = ward.admit(insured(), **mark)
    assert (said.output["result"]["tier"], said.output["result"]["filing_made"]) == ("local", "1")
    assert Admission.objects.get().category == Category.EMERGENCY


@pytest.mark.clause("WF-11", "WF-05")
def test_emergency_of_weifang_counts_as_filed_with_benefits_of_an_outing(ward):
    ward.home = make.WEIFANG
    person = insured(make.WEIFANG)
    refused = ward.admit(person)
    assert "filing" in refused.reply["err_msg"].split()[0]
    said = ward.admit(person, er_flag="1")
    assert said.output["result"]["tier"] == "temporary"
    assert any("急诊" in reason["text"] for reason in said.output["reasons"])


@pytest.mark.clause("TL-05")
def test_outing_makes_its_filing_and_says_so(ward):
    said = ward.admit(insured())
    filing = Filing.objects.get()
    assert said.output["result"] | {"mdtrt_id": ""} == {
        "mdtrt_id": "",
        "tier": "temporary",
        "way": "direct",
        "filing": filing.number,
        "filing_made": "1",
    }


@pytest.mark.clause("TL-18")
def test_maternity_is_filed_by_itself_and_direct_within_the_province_alone(ward):
    inside = in_shenyang()
    person = insured()
    stay = inside.admitted(person, med_type="52")
    assert Admission.objects.get().tier == Tier.LOCAL
    assert inside.cancel(person, stay).is_done

    said = ward.admit(person, med_type="52")
    assert said.output["result"]["way"] == "manual"
    assert "手工报销" in said.reply["warn_msg"]
    assert Filing.objects.filter(status="active").get().settlement == "manual"
    refused = ward.settle(person, said.output["result"]["mdtrt_id"])
    assert refused.codes == ["filing_manual"]
    assert "四7" in refused.output["reasons"][0]["source"]
    assert not Settlement.objects.exists()


@pytest.mark.clause("YT-15")
@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"continuous_since": ADMITTED - dt.timedelta(200)}, "newly_insured"),
        ({"scheme": "resident", "employment": "", "waiting_until": ADMITTED}, "in_waiting_period"),
    ],
)
def test_new_and_waiting_people_are_settled_at_home(ward, values, code):
    a_hospital(JINAN, "H37010200001")
    there = Ward(home=make.YANTAI, place=JINAN, code="H37010200001")
    person = insured(make.YANTAI, **values)
    make.FilingFactory(person=person, destination_id=JINAN, scope="in_province", filed_on=dt.date(2026, 1, 1))
    said = there.admit(person)
    assert code in said.codes
    assert "参保地经办机构结算" in next(one["text"] for one in said.output["reasons"] if one["code"] == code)
    assert not Admission.objects.exists()


@pytest.mark.clause("WF-10")
def test_third_party_is_refused_and_said_later_ends_direct_settlement(ward):
    person = insured()
    refused = ward.admit(person, trum_flag="1", rel_ttp_flag="1")
    assert refused.codes == ["third_party"]
    assert not Filing.objects.exists()
    stay = ward.admitted(person)
    assert "第三方" in ward.change(person, stay, rel_ttp_flag="1").reply["warn_msg"]
    assert ward.settle(person, stay).codes == ["third_party"]


@pytest.mark.clause("WF-10")
@pytest.mark.parametrize("told", [{"trum_flag": "1"}, {"med_type": "22"}])
def test_injury_is_held_until_the_statement_is_signed(ward, told):
    person = insured()
    said = ward.admit(person, **told)
    assert "承诺书" in said.reply["warn_msg"]
    stay = said.output["result"]["mdtrt_id"]
    assert ward.settle(person, stay, "2303").codes == ["statement_missing"]
    assert ward.settle(person, stay).codes == ["statement_missing"]
    assert ward.change(person, stay, ttp_stmt_flag="1").reply["warn_msg"] == ""
    admission = Admission.objects.get()
    assert (admission.trum_flag, admission.rel_ttp_flag, admission.has_statement) == (True, False, True)
    assert ward.settle(person, stay).is_done


@pytest.mark.clause("WF-10")
def test_injury_of_weifang_cites_its_clause(ward):
    person = insured(make.WEIFANG)
    make.FilingFactory(person=person, filed_on=dt.date(2026, 1, 1))
    ward.home = make.WEIFANG
    said = ward.admit(person, trum_flag="1")
    assert said.output["reasons"][0]["source"] == "《异地就医直接结算政策宣传》五"


@pytest.mark.clause("WF-08", "JN-05", "DY-15")
def test_hospital_must_be_in_the_directory_and_opened(ward):
    person = insured()
    elsewhere = Ward(code="H11010100777", name="没有的医院")
    assert elsewhere.admit(person).codes == ["hospital_unknown"]
    shut = a_hospital(code="H11010100002", name="停业医院")
    shut.services.update(closed_on=ADMITTED - dt.timedelta(1))
    assert Ward(code="H11010100002").admit(person).codes == ["hospital_not_open"]
    shut.withdrawn_on = ADMITTED
    shut.save()
    said = Ward(code="H11010100002").admit(person)
    assert said.codes == ["hospital_withdrawn"]
    assert said.reply["err_msg"].startswith("hospital_withdrawn 停业医院")
    a_hospital(SHENYANG, "H21010100001")
    assert Ward(place=make.BEIJING, code="H21010100001").admit(person).codes == ["hospital_elsewhere"]
    assert not Admission.objects.exists()
    assert not Filing.objects.exists()  # what the admission would have made is undone
    assert Exchange.objects.filter(infcode=-1, person=person, error_code__startswith="hospital").count() == 4


@pytest.mark.clause("WF-05", "JN-05")
def test_filing_must_cover_the_place(ward):
    ward.home = make.WEIFANG
    person = insured(make.WEIFANG)
    make.FilingFactory(person=person, destination=make.AreaFactory(code=SHENYANG), filed_on=dt.date(2026, 1, 1))
    assert not ward.admit(person).is_done
    there = in_shenyang(make.WEIFANG)
    said = there.admit(person)
    assert (said.output["result"]["tier"], said.output["result"]["filing_made"]) == ("local", "0")


@pytest.mark.clause("TL-08")
def test_suspended_person_is_refused(ward):
    person = insured()
    make.SanctionFactory(person=person, starts_on=ADMITTED, measure=Measure.SUSPEND_DIRECT)
    said = ward.admit(person)
    assert said.codes == [Measure.SUSPEND_DIRECT]
    assert "逾期未补齐材料" in said.reply["err_msg"]


def test_contributions_behind_are_refused(ward):
    said = ward.admit(insured(contributions_paid_through=ADMITTED - dt.timedelta(40)))
    assert said.codes == ["contributions_behind"]


@pytest.mark.clause("DY-05", "DY-08")
def test_dongying_asks_for_registration_and_card(ward):
    ward.home = make.DONGYING
    person = insured(make.DONGYING, contributions_paid_through=dt.date(2026, 12, 31))
    filing = make.FilingFactory(person=person, filed_on=dt.date(2026, 1, 1))
    said = ward.admit(person)
    assert said.codes == ["registration_missing", "card_missing"]
    hospital = a_hospital(code="H11010100003", name="已登记医院")
    make.RegistrationFactory(
        person=person, filing=filing, hospital=hospital, registered_on=ADMITTED, admitted_on=ADMITTED
    )
    card = make.CardFactory(person=person)
    card.tests.create(
        tested_on=dt.date(2026, 1, 1), result="passed", way="counter", by=make.UserFactory(), area=person.area
    )
    assert Ward(home=make.DONGYING, code="H11010100003").admit(person).is_done


def test_somebody_in_hospital_is_not_admitted_elsewhere(ward):
    person = insured()
    make.FilingFactory(person=person, filed_on=dt.date(2026, 1, 1))
    ward.admitted(person)
    there = in_shenyang()
    assert "stay_open" in there.admit(person).codes or "stay_overlaps" in there.admit(person).codes
    assert ward.admit(person).codes == ["admitted_already"]
    assert ward.admit(person, ipt_no="ZY002").codes == ["stay_overlaps"]


def test_every_reason_is_told_and_the_error_fits(ward):
    ward.home = make.DONGYING
    person = insured(make.DONGYING, contributions_paid_through=dt.date(2020, 1, 1))
    said = Ward(home=make.DONGYING, code="H11010100777", name="没有的医院").admit(person, rel_ttp_flag="1")
    assert len(said.codes) >= 5
    assert len(said.reply["err_msg"]) <= 200


def test_checks_write_nothing_and_stand_in_the_documents_order(ward, django_assert_max_num_queries):
    person = insured()
    hospital = a_hospital(code="H11010100002", name="另一医院")
    area = make.AreaFactory(code=make.BEIJING)
    with django_assert_max_num_queries(20):
        checks = checks_for(person=person, place=area, service=Service.INPATIENT, day=ADMITTED, hospital=hospital)
    names = [check.name for check in checks]
    assert names == [name for name in CheckName if name in names]
    assert names[:2] == [CheckName.FILING, CheckName.HOSPITAL]
    assert all(check.passed for check in checks)
    assert not Filing.objects.exists()


@pytest.mark.clause("TL-04")
def test_emergency_mark_told_later_betters_the_stay(ward):
    person = insured()
    stay = ward.admitted(person)
    assert ward.change(person, stay, er_flag="1").is_done
    admission = Admission.objects.get()
    assert (admission.tier, admission.is_emergency, admission.filing.category) == ("local", True, "emergency")


def test_cancelled_admission_leaves_no_filing(ward):
    person = insured()
    stay = ward.admitted(person)
    assert ward.cancel(person, stay).is_done
    assert Filing.objects.get().status == "cancelled"
    assert ward.settle(person, stay).codes == ["wrong_state"]
    again = ward.admitted(person)
    assert again != stay
    assert Filing.objects.filter(status="active").count() == 1


def test_stay_belongs_to_the_hospital_that_told_of_it(ward):
    person = insured()
    stay = ward.admitted(person)
    a_hospital(code="H11010100002", name="另一医院")
    other = Ward(code="H11010100002")
    assert other.ask("2304", {"data": a_bill(person, stay)}).codes == ["hospital_differs"]
    stranger = insured()
    assert ward.ask("2304", {"data": a_bill(stranger, stay)}).codes == ["person_differs"]
    assert ward.ask("2304", {"data": a_bill(person, "S211200260312999999999")}).codes == ["admission_unknown"]


def test_entitlement_tells_each_check(ward):
    person = insured()
    body = {"data": {"psn_no": number_of(person), "begntime": str(ADMITTED), "rel_ttp_flag": "1"}}
    said = ward.ask("2001", body)
    assert said.output["trtinfo"][0]["trt_enjymnt_flag"] == "0"
    assert [row["name"] for row in said.output["checks"] if not row["passed"]] == [CheckName.MARKS.label]
    assert not Filing.objects.exists()
