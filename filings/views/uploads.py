"""Uploads: the list, one on its page, what was refused in the same words, and the steps taken on them."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from filings.models import Upload
from filings.models.upload_lifecycle import UPLOAD_LIFECYCLE, UploadStatus
from filings.platform.codes import Transaction
from filings.upload_filters import UploadFilter
from filings.uploads import correcting
from filings.uploads.shown import age, lines_down, not_configured, page_of, state_name, status_badge
from filings.views.counter import version_in
from hospitals.access import Right, StaffRequest, reach_of, require
from hospitals.listing import Column, ListPage
from hospitals.reasons import Reason, Refused

REASON_LENGTH, WORDS_LENGTH = 300, 300
STEPS: dict[str, Callable[..., Upload]] = {"send_again": correcting.send_again, "give_up": correcting.give_up}


class UploadList(ListPage):
    model = Upload
    title = "平台上报"
    right = Right.SEE_FILINGS
    filterset_class = UploadFilter
    template_name = "filings/uploads.html"
    columns = (
        Column("编号", lambda row: row.number, sort="pk", link=lambda row: row.get_absolute_url(), kind="date"),
        Column("事项", lambda row: row.get_infno_display(), kind="nowrap"),
        Column("备案或登记", lambda row: row.case.number, link=lambda row: row.case.get_absolute_url(), kind="date"),
        Column("姓名", lambda row: row.person.name, kind="nowrap"),
        Column("参保地", lambda row: row.area.name, kind="nowrap"),
        Column("平台", lambda row: row.get_platform_display(), kind="nowrap"),
        Column("状态", status_badge, exported=state_name),
        Column("未成原因", lambda row: row.last_problem, kind="wide"),
        Column("已等", age, kind="nowrap"),
        Column("产生时间", lambda row: timezone.localtime(row.made_at).strftime("%Y-%m-%d %H:%M"), kind="date"),
    )

    def queryset(self) -> QuerySet[Any]:
        return Upload.objects.with_case()

    def extra_context(self) -> dict[str, Any]:
        return {"here": "uploads", "down": lines_down(), "not_configured": not_configured()}


@require_GET
def upload(request: StaffRequest, pk: int) -> HttpResponse:
    return _page(request, _visible(request, pk))


@require_POST
def step(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    """One step of the lifecycle; refused, the page comes back with the reasons and what was typed."""
    found = _visible(request, pk, Right.SEND_UPLOADS)
    if verb not in STEPS:
        raise Http404
    reason = request.POST.get("reason", "").strip()[:REASON_LENGTH]
    try:
        STEPS[verb](by=request.user, upload=found, reason=reason, version=version_in(request))
    except Refused as refused:
        return _page(request, found, refusal=refused.reasons, typed=reason, dialog=verb)
    messages.success(request, _("已办理：{label}").format(label=UPLOAD_LIFECYCLE.moves[verb].label))
    return redirect(found)


@require_GET
def refusals(request: StaffRequest) -> HttpResponse:
    require(request.user, Right.SEE_FILINGS)
    return _refusals(request)


@require_POST
def send_alike(request: StaffRequest) -> HttpResponse:
    """Everything refused in the same words once more."""
    require(request.user, Right.SEND_UPLOADS)
    infno, words = request.POST.get("infno", "")[:4], request.POST.get("words", "")[:WORDS_LENGTH]
    reason = request.POST.get("reason", "").strip()[:REASON_LENGTH]
    try:
        count = correcting.send_alike_again(by=request.user, infno=infno, words=words, reason=reason)
    except Refused as refused:
        return _refusals(request, refused.reasons)
    messages.success(request, _("{count} 件已重新上报").format(count=count))
    return redirect("upload_refusals")


def _refusals(request: StaffRequest, refusal: tuple[Reason, ...] = ()) -> HttpResponse:
    groups = [
        {**group, "matter": Transaction.name_of(group["infno"]), "place": place}
        for place, group in enumerate(correcting.refusals_alike(request.user)[:GROUPS])
    ]
    context = {
        "groups": groups,
        "refusal": refusal,
        "may_send": reach_of(request.user).has(Right.SEND_UPLOADS),
        "most": correcting.MOST_AT_ONCE,
        "here": "refusals",
    }
    return render(request, "filings/upload_refusals.html", context, status=422 if refusal else 200)


GROUPS = 50


def _visible(request: StaffRequest, pk: int, right: Right = Right.SEE_FILINGS) -> Upload:
    require(request.user, right)
    rows = Upload.objects.visible_to(request.user, right).with_case().select_related("ended_by", "hall")
    return get_object_or_404(rows, pk=pk)


def _page(request: StaffRequest, found: Upload, **failed: Any) -> HttpResponse:
    is_parked = found.status == UploadStatus.PARKED
    now = correcting.as_it_now_is([found])[found.pk] if is_parked else None
    context = {"refusal": (), "typed": "", "dialog": "", **page_of(request.user, found, now), **failed}
    return render(request, "filings/upload.html", context, status=422 if failed else 200)
