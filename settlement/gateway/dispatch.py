"""From a message to its answer: envelope, signature, clock; the same message again; one transaction; all is kept."""

import datetime as dt
import json
import logging
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg.errors import DeadlockDetected, SerializationFailure
from pydantic import ValidationError

from filings.platform.codes import Transaction
from filings.platform.envelope import DONE, LONGEST_ERROR, REFUSED, Request, faults, stamp
from filings.platform.message_ids import receiver_id
from filings.platform.reading import Unreadable, read_message
from filings.platform.signing import digest, is_signed, signed
from filings.platform.transactions import SHAPES
from hospitals.compiled import CompiledInsert, CompiledQuery, Given
from hospitals.models import Area, ServiceHall
from hospitals.reasons import Reason, Refused
from hospitals.turns import take_turns
from settlement.gateway import admitting, discharging, imported, persons, reconciling, settling, slips, visitors
from settlement.gateway.hearing import About, Answered, Handler, Heard, turns_ahead
from settlement.models import Exchange

logger = logging.getLogger(__name__)
T = Transaction
HANDLERS: dict[Transaction, Handler] = {
    T.PERSON: persons.identify,
    T.ENTITLEMENT: persons.examine_entitlement,
    T.ADMISSION: admitting.admit,
    T.ADMISSION_CHANGE: admitting.change,
    T.ADMISSION_CANCELLATION: admitting.cancel,
    T.DISCHARGE: discharging.discharge,
    T.DISCHARGE_CANCELLATION: discharging.take_back_discharge,
    T.SLIP: slips.take_slip,
    T.PRE_SETTLEMENT: settling.foretell,
    T.SETTLEMENT: settling.settle,
    T.SETTLEMENT_REVERSAL: settling.take_back_settlement,
    T.COMPUTED_SETTLEMENT: imported.take_over_settlement,
    T.INBOUND_SETTLEMENT: visitors.take_note,
    T.TOTALS: reconciling.compare_totals,
    T.DETAILS: reconciling.compare_details,
}
CLOCK = ("cainfo", "signtype", "inf_time")  # a repeat is signed anew
ATTEMPTS = 3
NOBODY = "000000"
CHANGED = "changed_meanwhile"
AGAIN = (DeadlockDetected, SerializationFailure)
OK, UNAVAILABLE = 200, 503


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back over the wire.  status: of HTTP; 503 says that nothing is known to be done: ask again."""

    body: bytes
    status: int = OK


def answer(body: bytes, came_at: dt.datetime) -> Reply:
    """The signed reply to one message, whatever the message is.  Never raises."""
    area = NOBODY
    try:
        message = read_message(body)
        request = _envelope(message)
        area = request.insuplc_admdvs or request.mdtrtarea_admvs
        _refuse_untrusted(message, request, came_at)
        return Reply(_once(body, message, request, came_at))
    except Unreadable as fault:
        return Reply(written(reply_of(area, came_at, (Reason("malformed", str(fault)),))))
    except Refused as refused:
        return Reply(written(reply_of(area, came_at, refused.reasons)))
    except (OperationalError, InterfaceError):
        logger.warning("gateway: the database does not answer")
        connection.close()
        return Reply(written(busy(area, came_at)), UNAVAILABLE)
    except Exception as error:  # the last resort: whatever it is, the sender gets an answer and we a number
        number = secrets.token_hex(4)
        logger.error("gateway: %s %s at %s", number, type(error).__name__, _where(error))
        reasons = (Reason("system_error", _("系统错误，编号{number}，请稍后重发同一报文").format(number=number)),)
        return Reply(written(reply_of(area, came_at, reasons)))


def _envelope(message: Mapping[str, Any]) -> Request:
    """The signed envelope in order.  Raises Refused."""
    try:
        request = Request.model_validate(message)
        request.sent_at  # noqa: B018 - raises for a moment that no calendar has
    except ValidationError as error:
        raise Refused.all_of(faults(error)) from error
    except ValueError as error:
        raise Refused.because("malformed", "inf_time：不是时间") from error
    return request


def _refuse_untrusted(message: Mapping[str, Any], request: Request, came_at: dt.datetime) -> None:
    """Not signed by the platform, or not of now: such a message is answered, and nothing of it is kept."""
    if not settings.PLATFORM_KEY:
        raise Refused.because("not_configured", _("门户未配置平台密钥，不受理报文"))
    try:
        is_theirs = is_signed(message, settings.PLATFORM_KEY)
    except (ValueError, RecursionError) as error:
        raise Refused.because("malformed", _("报文中有不是数值的数字")) from error
    if not is_theirs:
        raise Refused.because("signature", _("签名不符"))
    window = dt.timedelta(minutes=settings.GATEWAY_WINDOW_MINUTES)
    if abs(came_at - request.sent_at) > window:
        text = _("交易时间 {sent} 与门户时间相差超过 {minutes} 分钟")
        given = {"sent": request.inf_time, "minutes": settings.GATEWAY_WINDOW_MINUTES}
        raise Refused.because("out_of_window", text.format(**given))


def _once(body: bytes, message: Mapping[str, Any], request: Request, came_at: dt.datetime) -> bytes:
    """Done once, answered as often as asked.  Tried again: what waited in a ring, or lost a race to another hand."""
    content = digest(message, CLOCK)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _attempt(body, content, message, request, came_at)
        except (OperationalError, IntegrityError) as error:
            if attempt == ATTEMPTS or not (isinstance(error.__cause__, AGAIN) or isinstance(error, IntegrityError)):
                raise
        except MovedOn:
            pass
    return _attempt(body, content, message, request, came_at, is_last=True)


def _attempt(
    body: bytes,
    content: str,
    message: Mapping[str, Any],
    request: Request,
    came_at: dt.datetime,
    *,
    is_last: bool = False,
) -> bytes:
    about = About()
    try:
        with transaction.atomic():
            heard = _heard(message, request, came_at, about)
            if known := _known(request, content, heard.turns):
                return known
            said = HANDLERS[T.of(request.infno)](heard)
            reply = _done(said, heard)
            return _keep(body, content, request, came_at, about, reply, ())
    except Refused as refused:
        if refused.reasons[0].code == CHANGED and not is_last:
            raise MovedOn from refused
        with transaction.atomic():  # what was begun is undone; that it was refused is kept
            if known := _known(request, content):
                return known
            reply = reply_of(_area_of(request, about), came_at, refused.reasons, _whom_to_ask(request, about))
            return _keep(body, content, request, came_at, about, reply, refused.reasons)


def _known(request: Request, content: str, turns: Iterable[str] = ()) -> bytes | None:
    """The reply to the same message, letter by letter; whoever comes second waits for the first.

    turns: to be taken with the message's own.
    """
    take_turns([f"message {request.msgid}"], turns)
    known = _SAME_ID.first(msgid=request.msgid)
    if known is None:
        return None
    if known.digest != content:
        raise MessageIdTaken
    return known.reply.encode()


_SAME_ID = CompiledQuery(lambda: Exchange.objects.filter(msgid=Given("msgid")).only("digest", "reply").order_by())
_KEPT = CompiledInsert(Exchange)


class MovedOn(Exception):
    """A filing was changed between our look and our writing: looked at anew, the answer may be another."""


class MessageIdTaken(Refused):
    """Another message bears this id; it is not kept, since the id is taken."""

    def __init__(self) -> None:
        super().__init__(Reason("msgid_taken", _("报文ID重复而内容不同，请换新的报文ID")))


def _heard(message: Mapping[str, Any], request: Request, came_at: dt.datetime, about: About) -> Heard:
    try:
        shape = SHAPES[T.of(request.infno)]
    except (ValueError, KeyError) as error:
        text = _("门户没有交易 {infno}").format(infno=request.infno)
        raise Refused.because("transaction_unknown", text) from error
    try:
        body = shape.input.model_validate(message.get("input", {}))
    except ValidationError as error:
        raise Refused.all_of(faults(error)) from error
    return Heard(request, body, came_at, timezone.localdate(came_at), about, turns_ahead(body))


def _done(said: Answered, heard: Heard) -> dict[str, Any]:
    area = _area_of(heard.request, heard.about)
    return {
        **_head(area, heard.at),
        "infcode": DONE,
        "warn_msg": said.warning[:LONGEST_ERROR],
        "output": said.output.model_dump(mode="json"),
    }


def _keep(
    body: bytes,
    content: str,
    request: Request,
    came_at: dt.datetime,
    about: About,
    reply: dict[str, Any],
    reasons: Iterable[Reason],
) -> bytes:
    """Write the exchange down, the last thing in its transaction; the reply as it goes out."""
    out = written(reply)
    codes = [reason.code for reason in reasons]
    kept = Exchange(
        msgid=request.msgid,
        infno=request.infno,
        area_id=about.area or _known_area(request.insuplc_admdvs),
        person=about.person,
        admission=about.admission,
        settlement=about.settlement,
        sender=request.fixmedins_code,
        sender_name=request.fixmedins_name,
        treatment_area=request.mdtrtarea_admvs,
        digest=content,
        request=body.decode("utf-8-sig"),
        reply=out.decode(),
        infcode=reply["infcode"],
        error_code=codes[0][:60] if codes else "",
        err_msg=reply.get("err_msg", ""),
        received_at=came_at,
    )
    _KEPT.add(kept)
    return out


# what goes back


def reply_of(area: str, came_at: dt.datetime, reasons: Iterable[Reason], whom_to_ask: str = "") -> dict[str, Any]:
    """A refusal: err_msg begins with the code of the first reason and ends with whom to ask; output has them all."""
    reasons = list(reasons)
    said = f"{reasons[0].code} {'；'.join(reason.text for reason in reasons)}"
    room = LONGEST_ERROR - len(whom_to_ask)
    said = said if len(said) <= room else said[: room - 1] + "…"
    return {
        **_head(area, came_at),
        "infcode": REFUSED,
        "err_msg": said + whom_to_ask,
        "output": {"reasons": [reason.as_dict() for reason in reasons]},
    }


def busy(area: str, came_at: dt.datetime) -> dict[str, Any]:
    text = _("系统繁忙，请稍后以同一报文ID重发本报文")
    return reply_of(area, came_at, (Reason("try_again", text),))


def written(reply: Mapping[str, Any]) -> bytes:
    """Signed where there is a key, as it goes over the wire."""
    told = signed(reply, settings.PLATFORM_KEY) if settings.PLATFORM_KEY else reply
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _head(area: str, came_at: dt.datetime) -> dict[str, Any]:
    now = timezone.now()
    return {
        "inf_refmsgid": receiver_id(area, now, secrets.randbelow(10**10)),
        "refmsg_time": stamp(came_at),
        "respond_time": stamp(now),
        "err_msg": "",
        "warn_msg": "",
    }


def _area_of(request: Request, about: About) -> str:
    return about.area or request.insuplc_admdvs or request.mdtrtarea_admvs


def _known_area(code: str | None) -> str | None:
    """A pooling area; whatever else a message names is nobody's to see."""
    return code if code and Area.objects.pools().filter(pk=code).exists() else None


def _whom_to_ask(request: Request, about: About) -> str:
    """The home agency's window or hotline, as its document prints it."""
    halls = ServiceHall.objects.filter(area=about.area or request.insuplc_admdvs or "")
    hall = halls.exclude(Q(phone="") & Q(hotline="")).first()
    return _("。请咨询{name} {phone}").format(name=hall.name, phone=hall.hotline or hall.phone) if hall else ""


def _where(error: BaseException) -> str:
    """The innermost place in our code, without any value."""
    trace, place = error.__traceback__, ""
    while trace:
        code = trace.tb_frame.f_code
        place = f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
