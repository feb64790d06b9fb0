"""An import of a list as pages, of whatever list: upload, preview in tabs, progress, faulty rows back, steps."""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hospitals.access import Right, StaffRequest, User, reach_of, require, staff_name
from hospitals.exports import export
from hospitals.forms import ListForm, tell
from hospitals.history import entries
from hospitals.list_imports import discard, put_back, tabs_of, take_faults
from hospitals.listing import Column, ListPage, form_page
from hospitals.models.imports import ListImport
from hospitals.reasons import Refused
from hospitals.vocabulary import ListAction

WORKER_BYTES = 64 * 1024  # a longer file is read by the worker
WORKER_ROWS = 1_000  # a longer list is imported by the worker


def _counts(row: ListImport) -> str:
    shown = (ListAction.NEW, ListAction.CHANGED, ListAction.WITHDRAWN, ListAction.INVALID)
    return (
        "、".join(f"{row.word_for(action)} {count}" for action in shown if (count := getattr(row, action.value, 0)))
        or "—"
    )


def _when(row: ListImport) -> str:
    return timezone.localtime(row.made_at).strftime("%Y-%m-%d %H:%M")


IMPORT_COLUMNS = (
    Column("上传时间", _when, kind="date", link=lambda row: row.get_absolute_url()),
    Column("统筹区", lambda row: row.area.name, kind="nowrap"),
    Column("文件", lambda row: row.file_name),
    Column("状态", lambda row: row.get_status_display(), kind="nowrap"),
    Column("行数", lambda row: row.rows, kind="number"),
    Column("变动", _counts),
    Column("导入人", lambda row: staff_name(row.made_by) or "命令行", kind="nowrap"),
    Column("确认人", lambda row: staff_name(row.applied_by), kind="nowrap"),
)


