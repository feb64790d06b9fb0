"""One claim: what it holds, what it comes to, the steps it may take, its sheet."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from filings.identity import masked
from filings.panels import sections_of
from filings.vocabulary import Category, Material
from hospitals.access import Right, StaffRequest, reach_of, require
from hospitals.lifecycle import Move
from hospitals.reasons import Reason, Refused
from settlement.capitals import in_capitals
from settlement.claims import decisions, desk, steps
from settlement.claims.calculation import work_out
from settlement.claims.checks import calculation_faults, not_ready
from settlement.claims.contents import stay_of
from settlement.claims.history import claim_history
from settlement.claims.lifecycle import AT_COUNTER
from settlement.claims.materials import requirements
from settlement.claims.promising import hindrance, is_offered
from settlement.claims.promising import promise as desk_promise
from settlement.claims.shown import status_badge
from settlement.forms.steps import PromiseForm, StepForm, asks, form_of
from settlement.models import Claim
from settlement.models.claim import CLAIM_LIFECYCLE
from settlement.vocabulary import ClaimStatus

VERBS: dict[str, Callable[..., Claim]] = {
    **{
        verb: getattr(steps, verb)
        for verb in ("enter", "reopen", "check", "uncheck", "settle", "unsettle", "submit", "take_back")
    },
    **{verb: getattr(steps, verb) for verb in ("ask", "resume", "withdraw", "restore")},
    **{
        verb: getattr(decisions, verb)
        for verb in ("approve", "pass_on", "confirm", "object_to", "send_back", "refuse", "reconsider", "unapprove")
    },
    **{
        verb: getattr(decisions, verb)
        for verb in ("release", "unrelease", "return_to_review", "pay", "bounce", "reverse")
    },
}
HANDLING = (Right.ACCEPT_CLAIMS, Right.REVIEW_CLAIMS, Right.RELEASE_CLAIMS)


@require_GET
def claim(request: StaffRequest, pk: int) -> HttpResponse:
    require(request.user, Right.SEE_CLAIMS)
    return _page(request, _found(request, pk))


@require_POST
def take(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    """Take a step of the lifecycle; a refusal comes back on the claim's page with what was typed."""
    if verb not in VERBS:
        raise Http404
    move = CLAIM_LIFECYCLE.moves[verb]
    require(request.user, move.right)
    found = _found(request, pk, move.right)
    form = form_of(verb, move.needs_reason)(request.POST)
    if not form.is_valid():
        return _page(request, found, failed=(verb, form))
    given = dict(form.cleaned_data)
    if verb == "pay":
        given["on"] = timezone.localdate()
    try:
        VERBS[verb](by=request.user, claim=found, **given)
    except Refused as refused:
        return _page(request, _found(request, pk), failed=(verb, form), reasons=refused.reasons)
    messages.success(request, _("%(number)s 已%(step)s") % {"number": found.number, "step": move.label})
    return redirect(found)


@require_POST
def calculate_again(request: StaffRequest, pk: int) -> HttpResponse:
    require(request.user, Right.ACCEPT_CLAIMS)
    found = _found(request, pk, Right.ACCEPT_CLAIMS)
    form = StepForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else 0
    try:
        desk.calculate_claim(by=request.user, claim=found, version=version)
    except Refused as refused:
        return _page(request, _found(request, pk), reasons=refused.reasons)
    messages.success(request, _("已重新计算"))
    return redirect(found)


@require_POST
def promise(request: StaffRequest, pk: int) -> HttpResponse:
    """The person signs to hand in later what is missing."""
    require(request.user, Right.ACCEPT_CLAIMS)
    found = _found(request, pk, Right.ACCEPT_CLAIMS)
    form = PromiseForm(request.POST)
    given = form.cleaned_data if form.is_valid() else {}
    try:
        desk_promise(
            by=request.user,
            claim=found,
            version=given.get("version", 0),
            materials=[Material.of(code) for code in given.get("materials", ())],
            on=timezone.localdate(),
        )
    except Refused as refused:
        return _page(request, _found(request, pk), reasons=refused.reasons)
    messages.success(request, _("已签订承诺补充书，可打印"))
    return redirect(found)


