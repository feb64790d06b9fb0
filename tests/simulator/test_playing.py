"""The other side, played by hand: what the platform has settled already, people from elsewhere, the day's books.

The portal answers as it does to anybody: the simulator is a process of its own that speaks to it over HTTP.
"""

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.utils import timezone

from config.simulator.books import NoRow, Row, rows_in, totals_of
from config.simulator.hospitals import OURS, PATIENTS
from hospitals.models import Area
from settlement.models import Admission, Exchange, InboundSettlement, Settlement, SettlementDifference
from tests import factories as make
from tests.settlement.platform import a_hospital
from tests.shipped import policies
from tests.simulator.running import KEY, simulator

BEIJING_HOSPITAL, OUR_HOSPITAL = "H11010100001", "H37050200001"
PATIENT = PATIENTS["刘洋"]  # of Tieling, an employee
COST = {"medfee_sumamt": "25000", "fulamt_ownpay_amt": "2000", "overlmt_selfpay": "1000", "preselfpay_amt": "2000"}
NO_FUNDS = dict.fromkeys(("act_pay_dedc", "hifmi_pay", "hifob_pay", "cvlserv_pay", "maf_pay"), "0")
AS_OURS = {"act_pay_dedc": "1750", "hifp_pay": "11862.50"}  # an outing: (20,000 − 1,750) × 65 %


