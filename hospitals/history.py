"""History of every record: who, when, what, why; kept by triggers, so that nothing goes round it."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import pghistory
from django.db import models
from django.utils import timezone

Model = TypeVar("Model", bound=type[models.Model])


def tracked(*, exclude: tuple[str, ...] = ()) -> Callable[[Model], Model]:
    """Class decorator: an append-only event row for each insert, change and deletion of the model's rows."""
    return pghistory.track(
        pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=list(exclude) or None
    )


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


def entries(record: models.Model, limit: int = 50) -> list[Entry]:
    """The record's history, newest first.  A model's `history_masks` (field → function) hides what is private."""
    events = list(record.events.order_by("-pgh_id")[: limit + 1])  # type: ignore[attr-defined]
    shown = []
    for position, event in enumerate(events[:limit]):
        before = events[position + 1] if position + 1 < len(events) else None
        context = event.pgh_context or {}
        shown.append(
            Entry(
                when=event.pgh_created_at,
                who=context.get("user_name") or "系统",
                action=context.get("action") or LABELS.get(event.pgh_label, event.pgh_label),
                reason=context.get("reason") or "",
                changes=_changes(record, before, event),
            )
        )
    return shown


def _changes(record: models.Model, before: models.Model | None, after: models.Model) -> list[tuple[str, str, str]]:
    if before is None:
        return []
    names = {field.name for field in after._meta.fields}
    return [
        (str(field.verbose_name), _shown(record, field, before), _shown(record, field, after))
        for field in record._meta.fields
        if field.name in names
        and field.name not in UNSHOWN
        and getattr(before, field.attname) != getattr(after, field.attname)
    ]


def _shown(record: models.Model, field: "models.Field[Any, Any]", event: models.Model) -> str:
    value = getattr(event, field.attname)
    if value in (None, ""):
        return "（空）"
    masks: dict[str, Callable[[str], str]] = getattr(record, "history_masks", {})
    if field.name in masks:
        return masks[field.name](str(value))
    if isinstance(field, models.ForeignKey):
        related = field.related_model._default_manager.filter(pk=value).first()
        return str(related) if related else str(value)
    if isinstance(field, models.BooleanField):
        return "是" if value else "否"
    if isinstance(field, models.JSONField):
        return "（已更新）"
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    return str(value)