@require_GET
def sheet(request: StaffRequest, pk: int) -> HttpResponse:
    """医疗费用手工报销结算单."""
    require(request.user, Right.SEE_CLAIMS)
    found = _found(request, pk)
    calculation = found.calculation
    context = {
        "claim": found,
        "calculation": calculation,
        "capitals": in_capitals(calculation.fund) if calculation else "",
        "receipts": list(found.receipts.all()),
        "is_decided": found.status in (ClaimStatus.APPROVED, ClaimStatus.RELEASED, ClaimStatus.PAID),
        "account": _account(request, found),
    }
    return render(request, "settlement/sheet.html", context)


def _found(request: StaffRequest, pk: int, right: Right = Right.SEE_CLAIMS) -> Claim:
    joined = (
        *("area", "hall", "person__area", "filing", "commitment", "treatment_area__parent__parent", "hospital"),
        *("calculation__policy", "made_by", "reviewed_by", "released_by", "paid_by"),
    )
    return get_object_or_404(Claim.objects.visible_to(request.user, right).select_related(*joined), pk=pk)


def _page(
    request: StaffRequest,
    found: Claim,
    *,
    failed: tuple[str, StepForm] | None = None,
    reasons: tuple[Reason, ...] = (),
) -> HttpResponse:
    moves = [move for move in CLAIM_LIFECYCLE.open_to(found, request.user) if move.verb in VERBS]
    required = requirements(found.area_id, Category.of(found.category), found.admitted_on)
    receipts = list(found.receipts.all())
    result = _result(found)
    may_edit = found.is_editable and reach_of(request.user).covers(Right.ACCEPT_CLAIMS, found.area_id, found.hall_id)
    may_promise = may_edit and found.commitment is None and is_offered(found, timezone.localdate())
    context = {
        "claim": found,
        "status": status_badge(found),
        "steps": [_step(move, found, failed) for move in moves],
        "may_edit": may_edit,
        "promise_form": PromiseForm(initial={"version": found.version}) if may_promise else None,
        "may_see_filing": found.area_id in reach_of(request.user).areas_of(Right.SEE_FILINGS),
        "refused": reasons,
        "open_points": _open_points(found, result),
        "receipts": receipts,
        "receipts_sum": sum((receipt.amount for receipt in receipts), 0),
        "materials": list(found.materials.all()),
        "required": required,
        "result": result,
        "account": _account(request, found),
        "earlier": list(found.calculations.exclude(settles=found).select_related("made_by", "policy")),
        "panels": list(sections_of(settings.CLAIM_PANELS, request, found)),
        "history": claim_history(found),
    }
    status = 422 if failed or reasons else 200
    return render(request, "settlement/claim.html", context, status=status)


def _step(move: Move, found: Claim, failed: tuple[str, StepForm] | None) -> dict[str, Any]:
    """A button with its dialog; the one that failed stands open with what was typed."""
    is_open = failed is not None and failed[0] == move.verb
    form = (
        failed[1] if failed and is_open else form_of(move.verb, move.needs_reason)(initial={"version": found.version})
    )
    return {"move": move, "form": form, "asks": asks(form), "is_open": is_open}


def _open_points(found: Claim, result: dict[str, Any]) -> list[Reason]:
    """What still stands in the way of the next step, so that nobody runs into it; but for what the calculation says."""
    said = {reason["text"] for reason in result["reasons"]}
    reasons = [*not_ready(found), *calculation_faults(found)] if found.status in AT_COUNTER else []
    if found.status == ClaimStatus.IN_REVIEW:
        held = hindrance(found)
        reasons = [*([held] if held else ()), *calculation_faults(found)]
    return [reason for reason in reasons if reason.text not in said]


def _result(found: Claim) -> dict[str, Any]:
    """The stored calculation; where there is none, why."""
    if found.calculation:
        return dict(found.calculation.result)
    try:
        return work_out(found.person, stay_of(found)).shown()
    except Refused as refused:
        return {"outcome": "refused", "reasons": [reason.as_dict() for reason in refused.reasons]}


def _account(request: StaffRequest, found: Claim) -> str:
    """The payee's account: whole for those who handle the claim, masked for those who only look."""
    reach = reach_of(request.user)
    handles = any(reach.covers(right, found.area_id, found.hall_id) for right in HANDLING)
    return found.payee_account if handles else masked(found.payee_account)