class Desk(httpx.Client):
    """The pages of the simulator, as somebody in front of it uses them."""

    def said(self, address: str, page: str = "/", **form: Any) -> httpx.Response:
        """Press a button: the page that follows."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get(page).text)
        assert token
        return self.post(address, data={**form, "csrfmiddlewaretoken": token[1]}, follow_redirects=True)

    def stay(self, step: str, **form: Any) -> httpx.Response:
        """A step of the stay that was told of last."""
        link = re.search(rf'"(/stays/\w+/{step}/)"', self.get("/").text)
        assert link, f"no stay offers {step}"
        return self.said(link[1], link[1], **form)

    def books(self, **asked: Any) -> dict[str, str]:
        """What the hospital would say of its day, as the page has it."""
        today = str(timezone.localdate())
        given = {"house": BEIJING_HOSPITAL, "home": make.TIELING, "since": today, "until": today} | asked
        page = self.get("/reconciliation/", params=given).text
        fields = re.findall(r'<input type="number" name="(\w+)" value="([^"]*)"', page)
        rows = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
        assert rows
        return {**given, **dict(fields), "rows": rows[1].strip()}


@pytest.fixture
def desk(transactional_db: None, live_server: Any, settings: Any, tmp_path: Path) -> Iterator[Desk]:
    settings.PLATFORM_KEY = KEY
    policies(*make.HOMES, make.BEIJING)
    a_hospital(name="北京示例医院")
    person = make.PersonFactory(area=Area.objects.get(pk=make.TIELING), name=PATIENT.name, id_number=PATIENT.certno)
    make.ParticipationFactory(person=person, employment="active")
    with (
        simulator(tmp_path, {"GATEWAY_URL": f"{live_server.url}/gateway/"}) as port,
        Desk(base_url=f"http://127.0.0.1:{port}", timeout=60) as client,
    ):
        yield client


def handed_down(desk: Desk, **changes: Any) -> httpx.Response:
    today = timezone.localdate()
    days = {"begndate": str(today - dt.timedelta(5)), "enddate": str(today), "setl_time": str(today)}
    who = {"house": BEIJING_HOSPITAL, "patient": PATIENT.name, "med_type": "21"}
    form = {**who, **days, **COST, **NO_FUNDS, **AS_OURS, **changes}
    return desk.said("/settlements/outbound/", "/settlements/", **form)


def visited(desk: Desk, **changes: Any) -> httpx.Response:
    today = str(timezone.localdate())
    who = {"house": OUR_HOSPITAL, "psn_name": "重庆示例", "certno": "500103195604089014", "home": "500000"}
    kind = {"insutype": "310", "out_fil_type": "02", "med_type": "21", "acct_pay": "300"}
    days = {"begndate": today, "enddate": today, "setl_time": today}
    form = {**who, **kind, **days, **COST, **NO_FUNDS, **AS_OURS, **changes}
    return desk.said("/settlements/inbound/", "/settlements/", **form)


def settled_here(desk: Desk) -> Settlement:
    """Admitted, discharged and settled by the hospital, today."""
    today = str(timezone.localdate())
    admission = {"house": BEIJING_HOSPITAL, "patient": PATIENT.name, "med_type": "21", "begntime": today}
    desk.said("/admit/", **admission, ipt_no="ZY1", adm_diag_dscr="肺炎")
    desk.stay("2402", endtime=today)
    assert "门户应答：成功" in desk.stay("2304", **COST).text
    return Settlement.objects.get()


@pytest.mark.clause("WF-09")
def test_stay_that_the_platform_has_settled_is_taken_over_and_taken_back(desk: Desk) -> None:
    page = handed_down(desk).text
    assert "门户应答：成功" in page
    assert "平台发出" in page
    made = Settlement.objects.get()
    assert (made.computed_by, made.fund_pay_sumamt, made.act_pay_dedc) == ("platform", Decimal("11862.50"), 1750)
    assert not SettlementDifference.objects.exists()
    assert "平台已结算" in desk.get("/").text
    assert "门户应答：成功" in desk.stay("2305", memo="平台更正").text
    assert not Settlement.objects.standing().exists()
    assert "已撤销" in desk.get("/").text


def test_figures_that_the_portal_cannot_follow_are_told(desk: Desk) -> None:
    page = handed_down(desk, hifp_pay="12000").text
    assert "门户应答：成功。与本门户核算不一致，已转核查" in page
    assert SettlementDifference.objects.get().settlement.fund_pay_sumamt == 12000


def test_stay_that_was_admitted_is_settled_by_the_platform(desk: Desk) -> None:
    today = str(timezone.localdate())
    admission = {"house": BEIJING_HOSPITAL, "patient": PATIENT.name, "med_type": "21", "begntime": today}
    desk.said("/admit/", **admission, ipt_no="ZY1", adm_diag_dscr="肺炎")
    desk.stay("2402", endtime=today)
    page = desk.stay("A601", **COST, **NO_FUNDS | AS_OURS, enddate=today, setl_time=today).text
    assert "门户应答：成功" in page
    admission = Admission.objects.get()
    assert (admission.status, admission.settlement.computed_by) == ("settled", "platform")
    assert "门户应答：成功" in desk.stay("2305", memo="平台更正").text
    assert Admission.objects.get().status == "discharged"
    assert Settlement.objects.count() == 2


@pytest.mark.clause("DY-13")
def test_somebody_from_elsewhere_is_settled_at_our_hospital_and_refunded(desk: Desk) -> None:
    hospital = OURS[OUR_HOSPITAL]
    make.HospitalFactory(area=Area.objects.get(pk=make.DONGYING), name=hospital.name, code="")  # as the list has it
    make.AreaFactory(code="500000")
    assert "门户应答：成功" in visited(desk, twice="on").text
    row = InboundSettlement.objects.get()
    assert (row.hospital.name, row.insured_area_id, row.category) == (hospital.name, "500000", "resettled_retiree")
    assert (row.fund_pay_sumamt, row.psn_part_amt, row.acct_pay) == (Decimal("11862.50"), Decimal("13137.50"), 300)
    assert "来本地已结算" in desk.get("/").text
    assert "门户应答：成功" in desk.stay("A603", setl_time=str(timezone.localdate())).text
    assert sorted(row.fund_pay_sumamt for row in InboundSettlement.objects.all()) == [
        Decimal("-11862.50"),
        Decimal("11862.50"),
    ]


def test_hospital_that_the_directory_does_not_have_is_told_so(desk: Desk) -> None:
    assert "hospital_unknown" in visited(desk).text
    assert not InboundSettlement.objects.exists()


def test_books_of_a_day_agree_until_somebody_changes_them(desk: Desk) -> None:
    made = settled_here(desk)
    handed_down(desk, begndate="2026-01-05", enddate="2026-01-09")
    told = desk.books()
    assert told["fixmedins_setl_cnt"] == "2"
    assert told["medfee_sumamt"] == "50000.00"
    assert made.number in told["rows"]
    assert "门户应答：成功。平<" in desk.said("/reconciliation/3201/", "/reconciliation/", **told).text
    assert "门户应答：成功。全部一致" in desk.said("/reconciliation/3202/", "/reconciliation/", **told).text

    odd = desk.said("/reconciliation/3201/", "/reconciliation/", **told | {"fund_pay_sumamt": "1"}).text
    assert "不平：门户 2 笔，总额 50000.00" in odd
    fewer = told | {"rows": f"{made.number} 25000.00 1.00\nX9 10.00 5.00"}
    page = desk.said("/reconciliation/3202/", "/reconciliation/", **fewer).text
    assert f"不一致 3 笔：{made.number} 金额不同、X9 仅医院有" in page
    assert "仅门户有" in page
    assert Exchange.objects.filter(infno__in=("3201", "3202"), infcode=0).count() == 4


def test_what_was_taken_back_counts_contrary_in_the_books(desk: Desk) -> None:
    settled_here(desk)
    desk.stay("2305", memo="费用录入有误")
    told = desk.books()
    assert (told["fixmedins_setl_cnt"], told["medfee_sumamt"]) == ("2", "0.00")
    assert "成功。平<" in desk.said("/reconciliation/3201/", "/reconciliation/", **told).text
    assert "成功。全部一致" in desk.said("/reconciliation/3202/", "/reconciliation/", **told).text


def test_what_cannot_be_said_is_told_beside_the_form(desk: Desk) -> None:
    reply = handed_down(desk, hifp_pay="99999")
    assert reply.status_code == 422
    assert "各项基金之和不能超过费用总额" in reply.text
    assert 'value="99999"' in reply.text  # nothing typed is lost
    assert visited(desk, home="5").status_code == 422
    told = desk.books() | {"rows": "只有编号"}
    reply = desk.said("/reconciliation/3202/", "/reconciliation/", **told)
    assert reply.status_code == 422
    assert "第1行应为：结算ID 总额 基金" in reply.text
    assert desk.get("/reconciliation/", params={"house": "X"}).status_code == 422
    assert not Exchange.objects.exists()


def test_rows_are_read_as_they_are_written() -> None:
    rows = [Row("JS1", Decimal("10.00"), Decimal("5.00")), Row("JS2", Decimal("-10.00"), Decimal("-5.00"))]
    assert rows_in("\n\n".join(map(str, rows)) + "\n") == rows
    assert rows[1].told() == {
        "setl_id": "JS2",
        "refd_setl_flag": "1",
        "medfee_sumamt": "10.00",
        "fund_pay_sumamt": "5.00",
    }
    assert totals_of(rows) == {"medfee_sumamt": 0, "fund_pay_sumamt": 0, "fixmedins_setl_cnt": 2}
    for text in ("JS1 10", "JS1 1,000.00 5", "JS1 10 5 3"):
        with pytest.raises(NoRow, match="第1行"):
            rows_in(text)