class ImportPages:
    """The pages of one kind of list.  Subclasses name its parts and call its verbs.

    name: begins the names of its routes, as in `people_upload`.  right: to take a list in and to act on it; who sees it
    is the model's to say.  staff: its fields that hold who did what.  subject: what a row is about, as a heading.
    verbs: the module that previews, queues and applies it; preview_job, apply_job: the worker's.
    deed, left_alone: what is done when a list is confirmed; what stays as it is when it is discarded.
    steps: methods that take a step and say so.
    """

    model: ClassVar[Any]
    name: ClassVar[str]
    right: ClassVar[Right]
    verbs: Any
    preview_job: Any
    apply_job: Any
    form: ClassVar[type[ListForm]]
    title: ClassVar[str]
    hint: ClassVar[str]
    subject: ClassVar[str]
    left_alone: ClassVar[str]
    deed: ClassVar[str] = "导入"
    template: ClassVar[str]
    staff: ClassVar[tuple[str, ...]] = ("made_by", "applied_by")
    faults_by: ClassVar[str] = "POST"
    steps: ClassVar[tuple[str, ...]] = ("preview", "apply", "put_back", "discard")
    worker_rows = WORKER_ROWS

    # what a subclass gives

    def take_in(self, request: StaffRequest, form: Any, data: bytes) -> Any:
        """The uploaded list, not read yet.  Raises Refused."""
        raise NotImplementedError

    def preview_later(self, found: Any) -> None:
        self.preview_job.defer(list_import=found.pk)

    def preview_now(self, request: StaffRequest, found: Any) -> None:
        self.verbs.preview(list_import=found, by=request.user)

    def apply_later(self, request: StaffRequest, found: Any) -> None:
        """In one transaction: hand the plan to the worker."""
        self.verbs.queue(list_import=found, by=request.user)
        self.apply_job.defer(list_import=found.pk, by=request.user.pk)

    def apply_now(self, request: StaffRequest, found: Any) -> None:
        self.verbs.apply(list_import=found, by=request.user)

    def rows_of(self, found: Any, action: str, after: int) -> tuple[list[Any], int]:
        """One page of a tab and the position that the next begins after, 0 on the last."""
        raise NotImplementedError

    def faulty_rows(self, request: StaffRequest, found: Any) -> tuple[list[str], Iterator[list[Any]]]:
        return take_faults(list_import=found, by=request.user)

    def may_import(self, user: User) -> bool:
        return reach_of(user).has(self.right)

    def extra_context(self, found: Any) -> dict[str, Any]:
        return {}

    # pages

    def urls(self, folder: str, listing: type[ListPage]) -> list[URLPattern]:
        page = f"{folder}<int:pk>/"
        read_or_post, by_their_way = require_http_methods(["GET", "POST"]), require_http_methods([self.faults_by])
        return [
            path(folder, listing.as_view(), name=f"{self.name}_imports"),
            path(f"{folder}new/", read_or_post(self.upload), name=f"{self.name}_upload"),
            path(page, require_GET(self.page), name=f"{self.name}_import"),
            path(f"{page}progress/", require_GET(self.progress), name=f"{self.name}_progress"),
            path(f"{page}faults/", by_their_way(self.faults), name=f"{self.name}_faults"),
            *(
                path(
                    f"{page}{verb.replace('_', '-')}/",
                    require_POST(self.step),
                    {"verb": verb},
                    name=f"{self.name}_{verb}",
                )
                for verb in self.steps
            ),
        ]

    def queryset(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.model.objects.select_related("area", *self.staff).defer("content")
        return rows

    def visible(self, request: StaffRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.queryset().visible_to(request.user)  # type: ignore[attr-defined]
        return rows

    def find(self, request: StaffRequest, pk: int, right: Right | None = None) -> Any:
        """right: the one that the page asks for somewhere; by default the one that shows the list."""
        require(request.user, right or self.model.seen_with)
        return get_object_or_404(self.visible(request), pk=pk)

    def upload(self, request: StaffRequest) -> HttpResponse:
        require(request.user, self.right)
        if not self.may_import(request.user):
            raise PermissionDenied(_("导入名单须有整个统筹区的岗位"))
        form = self.form(request.POST or None, request.FILES or None, user=request.user)
        if request.method == "POST" and form.is_valid():
            data = form.cleaned_data["file"].read()
            try:
                with transaction.atomic():
                    found = self.take_in(request, form, data)
                    if len(data) > WORKER_BYTES:
                        self.preview_later(found)
                    else:
                        self.preview_now(request, found)
                return redirect(found)
            except Refused as refused:
                tell(form, refused)
        context = {"form": form, "title": self.title, "hint": self.hint, "back": reverse(f"{self.name}_imports")}
        return form_page(request, "list_upload.html", context)

    def page(self, request: StaffRequest, pk: int) -> HttpResponse:
        """What the list would change, or has changed, tab by tab."""
        found = self.find(request, pk)
        tabs = tabs_of(found, request.GET.get("tab", ""))
        here = next((tab for tab in tabs if tab.here), None)
        after = request.GET.get("after", "")
        rows, following = self.rows_of(found, here.action, int(after) if after.isdecimal() else 0) if here else ([], 0)
        context = {
            "list_import": found,
            "subject": self.subject,
            "back": reverse(f"{self.name}_imports"),
            "tabs": tabs,
            "here": here,
            "rows": rows,
            "following": following,
            "moves": {move.verb for move in found.lifecycle.open_to(found, request.user)},
            "may_take_faults": reach_of(request.user).covers(self.right, found.area_id, found.hall_id),
            "earlier": found.earlier(self.visible(request)),
            "history": entries(found),
            **self.extra_context(found),
        }
        return render(request, self.template, context)

    def progress(self, request: StaffRequest, pk: int) -> HttpResponse:
        """How far the worker is; once it is done the page loads anew."""
        found = self.find(request, pk)
        response = render(request, "components/list_progress.html", {"list_import": found})
        if not found.is_working:
            response["HX-Refresh"] = "true"
        return response

    def faults(self, request: StaffRequest, pk: int) -> HttpResponseBase:
        """The faulty rows as a workbook, to be put right and uploaded again."""
        found = self.find(request, pk, self.right)
        if not found.invalid:
            raise Http404
        try:
            response = export("xlsx", _("有误的行"), *self.faulty_rows(request, found))
        except Refused as refused:
            messages.error(request, f"{refused}。")
            return redirect(found)
        response["Cache-Control"] = "no-store"
        return response

    def step(self, request: StaffRequest, pk: int, verb: str) -> HttpResponse:
        """One step of the lifecycle; a refusal is told on the page it came from."""
        found = self.find(request, pk, self.right)
        take: Callable[[StaffRequest, Any], str] = getattr(self, verb)
        try:
            messages.success(request, take(request, found))
        except Refused as refused:
            messages.error(request, f"{refused}。")
        return redirect(found)

    # steps

    def preview(self, request: StaffRequest, found: Any) -> str:
        self.preview_now(request, found)
        return _("已重新预览。")

    def apply(self, request: StaffRequest, found: Any) -> str:
        if found.rows > self.worker_rows:
            with transaction.atomic():
                self.apply_later(request, found)
            return _("已提交，正在{what}。").format(what=self.deed)
        self.apply_now(request, found)
        return _("已{what}。").format(what=self.deed)

    def put_back(self, request: StaffRequest, found: Any) -> str:
        put_back(list_import=found, by=request.user)
        return _("已退回待确认。")

    def discard(self, request: StaffRequest, found: Any) -> str:
        discard(list_import=found, by=request.user)
        return _("已放弃，{what}未作改动。").format(what=self.left_alone)
