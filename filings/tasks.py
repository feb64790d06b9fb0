"""Jobs: long lists of people are read and imported by the worker, so that no page waits for them; the daily run."""

import datetime as dt

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from filings.models import PeopleListImport
from filings.people_lists import verbs
from filings.sweeping import sweep
from hospitals.reasons import Refused
from hospitals.vocabulary import ListStatus

RETRIES = RetryStrategy(max_attempts=5, wait=300)  # of a run that broke off, as when the database restarts


@app.task(name="preview_people_list", queue="lists")
def preview_people(list_import: int, on: str) -> None:
    """Read an uploaded list.  Twice ends the same: the second finds it read."""
    found = PeopleListImport.objects.defer("content").get(pk=list_import)
    if found.status != ListStatus.READING:
        return
    try:
        verbs.preview(list_import=found, by=found.made_by, on=dt.date.fromisoformat(on))
    except Refused as refusal:
        verbs.give_up(list_import=found, by=None, problem=str(refusal))
    except Exception:
        verbs.give_up(list_import=found, by=None, problem=_("读取时出错，请重新上传；仍不成功请联系管理员"))
        raise


@app.task(name="apply_people_list", queue="lists")
def apply_people(list_import: int, by: int) -> None:
    """Apply a confirmed plan, or put it back with the reason.  Twice ends the same."""
    found = PeopleListImport.objects.defer("content").get(pk=list_import)
    if found.status != ListStatus.APPLYING:
        return
    try:
        verbs.apply(list_import=found, by=User.objects.get(pk=by), queued=True)
    except Refused as refusal:
        verbs.put_back(list_import=found, by=None, problem=str(refusal))
    except Exception:
        verbs.put_back(list_import=found, by=None, problem=_("导入时出错，未作任何改动；仍不成功请联系管理员"))
        raise


@app.periodic(cron="5 16 * * *")  # in UTC: five past midnight in China
@app.task(name="sweep_commitments", queue="deadlines", queueing_lock="sweep_commitments", retry=RETRIES)
def sweep_commitments(timestamp: int) -> None:
    """The daily run over commitments that are past their last day.  Late, or twice, ends the same."""
    sweep(on=dt.datetime.fromtimestamp(timestamp, timezone.get_current_timezone()).date())
