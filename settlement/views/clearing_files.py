"""The platform's details as pages: upload as a stream, preview, confirm, faulty rows back."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from hospitals.access import Right, StaffRequest, require
from hospitals.forms import tell
from hospitals.list_imports import ShownFault
from hospitals.listing import Column, ListPage, form_page
from hospitals.reasons import Refused
from hospitals.views.import_pages import IMPORT_COLUMNS, ImportPages
from settlement import tasks
from settlement.clearing.files import verbs
from settlement.clearing.filters import FileFilter
from settlement.forms.clearing import FileForm
from settlement.models import ClearingImport

PAGE = 100
WORKER_ROWS = 20_000


class FilePages(ImportPages):
    model = ClearingImport
    name = "clearing_file"
    right = Right.CLEAR
    verbs = verbs
    preview_job, apply_job = tasks.preview_clearing_file, tasks.apply_clearing_file
    title = "收取平台明细"
    hint = "每一行按结算编号与本地该月的结算比对：先看预览，确认后差异才记入。一致的只计数。有误的行改正前不能对账。"
    subject = "结算编号"
    left_alone = "清算月份"
    deed = "对账"
    template = "settlement/clearing_file.html"
    worker_rows = WORKER_ROWS

    def upload(self, request: StaffRequest) -> HttpResponse:
        """The rows go into the database as they are read, however many; a long file is compared by the worker."""
        require(request.user, self.right)
        given = {"month": request.GET.get("month", "")}
        form = FileForm(request.POST or None, request.FILES or None, user=request.user, initial=given)
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data["file"]
            try:
                with transaction.atomic():
                    found = verbs.upload(
                        file=file,
                        file_name=file.name,
                        month=form.cleaned_data["month"],
                        by=request.user,
                        on=timezone.localdate(),
                    )
                    if found.rows > self.worker_rows:
                        self.preview_later(found)
                    else:
                        self.preview_now(request, found)
                return redirect(found)
            except Refused as refused:
                tell(form, refused)
        context = {"form": form, "title": self.title, "hint": self.hint, "back": reverse("clearing_file_imports")}
        return form_page(request, "list_upload.html", context)

    def discard(self, request: StaffRequest, found: Any) -> str:
        with transaction.atomic():
            told = super().discard(request, found)
            verbs.put_away(list_import=found)
        return told

    def queryset(self) -> QuerySet[Any]:
        return super().queryset().select_related("month__area")

    def rows_of(self, found: ClearingImport, action: str, after: int) -> tuple[list[Any], int]:
        steps = found.steps.filter(action=action, position__gt=after).select_related("settlement__person")
        rows = list(steps.order_by("position")[: PAGE + 1])
        shown = [
            {"row": row, "faults": [ShownFault(one["column"], one["value"], one["text"]) for one in row.faults]}
            for row in rows[:PAGE]
        ]
        return shown, rows[PAGE - 1].position if len(rows) > PAGE else 0


PAGES = FilePages()


class FileList(ListPage):
    model = ClearingImport
    title = "平台明细"
    right = Right.SEE_CLEARING
    filterset_class = FileFilter
    template_name = "settlement/clearing_file_list.html"
    empty_text = "还没有收取过平台明细"
    columns = (
        *IMPORT_COLUMNS[:1],
        Column("清算月份", lambda row: row.month.number, link=lambda row: row.month.get_absolute_url(), kind="date"),
        *IMPORT_COLUMNS[1:],
    )

    def queryset(self) -> QuerySet[Any]:
        return PAGES.queryset()

    def extra_context(self) -> dict[str, Any]:
        return {"here": "files", "may_import": PAGES.may_import(self.request.user)}
