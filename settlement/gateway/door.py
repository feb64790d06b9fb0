"""Where the platform comes in over HTTP: bounded in size, bounded in time, and always answered in its own language."""

import datetime as dt
import socket
import threading
import time
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from hospitals.reasons import Reason
from settlement.gateway import dispatch

LARGEST = 4 * 1024 * 1024  # bytes of a message: five thousand lines fit
THROWN_AWAY = 4 * LARGEST  # bytes that are still read of a message that is not taken
JSON = "application/json"


class Faulty(Exception):
    """The request is no message.  status: of HTTP; `str()`: why, in Chinese."""

    def __init__(self, status: HTTPStatus, why: str) -> None:
        self.status = status
        super().__init__(why)


@csrf_exempt
@login_not_required
@transaction.non_atomic_requests
def gateway(request: HttpRequest) -> HttpResponse:
    """POST of one message; every answer is a signed reply."""
    came_at = timezone.now()
    try:
        body = _body_of(request)
    except Faulty as fault:
        return _answered(_refusal(came_at, str(fault)), fault.status)
    reply = dispatch.answer(body, came_at)
    return _answered(reply.body, HTTPStatus(reply.status))


def _answered(body: bytes, status: HTTPStatus) -> HttpResponse:
    response = HttpResponse(body, status=status, content_type=f"{JSON}; charset=utf-8")
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        response["Allow"] = "POST"
    response["Cache-Control"] = "no-store"
    return response


def _refusal(came_at: dt.datetime, why: str) -> bytes:
    return dispatch.written(dispatch.reply_of(dispatch.NOBODY, came_at, (Reason("transport", why),)))


def _body_of(request: HttpRequest) -> bytes:
    """The whole body, or Faulty.  What is too large is not read; what comes too slowly is cut off."""
    if request.method != "POST":
        raise Faulty(HTTPStatus.METHOD_NOT_ALLOWED, _("只受理 POST 报文"))
    length = request.headers.get("Content-Length", "")
    if request.content_type != JSON:
        _turn_away(request, length)
        raise Faulty(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, _("报文应为 application/json"))
    if not (length.isascii() and length.isdigit()):
        _turn_away(request, length)
        raise Faulty(HTTPStatus.LENGTH_REQUIRED, _("报文须注明长度（Content-Length），不受理分块传送"))
    if len(length) > 12 or int(length) > LARGEST:
        _turn_away(request, length)
        raise Faulty(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _("报文过大，最多 {most} 兆字节").format(most=LARGEST // 2**20)
        )
    try:
        with clock.watching(request.META.get("gunicorn.socket")):
            body = request.read(int(length))
    except OSError as error:
        raise Faulty(HTTPStatus.REQUEST_TIMEOUT, _("报文没有收完")) from error
    if len(body) < int(length):
        raise Faulty(HTTPStatus.REQUEST_TIMEOUT, _("报文没有收完"))
    return bytes(body)


def _turn_away(request: HttpRequest, length: str) -> None:
    """What is refused unread is thrown away where it is not much: its sender may go on over the same connection.

    Of more, or of nobody knows how much, nothing is read any longer: the rest of it keeps nobody busy.
    """
    sender = request.META.get("gunicorn.socket")
    left = int(length) if length.isascii() and length.isdigit() and len(length) <= 12 else THROWN_AWAY + 1
    if sender is None:
        return
    with suppress(OSError):
        if left > THROWN_AWAY:
            sender.shutdown(socket.SHUT_RD)
            return
        with clock.watching(sender):
            while left and (part := request.read(min(left, 65536))):
                left -= len(part)


class Clock:
    """Stops reading from whoever has not sent their message in time.

    A read waits for the next bytes, not for all of them: only somebody beside it can end one that gets a byte a second.
    One thread a process, there only while somebody is being read from.
    """

    def __init__(self) -> None:
        self.lock = threading.Condition()
        self.deadlines: dict[int, tuple[float, Any]] = {}
        self.is_running = False

    def watching(self, sender: Any) -> "Watch":
        return Watch(self, sender)

    def run(self) -> None:
        while True:
            with self.lock:
                if not self.deadlines:
                    self.is_running = False
                    return
                now = time.monotonic()
                late = [key for key, (deadline, _sender) in self.deadlines.items() if deadline <= now]
                for key in late:
                    _deadline, sender = self.deadlines.pop(key)
                    with suppress(OSError):
                        sender.shutdown(socket.SHUT_RD)
                first = min((deadline for deadline, _sender in self.deadlines.values()), default=now)
                self.lock.wait(max(0.05, first - now))


class Watch:
    """While it lasts, the sender is watched; without a socket (another server, a test) nobody is."""

    def __init__(self, clock: Clock, sender: Any) -> None:
        self.clock, self.sender = clock, sender

    def __enter__(self) -> None:
        if self.sender is None:
            return
        with self.clock.lock:
            self.clock.deadlines[id(self)] = (time.monotonic() + settings.GATEWAY_SECONDS, self.sender)
            if not self.clock.is_running:
                self.clock.is_running = True
                threading.Thread(target=self.clock.run, name="gateway-clock", daemon=True).start()

    def __exit__(self, *_: object) -> None:
        if self.sender is None:
            return
        with self.clock.lock:
            self.clock.deadlines.pop(id(self), None)
            # Not woken: it looks again by itself, and then ends where nobody is being read from.


clock = Clock()
