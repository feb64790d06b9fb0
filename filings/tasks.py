"""Jobs: long lists are read and carried out by the worker, so that no page waits for them; the daily run."""

import datetime as dt
from contextlib import suppress

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from filings.models import PeopleListImport, RosterImport
from filings.people_lists import verbs
from filings.rosters import verbs as rosters
from filings.sweeping import sweep
from filings.uploads.sending import has_waiting, send
from hospitals.list_jobs import apply_waiting, preview_waiting
from hospitals.vocabulary import Scope

BROKEN_OFF = "办理时出错，已备案的有效；可再次确认，不会重复备案。仍不成功请联系管理员"

RETRIES = RetryStrategy(max_attempts=5, wait=300)  # of a run that broke off, as when the database restarts


@app.task(name="preview_people_list", queue="lists")
def preview_people(list_import: int, on: str) -> None:
    def preview(found: PeopleListImport) -> None:
        verbs.preview(list_import=found, by=found.made_by, on=dt.date.fromisoformat(on))

    preview_waiting(PeopleListImport, list_import, preview)


@app.task(name="apply_people_list", queue="lists")
def apply_people(list_import: int, by: int) -> None:
    def apply(found: PeopleListImport) -> None:
        verbs.apply(list_import=found, by=User.objects.get(pk=by), queued=True)

    apply_waiting(PeopleListImport, list_import, apply)


@app.task(name="preview_roster", queue="lists")
def preview_roster(list_import: int) -> None:
    preview_waiting(RosterImport, list_import, lambda found: rosters.preview(list_import=found, by=found.made_by))


@app.task(name="apply_roster", queue="lists")
def apply_roster(list_import: int, by: int) -> None:
    def apply(found: RosterImport) -> None:
        rosters.apply_queued(list_import=found, by=User.objects.get(pk=by))

    apply_waiting(RosterImport, list_import, apply, failed=BROKEN_OFF)


@app.periodic(cron="5 16 * * *")  # in UTC: five past midnight in China
@app.task(name="sweep_commitments", queue="deadlines", queueing_lock="sweep_commitments", retry=RETRIES)
def sweep_commitments(timestamp: int) -> None:
    """The daily run over commitments that are past their last day.  Late, or twice, ends the same."""
    sweep(on=dt.datetime.fromtimestamp(timestamp, timezone.get_current_timezone()).date())


@app.task(name="send_uploads", queue="uploads")
def send_uploads(platform: str) -> None:
    """A turn of the sender; the outbox enters this job itself, with whatever is put into it."""
    go_on_at = send(Scope.of(platform))
    if go_on_at:
        _send_later(platform, go_on_at)


@app.periodic(cron="* * * * *")
@app.task(name="wake_uploads", queue="uploads", queueing_lock="wake_uploads")
def wake_uploads(timestamp: int) -> None:
    """What a killed worker left, and what is due only now."""
    for platform in Scope:
        if has_waiting(platform):
            _send_later(platform, None)


def _send_later(platform: str, at: dt.datetime | None) -> None:
    """At most one such job waits, however many ask for it."""
    with suppress(AlreadyEnqueued), transaction.atomic():
        send_uploads.configure(queueing_lock=f"uploads {platform}", schedule_at=at).defer(platform=str(platform))
