"""What the platform refused: told anew as the case now stands, or given up with a reason."""

import datetime as dt
import json
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Count, Min, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from filings.models import Upload
from filings.models.upload_bodies import (
    FILING_BODY,
    FILING_JOINS,
    PERSON_PART,
    REGISTRATION_BODY,
    REGISTRATION_JOINS,
)
from filings.models.upload_lifecycle import UPLOAD_LIFECYCLE, UploadStatus
from filings.platform.codes import Transaction
from hospitals.access import Right
from hospitals.history import doing
from hospitals.reasons import Refused

_FILINGS = f"filings_filing f {FILING_JOINS} JOIN told ON told.filing_id = f.id"
_STAYS = f"filings_inpatientregistration r {REGISTRATION_JOINS} JOIN told ON told.registration_id = r.id"
# The name of the filing that a changed one follows stays what it was.
_FOLLOWS = "jsonb_strip_nulls(jsonb_build_object('orig_trt_dcla_detl_sn', told.payload -> 'orig_trt_dcla_detl_sn'))"
_FILING = (f"{FILING_BODY} || {_FOLLOWS}", _FILINGS)
# An end stays as it was: the filing may be in effect again meanwhile.  Only who it is may have been put right.
_END = (f"told.payload || {PERSON_PART}", "told JOIN filings_insuredperson p ON p.id = told.person_id")
SOURCES = {
    Transaction.FILING_UPLOAD: _FILING,
    Transaction.FILING_CHANGE_UPLOAD: _FILING,
    Transaction.FILING_END_UPLOAD: _END,
    Transaction.REGISTRATION_UPLOAD: (REGISTRATION_BODY, _STAYS),
    Transaction.REGISTRATION_END_UPLOAD: _END,
}
BEHIND = f"""
    UPDATE filings_upload told SET payload = told.payload || {PERSON_PART}
    FROM filings_insuredperson p
    WHERE p.id = told.person_id AND told.person_id = ANY(%s) AND told.status = 'waiting' AND told.msgid = ''
"""  # noqa: S608
TOLD = "told AS (SELECT * FROM filings_upload WHERE id = ANY(%s))"
MOST_AT_ONCE = 500


def as_it_now_is(uploads: list[Upload]) -> dict[int, dict[str, Any]]:
    """What each would say if it were told now; a statement for each kind of them."""
    found: dict[int, dict[str, Any]] = {}
    for infno in {upload.infno for upload in uploads}:
        body, source = SOURCES[Transaction.of(infno)]
        keys = [upload.pk for upload in uploads if upload.infno == infno]
        with connection.cursor() as cursor:
            cursor.execute(f"WITH {TOLD} SELECT told.id, {body} FROM {source}", [keys])  # noqa: S608
            found |= {key: json.loads(payload) for key, payload in cursor.fetchall()}
    return found


def send_again(*, by: User, upload: Upload, reason: str, version: int | None = None) -> Upload:
    """Tell it anew, as the case now stands, under a new msgid; it keeps its place in the person's order.

    What waits behind it and was never sent says the same of who the person is.  Raises Refused.
    """

    def renew(locked: Upload) -> None:
        _renew(locked, as_it_now_is([locked])[locked.pk])
        _put_right_behind([locked])

    return UPLOAD_LIFECYCLE.take(upload, "send_again", by=by, reason=reason, version=version, effect=renew)


def give_up(*, by: User, upload: Upload, reason: str, version: int | None = None) -> Upload:
    """Leave it untold, for good; what comes later of the person goes on.  Raises Refused."""

    def end(locked: Upload) -> None:
        locked.ended_by, locked.ended_at, locked.end_reason = by, timezone.now(), reason.strip()

    return UPLOAD_LIFECYCLE.take(upload, "give_up", by=by, reason=reason, version=version, effect=end)


def send_alike_again(*, by: User, infno: str, words: str, reason: str) -> int:
    """All that were refused in these words, the oldest first, at most so many at once.  Returns how many.

    Raises Refused without a reason, and where none is left.
    """
    if not reason.strip():
        raise Refused.because("reason_missing", _("重新上报须填写理由"))
    label = UPLOAD_LIFECYCLE.moves["send_again"].label
    with transaction.atomic(), doing(label, by=by, reason=reason):
        alike = parked(by, Right.SEND_UPLOADS).filter(infno=infno, last_problem=words).order_by("pk")
        found = list(alike.select_for_update(of=("self",), no_key=True, skip_locked=True)[:MOST_AT_ONCE])
        if not found:
            raise Refused.because("none_left", _("没有因此原因被拒的上报了，请刷新页面"))
        bodies = as_it_now_is(found)
        for upload in found:
            _renew(upload, bodies[upload.pk])
            upload.status = UploadStatus.WAITING
            upload.version += 1
        _put_right_behind(found)
        Upload.objects.bulk_update(found, ["payload", "msgid", "next_attempt_at", "last_problem", "status", "version"])
    return len(found)


def parked(by: User, right: Right = Right.SEE_FILINGS) -> QuerySet[Upload]:
    return Upload.objects.visible_to(by, right).filter(status=UploadStatus.PARKED)


def refusals_alike(by: User) -> QuerySet[Upload, Any]:
    """The platform's words with how many wait for a person because of them, the most frequent first."""
    rows = parked(by).order_by().values("infno", "last_problem")
    return rows.annotate(count=Count("pk"), oldest=Min("made_at")).order_by("-count", "oldest")


def _put_right_behind(uploads: list[Upload]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(BEHIND, [sorted({upload.person_id for upload in uploads})])


def _renew(upload: Upload, payload: dict[str, Any]) -> None:
    """The next message id is of a later second than the refused one."""
    upload.payload, upload.msgid, upload.last_problem = payload, "", ""
    upload.next_attempt_at = timezone.now() + dt.timedelta(seconds=1)
