"""Jobs of the directory: long lists are read and imported by the worker, so that no page waits for them.

And the run over jobs that nobody does any more.
"""

import datetime as dt

from django.contrib.auth.models import User
from procrastinate.contrib.django import app

from hospitals.hospital_lists import verbs
from hospitals.list_jobs import apply_waiting, preview_waiting
from hospitals.models import HospitalListImport
from hospitals.worker import take_up_left_jobs


@app.task(name="preview_hospital_list", queue="lists")
def preview_list(list_import: int) -> None:
    preview_waiting(HospitalListImport, list_import, lambda found: verbs.preview(list_import=found, by=found.made_by))


@app.task(name="apply_hospital_list", queue="lists")
def apply_list(list_import: int, by: int, on: str) -> None:
    def apply(found: HospitalListImport) -> None:
        verbs.apply(list_import=found, by=User.objects.get(pk=by), on=dt.date.fromisoformat(on), queued=True)

    apply_waiting(HospitalListImport, list_import, apply)


@app.periodic(cron="* * * * *")
@app.task(name="take_up_jobs", queue="deadlines", queueing_lock="take_up_jobs")
async def take_up_jobs(timestamp: int) -> None:
    """What a killed worker left."""
    await take_up_left_jobs()
