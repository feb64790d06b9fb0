"""The platforms that uploads go to: signature, known message, mood, rate, answer."""

import datetime as dt
import json
import threading
import time
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from pydantic import ValidationError

from config.simulator.memory import Conduct, Memory, Mood, read
from filings.platform.codes import Transaction
from filings.platform.envelope import CHINA, DONE, LONGEST_ERROR, REFUSED, Reply, Request, faults, stamp
from filings.platform.message_ids import receiver_id
from filings.platform.signing import digest, is_signed, signed

PLATFORMS = {"provincial": "省级平台", "national": "国家平台"}
CLOCK = ("cainfo", "signtype", "inf_time")  # a repeat is signed anew
TAKEN = frozenset(
    {
        Transaction.FILING_UPLOAD,
        Transaction.FILING_CHANGE_UPLOAD,
        Transaction.FILING_END_UPLOAD,
        Transaction.REGISTRATION_UPLOAD,
        Transaction.REGISTRATION_END_UPLOAD,
    }
)


class Turnstile:
    """Lets no more than so many through a second, in the order in which they came."""

    def __init__(self) -> None:
        self.lock, self.free_at = threading.Lock(), 0.0

    def wait(self, rate: float) -> None:
        with self.lock:
            turn = max(self.free_at, time.monotonic())
            self.free_at = turn + 1 / rate
        time.sleep(max(0.0, turn - time.monotonic()))


turnstiles = {platform: Turnstile() for platform in PLATFORMS}


class NoAnswer(Exception):
    """The platform says nothing that could be understood; `status`: the HTTP status that stands for it."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(status)


def answer(memory: Memory, platform: str, body: bytes) -> dict[str, Any]:
    """The signed reply to one message.  Raises NoAnswer while the platform is down, or its answer gets lost."""
    mood, came_at = memory.mood(platform), dt.datetime.now(CHINA)
    if mood.conduct is Conduct.DOWN:
        raise NoAnswer(503)
    turnstiles[platform].wait(mood.rate)
    if mood.conduct is Conduct.SLOW:
        time.sleep(mood.seconds)
    try:
        message = json.loads(body)
        request = Request.model_validate(message)
    except ValidationError as error:
        return _refused(platform, "；".join(reason.text for reason in faults(error)), came_at, memory)
    except (ValueError, RecursionError):
        return _refused(platform, "不是合格的报文", came_at, memory)
    if not is_signed(message, settings.PLATFORM_KEY):
        return _refused(platform, "签名不符", came_at, memory)
    known, content = memory.known(platform, request.msgid), digest(message, CLOCK)
    if known and known["digest"] != content:
        return _refused(platform, "报文ID重复而内容不同", came_at, memory)
    said = read(known["reply"]) if known else _said(memory, request, mood, came_at)
    kept = memory.keep(platform, message, content, said, came_at.isoformat())
    if mood.conduct is Conduct.LOSE_ANSWER and known is None:
        raise NoAnswer(504)
    return signed(kept, settings.PLATFORM_KEY)


def _said(memory: Memory, request: Request, mood: Mood, came_at: dt.datetime) -> dict[str, Any]:
    area = request.insuplc_admdvs or request.mdtrtarea_admvs
    if request.infno not in TAKEN:
        return _reply(area, memory, came_at, REFUSED, f"平台没有交易 {request.infno}")
    if mood.conduct is Conduct.REFUSE:
        return _reply(area, memory, came_at, REFUSED, mood.words)
    output = {"trt_dcla_detl_sn": f"D{came_at:%Y%m%d}{memory.next_serial():010d}"}
    return _reply(area, memory, came_at, DONE, "", output)


def _refused(platform: str, why: str, came_at: dt.datetime, memory: Memory) -> dict[str, Any]:
    return signed(_reply("000000", memory, came_at, REFUSED, why), settings.PLATFORM_KEY)


def _reply(
    area: str, memory: Memory, came_at: dt.datetime, infcode: int, why: str, output: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    now = dt.datetime.now(CHINA)
    said = {
        "infcode": infcode,
        "inf_refmsgid": receiver_id(area, now, memory.next_serial()),
        "refmsg_time": stamp(came_at),
        "respond_time": stamp(now),
        "err_msg": why[:LONGEST_ERROR],
        "output": dict(output or {}),
    }
    return Reply.model_validate(said).model_dump(mode="json")
