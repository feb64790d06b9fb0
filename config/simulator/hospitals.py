"""Hospitals elsewhere: what they say to the portal, message by message, and what they remember of a stay."""

import datetime as dt
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from config.simulator import settings
from config.simulator.memory import Memory
from filings.demo_people import PEOPLE, id_number_of
from filings.platform.client import Platform, Unreachable
from filings.platform.codes import EMERGENCIES, MedicalType, Transaction
from filings.platform.envelope import CHINA, Reply, Request, moment
from filings.platform.message_ids import sender_id
from hospitals.vocabulary import Term


@dataclass(frozen=True, slots=True)
class House:
    """A hospital: its code, name, area and level (hosp_lv)."""

    code: str
    name: str
    area: str
    hosp_lv: str = "02"


HOUSES = {
    house.code: house
    for house in (
        House("H11010100001", "北京示例医院", "110000"),
        House("H12010100001", "天津示例医院", "120000"),
        House("H21010200001", "沈阳示例医院", "210100"),
        House("H21020200001", "大连示例医院", "210200"),
        House("H31010100001", "上海示例医院", "310000"),
        House("H37010200001", "济南示例医院", "370100"),
        House("H37020200001", "青岛示例医院", "370200"),
        House("H44030300001", "深圳示例医院", "440300"),
    )
}


@dataclass(frozen=True, slots=True)
class Patient:
    """Somebody who stands at the desk with a card in hand."""

    name: str
    certno: str
    area: str


OURS = {
    house.code: house
    for house in (  # of the lists that the five agencies have published; the codes are made up
        House("H37060200001", "毓璜顶医院", "370600"),
        House("H37050200001", "东营市第二人民医院", "370500"),
        House("H37050200002", "胜利油田中心医院", "370500"),
        House("H37080200001", "济宁市第一人民医院", "370800"),
    )
}
"""Hospitals of the agencies themselves, to which people from elsewhere come."""


PATIENTS = {row[3]: Patient(name=row[3], certno=id_number_of(row[0], row[2], row[4]), area=row[1]) for row in PEOPLE}


class StayState(Term):
    """As the hospital knows it."""

    ADMITTED = "admitted", "在院"
    DISCHARGED = "discharged", "已出院"
    SETTLED = "settled", "已结算"
    TOLD = "told", "平台已结算"
    VISITED = "visited", "来本地已结算"
    CANCELLED = "cancelled", "已撤销"


class StayStep(Term):
    """What may happen to a stay after its admission."""

    CHANGE = Transaction.ADMISSION_CHANGE.value, "更正标志"
    SLIP = Transaction.SLIP.value, "登记外院检查或购药单"
    DISCHARGE = Transaction.DISCHARGE.value, "出院"
    RETURN = Transaction.DISCHARGE_CANCELLATION.value, "撤销出院"
    TRY = Transaction.PRE_SETTLEMENT.value, "预结算"
    SETTLE = Transaction.SETTLEMENT.value, "结算"
    REVERSE = Transaction.SETTLEMENT_REVERSAL.value, "撤销结算"
    CANCEL = Transaction.ADMISSION_CANCELLATION.value, "撤销入院"
    COMPUTED = Transaction.COMPUTED_SETTLEMENT.value, "平台计算并下发"
    REFUND = Transaction.INBOUND_SETTLEMENT.value, "退费"


Step = StayStep
STEPS = {
    StayState.ADMITTED: (Step.CHANGE, Step.SLIP, Step.DISCHARGE, Step.CANCEL),
    StayState.DISCHARGED: (Step.SLIP, Step.TRY, Step.SETTLE, Step.COMPUTED, Step.RETURN, Step.CANCEL),
    StayState.SETTLED: (Step.REVERSE,),
    StayState.TOLD: (Step.REVERSE,),
    StayState.VISITED: (Step.REFUND,),
    StayState.CANCELLED: (),
}
AFTER = {
    Step.DISCHARGE: StayState.DISCHARGED,
    Step.RETURN: StayState.ADMITTED,
    Step.SETTLE: StayState.SETTLED,
    Step.REVERSE: StayState.DISCHARGED,
    Step.CANCEL: StayState.CANCELLED,
    Step.COMPUTED: StayState.SETTLED,
    Step.REFUND: StayState.CANCELLED,
}
MARKS = ("er_flag", "trum_flag", "rel_ttp_flag", "ttp_stmt_flag")
COST = ("medfee_sumamt", "fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt")
FUNDS = ("hifp_pay", "hifmi_pay", "hifob_pay", "cvlserv_pay", "maf_pay")


