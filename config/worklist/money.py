"""What holds or moves money: findings, differences with the platform, payments, recoupments."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils import timezone

from config.worklist.queue import SHOWN, Queue
from hospitals.access import Reach, Right
from hospitals.listing import COUNT_BOUND, first_of
from settlement.models import (
    Finding,
    Payment,
    PaymentBatch,
    Recoupment,
    SettlementDifference,
)
from settlement.vocabulary import BatchStatus, FindingStatus, RecoupmentStatus, SettlementDifferenceStatus


def of_findings(user: Any, reach: Reach) -> Iterator[Queue]:
    """What a reviewer has to look into and may: nothing of what they entered themselves.  The title counts them."""
    if reach.has(Right.REVIEW_CLAIMS):
        rows = Finding.objects.select_related("person", "area")
        open_ones = rows.filter(status=FindingStatus.OPEN).exclude(claim__entered_by__contains=[user.pk])
        count = len(open_ones.visible_to(user, Right.REVIEW_CLAIMS).values_list("pk")[: COUNT_BOUND + 1])
        cases = first_of(open_ones.visible_parts(user, Right.REVIEW_CLAIMS), ["pk"], SHOWN, rows)
        title = f"待核查疑点（{count if count <= COUNT_BOUND else f'{COUNT_BOUND}以上'}）"
        yield Queue(title, "没有待核查的疑点", reverse("findings"), cases)


def of_differences(user: Any, reach: Reach) -> Iterator[Queue]:
    """Where the platform calculated otherwise than we do: for a reviewer, or a supervisor."""
    right = next((right for right in (Right.REVIEW_CLAIMS, Right.REVERSE_SETTLEMENTS) if reach.has(right)), None)
    if right:
        rows = SettlementDifference.objects.select_related("person", "area", "settlement")
        parts = rows.filter(status=SettlementDifferenceStatus.OPEN).visible_parts(user, right)
        cases = first_of(parts, ["pk"], SHOWN, rows)
        yield Queue("待核查的结算差异", "没有待核查的结算差异", reverse("differences"), cases)


def of_payments(user: Any, reach: Reach) -> Iterator[Queue]:
    """What a second person of finance confirms, what the bank has not answered; what the counter puts right."""
    if reach.has(Right.RELEASE_CLAIMS):
        rows: Any = PaymentBatch.objects.select_related("area")
        for title, empty, status in (
            ("待核对的拨付批次", "没有待核对的批次", BatchStatus.DRAFT),
            ("待送出的拨付批次", "没有待送出的批次", BatchStatus.CONFIRMED),
            ("待回盘的拨付批次", "没有待回盘的批次", BatchStatus.SENT),
        ):
            batches = rows.filter(status=status)
            if status is BatchStatus.DRAFT:
                batches = batches.exclude(made_by=user)
            parts = batches.visible_parts(user, Right.RELEASE_CLAIMS)
            yield Queue(title, empty, f"{reverse('payments')}?status={status}", first_of(parts, ["pk"], SHOWN, rows))
    if reach.has(Right.ACCEPT_CLAIMS):
        rows = Payment.objects.select_related("person", "area", "claim", "batch")
        parts = rows.to_correct().filter(correction=None).visible_parts(user, Right.ACCEPT_CLAIMS)
        title, empty = "支付失败待更正", "没有支付失败待更正的"
        cases = first_of(parts, ["pk"], SHOWN, rows)
        yield Queue(title, empty, reverse("failed_payments"), cases, page="correct_payee")


def of_recoupments(user: Any, reach: Reach) -> Iterator[Queue]:
    """What waits for a second person, for a word on a write-off, and for money that is overdue."""
    rows: Any = Recoupment.objects.select_related("person", "area")
    link = reverse("recoupments")

    def queue(title: str, query: str, cases: Any, right: Right, order: str = "pk", *, due: bool = False) -> Queue:
        found = first_of(cases.visible_parts(user, right), list(dict.fromkeys([order, "pk"])), SHOWN, rows)
        return Queue(title, f"没有{title}", f"{link}?{query}", found, has_due_days=due)

    checker = next((right for right in (Right.REVIEW_CLAIMS, Right.REVERSE_SETTLEMENTS) if reach.has(right)), None)
    if checker:
        waiting = rows.filter(status=RecoupmentStatus.PROPOSED).exclude(made_by=user)
        yield queue("待确认的追回", f"status={RecoupmentStatus.PROPOSED}", waiting, checker)
    if reach.has(Right.REVERSE_SETTLEMENTS):
        asked = rows.to_decide().exclude(write_off_by=user)
        yield queue("待批准的核销", "band=write_off", asked, Right.REVERSE_SETTLEMENTS)
    if reach.has(Right.RELEASE_CLAIMS):
        overdue = rows.overdue(timezone.localdate())
        yield queue("逾期未缴的追回", "band=overdue", overdue, Right.RELEASE_CLAIMS, "next_due_on", due=True)
