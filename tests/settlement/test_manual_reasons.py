"""Why a stay is reimbursed by hand: each reason against what the portal knows; few are refused without their proof."""

import datetime as dt
from dataclasses import replace

import pytest

from filings.vocabulary import Employment
from hospitals.reasons import Refused
from hospitals.vocabulary import Scope, Service
from settlement.claims.desk import change_claim
from settlement.claims.manual_reasons import reason_notes, settled_at_home
from settlement.models import Claim
from settlement.vocabulary import ClaimStatus, ManualReason
from tests import factories as make
from tests.settlement.counter import form_data
from tests.settlement.office import ADMITTED, DISCHARGED, SHENYANG, a_person, a_stay, an_entry
from tests.settlement.platform import a_hospital
from tests.settlement.tickets import facts, in_state, stored_ticket

R = ManualReason


def told(person, reason, note="", **stay):
    return [one.code for one in reason_notes(person, a_stay(**stay), reason, note)]


@pytest.fixture
def hospital(office):
    """In Beijing, on the list of networked hospitals, with nothing opened."""
    return make.HospitalFactory(area__code=make.BEIJING, name="北京示例医院")


def opened(hospital, service=Service.INPATIENT, **fields):
    given = {"scope": Scope.CROSS_PROVINCE, "opened_on": dt.date(2024, 1, 1)}
    return hospital.services.create(service=service, **given | fields)


def test_reason_that_agrees_with_the_directory_is_told_nothing(office, hospital):
    assert told(office.person, R.NOT_NETWORKED) == []
    assert told(office.person, R.NOT_OPENED, hospital=hospital) == []
    opened(hospital)
    assert told(office.person, R.SYSTEM_FAILURE, hospital=hospital) == []


def test_reason_that_the_directory_speaks_against_is_told_so(office, hospital):
    assert told(office.person, R.NOT_NETWORKED, hospital=hospital) == ["networked"]
    assert told(office.person, R.NOT_OPENED) == ["not_networked"]
    assert told(office.person, R.SYSTEM_FAILURE, hospital=hospital) == ["not_opened"]
    opened(hospital)
    assert told(office.person, R.NOT_NETWORKED, hospital=hospital) == ["opened"]
    assert told(office.person, R.NOT_OPENED, hospital=hospital) == ["opened"]


@pytest.mark.parametrize(
    "closed", [{"closed_on": dt.date(2026, 3, 11)}, {"opened_on": dt.date(2026, 3, 13)}, {"scope": Scope.IN_PROVINCE}]
)
def test_service_counts_where_it_was_open_at_discharge(office, hospital, closed):
    opened(hospital, **closed)
    assert told(office.person, R.NOT_OPENED, hospital=hospital) == []


def test_withdrawn_hospital_is_not_networked(office, hospital):
    opened(hospital)
    hospital.withdrawn_on = DISCHARGED
    assert told(office.person, R.NOT_NETWORKED, hospital=hospital) == []


@pytest.mark.clause("WF-13")
def test_chronic_reason_belongs_to_chronic_treatment_that_is_not_opened(office, hospital):
    person = a_person(make.WEIFANG)
    assert told(person, R.CHRONIC_NOT_OPENED, hospital=hospital, service=Service.CHRONIC) == []
    notes = reason_notes(person, a_stay(hospital=hospital), R.CHRONIC_NOT_OPENED)
    assert [note.code for note in notes] == ["not_chronic"]
    assert notes[0].source.endswith("八（二）")
    opened(hospital, Service.CHRONIC)
    assert told(person, R.CHRONIC_NOT_OPENED, hospital=hospital, service=Service.CHRONIC) == ["opened"]


@pytest.mark.clause("TL-18")
def test_maternity_is_reimbursed_by_hand_outside_the_province_alone(office):
    assert told(office.person, R.MATERNITY) == []
    place = make.AreaFactory(code=SHENYANG)
    note = reason_notes(office.person, a_stay(treatment_area=place), R.MATERNITY)[0]
    assert note.code == "maternity_in_province"
    assert note.source.endswith("四7")


def test_other_reason_is_to_be_put_in_words(office):
    assert told(office.person, R.OTHER) == ["reason_unsaid"]
    assert told(office.person, R.OTHER, "境外就医") == []


# YT-15


@pytest.mark.clause("YT-15")
@pytest.mark.parametrize(
    ("insured", "code"),
    [
        ({"continuous_since": dt.date(2025, 3, 2)}, "newly_insured"),
        ({"continuous_since": dt.date(2025, 3, 1)}, None),
        ({"continuous_since": None}, None),
        ({"scheme": "resident", "employment": "", "waiting_until": ADMITTED}, "in_waiting_period"),
        ({"scheme": "resident", "employment": "", "waiting_until": ADMITTED - dt.timedelta(days=1)}, None),
        ({"scheme": "resident", "employment": "", "continuous_since": dt.date(2026, 1, 1)}, None),
    ],
)
def test_new_employee_and_waiting_resident_are_settled_at_home(office, insured, code):
    person = a_person(make.YANTAI, **insured)
    found = settled_at_home(person, ADMITTED)
    assert (found.code if found else None) == code
    suggested = told(person, R.NOT_NETWORKED)
    assert suggested == (["reason_suggested"] if code else [])
    if found:
        assert found.source.endswith("正文：新参保职工仍由社保经办机构结算")
        assert told(person, R.WAITING_PERIOD) == []


