"""What the platform has settled by itself and hands down: stays elsewhere (A601), people from elsewhere (A603)."""

from collections.abc import Mapping
from typing import Any

from config.simulator.hospitals import (
    OURS,
    House,
    Patient,
    Said,
    StayState,
    StayStep,
    ask,
    computed,
    keep_in_books,
    number_at,
    paid,
    platform_number,
    tell,
)
from config.simulator.memory import Memory
from filings.platform.codes import Transaction


def hand_down(memory: Memory, house: House, patient: Patient, said: Mapping[str, Any]) -> Said:
    """A601 of a stay that was never told of: ask who it is, then what it came to.  said: the cleaned form."""
    known = ask(memory, house, patient)
    if not (known.reply and known.reply.is_done):
        return known
    kept = {
        "setl_id": platform_number(memory, "A", patient.area),
        "psn_no": number_at(known.reply, patient.area),
        "med_type": said["med_type"],
        "hosp_lv": house.hosp_lv,
        "begntime": str(said["begndate"]),
        "er_flag": "1" if said["er_flag"] else "0",
        **_where(house, patient),
    }
    body = {"data": {"psn_no": kept["psn_no"]} | computed(kept, said)}
    answer = tell(memory, house, patient.area, Transaction.COMPUTED_SETTLEMENT, body, twice=said["twice"])
    if answer.reply and answer.reply.is_done:
        keep_in_books(memory, kept, StayStep.COMPUTED, answer.reply, body)
        memory.keep_stay(kept["setl_id"], kept, StayState.TOLD)
    return answer


def tell_of_visitor(memory: Memory, said: Mapping[str, Any]) -> Said:
    """A603: somebody insured elsewhere was settled at a hospital of ours.  said: the cleaned form."""
    house, patient = OURS[said["house"]], Patient(said["psn_name"], said["certno"], said["home"])
    told = {
        "setl_id": platform_number(memory, "A", patient.area),
        "mdtrt_id": platform_number(memory, "S", patient.area),
        "medins_no": house.code,
        "medins_name": house.name,
        "psn_name": patient.name,
        "psn_cert_type": "01",
        "certno": patient.certno,
        "insutype": said["insutype"],
        "out_fil_type": said["out_fil_type"],
        "med_type": said["med_type"],
        "begndate": str(said["begndate"]),
        "enddate": str(said["enddate"]),
        "setl_time": f"{said['setl_time']} 10:00:00",
        "acct_pay": f"{said['acct_pay'] or 0:.2f}",
        **paid(said),
    }
    answer = tell(memory, house, patient.area, Transaction.INBOUND_SETTLEMENT, {"data": told}, twice=said["twice"])
    if answer.reply and answer.reply.is_done:
        kept = {"told": told, "setl_id": told["setl_id"], "begntime": told["begndate"], **_where(house, patient)}
        memory.keep_stay(told["mdtrt_id"], kept, StayState.VISITED)
    return answer


def _where(house: House, patient: Patient) -> dict[str, str]:
    return {"house": house.code, "hospital": house.name, "home": patient.area, "name": patient.name}
