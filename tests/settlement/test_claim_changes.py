"""The counter: a claim changed, calculated again, handed on."""

from dataclasses import replace
from decimal import Decimal

import pytest

from filings.models.filing import FilingStatus
from filings.vocabulary import Category, Employment, Material, Tier
from hospitals.reasons import Refused
from hospitals.vocabulary import Role
from settlement.claims import desk
from settlement.claims.contents import entry_of
from settlement.claims.entry import MaterialEntry
from settlement.models import BenefitPolicy, Claim
from settlement.vocabulary import ClaimStatus
from tests import factories as make
from tests.settlement.office import ADMITTED, a_person, a_receipt, an_entry
from tests.settlement.refusals import codes, refusal

CANCELLED = {"status": FilingStatus.CANCELLED, "end_reason": "返回", "ended_at": "2026-02-20T00:00Z"}
YANTAI_DOCUMENT = "《烟台城镇基本医疗保险异地就医管理结算流程》"


# changing


def test_change_calculates_again_and_keeps_the_earlier_calculation(office):
    claim = office.accept()
    first = claim.calculation
    entry = an_entry(eligible=Decimal("10000.00"))
    claim = desk.change_claim(by=office.clerk, claim=claim, version=claim.version, entry=entry)
    assert claim.calculation.fund == Decimal("5362.50")
    assert list(claim.calculations.all()) == [claim.calculation, first]


def test_change_of_nothing_that_counts_keeps_the_calculation(office):
    claim = office.accept()
    first = claim.calculation
    entry = an_entry(note="电话已核对")
    claim = desk.change_claim(by=office.clerk, claim=claim, version=claim.version, entry=entry)
    assert (claim.calculation, claim.note, claim.calculations.count()) == (first, "电话已核对", 1)


def test_change_to_what_is_not_configured_takes_the_calculation_away(office):
    claim = office.accept()
    entry = an_entry(category=Category.EMERGENCY)
    claim = desk.change_claim(by=office.clerk, claim=claim, version=claim.version, entry=entry)
    assert (claim.calculation, claim.calculations.count()) == (None, 1)


def test_change_of_a_claim_that_was_changed_meanwhile_is_refused(office):
    claim = office.accept()
    desk.change_claim(by=office.colleague, claim=claim, version=claim.version, entry=an_entry(note="一"))
    with pytest.raises(Refused) as refused:
        desk.change_claim(by=office.clerk, claim=claim, version=claim.version, entry=an_entry(note="二"))
    assert codes(refused) == ["changed_meanwhile"]
    claim.refresh_from_db()
    assert (claim.note, claim.entered_by) == ("一", sorted([office.clerk.pk, office.colleague.pk]))


@pytest.mark.parametrize("status", [status for status in ClaimStatus if status not in ("accepted", "returned")])
def test_change_and_calculation_beyond_the_counter_are_refused(office, status):
    claim = office.claim_in(status)
    for verb in (
        lambda: desk.change_claim(by=office.clerk, claim=claim, version=claim.version, entry=an_entry()),
        lambda: desk.calculate_claim(by=office.clerk, claim=claim, version=claim.version),
    ):
        with pytest.raises(Refused) as refused:
            verb()
        assert codes(refused) == ["wrong_state"]


def test_faulty_change_leaves_the_claim_as_it_was(office):
    claim = office.accept()
    before = Claim.objects.filter(pk=claim.pk).values().get()
    taken = office.accept().receipts.get()
    entry = an_entry(receipts=(a_receipt(), a_receipt(code=taken.code, number=taken.number)))
    with pytest.raises(Refused):
        desk.change_claim(by=office.clerk, claim=claim, version=claim.version, entry=entry)
    assert Claim.objects.filter(pk=claim.pk).values().get() == before
    assert claim.receipts.count() == 1


# calculating again


def test_calculation_again_takes_up_the_filing_made_meanwhile(office):
    claim = office.accept()
    office.file()
    with pytest.raises(Refused) as refused:
        office.take(claim, "submit")
    assert codes(refused) == ["calculation_outdated"]
    claim = desk.calculate_claim(by=office.clerk, claim=claim, version=claim.version)
    assert (claim.tier, claim.calculation.fund) == (Tier.REFERRAL, Decimal("13687.50"))
    assert office.take(claim, "submit").status == ClaimStatus.IN_REVIEW


def test_submit_asks_for_calculation_after_retirement_is_entered(office):
    claim = office.accept()
    office.person.participations.update(employment=Employment.RETIRED)
    with pytest.raises(Refused, match="须由经办人员重新计算"):
        office.take(claim, "submit")


