"""A stay elsewhere from its admission to its settlement and back, through the door of the platform."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from filings.models import Filing
from settlement.models import AccountEntry, Admission, Exchange, OffHospitalSlip, Settlement
from tests import factories as make
from tests.settlement.platform import ADMITTED, DISCHARGED, a_bill, insured

pytestmark = pytest.mark.django_db


@pytest.mark.clause("TL-05", "YT-13", "DY-06", "WF-09", "TL-03")
def test_stay_is_admitted_discharged_settled_and_taken_back(ward):
    person = insured()
    stay = ward.admitted(person)
    admission = Admission.objects.get()
    assert (admission.mdtrt_id, admission.tier, admission.way) == (stay, "temporary", "direct")
    assert admission.filing.channel == "automatic"
    assert ward.discharge(person, stay).is_done
    assert Filing.objects.get().end_on == DISCHARGED

    foretold = ward.settle(person, stay, "2303").output["setlinfo"]
    assert not Settlement.objects.exists()
    said = ward.settle(person, stay)
    info = said.output["setlinfo"]
    # 20,000 eligible; deductible of level three 1,750; 65 % for the active, temporary
    assert (info["act_pay_dedc"], info["hifp_pay"], info["psn_part_amt"]) == ("1750.00", "11862.50", "13137.50")
    assert (info["medfee_sumamt"], info["fund_pay_sumamt"]) == ("25000.00", "11862.50")
    assert {key: info[key] for key in ("hifp_pay", "psn_part_amt")} == {
        key: foretold[key] for key in ("hifp_pay", "psn_part_amt")
    }
    made = Settlement.objects.get()
    assert info["setl_id"] == made.number
    assert said.output["setldetail"][0]["fund_pay_type"] == "310100"
    assert "就医地" in said.output["setldetail"][0]["setl_proc_info"]
    assert Admission.objects.get().settlement == made
    assert AccountEntry.objects.get().paid == made.hifp_pay

    back = ward.reverse(person, stay, made.number)
    assert back.output["setlinfo"]["fund_pay_sumamt"] == "-11862.50"
    assert Admission.objects.get().status == "discharged"
    assert ward.settle(person, stay).output["setlinfo"]["hifp_pay"] == "11862.50"
    assert list(Exchange.objects.values_list("infno", flat=True).order_by("pk")) == [
        *("2401", "2402", "2303", "2304", "2305", "2304")
    ]
    assert not Exchange.objects.exclude(person=person, admission=admission).exists()


def test_person_is_told_apart(ward):
    person = insured(contributions_paid_through=ADMITTED)
    said = ward.ask("1101", {"data": {"psn_cert_type": "01", "certno": person.id_number, "psn_name": "王小明"}})
    assert said.output["baseinfo"]["certno"] == person.id_number
    assert [row["insuplc_admdvs"] for row in said.output["insuinfo"]] == [make.TIELING]
    other = ward.ask("1101", {"data": {"certno": person.id_number, "psn_name": "李四"}})
    assert other.codes == ["name_differs"]
    assert person.name not in other.reply["err_msg"]


@pytest.mark.clause("WF-12", "TL-14")
def test_slip_is_settled_with_the_stay_once(ward):
    person = insured()
    stay = ward.admitted(person)
    assert ward.slip(person, stay).output["slips"] == 1
    assert ward.slip(person, stay).codes == ["one_slip_a_number"]
    assert ward.slip(person, stay, slip_no="2", stamp_flag="0").codes == ["slip_not_stamped"]
    assert ward.slip(person, stay, slip_no="2", charge_date="2026-01-01").codes == ["slip_outside_stay"]
    said = ward.settle(person, stay)
    assert said.output["setlinfo"]["medfee_sumamt"] == "26000.00"
    assert said.output["setlinfo"]["preselfpay_amt"] == "2100.00"
    assert "外院检查治疗及购药单 1 张" in said.reply["warn_msg"]
    assert OffHospitalSlip.objects.get().settlement == Settlement.objects.get()
    assert ward.reverse(person, stay, Settlement.objects.get().number).is_done
    assert OffHospitalSlip.objects.get().settlement is None
    assert ward.settle(person, stay).output["setlinfo"]["medfee_sumamt"] == "26000.00"


def test_same_message_twice_answers_the_same(ward):
    person = insured()
    stay = ward.admitted(person)
    message = ward.message("2304", {"data": a_bill(person, stay)})
    first, second = ward.send(message), ward.send(message)
    assert first.body == second.body
    assert first.is_done
    assert Settlement.objects.count() == 1
    other = ward.send({**message, "input": {"data": a_bill(person, stay, memo="x")}})
    assert other.codes == ["msgid_taken"]


def test_settlement_is_made_by_a_constant_number_of_statements(ward):
    """What is read once a process is read by the first; BEGIN and COMMIT are not counted."""
    for most in (99, 18, 18):
        person = insured()
        stay = ward.admitted(person)
        with CaptureQueriesContext(connection) as log:
            assert ward.settle(person, stay).is_done
        made = [query["sql"] for query in log if "SAVEPOINT" not in query["sql"]]
        assert len(made) <= most, made
