"""The counter: what is taken in, what is refused, what is calculated and kept."""

import datetime as dt
from decimal import Decimal
from uuid import uuid4

import pytest

from filings.models.filing import FilingStatus
from filings.vocabulary import Category, Hardship, Scheme, Tier
from hospitals.models import Area
from hospitals.reasons import Refused
from hospitals.vocabulary import Level, Role
from settlement.accounts.posting import carry_in
from settlement.claims import desk
from settlement.claims.entry import Payee, ReceiptEntry
from settlement.models import BenefitPolicy, Calculation, Claim
from settlement.vocabulary import ClaimStatus, Fund
from tests import factories as make
from tests.settlement.office import ADMITTED, SHENYANG, a_person, a_receipt, an_entry
from tests.settlement.refusals import codes, refusal

CANCELLED = {"status": FilingStatus.CANCELLED, "end_reason": "返回", "ended_at": "2026-02-20T00:00Z"}
YANTAI_DOCUMENT = "《烟台城镇基本医疗保险异地就医管理结算流程》"


# accepting


@pytest.mark.clause("TL-03", "TL-13")
def test_accept_keeps_the_entry_and_the_calculation(office):
    claim = office.accept()
    stored = claim.calculation
    assert (claim.status, claim.tier, claim.category) == (ClaimStatus.ACCEPTED, Tier.TEMPORARY, Category.TEMPORARY)
    assert (stored.fund, stored.personal, stored.total) == (Decimal("11862.50"), Decimal("13137.50"), claim.total)
    assert stored.policy == BenefitPolicy.objects.in_force(make.TIELING, ADMITTED)
    assert stored.inputs["eligible"] == "20000.00"
    assert "《铁岭市参保人员异地就医联网结算服务指南》二2" in [line["source"] for line in stored.result["lines"]]
    assert stored.result["tier"]["source"] == "《铁岭市参保人员异地就医联网结算服务指南》二3、三（二）1"
    assert claim.entered_by == [office.clerk.pk]


def test_accept_twice_with_one_token_makes_one_claim(office):
    entry, token = an_entry(), uuid4()
    first = office.accept(entry, request_token=token)
    assert office.accept(entry, request_token=token) == first
    assert (Claim.objects.count(), Calculation.objects.count()) == (1, 1)


def test_accept_with_a_used_token_and_other_contents_names_the_claim(office):
    token = uuid4()
    first = office.accept(request_token=token)
    with pytest.raises(Refused, match=first.number):
        office.accept(an_entry(), request_token=token)
    with pytest.raises(Refused, match=first.number):
        office.accept(an_entry(), request_token=token, by=office.colleague)


def test_accept_elsewhere_is_refused(office):
    stranger = make.staff(Role.CLERK, make.WEIFANG)
    assert codes(refusal(office, by=stranger)) == ["no_right"]
    assert codes(refusal(office, by=office.reviewer)) == ["no_right"]


def test_clerk_of_one_hall_accepts_there_only(office):
    hall = make.HallFactory(area=office.person.area)
    clerk = make.staff(Role.CLERK, hall=hall)
    assert codes(refusal(office, by=clerk)) == ["no_right"]
    assert office.accept(by=clerk, hall=hall).hall == hall


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"total": Decimal("0.00"), "eligible": Decimal("0.00"), "receipts": None}, "total"),
        ({"total": Decimal("100.005"), "receipts": None}, "total"),
        ({"total": Decimal("NaN"), "receipts": None}, "total"),
        ({"total": Decimal("Infinity"), "receipts": None}, "total"),
        ({"total": Decimal("1E+400"), "receipts": None}, "total"),
        ({"total": Decimal("12345678901234567890.00"), "receipts": None}, "total"),
        ({"eligible": Decimal("-0.01")}, "eligible"),
        ({"eligible": Decimal("25000.01")}, "eligible"),
        ({"discharged_on": dt.date(2026, 2, 28)}, "discharged_on"),
        ({"discharged_on": dt.date(2026, 3, 21)}, "discharged_on"),
        ({"hospital_name": "院" * 101}, "hospital_name"),
        ({"diagnosis": ""}, "diagnosis"),
        ({"payee": Payee(name="王小明", bank="示例银行", account="62220000A")}, "payee_account"),
        ({"receipts": ()}, "receipts"),
    ],
)
def test_accept_names_the_faulty_field(office, changes, field):
    if changes.get("receipts", "") is None:
        changes["receipts"] = (a_receipt(),)
    assert field in codes(refusal(office, **changes))


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "0.005", "NaN", "1E+400", "12345678901234567890"])
def test_accept_refuses_a_receipt_of_no_amount(office, amount):
    assert codes(refusal(office, receipts=(a_receipt(amount),))) == ["receipts"]


