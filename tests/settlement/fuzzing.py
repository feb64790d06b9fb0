"""Messages that are not as they should be: of every transaction, spoilt in what they say or in how they are written."""

import copy
import datetime as dt
import itertools
import json
import random
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from django.conf import settings

from filings.models import InsuredPerson
from filings.platform.envelope import CHINA, Reply, moment
from filings.platform.signing import signed
from settlement.gateway.persons import number_of
from tests.settlement.platform import ADMITTED, DISCHARGED, Ward, a_bill

Body = dict[str, Any]
serials = itertools.count(time.time_ns() // 1_000)  # no id twice, in whatever database that has seen some
STRANGE: tuple[Any, ...] = (
    *(None, "", " ", "\u0000", "a\u0000b", "\ud800", "\udfff\ud800", "\ufeff", "\u202e1", "\x1b[31m"),
    *("☃" * 500, "长" * 100_000, 0, -1, 1.5, -0.0, 1e308, 10**40, -(10**4000), 2**63, 2**31, True, False),
    *([], {}, [[]] * 50, [None] * 3, {"": {}}, "\r\n", "\t", "1e5", "1E400", "NaN", "-0.01", "0.001"),
    *("99999999999999.99", "999999999999999", "٣", "²", "１２", "0x10", "1_000", "+1", "310", "21", "13", "14"),
    *("9999-99-99", "2026-02-30", "0001-01-01", "2200-12-31", "2026-03-12T10:00:00Z", "2026-03-12 99:99:99"),
    *("0" * 20, "21120000000000000001", "211200" + "9" * 14, "S" + "9" * 21, "9" * 30, "-2026-03-12"),
    *("'; DROP TABLE x;--", '"', "\\", "%s", "%(a)s", "{0}", "{number}", "<script>", "../../etc/passwd", "$1"),
)
LARGEST = 5_000_000  # characters: somewhat more than the door takes
UNSIGNABLE: tuple[Any, ...] = (float("nan"), float("inf"), -float("inf"))


def good_messages(ward: Ward, person: InsuredPerson, stay: str, setl_id: str, local_hospital: str) -> list[Body]:
    """One of each transaction, about a stay that is there; which are in order depends on what came before."""
    of_stay = {"mdtrt_id": stay, "psn_no": number_of(person)}
    bill = a_bill(person, stay)
    lines = [
        {"feedetl_sn": "1", "det_item_fee_sumamt": "24000.00", "fulamt_ownpay_amt": "1000.00"}
        | {"overlmt_amt": "1000.00", "preselfpay_amt": "2000.00", "inscp_scp_amt": "20000.00"},
        {"feedetl_sn": "2", "det_item_fee_sumamt": 1000.0, "fulamt_ownpay_amt": 1000, "inscp_scp_amt": 0},
    ]
    admission = {
        "psn_no": number_of(person),
        "begntime": str(ADMITTED),
        "med_type": "21",
        "ipt_no": f"F{next(serials)}",
    }
    told = {"psn_no": number_of(person), "begntime": str(ADMITTED), "med_type": "21"}
    identity = {"mdtrt_cert_type": "02", "mdtrt_cert_no": person.id_number, "psn_cert_type": person.id_type}
    identity |= {"certno": person.id_number, "psn_name": person.name}
    slip = {"fixmedins_code": "P11010100009", "fixmedins_name": "示例大药房", "slip_no": f"WY{next(serials)}"}
    slip |= {"charge_date": str(ADMITTED), "medfee_sumamt": "10.00", "stamp_flag": "1"}
    period = {
        "stmt_begndate": str(ADMITTED),
        "stmt_enddate": str(DISCHARGED),
        "medfee_sumamt": "0",
        "fund_pay_sumamt": "0",
    }
    period |= {"fixmedins_setl_cnt": 0}
    row = {"setl_id": setl_id, "medfee_sumamt": "25000.00", "fund_pay_sumamt": "13687.50", "refd_setl_flag": "0"}
    figures = {
        "medfee_sumamt": "1000.00",
        "inscp_scp_amt": "1000.00",
        "fund_pay_sumamt": "0.00",
        "psn_part_amt": "1000.00",
    }
    days = {"begndate": str(ADMITTED), "enddate": str(DISCHARGED), "setl_time": str(DISCHARGED)}
    computed = {"setl_id": f"Z{next(serials)}", "psn_no": number_of(person), **days, **figures}
    inbound = {"setl_id": f"I{next(serials)}", "mdtrt_id": "S500000250825000000001", "medins_no": local_hospital}
    inbound |= {
        "psn_name": "外地人",
        "certno": f"F{next(serials)}",
        "psn_cert_type": "99",
        "insutype": "310",
        **days,
        **figures,
    }
    bodies = [
        ("1101", {"data": identity}),
        ("2001", {"data": told}),
        ("2401", {"mdtrtinfo": admission, "diseinfo": [{"diag_name": "肺炎", "maindiag_flag": "1"}]}),
        ("2403", {"adminfo": {**of_stay, "adm_diag_dscr": "肺炎", "trum_flag": "0"}, "diseinfo": []}),
        ("2402", {"dscginfo": {**of_stay, "endtime": str(DISCHARGED)}, "diseinfo": [{"diag_name": "肺炎"}]}),
        ("2405", {"data": dict(of_stay)}),
        ("A602", {"data": {**of_stay, **slip}}),
        ("2303", {"data": bill, "feedetail": lines}),
        ("2304", {"data": bill, "feedetail": lines}),
        ("2305", {"data": {**of_stay, "setl_id": setl_id, "memo": "录入有误"}}),
        ("2404", {"data": dict(of_stay)}),
        ("A601", {"data": computed}),
        ("A603", {"data": inbound}),
        ("3201", {"data": period}),
        ("3202", {"data": {**period, "rows": [row]}}),
    ]
    from_elsewhere = {"A603": {"insuplc_admdvs": "500000"}}
    return [copy.deepcopy(ward.message(infno, body, **from_elsewhere.get(infno, {}))) for infno, body in bodies]


def is_proper(status: int, body: bytes) -> bool:
    """An answer in the platform's language, of HTTP as the door has it, and of nothing unforeseen."""
    try:
        reply = Reply.model_validate(json.loads(body))
    except ValueError:
        return False
    said = not reply.err_msg.startswith(("system_error", "try_again")) and b"Traceback" not in body
    return said and status in (200, 408, 411, 413, 415)


def spoilt(chance: random.Random, good: Body) -> bytes:
    """The message as it goes over the wire; one in ten is in order."""
    message = copy.deepcopy(good)
    message["inf_time"] = moment(dt.datetime.now(CHINA))
    message["msgid"] = f"{message['fixmedins_code']}{next(serials):018d}"
    way = chance.random()
    if way < 0.1:
        return written(message)
    if way < 0.75:
        for _ in range(chance.randrange(1, 4)):
            _spoil_value(chance, message)
        return written(message)
    if way < 0.85:
        return _cut_or_changed(chance, written(message))
    return chance.choice(WRITTEN_STRANGELY)(chance, message)


def written(message: Body) -> bytes:
    """Signed, where there is anything that can be signed."""
    with suppress(ValueError):
        message = signed(message, settings.PLATFORM_KEY)
    return json.dumps(message).encode()


def _spoil_value(chance: random.Random, message: Body) -> None:
    inside = chance.choice([part for part in _parts(message) if part] or [message])
    if isinstance(inside, list):
        place: Any = chance.randrange(len(inside))
    else:
        place = chance.choice(list(inside))
    turn = chance.random()
    if turn < 0.15:
        del inside[place]
    elif turn < 0.25 and isinstance(inside, dict):
        inside[chance.choice(("unknown", "", "\u0000", "\ud800", "__class__", "pk", "id" * 3000))] = chance.choice(
            STRANGE
        )
    elif turn < 0.3 and isinstance(inside, list):
        times = 6_000 if chance.random() < 0.02 else chance.choice((2, 100))
        inside *= times if len(json.dumps(inside)) * times < LARGEST else 1
    elif turn < 0.35:
        inside[place] = [inside[place]] * chance.randrange(3)
    elif turn < 0.4:
        inside[place] = {"data": inside[place]}
    elif turn < 0.43:
        inside[place] = chance.choice(UNSIGNABLE)
    else:
        inside[place] = _strange(chance)


def _strange(chance: random.Random) -> Any:
    return copy.deepcopy(chance.choice(STRANGE))


def _parts(value: Any) -> Iterator[Any]:
    """Every object and list of a message, itself first."""
    if isinstance(value, dict | list):
        yield value
        for inner in value.values() if isinstance(value, dict) else value[:10]:
            yield from _parts(inner)


def _cut_or_changed(chance: random.Random, body: bytes) -> bytes:
    cut = bytearray(body[: chance.randrange(len(body) + 1)] if chance.random() < 0.5 else body)
    for _ in range(chance.randrange(1, 6)):
        if cut:
            cut[chance.randrange(len(cut))] = chance.randrange(256)
    return bytes(cut)


def _deep(chance: random.Random, message: Body) -> bytes:
    value: Any = 1
    for level in range(chance.choice((5, 31, 33, 200))):
        value = [value] if level % 2 else {"a": value}
    message["input"]["deep"] = value
    return written(message)


def _twice(chance: random.Random, message: Body) -> bytes:
    """The same key again, perhaps with another value, before the others or after them: the last one counts."""
    body = written(message).decode()
    key = chance.choice(list(message))
    again = json.dumps({key: message[key] if chance.random() < 0.5 else chance.choice(STRANGE)})
    return (f"{again[:-1]}, {body[1:]}" if chance.random() < 0.5 else f"{body[:-1]}, {again[1:]}").encode()


def _many_digits(chance: random.Random, message: Body) -> bytes:
    """As amounts and beside them; more of them than Python reads, too."""
    many = ("1e999999999", "-1e-999999999", "9" * 4_000, "9" * 9_000, "0." + "1" * 9_000, "1E5", "-0")
    number = chance.choice(many).encode()
    return written(message).replace(b'"25000.00"', number).replace(b'"infno"', b'"n":' + number + b',"infno"')


def _encoded(chance: random.Random, message: Body) -> bytes:
    text = json.dumps(signed(message, settings.PLATFORM_KEY), ensure_ascii=False)
    return text.encode(chance.choice(("utf-16", "utf-32", "gb18030", "utf-8-sig", "utf-7", "utf-16-be")))


def _around(chance: random.Random, message: Body) -> bytes:
    body = written(message)
    raw = chance.choice(
        (b"\x00", b"\xff", b"\xed\xa0\x80", b"\xc0\x80", b" ", b"\n", b"//", b"{}", b"[", b"\xef\xbb\xbf")
    )
    return chance.choice(
        (raw + body, body + raw, body.replace(b'": "', b'": "' + raw, 3), raw * 1_000, b"[" + body + b"]")
    )


WRITTEN_STRANGELY = (_deep, _twice, _many_digits, _encoded, _around)
