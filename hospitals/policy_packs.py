"""Puts the versions that policy packs hold into the database, once."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from django.db import transaction

from hospitals.models import Area, DatedPolicy
from hospitals.reasons import Refused


@dataclass(frozen=True, slots=True)
class PackReport:
    """published: the versions put in force now.  same: those that were there already."""

    published: tuple[str, ...]
    same: tuple[str, ...]


@transaction.atomic
def load_packs(model: type[DatedPolicy], files: Iterable[Path], read: Callable[[Path], Any]) -> PackReport:
    """Publish what each file holds, unless it is there already; all of them or none.

    read: makes the pure rules of a file; raises ValueError where it cannot.
    Refused for an unreadable pack, an area that is not in the directory, and a version that is there with other rules:
    what was published is never changed.
    """
    packs = [(_read(path, read), path) for path in files]
    published, same = [], []
    for rules, path in sorted(packs, key=lambda pack: (pack[0].area, pack[0].version)):
        there = model._default_manager.filter(area=rules.area, version=rules.version).first()
        if there is None:
            published.append(str(_publish(model, rules, path)))
        elif replace(there.rules(), ends_on=None) == rules:
            same.append(str(there))
        else:
            text = f"{path.name}：{there}已有且内容不同；已发布的版本不能修改，请提高版本号"
            raise Refused.because("pack_changed", text)
    return PackReport(tuple(published), tuple(same))


def _read(path: Path, read: Callable[[Path], Any]) -> Any:
    try:
        rules = read(path)
    except ValueError as fault:
        raise Refused.because("pack_unreadable", str(fault)) from fault
    if not Area.objects.filter(pk=rules.area).exists():
        raise Refused.because("unknown_area", f"{path.name}：行政区划中没有 {rules.area}，请先载入机构目录")
    return rules


def _publish(model: type[DatedPolicy], rules: Any, path: Path) -> DatedPolicy:
    """The rules' fields go into the model's fields of the same name, the rest into its rows."""
    own = {field.name for field in model._meta.concrete_fields if field.editable} - {"area"}
    stated = {field.name: getattr(rules, field.name) for field in fields(rules) if field.name in own}
    draft = model(area_id=rules.area, pack_sha256=hashlib.sha256(path.read_bytes()).hexdigest(), **stated)
    draft.save()
    draft.add_rules(rules)
    draft.publish(by=None)
    return draft
