"""The verbs of a roster that are its own: upload, preview, confirm."""

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from filings.assessment import Place
from filings.assessment.refusals import no_policy
from filings.models import FilingPolicy, RosterImport
from filings.rosters.carrying import file_rows
from filings.rosters.check import entries_of
from filings.rosters.columns import COLUMNS
from filings.rosters.planning import Plan, make_plan, refusal_of_rosters
from filings.rosters.record import ground_of, store
from hospitals.list_imports import (
    Report,
    applied,
    check_move,
    discreet,
    keeping_plan,
    moving,
    queueing,
    read_and_plan,
    reporter,
    take_in,
)
from hospitals.list_steps import count_steps
from hospitals.models import Area, ServiceHall
from hospitals.reasons import Refused
from hospitals.sheets import Table


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a roster would come to, as things stand now."""

    table: Table
    plan: Plan


def upload(
    *,
    data: bytes,
    file_name: str,
    area: Area,
    hall: ServiceHall | None,
    employer: str,
    agent_name: str,
    agent_phone: str,
    filed_on: dt.date,
    start_on: dt.date | None,
    by: User,
) -> RosterImport:
    """Take a roster in on the day `filed_on`; `preview` reads it.  Raises Refused, also where the policy takes none."""
    refuse_where_not_offered(area, filed_on)
    return take_in(
        RosterImport,
        data=data,
        file_name=file_name,
        by=by,
        action=_("受理花名册"),
        area=area,
        hall=hall,
        employer=employer,
        agent_name=agent_name,
        agent_phone=agent_phone,
        filed_on=filed_on,
        start_on=start_on,
    )


def refuse_where_not_offered(area: Area, day: dt.date) -> None:
    """Raises Refused where the policy in force takes no rosters, with what it offers."""
    policy = FilingPolicy.objects.with_rows().in_force(area.pk, day)
    if policy is None:
        raise Refused(no_policy(Place(area.pk, area.name), day))
    reason = refusal_of_rosters(policy.rules())
    if reason:
        raise Refused(reason)


def forecast(*, roster: RosterImport, table: Table, report: Report = lambda percent, stage: None) -> Forecast:
    """Check and judge every row; writes nothing.  report: told the progress in per cent and words."""
    report(30, _("核对各行"))
    entries = entries_of(table)
    report(60, _("按政策认定"))
    return Forecast(table, make_plan(entries, ground_of(roster, entries)))


def preview(*, list_import: RosterImport, by: User | None) -> RosterImport:
    """Work out what the roster comes to and keep that plan.  A file that cannot be read leaves its sentence.

    Raises Refused.
    """

    def plan(table: Table, report: Report) -> RosterImport:
        seen = forecast(roster=list_import, table=table, report=report)
        report(80, _("写入预览"))
        return keep(list_import=list_import, seen=seen, by=by)

    return read_and_plan(list_import, COLUMNS, plan, by=by)


def keep(*, list_import: RosterImport, seen: Forecast, by: User | None) -> RosterImport:
    """Keep a forecast as the roster's plan, ready to be confirmed.  Raises Refused."""
    with keeping_plan(list_import, seen.table, by=by) as locked:
        store(locked, seen.plan)
    return locked


def queue(*, list_import: RosterImport, by: User) -> RosterImport:
    """Hand a confirmed roster to the worker.  Raises Refused, also where no row can be filed."""
    with queueing(list_import, _("等待办理"), by=by) as locked:
        if not locked.is_applicable:
            raise Refused.because("nothing_to_file", _("没有可以备案的人员"))
    return locked


def apply(*, list_import: RosterImport, by: User) -> RosterImport:
    """File all rows at once, in one transaction: for a short roster.  Raises Refused."""
    with transaction.atomic():
        queue(list_import=list_import, by=by)
        return apply_queued(list_import=list_import, by=by)


def apply_queued(*, list_import: RosterImport, by: User) -> RosterImport:
    """File the rows one after the other; broken off and taken up again, it ends the same.  Raises Refused.

    A roster that is put back meanwhile is left as it is then.
    """
    list_import.refresh_from_db(fields=["status"])
    check_move(list_import, "apply_queued", by)
    with discreet():
        if not file_rows(roster=list_import, by=by, report=reporter(list_import)):
            return list_import
        with moving(list_import, "apply_queued", by=by, reason=list_import.file_name) as locked:
            count_steps(locked)
            applied(locked, by)
    return locked
