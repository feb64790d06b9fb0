"""A hospital elsewhere that speaks to the portal through the platform, for tests: real messages, the real door."""

import datetime as dt
import itertools
import json
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.test import Client

from filings.models import InsuredPerson
from filings.platform.envelope import CHINA, moment
from filings.platform.message_ids import sender_id
from filings.platform.signing import signed
from hospitals.models import Hospital
from hospitals.vocabulary import Level
from settlement.gateway.persons import number_of
from tests import factories as make

CODE = "H11010100001"
ADMITTED, DISCHARGED = dt.date(2026, 3, 12), dt.date(2026, 3, 20)
SHENYANG, JINAN = "210100", "370100"
serials = itertools.count(1)


def a_hospital(place: str = make.BEIJING, code: str = CODE, **values: Any) -> Hospital:
    """Of that place, opened for everything since long."""
    values = {"name": f"{place}示例医院", "level": Level.THREE} | values
    hospital = make.HospitalFactory(area__code=place, code=code, **values)
    for scope in ("in_province", "cross_province"):
        for service in ("inpatient", "outpatient", "chronic"):
            hospital.services.create(service=service, scope=scope, opened_on=dt.date(2017, 1, 1), source="示例名单")
    return hospital


def insured(area: str = make.TIELING, **values: Any) -> InsuredPerson:
    """An active employee, but for what is said."""
    person = make.PersonFactory(area__code=area, name="王小明")
    make.ParticipationFactory(person=person, **{"employment": "active"} | values)
    return person


@dataclass
class Told:
    """An answer as the hospital reads it."""

    status: int
    reply: dict[str, Any]
    body: bytes

    @property
    def is_done(self) -> bool:
        return self.reply["infcode"] == 0

    @property
    def output(self) -> dict[str, Any]:
        return self.reply["output"]

    @property
    def codes(self) -> list[str]:
        return [reason["code"] for reason in self.output["reasons"]]


@dataclass
class Ward:
    """The hospital's side.  home: the area that its patients are insured in."""

    home: str = make.TIELING
    place: str = make.BEIJING
    code: str = CODE
    name: str = ""
    client: Client = field(default_factory=Client)

    def message(self, infno: str, body: Any, **envelope: Any) -> dict[str, Any]:
        now = dt.datetime.now(CHINA)
        return {
            "infno": infno,
            "msgid": sender_id(self.code, now, next(serials)),
            "mdtrtarea_admvs": self.place,
            "insuplc_admdvs": self.home,
            "inf_time": moment(now),
            "fixmedins_code": self.code,
            "fixmedins_name": self.name or f"{self.place}示例医院",
            "input": body,
        } | envelope

    def send(self, message: dict[str, Any]) -> Told:
        return self.post(json.dumps(signed(message, settings.PLATFORM_KEY)))

    def post(self, body: str | bytes, content_type: str = "application/json") -> Told:
        answer = self.client.post("/gateway/", body, content_type=content_type)
        return Told(answer.status_code, json.loads(answer.content), answer.content)

    def ask(self, infno: str, body: Any, **envelope: Any) -> Told:
        return self.send(self.message(infno, body, **envelope))

    # the transactions, as they are usually told

    def admit(self, person: InsuredPerson, **told: Any) -> Told:
        given = {"psn_no": number_of(person), "begntime": str(ADMITTED), "med_type": "21", "ipt_no": "ZY001"}
        return self.ask("2401", {"mdtrtinfo": given | told})

    def admitted(self, person: InsuredPerson, **told: Any) -> str:
        """mdtrt_id of a stay that was accepted."""
        said = self.admit(person, **told)
        assert said.is_done, said.reply
        return said.output["result"]["mdtrt_id"]

    def discharge(self, person: InsuredPerson, stay: str, day: dt.date = DISCHARGED) -> Told:
        return self.ask("2402", {"dscginfo": {**_of(person, stay), "endtime": f"{day} 10:00:00"}})

    def change(self, person: InsuredPerson, stay: str, **told: Any) -> Told:
        return self.ask("2403", {"adminfo": {**_of(person, stay), **told}})

    def cancel(self, person: InsuredPerson, stay: str) -> Told:
        return self.ask("2404", {"data": _of(person, stay)})

    def take_back_discharge(self, person: InsuredPerson, stay: str) -> Told:
        return self.ask("2405", {"data": _of(person, stay)})

    def slip(self, person: InsuredPerson, stay: str, **told: Any) -> Told:
        given = {
            "fixmedins_code": "P11010100009",
            "fixmedins_name": "示例大药房",
            "slip_no": "WY0001",
            "charge_date": str(ADMITTED),
            "medfee_sumamt": "1000.00",
            "preselfpay_amt": "100.00",
            "stamp_flag": "1",
        }
        return self.ask("A602", {"data": {**_of(person, stay), **given, **told}})

    def settle(self, person: InsuredPerson, stay: str, infno: str = "2304", **told: Any) -> Told:
        return self.ask(infno, {"data": a_bill(person, stay, **told)})

    def reverse(self, person: InsuredPerson, stay: str, setl_id: str) -> Told:
        return self.ask("2305", {"data": {**_of(person, stay), "setl_id": setl_id, "memo": "费用录入有误"}})


def a_bill(person: InsuredPerson, stay: str, **told: Any) -> dict[str, Any]:
    return {
        **_of(person, stay),
        "dscgtime": str(DISCHARGED),
        "medfee_sumamt": "25000.00",
        "fulamt_ownpay_amt": "2000.00",
        "overlmt_selfpay": "1000.00",
        "preselfpay_amt": "2000.00",
        "inscp_scp_amt": "20000.00",
    } | told


def _of(person: InsuredPerson, stay: str) -> dict[str, str]:
    return {"mdtrt_id": stay, "psn_no": number_of(person)}
