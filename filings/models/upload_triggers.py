"""The outbox is written by the database, with the change and in its transaction: nothing goes round it.

A filing goes up when it comes into effect, when what was told of it changes, and when it ends; one that waits, was
refused or was taken back before it was in effect never does.  A filing made at an admission stays here: the platform
told of the admission itself and was answered.
"""

import pgtrigger

from filings.models.filing_lifecycle import FilingStatus
from filings.models.upload_bodies import (
    FILING_BODY,
    FILING_END_BODY,
    FILING_JOINS,
    FILING_NUMBER,
    REGISTRATION_BODY,
    REGISTRATION_END_BODY,
    REGISTRATION_JOINS,
)
from filings.platform.codes import Transaction
from filings.vocabulary import Channel

COLUMNS = (
    "area_id, hall_id, person_id, filing_id, registration_id, platform, infno, payload, status, msgid, attempts,"
    " next_attempt_at, last_problem, receipt, end_reason, made_at, version"
)
AS_NEW = "'waiting', '', 0, now(), '', '', '', now(), 1"
OF_FILING = "f.area_id, f.hall_id, f.person_id, f.id, NULL::bigint"
ACTIVE, AUTOMATIC = FilingStatus.ACTIVE.value, Channel.AUTOMATIC.value
GOES_UP = f"f.channel <> '{AUTOMATIC}'"


def _insert(rows: str) -> str:
    return f"INSERT INTO filings_upload ({COLUMNS}) {rows};"


def _of_registration(infno: Transaction, body: str) -> str:
    rows = (
        f"SELECT r.area_id, r.hall_id, r.person_id, r.filing_id, r.id, f.scope, '{infno}', {body}, {AS_NEW}"  # noqa: S608
        f" FROM (SELECT NEW.*) r {REGISTRATION_JOINS}"
    )
    return f"{_insert(rows)} RETURN NULL;"


CAME = f"n.status = '{ACTIVE}' AND (o.status <> '{ACTIVE}' OR o.scope <> n.scope)"
WENT = f"o.status = '{ACTIVE}' AND (n.status <> '{ACTIVE}' OR o.scope <> n.scope)"
STAYED = f"o.status = '{ACTIVE}' AND n.status = '{ACTIVE}' AND o.scope = n.scope"
OLD_AND_NEW = "old_rows o JOIN new_rows n USING (id)"


def _changed(rank: int, infno: Transaction, platform: str, body: str, where: str) -> str:
    """Of the filings that were changed.  `f` is the filing as it now is."""
    return (
        f"SELECT {OF_FILING}, {platform} AS platform, '{infno}' AS infno, {body} AS payload, {AS_NEW}, {rank} AS rank"  # noqa: S608
        f" FROM {OLD_AND_NEW} JOIN new_rows f ON f.id = n.id {FILING_JOINS} WHERE {GOES_UP} AND {where}"
    )


_PARTS = " UNION ALL ".join(
    (
        _changed(1, Transaction.FILING_END_UPLOAD, "o.scope", FILING_END_BODY, WENT),
        _changed(2, Transaction.FILING_UPLOAD, "f.scope", FILING_BODY, CAME),
        _changed(
            3,
            Transaction.FILING_CHANGE_UPLOAD,
            "f.scope",
            FILING_BODY,
            f"{STAYED} AND {FILING_BODY} IS DISTINCT FROM"  # noqa: S608
            f" (SELECT {FILING_BODY} FROM old_rows f {FILING_JOINS} WHERE f.id = o.id)",
        ),
    )
)
_NAMES = "area_id, hall_id, person_id, filing_id, registration_id"
_CHANGED_ROWS = (
    f"SELECT {_NAMES}, platform, infno, payload, {AS_NEW} FROM ({_PARTS})"  # noqa: S608
    f" AS told ({_NAMES}, platform, infno, payload, n1, n2, n3, n4, n5, n6, n7, n8, n9, rank)"
    " ORDER BY filing_id, rank"
)


