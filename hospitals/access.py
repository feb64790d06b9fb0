"""Who may see and do what: one table of rights, and one door to every row.

A right counts only through a post (hospitals.models.Post): a role in an area, or in one hall of it.
Nothing is open by default; the superuser's flag opens the staff register in admin, not the business.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import F, Q
from django.http import HttpRequest

from hospitals.compiled import CompiledQuery, Given
from hospitals.vocabulary import Role, Term

if TYPE_CHECKING:
    from django.contrib.auth import models as auth
    from django_htmx.middleware import HtmxDetails

User = AbstractBaseUser | AnonymousUser
M = TypeVar("M", bound=models.Model)


class StaffRequest(HttpRequest):
    """A request as views get it: somebody is signed in (LoginRequiredMiddleware), htmx may have sent it."""

    user: "auth.User"
    htmx: "HtmxDetails"


class Right(Term):
    SEE_PEOPLE = "see_people", "查看参保人"
    KEEP_PEOPLE = "keep_people", "登记和修改参保人"
    REVEAL_ID = "reveal_id", "查看完整证件号码"
    SEE_FILINGS = "see_filings", "查看备案"
    FILE = "file", "办理备案"
    REVIEW_FILINGS = "review_filings", "审核备案"
    RELEASE_TAKEN = "release_taken", "收回已领取的件"
    LIFT_SANCTIONS = "lift_sanctions", "解除失信处理、恢复备案"
    SEND_UPLOADS = "send_uploads", "更正并重新上报"
    SEE_CLAIMS = "see_claims", "查看报销"
    ACCEPT_CLAIMS = "accept_claims", "受理报销"
    REVIEW_CLAIMS = "review_claims", "审核报销"
    RELEASE_CLAIMS = "release_claims", "财务复核与支付"
    SEE_PAYMENTS = "see_payments", "查看拨付"
    REVERSE_SETTLEMENTS = "reverse_settlements", "冲正结算"
    SEE_FINDINGS = "see_findings", "查看疑点"
    SEE_CLEARING = "see_clearing", "查看清算"
    CLEAR = "clear", "办理清算"
    KEEP_ADVANCE = "keep_advance", "批准预付金、设置预警"
    SEE_TICKETS = "see_tickets", "查看故障工单"
    HANDLE_TICKETS = "handle_tickets", "办理故障工单"
    SEE_DIRECTORY = "see_directory", "查看机构目录"
    KEEP_DIRECTORY = "keep_directory", "维护和导入机构目录"
    SEE_POLICIES = "see_policies", "查看政策"
    KEEP_POLICIES = "keep_policies", "维护政策"
    KEEP_POSTS = "keep_posts", "管理人员岗位"
    ANSWER_CALLERS = "answer_callers", "答复咨询"
    SEE_STATISTICS = "see_statistics", "查看统计"
    SEE_HOSPITAL_CLEARING = "see_hospital_clearing", "查看医疗机构清算"
    RECORD_HOSPITAL_CLEARING = "record_hospital_clearing", "登记来本地就医结算、医院申报和申诉"
    REVIEW_HOSPITAL_CLEARING = "review_hospital_clearing", "受理和审核医疗机构清算"
    DECIDE_HOSPITAL_APPEALS = "decide_hospital_appeals", "裁定扣款申诉、办理清算"
    PAY_HOSPITALS = "pay_hospitals", "拨付医疗机构"
    EXPORT = "export", "导出清单"


_TICKETS = {Right.SEE_TICKETS, Right.HANDLE_TICKETS}
_SEE_CASES = {Right.SEE_PEOPLE, Right.SEE_FILINGS, Right.SEE_CLAIMS, Right.SEE_DIRECTORY, Right.SEE_POLICIES}

RIGHTS: dict[Role, frozenset[Right]] = {
    Role.CLERK: frozenset(
        _SEE_CASES
        | _TICKETS
        | {Right.KEEP_PEOPLE, Right.REVEAL_ID, Right.FILE, Right.SEND_UPLOADS, Right.ACCEPT_CLAIMS, Right.EXPORT}
        | {Right.SEE_HOSPITAL_CLEARING, Right.RECORD_HOSPITAL_CLEARING, Right.ANSWER_CALLERS}
    ),
    Role.REVIEWER: frozenset(
        _SEE_CASES
        | _TICKETS
        | {Right.REVEAL_ID, Right.REVIEW_FILINGS, Right.SEND_UPLOADS, Right.REVIEW_CLAIMS, Right.SEE_FINDINGS}
        | {Right.SEE_HOSPITAL_CLEARING, Right.REVIEW_HOSPITAL_CLEARING, Right.ANSWER_CALLERS, Right.EXPORT}
    ),
    Role.FINANCE: frozenset(
        {Right.SEE_PEOPLE, Right.SEE_CLAIMS, Right.SEE_DIRECTORY, Right.SEE_POLICIES}
        | {Right.RELEASE_CLAIMS, Right.SEE_PAYMENTS, Right.SEE_CLEARING, Right.CLEAR}
        | {Right.SEE_HOSPITAL_CLEARING, Right.PAY_HOSPITALS, Right.SEE_STATISTICS, Right.EXPORT}
    ),
    Role.SUPERVISOR: frozenset(
        _SEE_CASES
        | _TICKETS
        | {Right.KEEP_PEOPLE, Right.REVEAL_ID, Right.KEEP_DIRECTORY, Right.KEEP_POLICIES, Right.KEEP_POSTS}
        | {Right.RELEASE_TAKEN, Right.LIFT_SANCTIONS, Right.SEND_UPLOADS, Right.REVERSE_SETTLEMENTS}
        | {Right.SEE_FINDINGS, Right.SEE_PAYMENTS, Right.SEE_CLEARING, Right.KEEP_ADVANCE}
        | {Right.SEE_HOSPITAL_CLEARING, Right.DECIDE_HOSPITAL_APPEALS}
        | {Right.ANSWER_CALLERS, Right.SEE_STATISTICS, Right.EXPORT}
    ),
    # Filings and claims are for the caller who was verified: the query desk shows them, and to nobody else.
    Role.HOTLINE: frozenset(
        _TICKETS | {Right.SEE_PEOPLE, Right.SEE_DIRECTORY, Right.SEE_POLICIES, Right.ANSWER_CALLERS}
    ),
    Role.AUDITOR: frozenset(
        _SEE_CASES
        | {Right.REVEAL_ID, Right.SEE_FINDINGS, Right.SEE_TICKETS, Right.SEE_PAYMENTS, Right.SEE_CLEARING}
        | {Right.SEE_HOSPITAL_CLEARING, Right.SEE_STATISTICS, Right.EXPORT}
    ),
}


class Reach:
    """Where one user holds each right: whole areas, or single halls.  Read once a request."""

    def __init__(self, posts: list[tuple[str, str, int | None]]) -> None:
        self.areas: dict[Right, set[str]] = defaultdict(set)
        self.halls: dict[Right, set[int]] = defaultdict(set)
        self.hall_areas: dict[Right, set[str]] = defaultdict(set)
        for role, area, hall in posts:
            for right in RIGHTS[Role(role)]:  # type: ignore[call-arg]
                if hall is None:
                    self.areas[right].add(area)
                else:
                    self.halls[right].add(hall)
                    self.hall_areas[right].add(area)

    def has(self, right: Right) -> bool:
        """Somewhere."""
        return bool(self.areas.get(right) or self.halls.get(right))

    def covers(self, right: Right, area: str, hall: int | None = None) -> bool:
        """Here: in this area, at this hall (None: a case that belongs to no hall)."""
        return area in self.areas.get(right, ()) or (hall is not None and hall in self.halls.get(right, ()))

    def areas_of(self, right: Right) -> set[str]:
        """Every area in which the right is held, if only at one hall."""
        return self.areas.get(right, set()) | self.hall_areas.get(right, set())


def reach_of(user: User) -> Reach:
    reach: Reach | None = getattr(user, "_reach", None)
    if reach is None:
        posts = getattr(user, "posts", None)
        usable = posts is not None and user.is_authenticated and user.is_active
        reach = Reach(list(posts.values_list("role", "area_id", "hall_id")) if usable else [])  # type: ignore[union-attr]
        user._reach = reach  # type: ignore[union-attr]
    return reach


class VisibleQuerySet(models.QuerySet[M]):
    """The door.  `visible_to(user)` is where every staff query starts.

    A model says with `area_path` and `hall_path` where its home area and hall stand (defaults: `area`, `hall` where the
    model has such a field) and with `seen_with` which right shows it.
    """

    def visible_to(self, user: User, right: Right | None = None) -> Self:
        seen = Q(pk__in=[])
        for path, keys in self._reach_of(user, right).items():
            seen |= Q(**{f"{path}__in": keys})
        return self.filter(seen)

    def shows(self, row: M, user: User, right: Right | None = None) -> bool:
        """Whether `visible_to` has this row, which is in hand; of a model whose area and hall are its own fields."""
        return any(getattr(row, f"{path}_id") in keys for path, keys in self._reach_of(user, right).items())

    def visible_parts(self, user: User, right: Right | None = None) -> list[Self]:
        """The rows of `visible_to`, one part an area and one a hall: an index that begins with it gives each in order.

        Parts may share rows, where a post covers an area and another one a hall in it.
        """
        return [self.filter(**{path: key}) for path, keys in self._reach_of(user, right).items() for key in keys]

    def _reach_of(self, user: User, right: Right | None) -> Mapping[str, Sequence[str | int]]:
        """What the user reaches: the field that says where a row belongs, and its values."""
        seen_with: Right = getattr(self.model, "seen_with", Right.SEE_DIRECTORY)
        right = right or seen_with
        reach = reach_of(user)
        area_path, hall_path = getattr(self.model, "area_path", "area"), getattr(self.model, "hall_path", None)
        if hall_path:
            return {area_path: sorted(reach.areas.get(right, ())), hall_path: sorted(reach.halls.get(right, ()))}
        return {area_path: sorted(reach.areas_of(right))}  # of the whole area: a person may come to any of its windows


class DirectoryQuerySet(VisibleQuerySet[M]):
    """Published facts: whoever has a post may read them; they are changed only where one keeps the directory."""

    def visible_to(self, user: User, right: Right | None = None) -> Self:
        if right in (None, Right.SEE_DIRECTORY):
            return self if reach_of(user).has(Right.SEE_DIRECTORY) else self.none()
        return super().visible_to(user, right)

    def visible_parts(self, user: User, right: Right | None = None) -> list[Self]:
        if right in (None, Right.SEE_DIRECTORY):
            return [self.visible_to(user, right)]
        return super().visible_parts(user, right)


class PostBackend(ModelBackend):
    """Signs in by password.  Django's own permissions belong to the superuser alone; rights come from posts."""

    def get_user(self, user_id: int) -> "auth.User | None":
        """Who a session belongs to, with their posts: one statement for both."""
        from django.contrib.auth.models import User as Account  # models are not there yet when this module loads

        held = {"role_held": F("posts__role"), "area_held": F("posts__area"), "hall_held": F("posts__hall")}
        rows: list[Any] = list(Account.objects.filter(pk=user_id).annotate(**held))
        if not rows or not self.user_can_authenticate(rows[0]):
            return None
        account: auth.User = rows[0]
        posts = [(row.role_held, row.area_held, row.hall_held) for row in rows if row.role_held]
        account._reach = Reach(posts)  # type: ignore[attr-defined]
        return account

    def _get_permissions(self, user_obj: Any, obj: Any, from_name: str) -> set[str]:
        # An inner method that the type stubs leave out.
        return super()._get_permissions(user_obj, obj, from_name) if user_obj.is_superuser else set()  # type: ignore[misc]


def require(user: User, right: Right) -> None:
    """Stop with 403 where the user holds the right nowhere; what exactly they may touch is `visible_to`'s business."""
    if not reach_of(user).has(right):
        raise PermissionDenied(f"您没有“{right.label}”的权限")


def staff_name(user: Any) -> str:
    """How a member of staff is called: family name first, or the account's name; empty for nobody."""
    return f"{user.last_name}{user.first_name}" or str(user.get_username()) if user else ""


PORTAL = "portal"  # the account that stands for the portal itself; nobody signs in with it


def portal_account() -> "auth.User":
    """Who does what nobody does: daily runs, filings that come into being by themselves."""
    from django.contrib.auth.models import User as Account  # models are not there yet when this module loads

    if known := _named().first(username=PORTAL):
        return known
    account, _is_new = Account.objects.get_or_create(
        username=PORTAL, defaults={"last_name": "系统", "is_active": False, "password": "!"}
    )
    return account


@cache
def _named() -> "CompiledQuery[auth.User]":
    from django.contrib.auth.models import User as Account

    return CompiledQuery(lambda: Account.objects.filter(username=Given("username")))


def is_portal(user: User) -> bool:
    return user.get_username() == PORTAL and not user.is_active
