"""Cases on their way: filings and claims by state, what was promised, what a platform refused."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from config.worklist.queue import BY_DUE_DAY, SHOWN, Queue
from filings.commitments_shown import SOON
from filings.models import Commitment, Filing, FilingChange, Sanction, Upload
from filings.models.change_lifecycle import ChangeStatus
from filings.models.filing import FilingStatus
from filings.models.upload_lifecycle import UploadStatus
from hospitals.access import Reach, Right
from hospitals.listing import first_of
from settlement.filters import BEFORE_REVIEW, UNSUBMITTED
from settlement.models import (
    Claim,
)
from settlement.vocabulary import ClaimStatus

# where the whole pile is listed; what waits for review has lists of its own
LISTS: dict[Any, str] = {Filing: "filings", FilingChange: "filing_changes", Claim: "claims"}


REVIEW_LISTS: dict[Any, str] = {Filing: "review_filings", FilingChange: "review_changes"}


def of_cases(user: Any, reach: Reach) -> list[Queue]:
    """What waits for this user, by right, the longest waiting first; one or two statements a queue."""
    found = []

    def add(
        title: str,
        empty: str,
        model: Any,
        right: Right,
        status: str,
        *,
        mine: bool = False,
        only: Q | None = None,
        order: tuple[str, ...] = ("pk",),
    ) -> None:
        """status: as the list is filtered by it.  only: where more than this one status counts, or not all of it."""
        if not reach.has(right):
            return
        rows = model.objects.select_related("person", "area")
        cases = rows.filter(only or Q(status=status))
        if mine:
            cases = cases.filter(made_by=user)
        elif right in (Right.REVIEW_FILINGS, Right.REVIEW_CLAIMS):
            cases = cases.exclude(made_by=user)
        if right is Right.REVIEW_FILINGS:
            cases = cases.filter(Q(taken_by=None) | Q(taken_by=user))
            link = reverse(REVIEW_LISTS[model])
        else:
            link = f"{reverse(LISTS[model])}?status={status}"
        parts = cases.visible_parts(user, right)
        found.append(Queue(title, empty, link, first_of(parts, list(order), SHOWN, rows), "due_on" in order))

    add("退回我的备案", "没有被退回的备案", Filing, Right.FILE, FilingStatus.RETURNED, mine=True)
    add("退回我的变更取消", "没有被退回的变更取消", FilingChange, Right.FILE, ChangeStatus.RETURNED, mine=True)
    add("退回我的报销", "没有被退回的报销", Claim, Right.ACCEPT_CLAIMS, ClaimStatus.RETURNED, mine=True)
    accepting, before = (Claim, Right.ACCEPT_CLAIMS), Q(status__in=BEFORE_REVIEW)
    add("未提交审核的报销", "没有未提交的报销", *accepting, UNSUBMITTED, mine=True, only=before, order=BY_DUE_DAY)
    add("待补正的报销", "没有待补正的报销", *accepting, ClaimStatus.SUPPLEMENT, mine=True)
    add("待审核备案", "没有待审核的备案", Filing, Right.REVIEW_FILINGS, FilingStatus.PENDING)
    add("待审核变更取消", "没有待审核的变更取消", FilingChange, Right.REVIEW_FILINGS, ChangeStatus.PENDING)
    review = Q(taken_by=None) | Q(taken_by=user), ~Q(entered_by__contains=[user.pk])
    first = Q(*review, status=ClaimStatus.IN_REVIEW)
    second = Q(*review, status=ClaimStatus.SECOND_REVIEW) & ~Q(reviewed_by=user)
    for_claims = (Claim, Right.REVIEW_CLAIMS)
    add("待审核报销", "没有待审核的报销", *for_claims, ClaimStatus.IN_REVIEW, only=first, order=BY_DUE_DAY)
    add("待复审报销", "没有待复审的报销", *for_claims, ClaimStatus.SECOND_REVIEW, only=second, order=BY_DUE_DAY)
    add("待财务复核", "没有待复核的报销", Claim, Right.RELEASE_CLAIMS, ClaimStatus.APPROVED)
    add("待支付", "没有待支付的报销", Claim, Right.RELEASE_CLAIMS, ClaimStatus.RELEASED)
    return found


def of_uploads(user: Any, reach: Reach) -> Iterator[Queue]:
    """What a platform refused and somebody has to put right."""
    if reach.has(Right.SEND_UPLOADS):
        rows: Any = Upload.objects.select_related("person", "area")
        parts = rows.filter(status=UploadStatus.PARKED).visible_parts(user, Right.SEND_UPLOADS)
        link = f"{reverse('uploads')}?status={UploadStatus.PARKED}"
        yield Queue("上报被拒待更正", "没有被平台拒绝的上报", link, first_of(parts, ["pk"], SHOWN, rows))


def of_commitments(user: Any, reach: Reach) -> Iterator[Queue]:
    """What falls due, for those who take it in; what waits for a supervisor's word."""
    if reach.has(Right.FILE):
        rows: Any = Commitment.objects.select_related("person", "area")
        due = rows.open().filter(due_on__lte=timezone.localdate() + dt.timedelta(days=SOON))
        cases = first_of(due.visible_parts(user, Right.FILE), ["due_on", "pk"], SHOWN, rows)
        title, empty = "30日内到期的承诺", "没有30日内到期的承诺"
        yield Queue(title, empty, f"{reverse('commitments')}?band={SOON}", cases, has_due_days=True)
    if reach.has(Right.LIFT_SANCTIONS):
        rows = Sanction.objects.select_related("person", "area")
        parts = rows.without_period().visible_parts(user, Right.LIFT_SANCTIONS)
        title, empty = "期限待确定的失信处理", "没有期限待确定的失信处理"
        yield Queue(title, empty, f"{reverse('sanctions')}?state=pending", first_of(parts, ["pk"], SHOWN, rows))