@pytest.mark.clause("YT-15")
def test_document_that_does_not_say_so_settles_nobody_at_home(office):
    person = a_person(make.TIELING, continuous_since=dt.date(2026, 1, 1))
    assert settled_at_home(person, ADMITTED) is None


def test_waiting_period_that_the_insurance_does_not_bear_out_is_told(office):
    assert told(a_person(continuous_since=dt.date(2010, 1, 1)), R.WAITING_PERIOD) == ["not_waiting"]
    assert told(a_person(employment=Employment.RETIRED), R.WAITING_PERIOD) == ["continuity_unknown"]


@pytest.mark.clause("YT-15")
def test_counter_suggests_the_reason(office, clerk):
    person = a_person(make.YANTAI, continuous_since=dt.date(2026, 1, 1))
    page = clerk.post(f"/claims/new/{person.pk}/calculation/", form_data(treatment_area="北京市")).content.decode()
    assert "建议选择“新参保或处于待遇等待期”" in page
    assert "连续缴费不满12个月" in page


# what is not taken without its proof


@pytest.mark.clause("WF-17")
def test_filing_after_paying_needs_a_filing_made_after_discharge(office):
    entry = an_entry(manual_reason=R.FILED_AFTER_PAYING)
    with pytest.raises(Refused, match="没有覆盖此次住院的备案"):
        office.accept(entry)
    filing = office.file()
    late = an_entry(manual_reason=R.FILED_AFTER_PAYING, category=None)
    with pytest.raises(Refused, match="不属于自费结算后补办"):
        office.accept(late)
    filing.filed_on = DISCHARGED + dt.timedelta(days=1)
    filing.save()
    assert office.accept(late).status == ClaimStatus.ACCEPTED


@pytest.mark.clause("WF-17")
def test_filing_of_the_day_of_discharge_counts_where_it_says_that_all_was_paid(office):
    office.file(filed_on=DISCHARGED, discharge_settled=True)
    claim = office.accept(an_entry(manual_reason=R.FILED_AFTER_PAYING, category=None))
    assert claim.manual_reason == R.FILED_AFTER_PAYING


@pytest.mark.clause("WF-18")
def test_system_failure_names_its_ticket(office):
    with pytest.raises(Refused, match="须有转手工报销的故障工单"):
        office.accept(an_entry(manual_reason=R.SYSTEM_FAILURE))
    office.file()
    ticket = in_state(office, "manual")
    claim = office.accept(an_entry(manual_reason=R.SYSTEM_FAILURE, category=None, ticket=ticket))
    assert claim.ticket == ticket
    assert ticket.living_claim == claim


@pytest.mark.clause("WF-18")
def test_ticket_of_a_claim_is_the_persons_closed_by_hand_and_for_that_reason(office):
    office.file()
    manual = in_state(office, "manual")
    solved = in_state(office, "solved")
    of_another = stored_ticket(make.TIELING)
    elsewhere = a_hospital(code="H11010100002", name="未开通医院")
    elsewhere.services.all().delete()
    not_open = in_state(office, "manual", told=facts(office, elsewhere))
    for ticket, words in ((of_another, "不是此参保人的"), (solved, "没有转手工报销"), (not_open, "不是系统或凭证故障")):
        with pytest.raises(Refused, match=words):
            office.accept(an_entry(manual_reason=R.SYSTEM_FAILURE, category=None, ticket=ticket))
    assert office.accept(an_entry(manual_reason=R.NOT_OPENED, category=None, ticket=not_open)).ticket == not_open
    claim = office.accept(an_entry(manual_reason=R.SYSTEM_FAILURE, category=None, ticket=manual))
    with pytest.raises(Refused, match=f"已有报销件 {claim.number}"):
        office.accept(an_entry(manual_reason=R.SYSTEM_FAILURE, category=None, ticket=manual))
    office.take(claim, "withdraw")
    again = office.accept(an_entry(manual_reason=R.SYSTEM_FAILURE, category=None, ticket=manual))
    with pytest.raises(Refused, match=f"已有报销件 {again.number}"):
        office.take(Claim.objects.get(pk=claim.pk), "restore")


def test_claim_of_before_there_were_tickets_keeps_what_was_written(office):
    claim = make.ClaimFactory(
        person=office.person, manual_reason=R.SYSTEM_FAILURE, reason_reference="故障截图0001", made_by=office.clerk
    )
    entry = replace(an_entry(manual_reason=R.SYSTEM_FAILURE), diagnosis="更正后的诊断")
    changed = change_claim(by=office.clerk, claim=claim, version=claim.version, entry=entry)
    assert (changed.diagnosis, changed.reason_reference) == ("更正后的诊断", "故障截图0001")
