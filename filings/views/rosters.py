"""Rosters of posted workers: the list, upload, preview, confirm, faulty rows back."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from filings import tasks
from filings.filters import RosterFilter
from filings.forms.rosters import RosterForm
from filings.models import RosterImport
from filings.rosters import verbs
from filings.rosters.shown import page_of
from hospitals.access import Right, StaffRequest
from hospitals.listing import Column, ListPage
from hospitals.views.import_pages import IMPORT_COLUMNS, ImportPages


class RosterPages(ImportPages):
    model = RosterImport
    name = "roster"
    right = Right.FILE
    verbs = verbs
    preview_job, apply_job = tasks.preview_roster, tasks.apply_roster
    form = RosterForm
    title = "受理花名册"
    hint = (
        "按常驻异地工作人员备案，渠道为用人单位，花名册作为已收材料登记。每一行都按现行政策认定："
        "上传后先看预览，确认后才备案；有误的行不影响其他人，可下载改正后再次上传。"
    )
    subject = "姓名"
    left_alone = "备案"
    deed = "备案"
    template = "filings/roster.html"
    staff = ("made_by", "applied_by", "hall")
    worker_rows = 200

    def take_in(self, request: StaffRequest, form: RosterForm, data: bytes) -> RosterImport:
        given = form.cleaned_data
        return verbs.upload(
            data=data,
            file_name=given["file"].name,
            area=given["area"],
            hall=given["hall"],
            employer=given["employer"],
            agent_name=given["agent_name"],
            agent_phone=given["agent_phone"],
            filed_on=timezone.localdate(),
            start_on=given["start_on"],
            by=request.user,
        )

    def rows_of(self, found: RosterImport, action: str, after: int) -> tuple[list[Any], int]:
        return page_of(found, action, after)


PAGES = RosterPages()
UPLOADED, AREA, *FURTHER = IMPORT_COLUMNS


class RosterList(ListPage):
    model = RosterImport
    title = "花名册"
    right = Right.SEE_FILINGS
    filterset_class = RosterFilter
    template_name = "filings/rosters.html"
    empty_text = "还没有受理过花名册"
    columns = (UPLOADED, AREA, Column("单位", lambda row: row.employer), *FURTHER)

    def queryset(self) -> QuerySet[RosterImport]:
        return PAGES.queryset()

    def extra_context(self) -> dict[str, Any]:
        return {"may_import": PAGES.may_import(self.request.user)}
