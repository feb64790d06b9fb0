"""Importing a list of people: upload, preview, confirm; who imported what."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from filings import tasks
from filings.filters import PeopleImportFilter
from filings.forms.people_lists import PeopleListForm
from filings.models import PeopleListImport
from filings.people_lists import verbs
from filings.people_lists.shown import page_of
from hospitals.access import Right, StaffRequest, User, reach_of, require
from hospitals.exports import export
from hospitals.forms import tell
from hospitals.history import entries
from hospitals.list_imports import tabs_of
from hospitals.listing import ListPage, form_page
from hospitals.reasons import Refused
from hospitals.views.imports import IMPORT_COLUMNS, WORKER_BYTES, WORKER_ROWS

STAFF = ("made_by", "applied_by")


class PeopleImports(ListPage):
    model = PeopleListImport
    title = "参保人员导入"
    right = Right.KEEP_PEOPLE
    filterset_class = PeopleImportFilter
    template_name = "filings/people_imports.html"
    empty_text = "还没有导入过参保人员"
    columns = IMPORT_COLUMNS

    def queryset(self) -> QuerySet[PeopleListImport]:
        return PeopleListImport.objects.select_related("area", *STAFF).defer("content")

    def extra_context(self) -> dict[str, Any]:
        return {"may_import": may_import(self.request.user)}


def may_import(user: User) -> bool:
    """A list is the whole area's, so a post at one hall is not enough."""
    return bool(reach_of(user).areas.get(Right.KEEP_PEOPLE))


@require_http_methods(["GET", "POST"])
def upload(request: StaffRequest) -> HttpResponse:
    require(request.user, Right.KEEP_PEOPLE)
    if not may_import(request.user):
        raise PermissionDenied(_("导入名单须有整个统筹区的岗位"))
    form = PeopleListForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        file, today = form.cleaned_data["file"], timezone.localdate()
        data = file.read()
        try:
            with transaction.atomic():
                found = verbs.upload(data=data, file_name=file.name, area=form.cleaned_data["area"], by=request.user)
                if len(data) > WORKER_BYTES:
                    tasks.preview_people.defer(list_import=found.pk, on=today.isoformat())
                else:
                    verbs.preview(list_import=found, by=request.user, on=today)
            return redirect(found)
        except Refused as refused:
            tell(form, refused)
    return form_page(request, "filings/people_upload.html", {"form": form})


def _find(request: StaffRequest, pk: int) -> PeopleListImport:
    require(request.user, Right.KEEP_PEOPLE)
    rows = PeopleListImport.objects.visible_to(request.user).select_related("area", *STAFF).defer("content")
    return get_object_or_404(rows, pk=pk)


@require_GET
def people_import(request: StaffRequest, pk: int) -> HttpResponse:
    """What the list would change, or has changed, tab by tab."""
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
        "may_take_faults": reach_of(request.user).covers(Right.KEEP_PEOPLE, found.area_id),
        "earlier": found.earlier(),
        "history": entries(found),
    }
    return render(request, "filings/people_import.html", context)


@require_GET
def progress(request: StaffRequest, pk: int) -> HttpResponse:
    """How far the worker is; once it is done the page loads anew."""
    found = _find(request, pk)
    response = render(request, "components/list_progress.html", {"list_import": found})
    if not found.is_working:
        response["HX-Refresh"] = "true"
    return response


@require_POST
def faults(request: StaffRequest, pk: int) -> HttpResponseBase:
    """The faulty rows as a workbook, to be put right and uploaded again.  Posted: it is put on record who took it."""
    found = _find(request, pk)
    if not found.invalid:
        raise Http404
    try:
        response = export("xlsx", _("有误的行"), *verbs.take_faults(list_import=found, by=request.user))
    except Refused as refused:
        messages.error(request, f"{refused}。")
        return redirect(found)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def step(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    """One step of the lifecycle; a refusal is told on the page it came from."""
    found = _find(request, pk)
    try:
        messages.success(request, STEPS[verb](request, found))
    except Refused as refused:
        messages.error(request, f"{refused}。")
    return redirect(found)


def _preview(request: StaffRequest, found: PeopleListImport) -> str:
    verbs.preview(list_import=found, by=request.user, on=timezone.localdate())
    return _("已重新预览。")


def _apply(request: StaffRequest, found: PeopleListImport) -> str:
    if found.rows > WORKER_ROWS:
        with transaction.atomic():
            verbs.queue(list_import=found, by=request.user)
            tasks.apply_people.defer(list_import=found.pk, by=request.user.pk)
        return _("已提交，正在导入。")
    verbs.apply(list_import=found, by=request.user)
    return _("已导入。")


def _put_back(request: StaffRequest, found: PeopleListImport) -> str:
    verbs.put_back(list_import=found, by=request.user)
    return _("已退回待确认。")


def _discard(request: StaffRequest, found: PeopleListImport) -> str:
    verbs.discard(list_import=found, by=request.user)
    return _("已放弃，参保登记未作改动。")


STEPS: dict[str, Callable[[StaffRequest, PeopleListImport], str]] = {
    "preview": _preview,
    "apply": _apply,
    "put_back": _put_back,
    "discard": _discard,
}
