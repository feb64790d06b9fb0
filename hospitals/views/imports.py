"""Importing a hospital list: upload, preview, confirm, undo; who imported what."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hospitals import tasks
from hospitals.access import Right, reach_of, require, staff_name
from hospitals.directory_forms import HospitalListForm, ReasonForm
from hospitals.exports import export
from hospitals.filters import ListImportFilter
from hospitals.history import entries
from hospitals.hospital_lists import verbs
from hospitals.hospital_lists.shown import page_of
from hospitals.hospital_lists.undoing import undo
from hospitals.list_imports import faulty_rows, tabs_of
from hospitals.listing import Column, ListPage, form_page
from hospitals.models import HospitalListImport
from hospitals.models.imports import ListImport
from hospitals.reasons import Refused
from hospitals.vocabulary import ListAction, ListStrategy, Scope

WORKER_BYTES = 64 * 1024  # a longer file is read by the worker
WORKER_ROWS = 1_000  # a longer list is imported by the worker


def _counts(row: ListImport) -> str:
    shown = (ListAction.NEW, ListAction.CHANGED, ListAction.WITHDRAWN, ListAction.INVALID)
    return "、".join(f"{action.label} {count}" for action in shown if (count := getattr(row, action.value, 0))) or "—"


def _when(row: ListImport) -> str:
    return timezone.localtime(row.made_at).strftime("%Y-%m-%d %H:%M")


def _name(user: Any) -> str:
    return staff_name(user)


IMPORT_COLUMNS = (
    Column("上传时间", _when, kind="date", link=lambda row: row.get_absolute_url()),
    Column("统筹区", lambda row: row.area.name, kind="nowrap"),
    Column("文件", lambda row: row.file_name),
    Column("状态", lambda row: row.get_status_display(), kind="nowrap"),
    Column("行数", lambda row: row.rows, kind="number"),
    Column("变动", _counts),
    Column("导入人", lambda row: _name(row.made_by) or "命令行", kind="nowrap"),
    Column("确认人", lambda row: _name(row.applied_by), kind="nowrap"),
)


class ListImports(ListPage):
    model = HospitalListImport
    title = "名单导入"
    right = Right.SEE_DIRECTORY
    filterset_class = ListImportFilter
    template_name = "hospitals/list_imports.html"
    empty_text = "还没有导入过名单"
    columns = (*IMPORT_COLUMNS, Column("撤销人", lambda row: _name(row.undone_by), kind="nowrap"))

    def queryset(self) -> QuerySet[HospitalListImport]:
        people = ("made_by", "applied_by", "undone_by")
        return HospitalListImport.objects.select_related("area", *people).defer("content")

    def extra_context(self) -> dict[str, Any]:
        return {"may_import": reach_of(self.request.user).has(Right.KEEP_DIRECTORY)}


@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    require(request.user, Right.KEEP_DIRECTORY)
    form = HospitalListForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        data = given["file"].read()
        try:
            with transaction.atomic():
                found = verbs.upload(
                    data=data,
                    file_name=given["file"].name,
                    area=given["area"],
                    strategy=ListStrategy(given["strategy"]),  # type: ignore[call-arg]
                    scope=Scope(given["scope"]),  # type: ignore[call-arg]
                    allow_many_withdrawals=False,
                    by=request.user,  # type: ignore[arg-type]
                )
                if len(data) > WORKER_BYTES:
                    tasks.preview_list.defer(list_import=found.pk)
                else:
                    verbs.preview(list_import=found, by=request.user)  # type: ignore[arg-type]
            return redirect("list_import", found.pk)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return form_page(request, "hospitals/list_upload.html", {"form": form})


def _find(request: HttpRequest, pk: int) -> HospitalListImport:
    people = ("made_by", "applied_by", "undone_by")
    rows = HospitalListImport.objects.visible_to(request.user).select_related("area", *people).defer("content")
    return get_object_or_404(rows, pk=pk)


@require_GET
def list_import(request: HttpRequest, pk: int) -> HttpResponse:
    """What the list would change, or has changed, tab by tab."""
    require(request.user, Right.SEE_DIRECTORY)
    found = _find(request, pk)
    tabs = tabs_of(found, request.GET.get("tab", ""))
    here = next((tab for tab in tabs if tab.here), None)
    after = request.GET.get("after", "")
    rows, following = page_of(found, here.action, int(after) if after.isdecimal() else 0) if here else ([], 0)
    context = {
        "list_import": found,
        "tabs": tabs,
        "here": here,
        "rows": rows,
        "following": following,
        "moves": {move.verb for move in found.lifecycle.open_to(found, request.user)},
        "reason_form": ReasonForm(),
        "earlier": found.earlier(),
        "history": entries(found),
    }
    return render(request, "hospitals/list_import.html", context)


@require_GET
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the worker is; once it is done the page loads anew."""
    require(request.user, Right.SEE_DIRECTORY)
    found = _find(request, pk)
    response = render(request, "components/list_progress.html", {"list_import": found})
    if not found.is_working:
        response["HX-Refresh"] = "true"
    return response


@require_GET
def faults(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The faulty rows as a workbook, to be put right and uploaded again."""
    require(request.user, Right.KEEP_DIRECTORY)
    found = _find(request, pk)
    if not found.invalid:
        raise Http404
    return export("xlsx", _("有误的行"), *faulty_rows(found))


@require_POST
def step(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """One step of the lifecycle; a refusal is told on the page it came from."""
    require(request.user, Right.KEEP_DIRECTORY)
    found = _find(request, pk)
    try:
        messages.success(request, STEPS[verb](request, found))
    except Refused as refusal:
        messages.error(request, f"{refusal}。")
    return redirect("list_import", pk)


def _preview(request: HttpRequest, found: HospitalListImport) -> str:
    verbs.preview(list_import=found, by=request.user)  # type: ignore[arg-type]
    return _("已重新预览。")


def _apply(request: HttpRequest, found: HospitalListImport) -> str:
    user: Any = request.user
    allowed = request.POST.get("allow_many_withdrawals") == "on"
    today = timezone.localdate()
    if found.rows > WORKER_ROWS:
        with transaction.atomic():
            verbs.queue(list_import=found, by=user, allow_many_withdrawals=allowed)
            tasks.apply_list.defer(list_import=found.pk, by=user.pk, on=today.isoformat())
        return _("已提交，正在导入。")
    verbs.apply(list_import=found, by=user, on=today, allow_many_withdrawals=allowed)
    return _("已导入。")


def _put_back(request: HttpRequest, found: HospitalListImport) -> str:
    verbs.put_back(list_import=found, by=request.user)  # type: ignore[arg-type]
    return _("已退回待确认。")


def _discard(request: HttpRequest, found: HospitalListImport) -> str:
    verbs.discard(list_import=found, by=request.user)  # type: ignore[arg-type]
    return _("已放弃，名录未作改动。")


def _undo(request: HttpRequest, found: HospitalListImport) -> str:
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    undo(list_import=found, by=request.user, reason=reason)  # type: ignore[arg-type]
    return _("已撤销，名录恢复到导入之前。")


STEPS: dict[str, Callable[[HttpRequest, HospitalListImport], str]] = {
    "preview": _preview,
    "apply": _apply,
    "put_back": _put_back,
    "discard": _discard,
    "undo": _undo,
}
