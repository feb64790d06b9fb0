"""Differences of clearing: the list, one of them with both sides, and its steps."""

import re
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from hospitals.access import Right, StaffRequest, reach_of, require, staff_name
from hospitals.forms import tell
from hospitals.history import entries
from hospitals.listing import Column, ListPage, form_page
from hospitals.reasons import Reason, Refused
from settlement.clearing.differences import STEPS, Seen, Worked
from settlement.clearing.filters import DifferenceFilter
from settlement.clearing.lifecycle import DIFFERENCE_LIFECYCLE
from settlement.clearing.shown import difference_badge
from settlement.clearing.together import MOST, work_off_together
from settlement.forms.clearing import TogetherForm
from settlement.forms.steps import ReasonForm, StepForm, asks
from settlement.models import ClearingDifference, Settlement
from settlement.views.clearing import amount

PRIMARY = {"take", "confirm"}
CHOSEN = re.compile(r"([0-9]{1,18}):([0-9]{1,9})")
NUMBER = re.compile(r"JS\d{8}(\d{8,18})")


class DifferenceList(ListPage):
    model = ClearingDifference
    title = "清算差异"
    right = Right.SEE_CLEARING
    filterset_class = DifferenceFilter
    template_name = "settlement/clearing_differences.html"
    empty_text = "没有符合条件的差异"
    listed = (
        Column("差异编号", lambda row: row.number, sort="pk", link=lambda row: row.get_absolute_url(), kind="date"),
        Column("状态", difference_badge, exported=lambda row: row.get_status_display(), kind="nowrap"),
        Column("参保地", lambda row: row.area.name, kind="nowrap"),
        Column(
            "清算月份",
            lambda row: f"{row.month.month:%Y-%m}",
            link=lambda row: row.month.get_absolute_url(),
            kind="date",
        ),
        Column("结算编号", lambda row: row.setl_id, kind="date"),
        Column("姓名", lambda row: row.person.name if row.person else "", kind="nowrap"),
        Column("差异", lambda row: row.get_kind_display(), kind="nowrap"),
        amount("本地基金（元）", "our_fund_pay_sumamt"),
        amount("平台基金（元）", "their_fund_pay_sumamt"),
        amount("基金相差（元）", "fund_difference"),
        amount("医疗费相差（元）", "fee_difference"),
        Column("处理方式", lambda row: row.get_how_display(), kind="nowrap"),
        Column("处理人", lambda row: staff_name(row.handled_by), kind="nowrap"),
    )

    def get(self, request: HttpRequest) -> HttpResponseBase:
        self.may_clear = reach_of(request.user).has(Right.CLEAR)
        self.columns = (Column("", _tick), *self.listed) if self.may_clear else self.listed
        return super().get(request)

    def queryset(self) -> QuerySet[Any]:
        return ClearingDifference.objects.select_related("month", "area", "settlement__person", "handled_by")

    def extra_context(self) -> dict[str, Any]:
        return {"here": "differences", "form": TogetherForm() if self.may_clear else None}


def _tick(row: ClearingDifference) -> str:
    """Beside its form, so that pages and filters of the list leave what was typed there alone."""
    box = '<input type="checkbox" form="together" name="difference" value="{}:{}" aria-label="选择 {}">'
    return format_html(box, row.pk, row.version, row.number)


@require_POST
def together(request: StaffRequest) -> HttpResponse:
    """One step of several differences; what came of each."""
    require(request.user, Right.CLEAR)
    chosen = _chosen(request)
    form = TogetherForm(request.POST)
    done: list[Worked] = []
    if form.is_valid():
        try:
            done = work_off_together(by=request.user, chosen=chosen, **form.cleaned_data)
        except Refused as refused:
            tell(form, refused)
    context = {
        "form": form,
        "chosen": chosen,
        "done": done,
        "count": sum(worked.refusal is None for worked in done),
        "label": DIFFERENCE_LIFECYCLE.moves[form.cleaned_data["verb"]].label if done else "",
    }
    return form_page(request, "settlement/clearing_together.html", context)


