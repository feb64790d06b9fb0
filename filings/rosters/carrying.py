"""Filing the rows of a confirmed roster, one by one, as the counter files a person.

Each row is a transaction of its own: what is filed stays filed whatever happens to the next, and a run that was broken
off goes on where it ended.
"""

import datetime as dt
import uuid

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from filings.application import Agent, Application, Seen
from filings.desk import file_person
from filings.models import Filing, RosterImport, RosterRow
from filings.models.filing import OPEN
from filings.rosters.columns import HEADINGS
from filings.rosters.planning import CATEGORY, CHANNEL, COLUMN_OF, MATERIAL, causes_among
from filings.vocabulary import Relation
from hospitals.list_imports import Report
from hospitals.models import Area
from hospitals.reasons import Reason, Refused
from hospitals.sheets import Fault
from hospitals.vocabulary import ListAction, ListStatus

NAMESPACE = uuid.UUID("0b0f7c0e-4c6e-4f43-9a53-7a52c5c1d9f6")
TOLD_EVERY = 10  # rows


def file_rows(*, roster: RosterImport, by: User, report: Report) -> bool:
    """File what is not filed yet; in the order of the people, so that two rosters never wait for each other.

    False where the roster was put back meanwhile: then the rest is left.
    """
    waiting = roster.steps.filter(action=ListAction.NEW, filing=None).order_by("person_id")
    keys = list(waiting.values_list("pk", flat=True))
    for done, key in enumerate(keys):
        if done % TOLD_EVERY == 0:
            report(done * 100 // len(keys), _("已办理 {done} / {total} 人").format(done=done, total=len(keys)))
        if not _file_row(roster, key, by):
            return False
    return True


def _file_row(roster: RosterImport, key: int, by: User) -> bool:
    with transaction.atomic():
        rosters = RosterImport.objects.select_for_update(of=("self",)).select_related("hall")
        locked = rosters.defer("content").get(pk=roster.pk)
        if locked.status != ListStatus.APPLYING:
            return False
        row = locked.steps.select_related("person__area", "destination").get(pk=key)
        if row.action != ListAction.NEW or row.filing_id or not (row.person and row.destination):
            return True
        try:
            filing = file_person(
                by=by,
                person=row.person,
                application=application_of(locked, row.destination, row.start_on),
                request_token=uuid.uuid5(NAMESPACE, f"{locked.pk}/{row.position}"),
                hall=locked.hall,
            )
            row.filing = _still_open(filing)
            row.written = {}
        except Refused as refused:
            _leave(row, locked, refused.reasons)
        row.save(update_fields=["action", "filing", "faults", "written"])
    return True


def application_of(roster: RosterImport, destination: Area, start_on: dt.date | None) -> Application:
    """What a row asks for: the employer's clerk acts for the person, and the roster itself is the material."""
    return Application(
        category=CATEGORY,
        destination=destination,
        filed_on=roster.filed_on,
        start_on=start_on,
        channel=CHANNEL,
        materials=(Seen(MATERIAL),),
        note=_("花名册：{employer}").format(employer=roster.employer),
        agent=Agent(roster.agent_name, Relation.EMPLOYER, roster.agent_phone),
    )


def _still_open(filing: Filing) -> Filing:
    """A run before this one filed the row, and somebody has ended that filing since: it is not made anew."""
    if filing.status not in OPEN:
        text = _("本花名册已为此人办理备案 {number}，现为“{status}”").format(
            number=filing.number, status=filing.get_status_display()
        )
        raise Refused.because("filed_and_ended", text)
    return filing


def _leave(row: RosterRow, roster: RosterImport, reasons: tuple[Reason, ...]) -> None:
    """A row that cannot be filed any more: filed elsewhere meanwhile as it asks, or at fault with every reason."""
    theirs = Filing.objects.open().filter(person=row.person_id, category=CATEGORY, destination=row.destination_id)
    row.filing = theirs.filter(start_on__lte=row.start_on).exclude(end_on__lt=row.start_on).first()
    if row.filing:
        row.action, row.written = ListAction.SAME, {}
        return
    row.action = ListAction.INVALID
    row.faults = [_fault(row, roster, reason).as_dict() for reason in causes_among(reasons)]


def _fault(row: RosterRow, roster: RosterImport, reason: Reason) -> Fault:
    column = COLUMN_OF.get(reason.code, "id_number")
    return Fault(
        row=row.number,
        column=roster.headings.get(column, HEADINGS[column]),
        value=row.written.get(column, ""),
        text=reason.text,
        sheet=row.sheet,
        source=reason.source,
    )