@dataclass(frozen=True, slots=True)
class Said:
    """One exchange.  number: of its row in the memory.  problem: why there is no reply."""

    number: int
    reply: Reply | None
    problem: str


def tell(
    memory: Memory, house: House, home: str, infno: Transaction, body: Mapping[str, Any], *, twice: bool = False
) -> Said:
    """Send one message and keep it with its reply.  twice: the same message on two connections at once."""
    now = dt.datetime.now(CHINA)
    request = Request(
        infno=infno,
        msgid=sender_id(house.code, now, memory.next_serial()),
        mdtrtarea_admvs=house.area,
        insuplc_admdvs=home,
        recer_sys_code="PORTAL",
        opter="9001",
        opter_name="示例经办人",
        inf_time=moment(now),
        fixmedins_code=house.code,
        fixmedins_name=house.name,
        input=dict(body),
    )
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(_ask, [request] * (2 if twice else 1)))
    reply, said, problem = answers[0]
    if twice and said != answers[1][1]:
        problem = problem or "两次应答不同"
    number = memory.keep_sent(request.model_dump(mode="json"), said, problem, now.isoformat())
    return Said(number, reply, problem)


def _ask(request: Request) -> tuple[Reply | None, Mapping[str, Any], str]:
    with Platform(settings.GATEWAY_URL, settings.PLATFORM_KEY) as portal:
        try:
            reply, said = portal.ask(request)
        except Unreachable as nobody:
            return None, {}, str(nobody)
    return reply, said, ""


def ask(memory: Memory, house: House, patient: Patient) -> Said:
    """Who the person is to their home area (1101): the answer holds their number there."""
    body = {"mdtrt_cert_type": "02", "psn_cert_type": "01", "certno": patient.certno, "psn_name": patient.name}
    return tell(memory, house, patient.area, Transaction.PERSON, {"data": body})


def admit(memory: Memory, house: House, patient: Patient, said: Mapping[str, Any]) -> Said:
    """Ask who it is, then admit.  said: the cleaned form.  A stay that the portal accepted is remembered."""
    known = ask(memory, house, patient)
    if not (known.reply and known.reply.is_done):
        return known
    med_type = MedicalType.of(said["med_type"])
    told = {
        "psn_no": number_at(known.reply, patient.area),
        "begntime": f"{said['begntime']} 08:00:00",
        "mdtrt_cert_type": "02",
        "med_type": med_type.value,
        "ipt_no": said["ipt_no"],
        "adm_diag_dscr": said["adm_diag_dscr"],
        "dise_name": said["dise_name"],
        "hosp_lv": house.hosp_lv,
        **{mark: _flag(said[mark]) for mark in MARKS},
    }
    if med_type in EMERGENCIES:
        told["er_flag"] = "1"
    answer = tell(memory, house, patient.area, Transaction.ADMISSION, {"mdtrtinfo": told}, twice=said["twice"])
    if answer.reply and answer.reply.is_done:
        kept = {**told, "house": house.code, "hospital": house.name, "home": patient.area, "name": patient.name}
        memory.keep_stay(answer.reply.output["result"]["mdtrt_id"], kept, StayState.ADMITTED)
    return answer


