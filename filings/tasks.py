"""Jobs of the register: long lists of people are read and imported by the worker, so that no page waits for them."""

import datetime as dt

from django.contrib.auth.models import User
from procrastinate.contrib.django import app

from filings.models import PeopleListImport
from filings.people_lists import verbs
from hospitals.list_jobs import apply_waiting, preview_waiting


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
