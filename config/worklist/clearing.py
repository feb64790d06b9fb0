"""Clearing with the platform: differences, months to confirm, the advance fund."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from config.worklist.queue import SHOWN, Queue
from hospitals.access import Reach, Right
from hospitals.listing import first_of
from settlement.clearing.advances import in_force, uses_of, with_use
from settlement.clearing.shown import warned_text
from settlement.clearing.words import AdvanceStatus, ClearingDifferenceStatus, ClearingMonthStatus
from settlement.models import (
    AdvanceChange,
    AdvanceFund,
    ClearingDifference,
    ClearingMonth,
)


def of_clearing(user: Any, reach: Reach) -> Iterator[Queue]:
    """What finance works off and confirms, what of the advance waits for a second person, and where it runs out."""
    if reach.has(Right.CLEAR):
        rows: Any = ClearingDifference.objects.select_related("month", "area", "settlement__person")
        link = reverse("clearing_differences")
        mine = rows.filter(
            Q(status=ClearingDifferenceStatus.OPEN) | Q(status=ClearingDifferenceStatus.TAKEN, handled_by=user)
        )
        cases = first_of(mine.visible_parts(user, Right.CLEAR), ["pk"], SHOWN, rows)
        yield Queue("待处理的清算差异", "没有待处理的清算差异", f"{link}?status=unresolved", cases)
        proposed = rows.filter(status=ClearingDifferenceStatus.PROPOSED).exclude(handled_by=user)
        cases = first_of(proposed.visible_parts(user, Right.CLEAR), ["pk"], SHOWN, rows)
        yield Queue("待复核的清算差异", "没有待复核的清算差异", f"{link}?status=proposed", cases)
        rows = ClearingMonth.objects.select_related("area")
        for title, status, hand in (
            ("待确认的清算", ClearingMonthStatus.REVIEWED, "finished_by"),
            ("待拨付的清算", ClearingMonthStatus.CLEARED, "closed_by"),
        ):
            waiting = rows.filter(status=status).exclude(**{hand: user})
            cases = first_of(waiting.visible_parts(user, Right.CLEAR), ["pk"], SHOWN, rows)
            yield Queue(title, f"没有{title}", f"{reverse('clearing_months')}?status={status}", cases)
    if reach.has(Right.KEEP_ADVANCE):
        rows = AdvanceChange.objects.select_related("fund", "area")
        asked_for = rows.filter(status=AdvanceStatus.PROPOSED).exclude(made_by=user)
        cases = first_of(asked_for.visible_parts(user, Right.KEEP_ADVANCE), ["pk"], SHOWN, rows)
        yield Queue("待批准的预付金变动", "没有待批准的预付金变动", reverse("advances"), cases)
    if reach.has(Right.CLEAR) or reach.has(Right.KEEP_ADVANCE):
        funds = with_use(in_force(timezone.localdate()).visible_to(user)).select_related("area")
        warned: list[AdvanceFund] = []
        for fund, use in uses_of(funds).items():
            if use.warned:
                fund.failure = warned_text(use)  # type: ignore[attr-defined]  # as the worklist calls it
                warned.append(fund)
        yield Queue("预付金预警", "没有预付金预警", reverse("advances"), warned[:SHOWN])
