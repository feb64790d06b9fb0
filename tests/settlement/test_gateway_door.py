"""The door: whatever comes in, a signed answer goes out, nothing half done, nothing told that is nobody's business."""

import datetime as dt
import json
import logging

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from psycopg.errors import DeadlockDetected

from filings.platform.envelope import CHINA, moment
from filings.platform.reading import DEEPEST
from filings.platform.signing import is_signed, signed
from settlement.gateway import dispatch, door
from settlement.gateway.persons import number_of
from settlement.models import Admission, Exchange, Settlement
from tests.settlement.platform import Ward, a_bill, insured

pytestmark = pytest.mark.django_db


@pytest.fixture
def lone() -> Ward:
    """A hospital of which nothing is known: what the door itself answers needs no more."""
    return Ward()


def is_answer(said, code: str = "", status: int = 200) -> bool:
    assert said.status == status
    assert is_signed(said.reply, settings.PLATFORM_KEY)
    assert said.reply["infcode"] == -1
    assert "Traceback" not in said.body.decode()
    assert len(said.reply["inf_refmsgid"]) == 30
    assert len(said.reply["err_msg"]) <= 200
    return not code or said.codes == [code]


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
def test_door_takes_posts_alone(lone, method):
    reply = getattr(Client(), method)("/gateway/")
    assert (reply.status_code, reply["Allow"]) == (405, "POST")
    assert json.loads(reply.content)["err_msg"] == "transport 只受理 POST 报文"


@pytest.mark.parametrize(
    "body",
    [
        b" ",
        b"{",
        b'{"infno": "2401"',
        b"\xff\xfe\x00",
        b"[]",
        b"null",
        b'"2401"',
        b'{"infno": NaN}',
        b'{"infno": Infinity}',
        b"[" * 100_000,
        b'{"a":' * 2_000 + b"1" + b"}" * 2_000,
        b'{"a": ' + b"9" * 6_000 + b"}",
        "{".encode("utf-16"),
    ],
)
def test_what_is_no_message_is_answered(lone, body):
    assert is_answer(lone.post(body), "malformed")
    assert not Exchange.objects.exists()


def test_other_contents_and_sizes_are_refused(lone):
    assert is_answer(lone.post("{}", "text/plain"), "transport", 415)
    assert is_answer(lone.post("x" * (door.LARGEST + 1)), "transport", 413)
    chunked = Client().generic("POST", "/gateway/", b"{}", content_type="application/json", CONTENT_LENGTH="")
    assert chunked.status_code == 411


def test_depth_has_a_bound(lone):
    body: object = 1
    for _ in range(DEEPEST + 1):
        body = {"a": body}
    assert "嵌套过深" in lone.ask("1101", body).reply["err_msg"]


def test_signature_and_clock_are_asked_for_and_nothing_is_kept(lone, settings):
    message = lone.message("1101", {"data": {"certno": "x"}})
    assert is_answer(lone.post(json.dumps(message)), "signature")
    assert is_answer(lone.post(json.dumps({**signed(message, b"k" * 32)})), "signature")
    changed = signed(message, settings.PLATFORM_KEY) | {"input": {"data": {"certno": "y"}}}
    assert is_answer(lone.post(json.dumps(changed)), "signature")
    for minutes in (-11, 11):
        late = moment(dt.datetime.now(CHINA) + dt.timedelta(minutes=minutes))
        assert is_answer(lone.send({**message, "inf_time": late}), "out_of_window")
    assert is_answer(lone.send({**message, "inf_time": "2026-02-30 10:00:00"}), "malformed")
    assert is_answer(lone.send({**message, "msgid": "short"}), "malformed")
    assert not Exchange.objects.exists()
    settings.PLATFORM_KEY = b""
    assert lone.post(json.dumps(message)).codes == ["not_configured"]


@pytest.mark.parametrize(
    ("infno", "body"),
    [
        ("9999", {}),
        ("2401", {}),
        ("2401", {"mdtrtinfo": None}),
        ("2401", {"mdtrtinfo": {"psn_no": "1"}}),
        ("2401", {"mdtrtinfo": {"psn_no": "1", "begntime": "2026-13-01"}}),
        ("2401", {"mdtrtinfo": {"psn_no": "1", "begntime": "2026-03-01", "adm_diag_dscr": "\x00"}}),
        ("2401", {"mdtrtinfo": {"psn_no": "1", "begntime": "2026-03-01", "adm_diag_dscr": "\ud800"}}),
        ("2401", {"mdtrtinfo": {"psn_no": "1", "begntime": "2026-03-01", "adm_diag_dscr": "长" * 300}}),
        ("2401", {"mdtrtinfo": {"psn_no": "1", "begntime": "2026-03-01", "trum_flag": "yes"}}),
        ("2304", {"data": {"mdtrt_id": "1", "psn_no": "1", "medfee_sumamt": "1.005", "inscp_scp_amt": "1"}}),
        ("2304", {"data": {"mdtrt_id": "1", "psn_no": "1", "medfee_sumamt": "-1", "inscp_scp_amt": "1"}}),
        ("2304", {"data": {"mdtrt_id": "1", "psn_no": "1", "medfee_sumamt": "1e5", "inscp_scp_amt": "1"}}),
        ("2304", {"data": {"mdtrt_id": "1", "psn_no": "1", "medfee_sumamt": True, "inscp_scp_amt": "1"}}),
        ("2304", {"data": {"mdtrt_id": "1", "psn_no": "1", "medfee_sumamt": "NaN", "inscp_scp_amt": "1"}}),
        ("2304", {"data": {"mdtrt_id": "1", "psn_no": "1", "medfee_sumamt": 10**15, "inscp_scp_amt": "1"}}),
        ("3202", {"data": {"stmt_begndate": "2026-03-01", "rows": [None]}}),
    ],
)
def test_bodies_out_of_order_are_refused_and_kept(lone, infno, body):
    said = lone.ask(infno, body)
    assert is_answer(said)
    kept = Exchange.objects.get()
    assert (kept.infcode, kept.error_code, kept.reply) == (-1, said.codes[0], said.body.decode())