@pytest.mark.parametrize("changes", [{"code": ""}, {"number": "12 号"}, {"check_code": "12345"}])
def test_accept_refuses_a_receipt_that_is_not_one(office, changes):
    assert codes(refusal(office, receipts=(a_receipt(**changes),))) == ["receipts"]


def test_accept_tells_every_fault_at_once(office):
    found = codes(refusal(office, total=Decimal("-1.00"), diagnosis="", hospital_name="", receipts=()))
    assert {"total", "diagnosis", "hospital_name"} <= set(found)


def test_accept_of_a_person_not_insured_on_the_day_is_refused(office):
    person = make.PersonFactory(area__code=make.TIELING)
    make.ParticipationFactory(person=person, starts_on=dt.date(2026, 3, 2))
    assert codes(refusal(office, person=person)) == ["not_insured"]


@pytest.mark.clause("TL-01")
@pytest.mark.parametrize(
    ("place", "code"),
    [(make.TIELING, "place_not_elsewhere"), ("210000", "place_not_elsewhere"), ("810000", "place_not_served")],
)
def test_accept_of_a_stay_at_home_or_abroad_is_refused(office, place, code):
    make.AreaFactory(code=place)
    assert codes(refusal(office, treatment_area=Area.objects.get(pk=place))) == [code]


def test_hospital_of_another_place_is_refused(office):
    hospital = make.HospitalFactory(area__code=SHENYANG)
    assert codes(refusal(office, hospital=hospital, hospital_name=hospital.name)) == ["hospital_name"]


# tier


@pytest.mark.clause("TL-19")
def test_tier_follows_from_the_filing_that_covers_the_day(office):
    filing = office.file()
    claim = office.accept(an_entry(category=None))
    assert (claim.filing, claim.tier, claim.category) == (filing, Tier.REFERRAL, Category.REFERRAL)
    assert claim.calculation.fund == Decimal("13687.50")
    assert filing.number in claim.calculation.result["tier"]["text"]


@pytest.mark.parametrize(
    "fields",
    [
        {"start_on": dt.date(2026, 3, 2), "filed_on": dt.date(2026, 3, 2)},
        {"end_on": dt.date(2026, 2, 28)},
        {"destination__code": SHENYANG},
        {"status": FilingStatus.PENDING},
    ],
)
def test_filing_for_another_day_or_place_gives_no_tier(office, fields):
    office.file(**fields)
    claim = office.accept()
    assert (claim.filing, claim.tier) == (None, Tier.TEMPORARY)


def test_filing_cancelled_later_still_covers_its_days(office):
    filing = office.file(end_on=dt.date(2026, 3, 5), ended_by=office.clerk, **CANCELLED)
    assert office.accept().filing == filing


def test_filing_for_the_whole_province_covers_its_cities(office):
    filing = office.file(destination__code="210000")
    claim = office.accept(an_entry(treatment_area=Area.objects.get(pk=SHENYANG)))
    assert (claim.filing, claim.scope) == (filing, "in_province")


def test_stay_without_filing_and_category_is_refused(office):
    assert codes(refusal(office, category=None)) == ["category_missing"]


@pytest.mark.clause("TL-04")
def test_emergency_in_tieling_is_local_and_stays_at_the_counter(office):
    claim = office.accept(an_entry(category=Category.EMERGENCY))
    assert (claim.tier, claim.calculation, claim.status) == (Tier.LOCAL, None, ClaimStatus.ACCEPTED)
    with pytest.raises(Refused, match=r"起付标准未配置.*文件未给出本地待遇表") as refused:
        office.take(claim, "submit")
    assert codes(refused) == ["deductible_not_configured", "ratio_not_configured"]
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.ACCEPTED


@pytest.mark.clause("WF-11")
def test_emergency_in_weifang_has_the_temporary_tier(office):
    clerk = make.staff(Role.CLERK, make.WEIFANG)
    claim = office.accept(an_entry(category=Category.EMERGENCY), person=a_person(make.WEIFANG), by=clerk)
    assert (claim.tier, claim.calculation) == (Tier.TEMPORARY, None)


def test_referral_without_filing_is_pointed_to_filing(office):
    refused = refusal(office, category=Category.REFERRAL)
    assert codes(refused) == ["filing_needed"]
    assert "《铁岭市参保人员异地就医联网结算服务指南》二1" in refused.value.reasons[0].source