def go_on(memory: Memory, mdtrt_id: str, step: StayStep, told: Mapping[str, Any], said: Mapping[str, Any]) -> Said:
    """What happens to a stay after its admission; its state follows the answer.  said: the cleaned form."""
    whose = {"mdtrt_id": mdtrt_id, "psn_no": told.get("psn_no", "")}
    kept = dict(told)
    match step:
        case Step.CHANGE:
            kept |= {mark: _flag(said[mark]) for mark in MARKS}
            body = {"adminfo": whose | {mark: kept[mark] for mark in MARKS}}
        case Step.DISCHARGE:
            body = {"dscginfo": whose | {"endtime": f"{said['endtime']} 10:00:00"}}
        case Step.SLIP:
            where = {name: said[name] for name in ("fixmedins_code", "fixmedins_name", "slip_no")}
            body = {"data": whose | where | {"charge_date": str(said["charge_date"]), "stamp_flag": "1"} | _cost(said)}
            del body["data"]["inscp_scp_amt"]
        case Step.TRY | Step.SETTLE:
            body = {"data": whose | _cost(said) | {"hosp_lv": told["hosp_lv"], "invono": said.get("invono", "")}}
        case Step.REVERSE:
            body = {"data": whose | {"setl_id": told["setl_id"], "memo": said["memo"]}}
        case Step.COMPUTED:
            kept["setl_id"] = platform_number(memory, "A", told["home"])
            body = {"data": whose | computed(kept, said)}
        case Step.REFUND:
            again = {
                "setl_id": platform_number(memory, "A", told["home"]),
                "setl_time": f"{said['setl_time']} 10:00:00",
            }
            body = {"data": told["told"] | again | {"refd_setl_flag": "1", "init_setl_id": told["setl_id"]}}
        case _:
            body = {"data": whose}
    house, infno = (HOUSES | OURS)[told["house"]], Transaction.of(step)
    answer = tell(memory, house, told["home"], infno, body, twice=bool(said.get("twice")))
    if answer.reply and answer.reply.is_done:
        if step is Step.SETTLE:
            kept["setl_id"] = answer.reply.output["setlinfo"]["setl_id"]
        keep_in_books(memory, kept, step, answer.reply, body)
        memory.keep_stay(mdtrt_id, kept, _after(memory, mdtrt_id, step))
    return answer


def computed(told: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, str]:
    """A601: a stay as the platform has calculated it.  told: who, where and since when."""
    return {
        **{name: told[name] for name in ("setl_id", "med_type", "hosp_lv")},
        "er_flag": told.get("er_flag", "0"),
        "begndate": told["begntime"][:10],
        "enddate": str(said["enddate"]),
        "setl_time": f"{said['setl_time']} 11:00:00",
        **paid(said),
    }


def paid(said: Mapping[str, Any]) -> dict[str, str]:
    """A cost and who pays it: what no fund pays is the person's."""
    fund = sum((said[name] or Decimal(0) for name in FUNDS), Decimal(0))
    return {
        **_cost(said),
        "act_pay_dedc": f"{said['act_pay_dedc'] or 0:.2f}",
        **{name: f"{said[name] or 0:.2f}" for name in FUNDS},
        "fund_pay_sumamt": f"{fund:.2f}",
        "psn_part_amt": f"{said['medfee_sumamt'] - fund:.2f}",
    }


def keep_in_books(
    memory: Memory, kept: Mapping[str, Any], step: StayStep, reply: Reply, body: Mapping[str, Any]
) -> None:
    """What the hospital compares with the agency at the end of the day; people from elsewhere are no part of it."""
    if step is Step.COMPUTED:
        told, day = body["data"], body["data"]["setl_time"][:10]
    elif step in (Step.SETTLE, Step.REVERSE):
        told, day = reply.output["setlinfo"], f"{dt.datetime.now(CHINA):%Y-%m-%d}"
    else:
        return
    amounts = {name: told[name] for name in ("medfee_sumamt", "fund_pay_sumamt")}
    memory.keep_settled(told["setl_id"], kept["house"], kept["home"], day, amounts)


def platform_number(memory: Memory, kind: str, area: str) -> str:
    """As the platform numbers stays (S) and settlements (A): kind, area, day, serial."""
    return f"{kind}{area}{dt.datetime.now(CHINA):%y%m%d}{memory.next_serial() % 10**7:07d}"


def _after(memory: Memory, mdtrt_id: str, step: StayStep) -> StayState:
    """What the stay then is; one that the hospital never admitted over the line is over once it is taken back."""
    row = memory.stay(mdtrt_id)
    if row is None:
        raise KeyError(mdtrt_id)
    was = StayState.of(row["state"])
    return StayState.CANCELLED if was is StayState.TOLD else AFTER.get(step, was)


def _cost(said: Mapping[str, Any]) -> dict[str, str]:
    """What is left of the total is within the catalogue."""
    total, *others = (said[name] or Decimal(0) for name in COST)
    return {name: f"{said[name] or 0:.2f}" for name in COST} | {"inscp_scp_amt": f"{total - sum(others):.2f}"}


def number_at(known: Reply, area: str) -> str:
    """The person's number at one home area; of the first of their insurances where that area has none."""
    rows = known.output["insuinfo"]
    return str(next((row for row in rows if row["insuplc_admdvs"] == area), rows[0])["psn_no"])


def _flag(is_set: bool) -> str:
    return "1" if is_set else "0"
