"""Demo stays that the platform told of: in hospital and held, settled with a slip, refused, and one it calculated."""

import datetime as dt
import json
from typing import Any

from django.conf import settings
from django.utils import timezone

from filings.models import InsuredPerson
from filings.platform.envelope import CHINA, moment
from filings.platform.message_ids import sender_id
from filings.platform.signing import signed
from hospitals.models import Hospital
from hospitals.vocabulary import Level, Scope, Service
from settlement.demo import BEIJING, DALIAN, SHENYANG, TIELING
from settlement.gateway.dispatch import answer
from settlement.gateway.persons import number_of
from settlement.models import Exchange

HOSPITALS = {  # those that the simulator plays
    BEIJING: ("H11010100001", "北京示例医院"),
    "120000": ("H12010100001", "天津示例医院"),
    SHENYANG: ("H21010200001", "沈阳示例医院"),
    DALIAN: ("H21020200001", "大连示例医院"),
    "310000": ("H31010100001", "上海示例医院"),
    "370100": ("H37010200001", "济南示例医院"),
    "370200": ("H37020200001", "青岛示例医院"),
    "440300": ("H44030300001", "深圳示例医院"),
}
TOLD_BY = {  # others: what the simulator has in its books is what it has said itself
    BEIJING: ("H11010100002", "北京示例第二医院"),
    DALIAN: ("H21020200002", "大连示例第二医院"),
}
COST = {
    "medfee_sumamt": "18600.00",
    "fulamt_ownpay_amt": "1200.00",
    "overlmt_selfpay": "400.00",
    "preselfpay_amt": "1500.00",
    "inscp_scp_amt": "15500.00",
}


class DemoFailed(Exception):
    """A demo message was not answered as it should be."""


def load() -> str:
    """Send the demo messages, once; after the demo people.  What there is, in one line."""
    _hospitals()
    if not Exchange.objects.exists():
        _messages(timezone.localdate())
    return f"示例平台报文 {Exchange.objects.count()} 条"


def _hospitals() -> None:
    """Samples, and marked so: no document that the portal ships lists hospitals of these cities."""
    for place, (code, name) in (*HOSPITALS.items(), *TOLD_BY.items()):
        hospital, is_new = Hospital.objects.get_or_create(
            area_id=place, name=name, defaults={"code": code, "level": Level.THREE_A, "source": "示例"}
        )
        if is_new:
            for scope in Scope:
                for service in Service:
                    hospital.services.create(service=service, scope=scope, opened_on=dt.date(2017, 1, 1), source="示例")


def _messages(today: dt.date) -> None:
    chen, liu, zhou = (_person(name) for name in ("陈淑芬", "刘洋", "周海"))
    begun, over = str(today - dt.timedelta(days=6)), str(today - dt.timedelta(days=2))
    held = {"psn_no": number_of(chen), "begntime": over, "med_type": "22", "ipt_no": "示例ZY0001"}
    _tell(1, DALIAN, "2401", {"mdtrtinfo": {**held, "adm_diag_dscr": "踝关节骨折", "trum_flag": "1"}})
    stay = {"psn_no": number_of(liu), "begntime": begun, "ipt_no": "示例ZY0002", "adm_diag_dscr": "肺炎"}
    admitted = _tell(2, BEIJING, "2401", {"mdtrtinfo": stay})
    known = {"mdtrt_id": admitted["result"]["mdtrt_id"], "psn_no": number_of(liu)}
    slip = {
        "fixmedins_code": "P11010100009",
        "fixmedins_name": "示例大药房",
        "slip_no": "示例WY0001",
        "charge_date": begun,
        "medfee_sumamt": "860.00",
        "preselfpay_amt": "86.00",
        "stamp_flag": "1",
    }
    _tell(3, BEIJING, "A602", {"data": {**known, **slip}})
    _tell(4, BEIJING, "2402", {"dscginfo": {**known, "endtime": over}})
    _tell(5, BEIJING, "2304", {"data": {**known, **COST, "invono": "示例 90000001"}})
    third = {"psn_no": number_of(zhou), "begntime": str(today), "trum_flag": "1", "rel_ttp_flag": "1"}
    _tell(6, BEIJING, "2401", {"mdtrtinfo": third}, refused=True)
    computed = {
        "psn_no": number_of(zhou),
        "setl_id": "A110000260000001",
        "diag_name": "胃癌",
        "act_pay_dedc": "1250.00",
        "begndate": str(today - dt.timedelta(days=51)),
        "enddate": str(today - dt.timedelta(days=45)),
        "setl_time": str(today - dt.timedelta(days=45)),
        **COST,
        "hifp_pay": "10687.50",
        "fund_pay_sumamt": "10687.50",
        "psn_part_amt": "7912.50",
    }
    _tell(7, BEIJING, "A601", {"data": computed})


def _person(name: str) -> InsuredPerson:
    return InsuredPerson.objects.filter(area=TIELING, name=name).earliest("pk")


def _tell(serial: int, place: str, infno: str, body: dict[str, Any], *, refused: bool = False) -> dict[str, Any]:
    """Through the same door as the platform; the output of the answer."""
    now = dt.datetime.now(CHINA)
    code, name = TOLD_BY[place]
    message = {
        "infno": infno,
        "msgid": sender_id(code, now, serial),
        "mdtrtarea_admvs": place,
        "insuplc_admdvs": TIELING,
        "inf_time": moment(now),
        "fixmedins_code": code,
        "fixmedins_name": name,
        "input": body,
    }
    said = json.loads(answer(json.dumps(signed(message, settings.PLATFORM_KEY)).encode(), timezone.now()).body)
    if bool(said["infcode"]) != refused:
        raise DemoFailed(said["err_msg"])
    output: dict[str, Any] = said["output"]
    return output