@pytest.mark.clause("YT-08")
def test_unfiled_emergency_in_yantai_is_taken_in_by_its_materials(office):
    make.AreaFactory(code="370100")
    place = Area.objects.get(pk="370100")
    claim = office.accept(an_entry(category=Category.EMERGENCY, treatment_area=place), person=a_person(make.YANTAI))
    assert (claim.filing, claim.tier, claim.calculation) == (None, Tier.TEMPORARY, None)


def test_tier_is_left_open_where_no_policy_says_it(office):
    claim = office.accept(an_entry(category=Category.TEMPORARY), person=a_person(make.YANTAI))
    assert (claim.tier, claim.calculation) == ("", None)
    with pytest.raises(Refused, match="烟台市未配置其他临时外出就医人员的备案政策"):
        office.take(claim, "submit")


@pytest.mark.clause("YT-03")
def test_cost_after_the_end_of_a_cancelled_filing_is_refused(office):
    person = a_person(make.YANTAI)
    ended = {"category": Category.LONG_TERM_RESIDENT, "end_on": dt.date(2026, 2, 28), "ended_by": office.clerk}
    filing = office.file(person, **ended, **CANCELLED)
    refused = refusal(office, person=person)
    assert codes(refused) == ["after_cancellation"]
    assert filing.number in str(refused.value)
    assert refused.value.reasons[0].source == YANTAI_DOCUMENT + "一（一）"
    assert office.accept(an_entry(treatment_area=Area.objects.get(pk=SHENYANG)), person=person)


@pytest.mark.clause("YT-03")
def test_cost_after_cancellation_is_taken_in_under_another_filing(office):
    person = a_person(make.YANTAI)
    ended = {"category": Category.LONG_TERM_RESIDENT, "end_on": dt.date(2026, 2, 20), "ended_by": office.clerk}
    office.file(person, **ended, **CANCELLED)
    again = office.file(person, start_on=dt.date(2026, 2, 25))
    assert office.accept(person=person).filing == again


@pytest.mark.clause("TL-15")
def test_hardship_pays_what_the_year_left_of_the_deductible(office):
    person = a_person(scheme=Scheme.RESIDENT, employment="", hardship=Hardship.MINIMUM_LIVING)
    office.file(person, destination__code=SHENYANG, scope="in_province", scheme=Scheme.RESIDENT, employment="")
    place = Area.objects.get(pk=SHENYANG)
    carry_in(
        by=office.supervisor,
        person=person,
        year=2026,
        fund=Fund.RESIDENT,
        deductible=Decimal(1000),
        reason="启用前一次",
    )
    stay = {"treatment_area": place, "hospital_level": Level.TWO}
    claim = office.accept(an_entry(**stay), person=person)
    assert claim.hardship == Hardship.MINIMUM_LIVING
    assert claim.calculation.result["deductible"] == "250.00"


# receipts


def test_same_receipt_twice_in_one_claim_is_refused(office):
    receipt = a_receipt("12500.00")
    again = ReceiptEntry(code=" １１０６０１２５", number=receipt.number, amount=Decimal("12500.00"))
    assert codes(refusal(office, receipts=(receipt, again))) == ["receipt_repeated"]


@pytest.mark.parametrize("status", [ClaimStatus.ACCEPTED, ClaimStatus.RETURNED, ClaimStatus.PAID])
def test_same_receipt_in_another_claim_is_refused_naming_it(office, status):
    receipt = a_receipt()
    first = office.claim_in(status, entry=an_entry(receipts=(receipt,)))
    with pytest.raises(Refused, match=f"{first.number}（铁岭市）") as refused:
        office.accept(an_entry(receipts=(receipt,)))
    assert codes(refused) == ["receipt_taken"]
    assert Claim.objects.count() == 1


def test_same_receipt_in_another_area_names_number_and_area_alone(office):
    receipt = a_receipt()
    clerk = make.staff(Role.CLERK, make.WEIFANG)
    person = a_person(make.WEIFANG)
    emergency = {"category": Category.EMERGENCY, "receipts": (receipt,)}
    first = office.accept(an_entry(**emergency, diagnosis="秘密"), person=person, by=clerk)
    with pytest.raises(Refused) as refused:
        office.accept(an_entry(receipts=(receipt,)))
    said = str(refused.value)
    assert (first.number in said, "潍坊市" in said) == (True, True)
    assert not any(word in said for word in (person.name, person.id_number, "秘密", "示例医院"))


def test_changed_claim_frees_the_receipts_it_no_longer_has(office):
    receipt = a_receipt()
    claim = office.accept(an_entry(receipts=(receipt,)))
    claim = desk.change_claim(by=office.clerk, claim=claim, version=claim.version, entry=an_entry())
    assert office.accept(an_entry(receipts=(receipt,)))
    assert claim.receipts.count() == 1
