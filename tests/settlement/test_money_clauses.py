"""Clauses about money that no other file proves: what belongs to a stay, whose policy pays it, what is left unsaid."""

import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from filings.vocabulary import Material
from hospitals.reasons import Refused
from hospitals.vocabulary import Service
from settlement.calculation import BenefitBook, read
from settlement.calculation.pack import benefit_rules
from settlement.claims.entry import MaterialEntry
from settlement.vocabulary import ManualReason
from tests import factories as make
from tests.settlement.books import EACH_STAY, PLAIN, accounts, open_books, publish
from tests.settlement.office import a_receipt

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def books(db):
    return open_books()


@pytest.mark.clause("WF-12", "TL-14")
def test_cost_of_an_off_hospital_slip_belongs_to_the_stay_once(books):
    """Hospital 10,000 and pharmacy 1,000, one stay: one deductible; the pharmacy's receipt pays no second time."""
    person = books.person()
    hospital, pharmacy = a_receipt("10000.00"), a_receipt("1000.00")
    slip = MaterialEntry(material=Material.OFF_HOSPITAL_SLIP)
    settled = books.claim(person, receipts=(hospital, pharmacy), materials=(slip,)).settlement
    assert (settled.medfee_sumamt, settled.act_pay_dedc) == (D("11000.00"), D("500.00"))
    assert accounts(person)["310100"][4] == 1
    for again in (person, books.person()):
        with pytest.raises(Refused, match="不能重复报销"):
            books.claim(again, receipts=(pharmacy,), eligible="900.00", total=D("1000.00"))


@pytest.mark.clause("WF-09", "TL-13", "YT-17", "DY-09")
def test_same_cost_is_paid_alike_by_hand_and_directly_but_for_whose_catalogue_says_what_is_eligible(books):
    by_hand = books.claim(books.person()).settlement
    direct = books.settle(books.person())
    assert (by_hand.hifp_pay, by_hand.act_pay_dedc) == (direct.hifp_pay, direct.act_pay_dedc)
    said = [
        next(line["text"] for line in made.calculation.result["lines"] if line["name"] == "符合政策范围费用")
        for made in (by_hand, direct)
    ]
    assert said == ["手工报销，按参保地支付范围认定", "联网直接结算，按就医地支付范围认定"]


@pytest.mark.clause("WF-17")
def test_stay_paid_in_full_and_filed_afterwards_is_reimbursed_by_the_filing(books):
    """Filed on 10 March from December on; admitted on 1 March, paid in full."""
    made = books.claim(
        books.person(),
        manual_reason=ManualReason.FILED_AFTER_PAYING,
    )
    assert (made.settlement.filing, made.settlement.tier) == (made.filing, "local")
    assert made.filing.filed_on > made.admitted_on


@pytest.mark.clause("WF-13")
def test_chronic_disease_that_is_not_opened_is_reimbursed_by_hand_and_is_no_stay(books):
    person = books.person()
    reason = ManualReason.CHRONIC_NOT_OPENED
    made = books.claim(
        person,
        manual_reason=reason,
        service=Service.CHRONIC,
    ).settlement
    assert (made.way, made.service, made.hifp_pay) == ("manual", "chronic", D("7916.35"))
    assert accounts(person)["310100"][4] == 0


@pytest.mark.clause("TL-13")
def test_policy_of_the_destination_pays_from_the_persons_own_account():
    led_away = {
        "destination": make.BEIJING,
        "policy_area": make.YANTAI,
        "text": "转诊至北京的直接结算执行另一地规定",
        "section": "四1",
        "basis": "direct",
    }
    books = open_books({**EACH_STAY, "destinations": [led_away]})
    person = books.person()
    with pytest.raises(Refused, match="待遇政策未配置"):
        books.settle(person)
    publish(PLAIN, make.YANTAI)
    made = books.settle(person)
    assert (made.hifp_pay, made.area_id) == (D("1000.00"), make.QINGDAO)
    assert books.claim(books.person()).settlement.hifp_pay == D("7916.35")
    assert accounts(person)["310100"][1] == D("1000.00")


@pytest.mark.clause("DY-10")
def test_civil_servants_subsidy_follows_what_the_register_says(books):
    plain, servant = books.person(), books.person(is_civil_servant=True)
    made = [books.settle(person) for person in (plain, servant)]
    assert [settlement.cvlserv_pay for settlement in made] == [0, D("695.31")]  # 2083.65 × 33.37%
    assert "320100" not in accounts(plain)
    assert accounts(servant)["320100"][1] == D("695.31")


@pytest.mark.clause("TL-04", "TL-06", "TL-18")
def test_local_benefits_that_the_document_does_not_give_are_never_guessed():
    """Emergency, long-term and maternity have local benefits in Tieling; its document has no local table."""
    tieling = benefit_rules(tomllib.loads(Path("settlement/policies/211200.toml").read_text("utf-8")))
    base = tomllib.loads(Path("tests/cases/benefit_forms.toml").read_text("utf-8"))["base"]
    asked = read(base | {"area": make.TIELING, "tier": "local"}, {make.TIELING})
    result = BenefitBook([tieling]).calculate(asked)
    assert result.outcome == "not_configured"
    assert "文件未给出本地待遇表" in result.reasons[0].text
