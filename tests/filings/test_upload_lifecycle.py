"""Every state and verb of an upload; what the database itself refuses."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from filings.models import PlatformLine, Upload, UploadRefusal
from filings.models.upload_lifecycle import UPLOAD_LIFECYCLE, UploadStatus
from filings.uploads import queue
from hospitals.access import portal_account
from hospitals.reasons import Refused
from hospitals.vocabulary import Role, Scope
from tests import factories as make

pytestmark = pytest.mark.django_db
ENDS = {
    ("waiting", "acknowledge"): "acknowledged",
    ("waiting", "park"): "parked",
    ("parked", "send_again"): "waiting",
    ("parked", "give_up"): "given_up",
}


def upload_in(status: str) -> Upload:
    """An upload in that state, by the ways that lead there."""
    make.FilingFactory(person__area__code=make.WEIFANG)
    PlatformLine.objects.get_or_create(platform=Scope.CROSS_PROVINCE)
    (claimed,) = queue.claim(Scope.CROSS_PROVINCE, after=0, most=1)
    if status == "acknowledged":
        queue.record([queue.Outcome(claimed, receipt="370700202603101200000000000001")], by=portal_account())
    elif status != "waiting":
        queue.record([queue.Outcome(claimed, words="E1 有误", reply={})], by=portal_account())
    upload = Upload.objects.get(pk=claimed.key)
    if status == "given_up":
        UPLOAD_LIFECYCLE.take(upload, "give_up", by=make.staff(Role.CLERK), reason="重复", effect=given_up)
        upload.refresh_from_db()
    return upload


def given_up(upload: Upload) -> None:
    upload.ended_by, upload.ended_at, upload.end_reason = portal_account(), timezone.now(), "重复"


@pytest.mark.parametrize("status", UploadStatus)
@pytest.mark.parametrize("verb", UPLOAD_LIFECYCLE.moves)
def test_every_state_and_verb(status: UploadStatus, verb: str) -> None:
    upload, move = upload_in(status), UPLOAD_LIFECYCLE.moves[verb]
    by: User = portal_account() if move.by_portal else make.staff(Role.CLERK)
    refusal = UPLOAD_LIFECYCLE.refusal(upload, verb, by, "理由")
    assert (refusal is None) == ((status, verb) in ENDS)
    if refusal is None:
        assert move.target == ENDS[status, verb]


@pytest.mark.parametrize("verb", ["acknowledge", "park"])
def test_what_the_platform_says_nobody_says_for_it(verb: str) -> None:
    refusal = UPLOAD_LIFECYCLE.refusal(upload_in("waiting"), verb, make.staff(Role.SUPERVISOR))
    assert isinstance(refusal, Refused)
    assert "由系统办理" in str(refusal)


@pytest.mark.parametrize("role", [Role.FINANCE, Role.HOTLINE, Role.AUDITOR])
def test_others_do_not_send_again(role: Role) -> None:
    refusal = UPLOAD_LIFECYCLE.refusal(upload_in("parked"), "send_again", make.staff(role), "理由")
    assert "没有" in str(refusal)


@pytest.mark.parametrize(
    ("status", "values"),
    [
        ("waiting", {"msgid": "A37070000000202603101200000001"}),
        ("waiting", {"payload": {}}),
        ("waiting", {"platform": "in_province"}),
        ("acknowledged", {"payload": {}}),
        ("acknowledged", {"status": "waiting"}),
        ("acknowledged", {"receipt": ""}),
        ("parked", {"last_problem": ""}),
        ("parked", {"status": "acknowledged"}),
        ("parked", {"payload": {}}),
        ("given_up", {"status": "waiting"}),
        ("given_up", {"end_reason": ""}),
    ],
)
def test_database_refuses(status: str, values: dict[str, Any]) -> None:
    upload = upload_in(status)
    with pytest.raises(DatabaseError), transaction.atomic():
        Upload.objects.filter(pk=upload.pk).update(**values)


def test_outbox_and_refusals_are_kept() -> None:
    upload = upload_in("parked")
    for rows in (Upload.objects.filter(pk=upload.pk), UploadRefusal.objects.all()):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows._raw_delete(rows.db)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE filings_uploadrefusal SET words = ''")


def test_two_uploads_never_share_a_message_id() -> None:
    first = upload_in("acknowledged")
    other = make.FilingFactory(person__area__code=make.WEIFANG).uploads.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        Upload.objects.filter(pk=other.pk).update(msgid=first.msgid)
