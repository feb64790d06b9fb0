"""Sanctions: the list, one sanction's page, and the steps a supervisor takes on it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from filings.commitment_filters import SanctionFilter
from filings.commitments_shown import sanction_badge, sanction_state
from filings.forms.commitments import HospitalsForm, LiftForm, PeriodForm
from filings.models import Sanction
from filings.models.commitment_lifecycle import SANCTION_LIFECYCLE
from filings.sanctions import lift, name_hospitals, set_period
from filings.vocabulary import Measure
from hospitals.access import Right, StaffRequest, require, staff_name
from hospitals.history import entries
from hospitals.lifecycle import Move
from hospitals.listing import Column, ListPage
from hospitals.reasons import Reason, Refused

STEPS: dict[str, tuple[type[LiftForm], Callable[..., Sanction]]] = {
    "set_period": (PeriodForm, set_period),
    "name_hospitals": (HospitalsForm, name_hospitals),
    "lift": (LiftForm, lambda **given: lift(on=timezone.localdate(), **given)),
}


class SanctionList(ListPage):
    model = Sanction
    title = "失信处理"
    right = Right.SEE_FILINGS
    filterset_class = SanctionFilter
    template_name = "filings/sanctions.html"
    empty_text = "没有符合条件的失信处理"
    columns = (
        Column("处理编号", lambda row: row.number, sort="pk", link=lambda row: row.get_absolute_url(), kind="date"),
        Column("姓名", lambda row: row.person.name),
        Column("参保地", lambda row: row.area.name),
        Column("处理", lambda row: row.get_measure_display()),
        Column("开始日期", lambda row: row.starts_on, kind="date"),
        Column("最后一天", lambda row: row.ends_on or "", kind="date"),
        Column(
            "状态",
            lambda row: sanction_badge(row, timezone.localdate()),
            exported=lambda row: sanction_state(row, timezone.localdate()),
        ),
        Column("承诺", lambda row: row.commitment.number, link=lambda row: row.commitment.get_absolute_url()),
        Column("解除人", lambda row: staff_name(row.lifted_by)),
    )

    def queryset(self) -> QuerySet[Any]:
        return Sanction.objects.select_related("person", "area", "commitment", "lifted_by")


@require_GET
def sanction(request: StaffRequest, pk: int) -> HttpResponse:
    return _page(request, _found(request, pk))


@require_POST
def step(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    """A step of the lifecycle; refused, the page comes back with the reasons and what was typed."""
    found = _found(request, pk)
    if verb not in STEPS:
        raise Http404
    require(request.user, SANCTION_LIFECYCLE.moves[verb].right)
    kind, take = STEPS[verb]
    form = kind(request.POST, auto_id=f"{verb}_%s")
    if not form.is_valid():
        return _page(request, found, (verb, form))
    try:
        take(by=request.user, sanction=found, **form.cleaned_data)
    except Refused as refused:
        return _page(request, _found(request, pk), (verb, form), refused.reasons)
    messages.success(request, _("已办理：{label}").format(label=SANCTION_LIFECYCLE.moves[verb].label))
    return redirect(found)


def _found(request: StaffRequest, pk: int) -> Sanction:
    require(request.user, Right.SEE_FILINGS)
    rows = Sanction.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("person", "area", "commitment", "period_by", "lifted_by"), pk=pk)


def _page(
    request: StaffRequest,
    found: Sanction,
    failed: tuple[str, LiftForm] | None = None,
    refusal: tuple[Reason, ...] = (),
) -> HttpResponse:
    moves = [move for move in SANCTION_LIFECYCLE.open_to(found, request.user) if _suits(move, found)]
    context = {
        "sanction": found,
        "status": sanction_badge(found, timezone.localdate()),
        "steps": [_step(move, found, failed) for move in moves],
        "refusal": refusal,
        "history": entries(found),
    }
    return render(request, "filings/sanction.html", context, status=422 if failed else 200)


def _suits(move: Move, found: Sanction) -> bool:
    return move.verb != "name_hospitals" or found.measure == Measure.RESTRICT_HOSPITALS


def _step(move: Move, found: Sanction, failed: tuple[str, LiftForm] | None) -> dict[str, Any]:
    """A button with its dialog; the one that failed stands open with what was typed."""
    if failed and failed[0] == move.verb:
        return {"move": move, "form": failed[1], "is_open": True}
    hospitals = found.hospitals.replace("、", "\n")
    initial = {"version": found.version, "ends_on": found.ends_on, "hospitals": hospitals}
    return {"move": move, "form": STEPS[move.verb][0](initial=initial, auto_id=f"{move.verb}_%s"), "is_open": False}
