"""The verbs of the platform's details: taken in, previewed, confirmed; from a file or from a message alike."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from typing import BinaryIO

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hospitals.list_imports import as_user, check_move, discreet, moving, reporter
from hospitals.reasons import Refused
from hospitals.sheets import Unreadable
from settlement.clearing.comparing import plan, reconcile_with
from settlement.clearing.files.columns import HEADINGS
from settlement.clearing.files.reading import CHUNK, FaultyRow, PlatformRow, Reading, read
from settlement.clearing.holding import hold_clearing
from settlement.models import ClearingImport, ClearingImportRow, ClearingMonth, PlatformDetail

OF_DETAIL = (
    *("list_import_id", "number", "psn_no", "mdtrt_id", "setl_id", "msgid", "refd_setl_flag"),
    *("medfee_sumamt", "fund_pay_sumamt", "acct_pay"),
)
MOST_FAULTS = 1_000  # kept; a file with more is another file


def upload(*, file: BinaryIO, file_name: str, month: ClearingMonth, by: User, on: dt.date) -> ClearingImport:
    """Take a file in: its rows go straight into the database, as they are read.  `preview` compares them.

    Raises Refused, also where the file cannot be read: then nothing is kept of it.
    """
    try:
        return _take_in(read(file), name=file_name, sha256=_digest(file), month=month, by=by, on=on)
    except Unreadable as problem:
        raise Refused.because("unreadable", str(problem)) from problem


def preview(*, list_import: ClearingImport, by: User | None) -> ClearingImport:
    """Compare the file with the month as it stands, and keep that plan.  Raises Refused."""
    report = reporter(list_import)
    report(40, _("比对明细"))
    with discreet(), transaction.atomic():
        hold_clearing(list_import.area_id)
        with moving(list_import, "preview", by=by) as locked:
            _tell_repeated(locked)
            plan(locked)
            locked.seen_state = str(ClearingMonth.objects.values_list("version", flat=True).get(pk=locked.month_id))
            locked.problem, locked.progress, locked.stage = "", 100, ""
    return locked


def queue(*, list_import: ClearingImport, by: User) -> ClearingImport:
    """Hand a confirmed file to the worker.  Raises Refused."""
    with moving(list_import, "queue", by=by) as locked:
        _must_be_good(locked)
        locked.problem, locked.stage, locked.progress = "", _("等待对账"), 0
    return locked


def apply(*, list_import: ClearingImport, by: User, queued: bool = False) -> ClearingImport:
    """What was previewed becomes the differences of the month; all of it or nothing.  Raises Refused."""
    verb = "apply_queued" if queued else "apply"
    check_move(list_import, verb, by)
    with discreet(), transaction.atomic():
        hold_clearing(list_import.area_id)
        with moving(list_import, verb, by=by, reason=list_import.file_name) as locked:
            _must_be_good(locked)
            earlier = locked.month.details_id
            reconcile_with(locked, by=by)
            if earlier and earlier != locked.pk:
                PlatformDetail.objects.filter(list_import=earlier).delete()
            locked.applied_by, locked.applied_at = by, timezone.now()
            locked.problem, locked.progress, locked.stage = "", 100, ""
    return locked


def reconcile_details(
    *, month: ClearingMonth, rows: Iterable[PlatformRow], by: User, on: dt.date, name: str = "3202"
) -> ClearingImport:
    """对明细账 with rows that the platform has sent, at once.  name: what they are called in the list of files.

    The counts of what came of it stand on the answer.  Raises Refused.
    """
    numbered = enumerate(rows, 1)
    with transaction.atomic():
        found = _take_in(Reading(dict(HEADINGS), numbered), name=name, sha256="", month=month, by=by, on=on)
        return apply(list_import=preview(list_import=found, by=by), by=by)


def put_away(*, list_import: ClearingImport) -> None:
    """The rows of a file that was given up are not kept."""
    PlatformDetail.objects.filter(list_import=list_import).delete()


def _take_in(
    reading: Reading, *, name: str, sha256: str, month: ClearingMonth, by: User, on: dt.date
) -> ClearingImport:
    found = ClearingImport(
        area_id=month.area_id,
        month=month,
        file_name=name[-200:],
        file_sha256=sha256,
        taken_on=on,
        made_by=by,
        columns=list(reading.headings.items()),
        notes=reading.notes,
    )
    check_move(found, "preview", by)
    faulty: list[ClearingImportRow] = []
    with transaction.atomic(), as_user(by, _("收取平台明细")):
        found.save()
        with (
            discreet(),
            connection.cursor() as cursor,
            cursor.copy(f"COPY {PlatformDetail._meta.db_table} ({', '.join(OF_DETAIL)}) FROM STDIN") as copy,
        ):
            for number, row in reading.rows:
                found.rows += 1
                if isinstance(row, FaultyRow):
                    if len(faulty) < MOST_FAULTS:
                        faulty.append(_kept(found, number, row))
                    continue
                copy.write_row(
                    (
                        *(found.pk, number, row.psn_no, row.mdtrt_id, row.setl_id, row.msgid, row.refd_setl_flag),
                        *(row.medfee_sumamt, row.fund_pay_sumamt, row.acct_pay),
                    )
                )
        ClearingImportRow.objects.bulk_create(faulty)
        found.save(update_fields=["rows"])
    return found


def _kept(found: ClearingImport, number: int, row: FaultyRow) -> ClearingImportRow:
    headings = dict(found.columns)
    faults = [
        {"row": number, "column": headings.get(name, HEADINGS[name]), "value": row.written.get(name, ""), "text": text}
        for name, text in row.faults
    ]
    return ClearingImportRow(
        list_import=found,
        position=number,
        number=number,
        action="invalid",
        setl_id=row.written.get("setl_id", "")[:40],
        faults=faults,
        written=row.written,
    )


def _tell_repeated(found: ClearingImport) -> None:
    """Two rows of one settlement: the later one is faulty."""
    fault = [{"column": dict(found.columns).get("setl_id", HEADINGS["setl_id"]), "value": "", "text": ""}]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO settlement_clearingimportrow (
                list_import_id, position, number, sheet, action, setl_id, mdtrt_id, psn_no, msgid,
                their_refd_setl_flag, faults, written
            )
            SELECT %(file)s, number, number, '', 'invalid', setl_id, mdtrt_id, psn_no, msgid, refd_setl_flag,
                jsonb_build_array(%(fault)s::jsonb || jsonb_build_object(
                    'row', number, 'value', setl_id, 'text', '与第 ' || earlier || ' 行是同一结算')),
                jsonb_build_object('setl_id', setl_id, 'mdtrt_id', mdtrt_id, 'psn_no', psn_no, 'msgid', msgid,
                    'medfee_sumamt', medfee_sumamt::text, 'fund_pay_sumamt', fund_pay_sumamt::text)
            FROM (
                SELECT *, min(number) OVER (PARTITION BY setl_id) AS earlier
                FROM settlement_platformdetail WHERE list_import_id = %(file)s
            ) details
            WHERE number > earlier ORDER BY number LIMIT %(most)s
            ON CONFLICT DO NOTHING
            """,
            {"file": found.pk, "fault": json.dumps(fault[0]), "most": MOST_FAULTS},
        )


def _must_be_good(found: ClearingImport) -> None:
    if not found.is_applicable:
        raise Refused.because("faulty_rows", _("有%d行有误，改正后重新上传") % found.invalid)


def _digest(file: BinaryIO) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()
