"""How the worker reads and applies a long list, of whatever kind.  A job that comes twice ends the same."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from hospitals.list_imports import give_up, put_back
from hospitals.models.imports import ListImport
from hospitals.reasons import Refused
from hospitals.vocabulary import ListStatus

NOTHING_DONE = "导入时出错，未作任何改动；仍不成功请联系管理员"


def preview_waiting(model: type[ListImport], pk: int, preview: Callable[[Any], object]) -> None:
    """Read an uploaded list that is not read yet; one that cannot be read is left with its sentence."""
    found = _find(model, pk)
    if found.status != ListStatus.READING:
        return
    try:
        preview(found)
    except Refused as refused:
        give_up(list_import=found, by=None, problem=str(refused))
    except Exception:
        give_up(list_import=found, by=None, problem=_("读取时出错，请重新上传；仍不成功请联系管理员"))
        raise


def apply_waiting(
    model: type[ListImport], pk: int, apply: Callable[[Any], object], *, failed: str = NOTHING_DONE
) -> None:
    """Apply a confirmed plan, or put it back with the reason.  failed: what a breakdown leaves, in words."""
    found = _find(model, pk)
    if found.status != ListStatus.APPLYING:
        return
    try:
        apply(found)
    except Refused as refused:
        _put_back(found, str(refused))
    except Exception:
        _put_back(found, failed)
        raise


def _put_back(found: ListImport, problem: str) -> None:
    """Unless another job, or a person, has moved it on meanwhile."""
    found.refresh_from_db(fields=["status"])
    if found.status == ListStatus.APPLYING:
        put_back(list_import=found, by=None, problem=problem)


def _find(model: type[ListImport], pk: int) -> ListImport:
    return model._default_manager.defer("content").get(pk=pk)