def test_submit_asks_for_calculation_after_a_new_policy_version(office):
    claim = office.accept()
    policy = BenefitPolicy.objects.in_force(make.TIELING, ADMITTED)
    draft = policy.next_version(starts_on=ADMITTED)
    draft.ratios.update(number=Decimal("0.60"))
    draft.publish(by=None)
    with pytest.raises(Refused, match="须由经办人员重新计算"):
        office.take(claim, "submit")
    claim = desk.calculate_claim(by=office.clerk, claim=claim, version=claim.version)
    assert (claim.calculation.policy, claim.calculation.fund) == (draft, Decimal("10950.00"))


# submitting


def test_submit_with_receipts_that_do_not_make_the_total_is_refused(office):
    claim = office.accept(an_entry(receipts=(a_receipt("24999.99"),)))
    with pytest.raises(Refused, match=r"票据合计 24999\.99 元，与医疗费总额 25000\.00 元不一致"):
        office.take(claim, "submit")


@pytest.mark.clause("YT-06", "YT-07", "YT-08", "TL-08")
@pytest.mark.parametrize(
    ("category", "handed_in", "missing"),
    [
        ("long_term_resident", "", ["异地就医管理登记表、异地工作人员花名册之一", "原始票据", "住院病历", "费用明细"]),
        ("long_term_resident", "roster original_receipts inpatient_record itemised_list", []),
        ("posted_worker", "registration_form original_receipts itemised_list", ["住院病历"]),
        ("referral", "original_receipts inpatient_record itemised_list", ["异地转诊审批表", "转诊证明"]),
        ("emergency", "original_receipts inpatient_record itemised_list", ["急诊费用申报表", "有门诊病历时"]),
        ("emergency", "emergency_expense_form original_receipts inpatient_record outpatient_record itemised_list", []),
    ],
)
def test_submit_names_the_missing_materials(office, category, handed_in, missing):
    person = a_person(make.YANTAI)
    if category in ("long_term_resident", "posted_worker"):
        office.file(person, category=category, tier=Tier.LOCAL)
    materials = tuple(MaterialEntry(material=Material(code)) for code in handed_in.split())
    claim = office.accept(an_entry(category=Category(category), materials=materials), person=person)
    with pytest.raises(Refused) as refused:
        office.take(claim, "submit")
    said = [reason for reason in refused.value.reasons if reason.code.startswith("material")]
    assert len(said) == len(missing)
    assert all(words in reason.text for words, reason in zip(missing, said, strict=True))
    assert all(reason.source.startswith(YANTAI_DOCUMENT + "二（二）") for reason in said)


@pytest.mark.clause("YT-08")
def test_material_that_is_due_in_some_cases_may_be_said_to_be_absent(office):
    absent = MaterialEntry(material=Material.OUTPATIENT_RECORD, originals=0, is_absent=True)
    entry = an_entry(category=Category.EMERGENCY, materials=(absent,))
    claim = office.accept(entry, person=a_person(make.YANTAI))
    with pytest.raises(Refused) as refused:
        office.take(claim, "submit")
    assert not any("门诊病历" in reason.text for reason in refused.value.reasons)


@pytest.mark.parametrize(
    "material",
    [
        MaterialEntry(material=Material.ID_DOCUMENT, originals=0, copies=0),
        MaterialEntry(material=Material.ID_DOCUMENT, originals=1, is_absent=True),
        MaterialEntry(material=Material.ID_DOCUMENT, originals=-1, copies=2),
    ],
)
def test_material_of_no_count_is_refused(office, material):
    assert "materials" in codes(refusal(office, materials=(material,)))


def test_submit_again_forgets_the_earlier_review(office):
    claim = office.take(office.claim_in(ClaimStatus.RETURNED), "submit")
    assert (claim.reviewed_by, claim.reviewed_at, claim.review_reason) == (None, None, "")


def test_entry_reads_back_as_it_was_entered(office):
    entry = an_entry(receipts=(a_receipt("24000.00"), a_receipt("1000.00", check_code="", issued_on=None)))
    claim = office.accept(entry)
    read = entry_of(Claim.objects.get(pk=claim.pk))
    assert replace(read, receipts=sorted(read.receipts, key=str)) == replace(
        entry, receipts=sorted(entry.receipts, key=str)
    )


def test_whoever_sent_a_claim_back_enters_nothing_of_it(office):
    claim = office.claim_in(ClaimStatus.RETURNED)
    make.PostFactory(user=office.reviewer, role=Role.CLERK, area=claim.area)
    del office.reviewer._reach
    with pytest.raises(Refused, match="录入须由审核过此件以外的人员办理"):
        desk.change_claim(by=office.reviewer, claim=claim, version=claim.version, entry=an_entry(note="补"))
    asked = office.take(claim, "ask")
    with pytest.raises(Refused, match="录入须由审核过此件以外的人员办理"):
        office.take(asked, "resume", by=office.reviewer)
