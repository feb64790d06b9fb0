"""Deductions: made of a settlement or a whole statement; one deduction with its appeal and what was decided."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hospitals.access import Right, StaffRequest, require
from hospitals.forms import posted, tell
from hospitals.history import entries
from hospitals.lifecycle import Move
from hospitals.listing import form_page
from hospitals.reasons import Reason, Refused
from settlement.forms.hospital_clearing import DEDUCTION_FORMS, DeductForm
from settlement.forms.steps import StepForm
from settlement.hospital_clearing import appealing, reviewing
from settlement.hospital_clearing.lifecycle import STATEMENT_LIFECYCLE
from settlement.hospital_clearing.shown import standing_badge
from settlement.hospital_clearing.words import DeductionSource, DeductionStatus, DeductionType
from settlement.models import HospitalDeduction, InboundSettlement
from settlement.views.hospital_statements import visible_statement

VERBS: dict[str, Callable[..., Any]] = {
    "undo_deduction": reviewing.undo_deduction,
    "appeal": appealing.appeal,
    "decide": appealing.decide,
}
REVIEW = Right.REVIEW_HOSPITAL_CLEARING


@require_http_methods(["GET", "POST"])
def deduct(request: StaffRequest, pk: int) -> HttpResponse:
    """settlement: of which it is taken off; without one, the whole statement or, by its id, an earlier month's."""
    require(request.user, REVIEW)
    statement = visible_statement(request, pk, REVIEW)
    wanted = request.GET.get("settlement", "")
    settlement = None
    if wanted:
        rows = InboundSettlement.objects.filter(line__statement=statement).select_related("insured_area")
        settlement = get_object_or_404(rows, pk=int(wanted) if wanted.isdecimal() and len(wanted) < 19 else 0)
    first = {"version": statement.version, "source": DeductionSource.MANUAL}
    first["det_type"] = DeductionType.REVIEW if settlement else DeductionType.RESERVE
    form = DeductForm(posted(request), settlement=settlement, hospital=statement.hospital_id, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            made = reviewing.deduct(by=request.user, statement=statement, **form.given())
        except Refused as refused:
            tell(form, refused)
        else:
            messages.success(request, _("已登记扣款 %s") % made.number)
            return redirect(statement)
    context = {"form": form, "statement": statement, "settlement": settlement}
    return form_page(request, "settlement/hospital_deduct.html", context)


@require_GET
def deduction(request: StaffRequest, pk: int) -> HttpResponse:
    return _page(request, _found(request, pk))


@require_POST
def take(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    if verb not in VERBS:
        raise Http404
    move = STATEMENT_LIFECYCLE.moves[verb]
    require(request.user, move.right)
    found = _found(request, pk, move.right)
    form = DEDUCTION_FORMS[verb](request.POST)
    if not form.is_valid():
        return _page(request, found, (verb, form))
    try:
        VERBS[verb](by=request.user, deduction=found, **form.given())
    except Refused as refused:
        return _page(request, _found(request, pk), (verb, form), refused.reasons)
    messages.success(request, _("已办理：%s") % move.label)
    return redirect(found)


def _found(request: StaffRequest, pk: int, right: Right = Right.SEE_HOSPITAL_CLEARING) -> HospitalDeduction:
    require(request.user, right)
    rows = HospitalDeduction.objects.visible_to(request.user, right)
    joined = ("statement__area", "statement__hospital", "settlement__insured_area", "made_by", "decided_by")
    return get_object_or_404(rows.select_related(*joined), pk=pk)


def _is_open(found: HospitalDeduction, move: Move) -> bool:
    """What the deduction itself has room for; the statement's state and the right are looked at besides."""
    if move.verb == "undo_deduction":
        return found.status == DeductionStatus.INTENDED
    if move.verb == "appeal":
        return found.status == DeductionStatus.TOLD and not found.appealed_on and not found.statement.agreed_on
    return found.awaits_decision


def _page(
    request: StaffRequest,
    found: HospitalDeduction,
    failed: tuple[str, StepForm] | None = None,
    refusal: tuple[Reason, ...] = (),
) -> HttpResponse:
    moves = STATEMENT_LIFECYCLE.open_to(found.statement, request.user)
    steps: list[dict[str, Any]] = []
    for move in moves:
        if move.verb in VERBS and _is_open(found, move):
            is_failed = failed is not None and failed[0] == move.verb
            form = DEDUCTION_FORMS[move.verb](initial={"version": found.statement.version})
            steps.append({"move": move, "form": failed[1] if failed and is_failed else form, "is_open": is_failed})
    shown = {step["move"].verb for step in steps}
    context = {
        "deduction": found,
        "statement": found.statement,
        "status": standing_badge(found),
        "steps": steps,
        "refusal": refusal,
        "refused": refusal if failed and failed[0] not in shown else (),
        "history": entries(found),
    }
    return render(request, "settlement/hospital_deduction.html", context, status=422 if failed else 200)
