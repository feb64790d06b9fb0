"""Importing a hospital list: upload, preview, confirm, undo; who imported what."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from hospitals import tasks
from hospitals.access import Right, StaffRequest, staff_name
from hospitals.directory_forms import HospitalListForm, ReasonForm
from hospitals.filters import ListImportFilter
from hospitals.hospital_lists import verbs
from hospitals.hospital_lists.shown import page_of
from hospitals.hospital_lists.undoing import undo
from hospitals.list_imports import faulty_rows
from hospitals.listing import Column, ListPage
from hospitals.models import HospitalListImport
from hospitals.views.import_pages import IMPORT_COLUMNS, ImportPages
from hospitals.vocabulary import ListStrategy, Scope


class HospitalImportPages(ImportPages):
    model = HospitalListImport
    name = "list"
    right = Right.KEEP_DIRECTORY
    verbs = verbs
    preview_job = tasks.preview_list
    form = HospitalListForm
    title = "导入医院名单"
    hint = (
        "医院按医保编码识别，名单没有编码时按名称识别。名单没有的列、没有填写的单元格，都不改动名录。"
        "上传后先看预览，确认后才写入。"
    )
    subject = "医院名称"
    left_alone = "名录"
    template = "hospitals/list_import.html"
    staff = ("made_by", "applied_by", "undone_by")
    faults_by = "GET"
    steps = (*ImportPages.steps, "undo")

    def take_in(self, request: StaffRequest, form: HospitalListForm, data: bytes) -> HospitalListImport:
        given = form.cleaned_data
        return verbs.upload(
            data=data,
            file_name=given["file"].name,
            area=given["area"],
            strategy=ListStrategy.of(given["strategy"]),
            scope=Scope.of(given["scope"]),
            allow_many_withdrawals=False,
            by=request.user,
        )

    def apply_later(self, request: StaffRequest, found: HospitalListImport) -> None:
        today = timezone.localdate()
        verbs.queue(list_import=found, by=request.user, allow_many_withdrawals=_allowed(request))
        tasks.apply_list.defer(list_import=found.pk, by=request.user.pk, on=today.isoformat())

    def apply_now(self, request: StaffRequest, found: HospitalListImport) -> None:
        today = timezone.localdate()
        verbs.apply(list_import=found, by=request.user, on=today, allow_many_withdrawals=_allowed(request))

    def undo(self, request: StaffRequest, found: HospitalListImport) -> str:
        form = ReasonForm(request.POST)
        undo(list_import=found, by=request.user, reason=form.cleaned_data["reason"] if form.is_valid() else "")
        return _("已撤销，名录恢复到导入之前。")

    def rows_of(self, found: HospitalListImport, action: str, after: int) -> tuple[list[Any], int]:
        return page_of(found, action, after)

    def faulty_rows(self, request: StaffRequest, found: HospitalListImport) -> tuple[list[str], Iterator[list[Any]]]:
        return faulty_rows(found)

    def extra_context(self, found: HospitalListImport) -> dict[str, Any]:
        return {"reason_form": ReasonForm()}


def _allowed(request: StaffRequest) -> bool:
    return request.POST.get("allow_many_withdrawals") == "on"


PAGES = HospitalImportPages()


class ListImports(ListPage):
    model = HospitalListImport
    title = "名单导入"
    right = Right.SEE_DIRECTORY
    filterset_class = ListImportFilter
    template_name = "hospitals/list_imports.html"
    empty_text = "还没有导入过名单"
    columns = (*IMPORT_COLUMNS, Column("撤销人", lambda row: staff_name(row.undone_by), kind="nowrap"))

    def queryset(self) -> QuerySet[HospitalListImport]:
        return PAGES.queryset()

    def extra_context(self) -> dict[str, Any]:
        return {"may_import": PAGES.may_import(self.request.user)}
