"""The sender: claims what is due, sends several at once over kept connections, records what came of it.

Killed at any moment it loses nothing: what was sent and not recorded is sent again under the same msgid, and the
platform knows it.  One sender a platform; a second one would only send the same messages.
"""

import datetime as dt
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from filings.models import PlatformLine, Upload
from filings.models.upload_lifecycle import UploadStatus
from filings.platform.client import Platform, Unreachable
from filings.platform.envelope import Request, moment
from filings.platform.message_ids import agency_code
from filings.platform.uploads import is_to_be_tried_again
from filings.uploads.queue import PROBLEM_LENGTH, Claimed, Outcome, break_off, claim, record, take_up
from hospitals.access import portal_account
from hospitals.vocabulary import Scope

IN_FLIGHT = 16
BATCH = 100
TURN_SECONDS = 10  # then another job has its turn
TAKE_TURNS = dt.timedelta(seconds=2)
Sent = list["Future[Outcome]"]


def address_of(platform: Scope) -> str:
    """Empty where it is not configured."""
    urls = {Scope.IN_PROVINCE: settings.PROVINCIAL_PLATFORM_URL, Scope.CROSS_PROVINCE: settings.NATIONAL_PLATFORM_URL}
    return urls[platform] if settings.PLATFORM_KEY else ""


def has_waiting(platform: Scope) -> bool:
    return Upload.objects.filter(platform=platform, status=UploadStatus.WAITING).exists()


def send(platform: Scope, *, seconds: float = TURN_SECONDS) -> dt.datetime | None:
    """Send what is due, for at most so long.  Returns when to go on; None where nothing is left to do for now."""
    url = address_of(platform)
    if not url:
        return None
    with _alone(platform) as is_alone:
        if not is_alone:
            return timezone.now() + TAKE_TURNS  # whatever woke this one may have come after the other's last look
        line, _is_new = PlatformLine.objects.get_or_create(platform=platform)
        if line.retry_at and line.retry_at > timezone.now():
            return line.retry_at
        with Platform(url, settings.PLATFORM_KEY) as asked, ThreadPoolExecutor(IN_FLIGHT) as pool:
            return _Turn(line, asked, pool, time.monotonic() + seconds).run()


class _Turn:
    """One turn of the sender.  after: as far as this pass over the outbox has come."""

    def __init__(self, line: PlatformLine, platform: Platform, pool: ThreadPoolExecutor, until: float) -> None:
        self.line, self.platform, self.pool, self.until = line, platform, pool, until
        self.scope, self.by, self.after = Scope.of(line.platform), portal_account(), 0
        self.silence = _Silence()

    def run(self) -> dt.datetime | None:
        if self.line.failures and not self._settle(self._submit(most=1)):
            return self.line.retry_at
        while True:
            self.after = 0
            ahead = self._submit()
            if not ahead:
                return None
            while ahead:
                following = self._submit() if self._has_time else []  # the threads never wait for the database
                if not self._settle(ahead):
                    record([future.result() for future in following], by=self.by)
                    return self.line.retry_at
                ahead = following
            if not self._has_time:
                return timezone.now()

    @property
    def _has_time(self) -> bool:
        return time.monotonic() < self.until

    def _submit(self, most: int = BATCH) -> Sent:
        claimed = claim(self.scope, after=self.after, most=most)
        if claimed:
            self.after = claimed[-1].key
        return [self.pool.submit(self._ask, one) for one in claimed]

    def _settle(self, sent: Sent) -> bool:
        """Wait for the answers and record them.  False where the platform cannot be reached."""
        outcomes = [future.result() for future in sent]
        if not outcomes:
            return not self.silence.is_long
        record(outcomes, by=self.by)
        problems = [one.problem for one in outcomes if one.problem]
        if self.silence.is_long or (problems and not any(one.is_answered for one in outcomes)):
            if problems:
                break_off(self.line, problems[-1])
            return False
        if self.line.failures:
            take_up(self.line)
        return True

    def _ask(self, claimed: Claimed) -> Outcome:
        if self.silence.is_long:
            return Outcome(claimed)
        try:
            reply, said = self.platform.ask(request_of(claimed))
        except Unreachable as problem:
            self.silence.go_on()
            return Outcome(claimed, problem=str(problem))
        self.silence.end()
        if reply.is_done:
            return Outcome(claimed, receipt=reply.inf_refmsgid)
        words = reply.err_msg[:PROBLEM_LENGTH] or _("平台没有说明原因（infcode {code}）").format(code=reply.infcode)
        if is_to_be_tried_again(reply):
            return Outcome(claimed, problem=words)
        return Outcome(claimed, words=words, reply=dict(said))


class _Silence:
    """How many in a row had no answer, over all threads: once every thread had none, nobody tries on."""

    def __init__(self) -> None:
        self._count, self._lock = 0, threading.Lock()

    def go_on(self) -> None:
        with self._lock:
            self._count += 1

    def end(self) -> None:
        with self._lock:
            self._count = 0

    @property
    def is_long(self) -> bool:
        return self._count >= IN_FLIGHT


def request_of(claimed: Claimed) -> Request:
    """The envelope.  The time is that of this attempt, the msgid that of all."""
    return Request.model_validate(
        {
            "infno": claimed.infno.value,
            "msgid": claimed.msgid,
            "mdtrtarea_admvs": claimed.payload["rloc_admdvs"],
            "insuplc_admdvs": claimed.area,
            "opter": "portal",
            "opter_name": _("系统"),
            "inf_time": moment(timezone.now()),
            "fixmedins_code": agency_code(claimed.area),
            "fixmedins_name": _("{area}医疗保障经办机构").format(area=claimed.area_name),
            "input": claimed.payload,
        }
    )


@contextmanager
def _alone(platform: Scope) -> Iterator[bool]:
    """Inside, no other process sends to this platform; the lock ends with the connection, however that ends."""
    name = f"send uploads {platform}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [name])
        is_alone = bool(cursor.fetchone()[0])
    try:
        yield is_alone
    finally:
        if is_alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])
