"""The review queue: filings and changes that wait, the oldest first, and who has taken which."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from filings.filters import ReviewFilter, WaitingChangeFilter
from filings.models import Filing, FilingChange
from filings.models.change_lifecycle import ChangeStatus
from filings.models.filing_lifecycle import FilingStatus
from filings.views.change_pages import ChangeList
from hospitals.access import Right, staff_name
from hospitals.listing import Column, ListPage, badge

TAKEN = Column(
    "领取人",
    lambda row: staff_name(row.taken_by) or badge("未领取", "warn"),
    exported=lambda row: staff_name(row.taken_by),
)
SINCE = Column("受理时间", lambda row: f"{timezone.localtime(row.made_at):%Y-%m-%d %H:%M}", kind="date")


class WaitingFilings(ListPage):
    model = Filing
    title = "待审核备案"
    right = Right.SEE_FILINGS
    filterset_class = ReviewFilter
    template_name = "filings/filings.html"
    here = "review"
    ordering = "pk"
    empty_text = "没有待审核的备案"
    columns = (
        Column("备案号", lambda row: row.number, sort="pk", link=lambda row: row.get_absolute_url(), kind="date"),
        Column("姓名", lambda row: row.person.name),
        Column("参保地", lambda row: row.area.name),
        Column("备案类别", lambda row: row.get_variant_display() or row.get_category_display()),
        Column("就医地", lambda row: row.destination.name),
        Column("备案开始", lambda row: row.start_on, kind="date"),
        SINCE,
        Column("经办人", lambda row: staff_name(row.made_by)),
        TAKEN,
    )

    def queryset(self) -> QuerySet[Any]:
        joined = ("person", "area", "destination", "made_by", "taken_by")
        return Filing.objects.filter(status=FilingStatus.PENDING).select_related(*joined)

    def extra_context(self) -> dict[str, Any]:
        return {"here": self.here}


class WaitingChanges(ChangeList):
    title = "待审核变更取消"
    filterset_class = WaitingChangeFilter
    here = "review_changes"
    ordering = "pk"
    empty_text = "没有待审核的变更或取消"
    columns = (*(column for column in ChangeList.columns if column.label != "状态"), TAKEN)

    def queryset(self) -> QuerySet[Any]:
        waiting = FilingChange.objects.filter(status=ChangeStatus.PENDING)
        return waiting.select_related("person", "area", "filing__destination", "destination", "made_by", "taken_by")
