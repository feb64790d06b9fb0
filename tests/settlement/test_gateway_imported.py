"""A601: the platform's figures are the truth, ours a check; 3201 and 3202 compare the books with its own."""

import pytest
from django.urls import reverse
from django.utils import timezone

from hospitals.reasons import Refused
from hospitals.vocabulary import Role
from settlement.differences import decide
from settlement.models import AccountEntry, Admission, Settlement, SettlementDifference, YearAccount
from tests import factories as make
from tests.settlement.platform import ADMITTED, DISCHARGED, Ward, a_hospital, insured, number_of


def computed(person, **told):
    """As ours would be for an outing: 20,000 eligible, 1,750 deductible, 65 %."""
    return {
        "setl_id": "A2026032000001",
        "psn_no": number_of(person),
        "begndate": str(ADMITTED),
        "enddate": str(DISCHARGED),
        "setl_time": f"{DISCHARGED} 11:00:00",
        "medfee_sumamt": "25000.00",
        "fulamt_ownpay_amt": "2000.00",
        "overlmt_selfpay": "1000.00",
        "preselfpay_amt": "2000.00",
        "inscp_scp_amt": "20000.00",
        "act_pay_dedc": "1750.00",
        "hifp_pay": "11862.50",
        "fund_pay_sumamt": "11862.50",
        "psn_part_amt": "13137.50",
    } | told


def send(ward: Ward, person, **told):
    return ward.ask("A601", {"data": computed(person, **told)})


def test_figures_that_agree_are_in_the_books_without_work(ward):
    person = insured()
    stay = ward.admitted(person)
    said = send(ward, person, mdtrt_id=stay)
    assert said.output["differences"] == []
    made = Settlement.objects.get()
    assert (made.computed_by, made.platform_setl_id, made.own_calculation.fund) == (
        "platform",
        "A2026032000001",
        made.fund_pay_sumamt,
    )
    assert made.calculation.fund == made.fund_pay_sumamt
    assert Admission.objects.get().settlement == made
    assert AccountEntry.objects.get().paid == made.hifp_pay
    assert not SettlementDifference.objects.exists()


def test_figures_that_differ_are_the_truth_and_make_work(ward):
    person = insured()
    said = send(ward, person, hifp_pay="19000.00", fund_pay_sumamt="19000.00", psn_part_amt="6000.00")
    assert [row["name"] for row in said.output["differences"]] == ["hifp_pay", "fund_pay_sumamt", "psn_part_amt"]
    assert "已转核查" in said.reply["warn_msg"]
    assert YearAccount.objects.get().paid == 19_000
    difference = SettlementDifference.objects.get()
    assert difference.rows[0] == {
        "name": "hifp_pay",
        "label": "统筹基金支付",
        "theirs": "19000.00",
        "ours": "11862.50",
    }


def test_figures_beyond_every_ceiling_do_not_stop_the_year(ward):
    person = insured()
    huge = {"inscp_scp_amt": "9000000.00", "medfee_sumamt": "9005000.00", "hifp_pay": "8000000.00"}
    assert send(ward, person, **huge, fund_pay_sumamt="8000000.00", psn_part_amt="1005000.00").is_done
    stay = ward.admitted(person, begntime="2026-05-01")
    assert ward.settle(person, stay, dscgtime="2026-05-09").is_done
    assert YearAccount.objects.get().paid > 8_000_000


def test_area_without_benefits_takes_the_figures_and_says_that_it_cannot_check(ward):
    ward.home = make.JINING
    person = insured(make.JINING)
    make.FilingFactory(person=person, filed_on=ADMITTED)
    said = send(ward, person)
    assert said.output["reasons"][0]["code"] == "no_policy_in_force"
    made = Settlement.objects.get()
    assert (made.calculation.policy, made.own_calculation) == (None, None)
    assert SettlementDifference.objects.get().reasons


def test_same_settlement_again_answers_the_same(ward):
    person = insured()
    first, second = send(ward, person), send(ward, person)
    assert first.output == second.output
    assert Settlement.objects.count() == 1
    other = send(ward, person, act_pay_dedc="1000.00")
    assert other.codes == ["settlement_known"]


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"psn_part_amt": "1.00"}, "amounts_disagree"),
        ({"hifes_pay": "5.00"}, "payer_unknown"),
        ({"hifp_pay": "20000.01", "fund_pay_sumamt": "20000.01", "psn_part_amt": "4999.99"}, "amounts_disagree"),
        ({"enddate": "2126-01-01"}, "settled_later"),
    ],
)
def test_figures_that_contradict_themselves_are_refused(ward, told, code):
    assert send(ward, insured(), **told).codes == [code]
    assert not Settlement.objects.exists()


def test_platform_takes_its_settlement_back_and_the_difference_is_corrected(ward):
    person = insured()
    send(ward, person, hifp_pay="19000.00", fund_pay_sumamt="19000.00", psn_part_amt="6000.00")
    said = ward.reverse(person, "X1", "A2026032000001")
    assert said.output["setlinfo"]["fund_pay_sumamt"] == "-19000.00"
    assert SettlementDifference.objects.get().status == "corrected"
    assert YearAccount.objects.get().paid == 0
    assert send(ward, person).codes == ["settlement_reversed"]
    assert send(ward, person, setl_id="A2026032000002").is_done  # sent anew, right this time
    assert Settlement.objects.standing().count() == 1