def filings_in_effect(rows: str, and_where: str = "") -> str:
    """The statement that tells of those in effect among `rows`, as new."""
    return _insert(
        f"SELECT {OF_FILING}, f.scope, '{Transaction.FILING_UPLOAD}', {FILING_BODY}, {AS_NEW}"  # noqa: S608
        f" FROM {rows} f {FILING_JOINS} WHERE {GOES_UP} AND f.status = '{ACTIVE}'{and_where} ORDER BY f.id"
    )


# What came from the platform is most of what comes, and is not told back to it.
_NONE_GOES_UP = f"IF NOT EXISTS (SELECT FROM new_rows f WHERE {GOES_UP}) THEN RETURN NULL; END IF;"
FILING_TRIGGERS = (
    pgtrigger.Trigger(
        name="upload_new",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="new_rows"),
        func=f"{_NONE_GOES_UP} {filings_in_effect('new_rows')} RETURN NULL;",
    ),
    pgtrigger.Trigger(
        name="upload_changed",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        referencing=pgtrigger.Referencing(old="old_rows", new="new_rows"),
        func=f"{_NONE_GOES_UP} {_insert(_CHANGED_ROWS)} RETURN NULL;",
    ),
)
REGISTRATION_TRIGGERS = (
    pgtrigger.Trigger(
        name="upload_new",
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        condition=pgtrigger.Q(new__status="registered"),
        func=_of_registration(Transaction.REGISTRATION_UPLOAD, REGISTRATION_BODY),
    ),
    pgtrigger.Trigger(
        name="upload_end",
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        condition=pgtrigger.Q(old__status="registered", new__status="cancelled"),
        func=_of_registration(Transaction.REGISTRATION_END_UPLOAD, REGISTRATION_END_BODY),
    ),
)
# A change is told by the uploads of its filings: the end of the old one, and of the new one that it follows the old.
# The platform at the new place must know the old filing for that: where it is another platform, it hears of a new one.
CHANGE_TRIGGER = pgtrigger.Trigger(
    name="upload_done",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.Update,
    condition=pgtrigger.Q(new__status="done"),
    func=f"""
    UPDATE filings_upload SET change_id = NEW.id
    WHERE change_id IS NULL AND msgid = '' AND status = 'waiting' AND id = (
        SELECT max(id) FROM filings_upload
        WHERE filing_id = NEW.filing_id AND infno = '{Transaction.FILING_END_UPLOAD}'
    );
    UPDATE filings_upload u SET
        change_id = NEW.id,
        infno = CASE WHEN u.platform = f.scope THEN '{Transaction.FILING_CHANGE_UPLOAD}' ELSE u.infno END,
        payload = CASE WHEN u.platform = f.scope
            THEN u.payload || jsonb_build_object('orig_trt_dcla_detl_sn', {FILING_NUMBER}) ELSE u.payload END
    FROM filings_filing f
    WHERE f.id = NEW.filing_id AND u.filing_id = NEW.successor_id AND u.change_id IS NULL AND u.msgid = ''
        AND u.status = 'waiting' AND u.infno = '{Transaction.FILING_UPLOAD}';
    RETURN NULL;
    """,  # noqa: S608
)


def _wake(rows: str) -> str:
    """Once for any number of uploads, and without waiting for another transaction that wakes the worker too.

    Where one is under way the job that it leaves will do, and what that might miss is found by the run of the minute.
    """
    return f"""
    IF pg_try_advisory_xact_lock(hashtextextended('wake uploads', 0)) THEN
        INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, args)
        SELECT DISTINCT 'uploads', 'send_uploads', 'uploads ' || platform, jsonb_build_object('platform', platform)
        FROM {rows}
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
    """  # noqa: S608


WAKE_TRIGGERS = (
    pgtrigger.Trigger(
        name="wake_for_new",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="new_rows"),
        func=_wake("new_rows WHERE status = 'waiting'"),
    ),
    pgtrigger.Trigger(
        name="wake_for_freed",
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition("OLD.status = 'parked' AND NEW.status <> 'parked'"),
        func=_wake("(SELECT NEW.platform) AS freed"),
    ),
)