def _chosen(request: StaffRequest) -> list[Seen]:
    """Ticked, each once; whoever may not clear there has not seen them."""
    told = [match for one in request.POST.getlist("difference") if (match := CHOSEN.fullmatch(one))]
    versions = {int(match[1]): int(match[2]) for match in told[: MOST + 1]}
    rows = ClearingDifference.objects.visible_to(request.user, Right.CLEAR).filter(pk__in=versions)
    found = rows.select_related("month", "area", "settlement__person", "handled_by").order_by("pk")
    return [Seen(one, versions[one.pk]) for one in found]


@require_GET
def difference(request: StaffRequest, pk: int) -> HttpResponse:
    return _page(request, _found(request, pk))


@require_POST
def take(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    """A step; refused, the page comes back with the reasons and what was typed."""
    if verb not in STEPS:
        raise Http404
    require(request.user, Right.CLEAR)
    found = _found(request, pk, Right.CLEAR)
    form = _form_of(verb, found, request.POST)
    if not form.is_valid():
        return _page(request, found, (verb, form))
    try:
        STEPS[verb](by=request.user, difference=found, **form.cleaned_data)
    except Refused as refused:
        return _page(request, _found(request, pk, Right.CLEAR), (verb, form), refused.reasons)
    messages.success(request, _("已办理：%s") % DIFFERENCE_LIFECYCLE.moves[verb].label)
    return redirect(found)


def _found(request: StaffRequest, pk: int, right: Right = Right.SEE_CLEARING) -> ClearingDifference:
    require(request.user, right)
    joined = ("month", "area", "settlement__person", "settlement__treatment_area", "correction")
    rows = ClearingDifference.objects.visible_to(request.user, right)
    return get_object_or_404(rows.select_related(*joined, "handled_by", "resolved_by"), pk=pk)


def _form_of(verb: str, found: ClearingDifference, data: Any = None) -> StepForm:
    kind = ReasonForm if DIFFERENCE_LIFECYCLE.moves[verb].needs_reason else StepForm
    return kind(data, initial={"version": found.version}, auto_id=f"{verb}_%s")


def _elsewhere(request: StaffRequest, found: ClearingDifference) -> Settlement | None:
    """Ours under the number that the platform alone has in this month: it stands in another, or in none yet."""
    number = NUMBER.fullmatch(found.setl_id)
    if found.settlement or not number:
        return None
    rows = Settlement.objects.visible_to(request.user, Right.SEE_CLEARING).filter(pk=int(number[1]))
    one = rows.select_related("clearing__statement__month", "person").first()
    return one if one and one.number == found.setl_id else None


def _page(
    request: StaffRequest,
    found: ClearingDifference,
    failed: tuple[str, StepForm] | None = None,
    refusal: tuple[Reason, ...] = (),
) -> HttpResponse:
    is_in_review = found.month.status == "30"
    moves = DIFFERENCE_LIFECYCLE.open_to(found, request.user) if is_in_review else []
    context = {
        "difference": found,
        "status": difference_badge(found),
        "steps": [_step(move, found, failed) for move in moves if move.verb in STEPS],
        "refusal": refusal,
        "elsewhere": _elsewhere(request, found),
        "may_see_settlements": found.area_id in reach_of(request.user).areas_of(Right.SEE_CLAIMS),
        "history": entries(found),
    }
    return render(request, "settlement/clearing_difference.html", context, status=422 if failed else 200)


def _step(move: Any, found: ClearingDifference, failed: tuple[str, StepForm] | None) -> dict[str, Any]:
    is_open = failed is not None and failed[0] == move.verb
    form = failed[1] if failed and is_open else _form_of(move.verb, found)
    link = reverse("take_clearing_difference", args=[found.pk, move.verb])
    return {
        "move": move,
        "form": form,
        "asks": asks(form),
        "is_open": is_open,
        "is_primary": move.verb in PRIMARY,
        "link": link,
    }