def test_difference_is_explained_by_a_reviewer(ward, signed_in):
    send(ward, insured(), hifp_pay="11000.00", fund_pay_sumamt="11000.00", psn_part_amt="14000.00")
    difference = SettlementDifference.objects.get()
    reviewer = make.staff(Role.REVIEWER, make.TIELING)
    assert "待核查的结算差异" in signed_in(reviewer).get("/").content.decode()
    with pytest.raises(Refused):
        decide(by=make.staff(Role.CLERK, make.TIELING), difference=difference, verb="explain", reason="x")
    address = reverse("decide_difference", args=[difference.pk, "explain"])
    client = signed_in(reviewer)
    assert client.post(address, {"reason": "", "version": 1}).status_code == 422
    assert client.post(address, {"reason": "平台按旧标准计算", "version": 1}).status_code == 302
    difference.refresh_from_db()
    assert (difference.status, difference.explanation, difference.decided_by) == (
        "explained",
        "平台按旧标准计算",
        reviewer,
    )
    page = client.get(difference.get_absolute_url()).content.decode()
    assert "平台按旧标准计算" in page
    assert client.get(difference.settlement.get_absolute_url()).status_code == 200
    again = reverse("decide_difference", args=[difference.pk, "reopen"])
    assert client.post(again, {"reason": "再核", "version": 2}).status_code == 302


def totals(ward: Ward, day, infno="3201", **told):
    given = {"stmt_begndate": str(day), "stmt_enddate": str(day), "fixmedins_setl_cnt": 0}
    return ward.ask(infno, {"data": {**given, "medfee_sumamt": "0", "fund_pay_sumamt": "0", **told}})


def test_totals_and_details_of_a_day(ward):
    person = insured()
    send(ward, person)
    told = {"medfee_sumamt": "25000.00", "fund_pay_sumamt": "11862.50", "fixmedins_setl_cnt": 1}
    even = totals(ward, DISCHARGED, **told)
    assert even.output["stmtinfo"]["stmt_rslt"] == "0"
    assert totals(ward, DISCHARGED, insutype="390", **told).output["stmtinfo"]["setl_cnt"] == 0
    odd = totals(ward, DISCHARGED).output["stmtinfo"]
    assert (odd["stmt_rslt"], odd["fund_pay_sumamt"]) == ("1", "11862.50")

    row = {"setl_id": "A2026032000001", "medfee_sumamt": "25000.00", "fund_pay_sumamt": "11862.50"}
    assert totals(ward, DISCHARGED, "3202", rows=[row]).output == {"stmt_rslt": "0", "rows": []}
    rows = [{**row, "fund_pay_sumamt": "1.00"}, {**row, "setl_id": "A9"}]
    found = totals(ward, DISCHARGED, "3202", rows=rows).output["rows"]
    assert [(one["setl_id"], one["stmt_rslt"]) for one in found] == [("A2026032000001", "different"), ("A9", "theirs")]
    alone = totals(ward, DISCHARGED, "3202", rows=[]).output["rows"]
    assert [one["stmt_rslt"] for one in alone] == ["ours"]
    assert totals(ward, DISCHARGED, "3202", rows=[row, row]).codes == ["rows_twice"]
    assert totals(ward, DISCHARGED, stmt_enddate="2027-01-01").codes == ["period"]


def test_hospital_compares_its_own_settlements_alone(ward):
    person = insured()
    send(ward, person)
    a_hospital(code="H11010100002", name="北京另一医院")
    a_hospital(code="", name="北京无编号医院")
    other = Ward(code="H11010100002", name="北京另一医院")
    assert totals(other, DISCHARGED).output["stmtinfo"]["stmt_rslt"] == "0"
    by_name = Ward(code="H11010100003", name="北京无编号医院")
    assert totals(by_name, DISCHARGED, "3202", rows=[]).output["stmt_rslt"] == "0"
    stranger = Ward(code="H11010100004", name="目录没有的医院")
    assert totals(stranger, DISCHARGED).codes == ["hospital_unknown"]
    platform = Ward(code="A10000000000", name="国家平台")
    assert totals(platform, DISCHARGED).output["stmtinfo"]["setl_cnt"] == 1


def test_day_with_a_reversal_alone_is_compared_below_nought(ward):
    person, today = insured(), timezone.localdate()
    send(ward, person)
    number = ward.reverse(person, "X1", "A2026032000001").output["setlinfo"]["setl_id"]
    told = {"medfee_sumamt": "-25000.00", "fund_pay_sumamt": "-11862.50", "fixmedins_setl_cnt": 1}
    assert totals(ward, today, **told).output["stmtinfo"]["stmt_rslt"] == "0"
    row = {"setl_id": number, "refd_setl_flag": "1", "medfee_sumamt": "25000.00", "fund_pay_sumamt": "11862.50"}
    assert totals(ward, today, "3202", rows=[row]).output == {"stmt_rslt": "0", "rows": []}
    assert totals(ward, today, medfee_sumamt="--1").codes == ["malformed"]
