"""The outbox as the sender sees it: what is due, in order, and what came of it.  A few statements a batch."""

import datetime as dt
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from filings.models import PlatformLine, Upload, UploadRefusal
from filings.models.upload_lifecycle import UploadStatus
from filings.platform.codes import Transaction
from hospitals.history import doing
from hospitals.vocabulary import Scope

# Of the 10,000 serials that a message id has for an area and second, each platform has its half.
SERIALS = 5_000
SERIALS_FROM = {Scope.IN_PROVINCE: 0, Scope.CROSS_PROVINCE: SERIALS}
PROBLEM_LENGTH = 300
FIRST_PAUSE, LONGEST_PAUSE = 5, 600  # seconds, of one upload
FIRST_BREAK, LONGEST_BREAK = 1, 5  # seconds, of the line: one message asks whether it is there again


@dataclass(frozen=True, slots=True)
class Claimed:
    """An upload about to be sent."""

    key: int
    area: str
    area_name: str
    infno: Transaction
    msgid: str
    payload: dict[str, Any]
    attempts: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one: a receipt, the words of a refusal with the whole reply, or why nothing is known.

    None of them: it was not tried.
    """

    claimed: Claimed
    receipt: str = ""
    words: str = ""
    reply: dict[str, Any] = field(default_factory=dict)
    problem: str = ""

    @property
    def is_answered(self) -> bool:
        return bool(self.receipt or self.words)


CLAIM = """
    WITH line AS (
        UPDATE filings_platformline SET serial = serial + %(most)s WHERE platform = %(platform)s RETURNING serial
    ), due AS (
        SELECT id FROM filings_upload u
        WHERE platform = %(platform)s AND status = 'waiting' AND id > %(after)s
            AND next_attempt_at <= statement_timestamp()
            AND NOT EXISTS (
                SELECT FROM filings_upload earlier
                WHERE earlier.person_id = u.person_id AND earlier.id < u.id
                    AND earlier.status IN ('waiting', 'parked')
            )
        ORDER BY id LIMIT %(most)s FOR NO KEY UPDATE OF u SKIP LOCKED
    ), numbered AS (
        SELECT id, row_number() OVER (ORDER BY id) AS place FROM due
    )
    UPDATE filings_upload u SET msgid = CASE WHEN msgid <> '' THEN msgid ELSE
        'A' || u.area_id || '00000' || to_char(statement_timestamp() AT TIME ZONE 'Asia/Shanghai', 'YYYYMMDDHH24MISS')
        || lpad(((line.serial - numbered.place) %% %(serials)s + %(serials_from)s)::text, 4, '0') END
    FROM numbered, line, hospitals_area area
    WHERE u.id = numbered.id AND area.code = u.area_id
    RETURNING u.id, u.area_id, area.name, u.infno, u.msgid, u.payload, u.attempts
"""


def claim(platform: Scope, *, after: int, most: int) -> list[Claimed]:
    """The next that are due behind `after`, in order, of each person the first alone; each has its msgid from now on.

    The serial goes up under the line's lock and the time is the transaction's, so that two ids are the same only where
    an area sends more than 5,000 in a second; the unique constraint then refuses the claim, which harms nobody.
    """
    values: dict[str, str | int] = {
        "platform": platform.value,
        "after": after,
        "most": most,
        "serials": SERIALS,
        "serials_from": SERIALS_FROM[platform],
    }
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, values)
        rows = cursor.fetchall()
    return [
        Claimed(key, area, name, Transaction.of(infno), msgid, json.loads(payload), attempts)
        for key, area, name, infno, msgid, payload, attempts in sorted(rows)
    ]


def record(outcomes: Sequence[Outcome], *, by: User) -> None:
    """Keep what the platform said.  Recorded twice, or after another did, ends the same.  One transaction."""
    acknowledged = [one for one in outcomes if one.receipt]
    refused = [one for one in outcomes if one.words]
    unknown = [one for one in outcomes if one.problem]
    with transaction.atomic(), doing(_("平台应答"), by=by), connection.cursor() as cursor:
        if acknowledged:
            columns = [(one.claimed.key, one.claimed.msgid, one.receipt) for one in acknowledged]
            cursor.execute(ACKNOWLEDGED, list(map(list, zip(*columns, strict=True))))
        if refused:
            columns = [(one.claimed.key, one.claimed.msgid, one.words) for one in refused]
            cursor.execute(REFUSED, list(map(list, zip(*columns, strict=True))))
            parked = {key for (key,) in cursor.fetchall()}
            UploadRefusal.objects.bulk_create(
                UploadRefusal(
                    upload_id=one.claimed.key,
                    infno=one.claimed.infno,
                    msgid=one.claimed.msgid,
                    payload=one.claimed.payload,
                    words=one.words,
                    reply=one.reply,
                )
                for one in refused
                if one.claimed.key in parked
            )
        if unknown:
            pauses = [pause(one.claimed.attempts) for one in unknown]
            problems = [one.problem[:PROBLEM_LENGTH] for one in unknown]
            cursor.execute(UNKNOWN, [[one.claimed.key for one in unknown], problems, pauses])


ACKNOWLEDGED = """
    UPDATE filings_upload u SET status = 'acknowledged', receipt = said.receipt, acknowledged_at = now(),
        last_problem = '', attempts = attempts + 1, version = version + 1
    FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS said (id, msgid, receipt)
    WHERE u.id = said.id AND u.msgid = said.msgid AND u.status = 'waiting'
"""
REFUSED = """
    UPDATE filings_upload u SET status = 'parked', last_problem = said.words, attempts = attempts + 1,
        version = version + 1
    FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS said (id, msgid, words)
    WHERE u.id = said.id AND u.msgid = said.msgid AND u.status = 'waiting' RETURNING u.id
"""
UNKNOWN = """
    UPDATE filings_upload u SET last_problem = said.problem, attempts = attempts + 1,
        next_attempt_at = statement_timestamp() + make_interval(secs => said.pause)
    FROM unnest(%s::bigint[], %s::text[], %s::float[]) AS said (id, problem, pause)
    WHERE u.id = said.id AND u.status = 'waiting'
"""


def pause(failures: int, first: int = FIRST_PAUSE, longest: int = LONGEST_PAUSE) -> float:
    """Seconds to wait after so many failures before this one: growing to a bound, never all at the same moment."""
    return min(first * 2 ** min(failures, 20), longest) * random.uniform(0.5, 1)  # noqa: S311 - no secret


def break_off(line: PlatformLine, problem: str) -> dt.datetime:
    """Nothing arrives: leave the platform in peace until the moment that is returned."""
    now = timezone.now()
    line.retry_at = now + dt.timedelta(seconds=pause(line.failures, FIRST_BREAK, LONGEST_BREAK))
    line.failures += 1
    line.down_since = line.down_since or now
    line.problem = problem[:PROBLEM_LENGTH]
    line.save(update_fields=["retry_at", "failures", "down_since", "problem"])
    return line.retry_at


def take_up(line: PlatformLine) -> None:
    """The platform is there again: what failed meanwhile is due at once."""
    line.failures, line.down_since, line.retry_at, line.problem = 0, None, None, ""
    line.save(update_fields=["retry_at", "failures", "down_since", "problem"])
    waiting = Upload.objects.filter(platform=line.platform, status=UploadStatus.WAITING)
    waiting.filter(next_attempt_at__gt=timezone.now()).update(next_attempt_at=timezone.now())
