"""Take-for-me: a case under review is taken by one reviewer, so that two do not work on it."""

from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from hospitals.access import Right, reach_of, staff_name
from hospitals.history import doing
from hospitals.reasons import Refused

Case = TypeVar("Case", bound=Any)
"""Something with `lifecycle`, `deciding`, `taken_by` and `taken_at`: a filing, a change, a claim."""


def take(*, case: Case, by: User) -> Case:
    """Take a case that one may decide; it is decided by nobody else then.  Taken already by oneself, it stays so.

    Raises Refused with the name of whoever has it.
    """
    now = _as_it_stands(case)
    if refusal := now.lifecycle.refusal(now, now.deciding, by):
        raise refusal
    if now.taken_by_id == by.pk:
        return now
    with doing(_("领取"), by=by):
        untaken = type(case).objects.filter(pk=case.pk, status=now.status, version=now.version, taken_by=None)
        is_mine = untaken.update(taken_by=by, taken_at=timezone.now())
    now = _as_it_stands(case)
    if not is_mine:
        raise now.lifecycle.refusal(now, now.deciding, by) or _changed()
    return now


def put_down(*, case: Case, by: User) -> Case:
    """Give back what one has taken, for others to decide."""
    with doing(_("放回"), by=by):
        mine = type(case).objects.filter(pk=case.pk, taken_by=by)
        if not mine.update(taken_by=None, taken_at=None):
            raise Refused.because("not_taken", _("此件不在您名下"))
    return _as_it_stands(case)


def release(*, case: Case, by: User) -> Case:
    """Take a case out of the hands of whoever `case` says has it, for others to decide."""
    if not reach_of(by).covers(Right.RELEASE_TAKEN, case.area_id, case.hall_id):
        raise Refused.because("no_right", _("您没有“{right}”的权限").format(right=Right.RELEASE_TAKEN.label))
    if case.taken_by is None:
        raise Refused.because("not_taken", _("此件没有人领取"))
    with doing(_("收回"), by=by, reason=_("原由{name}领取").format(name=staff_name(case.taken_by))):
        if not type(case).objects.filter(pk=case.pk, taken_by=case.taken_by).update(taken_by=None, taken_at=None):
            raise _changed()
    return _as_it_stands(case)


def steps(case: Case, by: User) -> list[tuple[str, str]]:
    """Verbs and labels of what `by` may do about the taking of a case now, for the buttons."""
    if case.taken_by_id == by.pk:
        return [("put_down", _("放回"))]
    if case.taken_by_id is None:
        may_take = case.lifecycle.refusal(case, case.deciding, by) is None
        return [("take", _("领取"))] if may_take else []
    may_release = reach_of(by).covers(Right.RELEASE_TAKEN, case.area_id, case.hall_id)
    return [("release", _("收回"))] if may_release else []


def _as_it_stands(case: Case) -> Case:
    return type(case).objects.select_related("taken_by").get(pk=case.pk)


def _changed() -> Refused:
    return Refused.because("changed_meanwhile", _("此件刚刚被他人改动，请核对后再办理"))
