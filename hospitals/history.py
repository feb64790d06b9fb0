"""History of every record: who, when, what, why; kept by triggers, so that nothing goes round it."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import pghistory
from django.contrib.auth.models import User
from django.db import models
from django.utils import timezone

from hospitals.access import staff_name
from hospitals.history_context import history_context

Model = TypeVar("Model", bound=type[models.Model])
Names = dict[tuple[Any, Any], str]  # how rows that a history refers to are called, each looked up once


def tracked(*, exclude: tuple[str, ...] = (), part_of: str = "") -> Callable[[Model], Model]:
    """Class decorator: an append-only event row for each insert, change and deletion of the model's rows.

    part_of: the field that says what a row belongs to, where its events are read by that.
    """
    return pghistory.track(
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(),
        pghistory.DeleteEvent(),
        exclude=list(exclude) or None,
        meta={"indexes": [models.Index(fields=[part_of])]} if part_of else None,
    )


@contextmanager
def doing(action: str, *, by: Any, reason: str = "") -> Iterator[None]:
    """Whatever is changed inside goes into the history as this action of this user, for this reason.

    An action inside another has its own name; what follows it in the outer one is the outer's again.
    """
    with history_context() as current:
        outer = dict(current.metadata)
        current.metadata.update(user=by.pk, user_name=staff_name(by), action=action, reason=reason.strip())
        try:
            yield
        finally:
            current.metadata.clear()
            current.metadata.update(outer)


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as people read it.  changes: (field, before, after)."""

    when: dt.datetime
    who: str
    action: str
    reason: str
    changes: list[tuple[str, str, str]]


LABELS = {"insert": "登记", "update": "修改", "delete": "删除"}
UNSHOWN = {"id", "version", "request_token", "initials"}


def entries(*records: models.Model, limit: int = 50) -> list[Entry]:
    """The history of these records together, newest first; one query for each of their models.

    A model's `history_masks` (field → function) hides what is private.
    """
    kinds: dict[type[models.Model], dict[Any, models.Model]] = {}
    for record in records:
        kinds.setdefault(type(record), {})[record.pk] = record
    names: Names = {}
    found = [
        entry
        for kind, same_kind in kinds.items()
        for entry in _entries_of(same_kind, limit, names, str(kind._meta.verbose_name) if len(kinds) > 1 else "")
    ]
    return sorted(found, key=lambda entry: entry.when, reverse=True)[:limit]


def _entries_of(records: dict[Any, models.Model], limit: int, names: Names, called: str) -> Iterator[Entry]:
    """called: what such a record is, where it stands among others."""
    event_model = next(iter(records.values())).events.model  # type: ignore[attr-defined]
    events = list(event_model.objects.filter(pgh_obj__in=records).order_by("-pgh_id")[: limit * 2])
    for position, event in enumerate(events[:limit]):
        before = next((older for older in events[position + 1 :] if older.pgh_obj_id == event.pgh_obj_id), None)
        context = event.pgh_context or {}
        yield Entry(
            when=event.pgh_created_at,
            who=context.get("user_name") or "系统",
            action=context.get("action") or LABELS.get(event.pgh_label, event.pgh_label) + called,
            reason=context.get("reason") or "",
            changes=_changes(records[event.pgh_obj_id], before, event, names),
        )


def _changes(
    record: models.Model, before: models.Model | None, after: models.Model, names: Names
) -> list[tuple[str, str, str]]:
    if before is None:
        return []
    kept = {field.name for field in after._meta.fields}
    return [
        (str(field.verbose_name), _shown(record, field, before, names), _shown(record, field, after, names))
        for field in record._meta.fields
        if field.name in kept
        and field.name not in UNSHOWN
        and getattr(before, field.attname) != getattr(after, field.attname)
    ]


def _shown(record: models.Model, field: "models.Field[Any, Any]", event: models.Model, names: Names) -> str:
    value = getattr(event, field.attname)
    if value in (None, ""):
        return "（空）"
    masks: dict[str, Callable[[str], str]] = getattr(record, "history_masks", {})
    if field.name in masks:
        return masks[field.name](str(value))
    if isinstance(field, models.ForeignKey):
        key = (field.related_model, value)
        if key not in names:
            related = field.related_model._default_manager.filter(pk=value).first()
            names[key] = _called(related) if related else str(value)
        return names[key]
    if isinstance(field, models.BooleanField):
        return "是" if value else "否"
    if isinstance(field, models.JSONField):
        return "（已更新）"
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    return str(value)


def _called(related: models.Model) -> str:
    return staff_name(related) if isinstance(related, User) else str(related)
