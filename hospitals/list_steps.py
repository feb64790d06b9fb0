"""The rows of an import: what each row of its list comes to, stored in one stream, and counted."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models
from django.db.models import Count

from hospitals.models.imports import ListImport
from hospitals.vocabulary import ListAction


def store_steps(list_import: ListImport, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Keep a plan as the import's rows, in place of an earlier one.  columns: of what follows import and position."""
    steps: Any = list_import.steps  # type: ignore[attr-defined]  # of every kind of list
    steps.all().delete()
    names = ", ".join(("list_import_id", "position", *columns))
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {steps.model._meta.db_table} ({names}) FROM STDIN") as copy,
    ):
        for position, row in enumerate(rows, 1):
            copy.write_row((list_import.pk, position, *row))


def new_keys(model: type[models.Model], count: int) -> list[int]:
    """Keys for rows of a model that a plan will make, so that its steps can name them already."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [key for (key,) in cursor.fetchall()]


def in_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def count_steps(locked: Any) -> None:
    """What the rows have come to by now."""
    counts = dict(locked.steps.order_by().values_list("action").annotate(Count("pk")))
    for action in ListAction:
        if hasattr(locked, action.value):
            setattr(locked, action.value, counts.get(action, 0))


def count_plan(locked: Any, actions: Iterable[ListAction]) -> None:
    """What the rows of a plan come to."""
    planned = Counter(actions)
    for action in ListAction:
        if hasattr(locked, action.value):
            setattr(locked, action.value, planned[action])
    locked.rows = planned.total()