def test_unknown_fields_are_let_pass_and_kept(ward):
    person = insured()
    message = ward.message("2401", {"mdtrtinfo": {"psn_no": number_of(person), "begntime": "2026-03-12", "新": [1]}})
    assert ward.send({**message, "unknown": {"a": 1}}).is_done
    assert '"unknown"' in Exchange.objects.get().request


def test_lines_are_summed_up_to_their_bound(ward):
    person = insured()
    stay = ward.admitted(person)
    line = {"det_item_fee_sumamt": 6.25, "fulamt_ownpay_amt": "0.50", "overlmt_amt": "0.25", "preselfpay_amt": 0.5}
    lines = [{**line, "inscp_scp_amt": "5.00"}] * 4_000
    bill = a_bill(person, stay)
    assert ward.ask("2303", {"data": bill, "feedetail": lines}).is_done
    off = ward.ask("2303", {"data": bill, "feedetail": lines[1:]})
    assert off.codes == ["lines_disagree"]
    many = ward.ask("2303", {"data": bill, "feedetail": lines + lines[:1_001]})
    assert "行数过多" in many.reply["err_msg"]


def test_a_million_lines_are_refused_and_nothing_is_settled(ward):
    """As many as fit in a message that large are empty; lines of an amount do not fit."""
    person = insured()
    stay = ward.admitted(person)
    bill = a_bill(person, stay)
    empty = ward.ask("2304", {"data": bill, "feedetail": [{}] * 1_000_000})
    assert is_answer(empty, status=200)
    assert empty.codes[0] == "malformed"
    told = ward.message("2304", {"data": bill, "feedetail": [{"det_item_fee_sumamt": "0.02"}] * 1_000_000})
    assert is_answer(ward.post(json.dumps(signed(told, settings.PLATFORM_KEY))), "transport", 413)
    assert not Settlement.objects.exists()
    assert Admission.objects.get().status == "admitted"
    assert ward.settle(person, stay).is_done


def test_amounts_disagree(ward):
    person = insured()
    stay = ward.admitted(person)
    said = ward.settle(person, stay, inscp_scp_amt="20000.01")
    assert said.codes == ["amounts_disagree"]
    assert not Settlement.objects.exists()


def test_replay_is_answered_within_the_window_and_refused_after_it(ward, monkeypatch):
    person = insured()
    message = ward.message("2401", {"mdtrtinfo": {"psn_no": number_of(person), "begntime": "2026-03-12"}})
    first = ward.send(message)
    later = timezone.now() + dt.timedelta(minutes=9)
    monkeypatch.setattr(door.timezone, "now", lambda: later)
    assert ward.send(message).body == first.body
    assert ward.send({**message, "inf_time": moment(later)}).body == first.body
    monkeypatch.setattr(door.timezone, "now", lambda: later + dt.timedelta(minutes=9))
    assert ward.send(message).codes == ["out_of_window"]
    assert Admission.objects.count() == 1


def test_database_down_says_try_again_and_nothing_is_done(ward, monkeypatch):
    person = insured()
    message = ward.message("2401", {"mdtrtinfo": {"psn_no": number_of(person), "begntime": "2026-03-12"}})

    def down(*_: object) -> None:
        raise OperationalError("connection refused")

    with monkeypatch.context() as patch:
        patch.setattr(dispatch, "_known", down)
        patch.setattr(dispatch.connection, "close", lambda: None)
        said = ward.send(message)
    assert is_answer(said, "try_again", 503)
    assert not Exchange.objects.exists()
    assert ward.send(message).is_done


def test_unforeseen_error_gets_a_number_and_tells_nothing(ward, monkeypatch, caplog):
    person = insured()

    def broken(heard: object) -> None:
        raise RuntimeError(f"secret of {person.id_number}")

    monkeypatch.setitem(dispatch.HANDLERS, dispatch.T.ADMISSION, broken)
    with caplog.at_level(logging.ERROR):
        said = ward.admit(person)
    assert is_answer(said, "system_error")
    number = said.reply["err_msg"].split("编号")[1][:8]
    assert number in caplog.text
    assert person.id_number not in caplog.text + said.body.decode()
    assert not Exchange.objects.exists()


def test_deadlock_is_tried_again(ward, monkeypatch):
    person, times = insured(), []
    admit = dispatch.HANDLERS[dispatch.T.ADMISSION]

    def at_first(heard):
        times.append(1)
        if len(times) == 1:
            raise OperationalError("deadlock detected") from DeadlockDetected()
        return admit(heard)

    monkeypatch.setitem(dispatch.HANDLERS, dispatch.T.ADMISSION, at_first)
    assert ward.admit(person).is_done
    assert len(times) == 2


def test_amounts_are_exact(ward):
    person = insured()
    stay = ward.admitted(person)
    said = ward.ask(
        "2303",
        {"data": a_bill(person, stay, medfee_sumamt=123456789012.34, inscp_scp_amt="123456784012.34")},
    )
    assert said.output["setlinfo"]["medfee_sumamt"] == "123456789012.34"
