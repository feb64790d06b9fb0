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
from filings.taking import steps as taking_steps
from filings.views.taking import hold as hold_case
from filings.vocabulary import Category
from hospitals.access import Right, StaffRequest, reach_of, require
from hospitals.lifecycle import Move
from hospitals.reasons import Reason, Refused
from settlement.claims import decisions, desk, steps
from settlement.claims.calculation import work_out
from settlement.claims.checks import calculation_faults, not_ready
from settlement.claims.clock import DECIDED, age_of, clock_of, term_of
from settlement.claims.contents import stay_of
from settlement.claims.history import claim_history
from settlement.claims.lifecycle import AT_COUNTER
from settlement.claims.manual_reasons import reason_notes
from settlement.claims.materials import requirements
from settlement.claims.promising import hindrance, is_offered
from settlement.claims.promising import promise as desk_promise
from settlement.claims.shown import status_badge
from settlement.claims.supplementing import notice_of
from settlement.claims.way import BACK, forward_of, stages_of
from settlement.findings.decisions import held_by
from settlement.findings.shown import is_concerned
from settlement.forms.steps import PromiseForm, StepForm, asks, form_of, other_fields
from settlement.models import Claim
from settlement.models.claim import CLAIM_LIFECYCLE
from settlement.views.details import details_shown
from settlement.vocabulary import ClaimStatus, ManualReason

VERBS: dict[str, Callable[..., Claim]] = {
    **{
        verb: getattr(steps, verb)
        for verb in ("enter", "reopen", "check", "uncheck", "settle", "unsettle", "submit", "take_back")
    },
    **{verb: getattr(steps, verb) for verb in ("ask", "receive", "resume", "withdraw", "restore")},
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
    return _page(request, visible_claim(request, pk))


@require_POST
def take(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    """Take a step of the lifecycle; a refusal comes back on the claim's page with what was typed."""
    if verb not in VERBS:
        raise Http404
    move = CLAIM_LIFECYCLE.moves[verb]
    require(request.user, move.right)
    found = visible_claim(request, pk, move.right)
    form = form_of(move, found, request.POST)
    if not form.is_valid():
        return _page(request, found, failed=(verb, form))
    try:
        moved = VERBS[verb](by=request.user, claim=found, **form.given())
    except Refused as refused:
        return _page(request, visible_claim(request, pk), failed=(verb, form), reasons=refused.reasons)
    said = _("%(number)s 已%(step)s") % {"number": found.number, "step": move.label}
    if moved.status != move.target:
        said += _("，%s") % (_("随机抽中，转复审") if moved.is_sampled else moved.get_status_display())
    messages.success(request, said)
    return redirect(found)


@require_POST
def hold(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    """Take the case for oneself, put it down, or take it out of somebody's hands."""
    require(request.user, Right.SEE_CLAIMS)
    return hold_case(request, visible_claim(request, pk), verb)


@require_POST
def calculate_again(request: StaffRequest, pk: int) -> HttpResponse:
    require(request.user, Right.ACCEPT_CLAIMS)
    found = visible_claim(request, pk, Right.ACCEPT_CLAIMS)
    form = StepForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else 0
    try:
        desk.calculate_claim(by=request.user, claim=found, version=version)
    except Refused as refused:
        return _page(request, visible_claim(request, pk), reasons=refused.reasons)
    messages.success(request, _("已重新计算"))
    return redirect(found)


@require_POST
def promise(request: StaffRequest, pk: int) -> HttpResponse:
    """The person signs to hand in later what is missing."""
    require(request.user, Right.ACCEPT_CLAIMS)
    found = visible_claim(request, pk, Right.ACCEPT_CLAIMS)
    form = PromiseForm(request.POST, claim=found)
    given = form.cleaned_data if form.is_valid() else {}
    try:
        desk_promise(
            by=request.user,
            claim=found,
            version=given.get("version", 0),
            materials=given.get("materials", ()),
            on=timezone.localdate(),
        )
    except Refused as refused:
        return _page(request, visible_claim(request, pk), reasons=refused.reasons)
    messages.success(request, _("已签订承诺补充书，可打印"))
    return redirect(found)


def visible_claim(request: StaffRequest, pk: int, right: Right = Right.SEE_CLAIMS) -> Claim:
    joined = (
        *("area", "hall", "person__area", "filing", "commitment", "treatment_area__parent__parent", "hospital"),
        *("calculation__policy", "made_by", "reviewed_by", "released_by", "paid_by"),
        *("confirmed_by", "stepped_by", "taken_by", "ticket"),
    )
    return get_object_or_404(Claim.objects.visible_to(request.user, right).select_related(*joined), pk=pk)


def _page(
    request: StaffRequest,
    found: Claim,
    *,
    failed: tuple[str, StepForm] | None = None,
    reasons: tuple[Reason, ...] = (),
) -> HttpResponse:
    today = timezone.localdate()
    moves = [move for move in CLAIM_LIFECYCLE.open_to(found, request.user) if move.verb in VERBS]
    dialogs = [_step(move, found, failed) for move in moves]
    forward = forward_of(moves)
    notice = notice_of(found)
    required = requirements(found.area_id, Category.of(found.category), found.admitted_on)
    receipts = list(found.receipts.all())
    result = _result(found)
    may_edit = found.is_editable and reach_of(request.user).covers(Right.ACCEPT_CLAIMS, found.area_id, found.hall_id)
    may_promise = may_edit and found.commitment is None and is_offered(found, today)
    context = {
        "claim": found,
        "status": status_badge(found),
        "steps": dialogs,
        "forward": [step for step in dialogs if step["move"].verb == forward],
        "others": [step for step in dialogs if step["move"].verb not in BACK | {forward}],
        "back": [step for step in dialogs if step["move"].verb in BACK],
        "stages": stages_of(found),
        "clock": clock_of(found, today),
        "age": age_of(found, today),
        "term": term_of(found),
        "notice": notice,
        "notice_items": list(notice.items.all()) if notice else [],
        "decision": found.status in DECIDED,
        "taking": taking_steps(found, request.user),
        "reason_notes": reason_notes(found.person, stay_of(found), ManualReason.of(found.manual_reason), found.note),
        "may_edit": may_edit,
        "promise_form": PromiseForm(initial={"version": found.version}, claim=found) if may_promise else None,
        "may_see_ticket": found.area_id in reach_of(request.user).areas_of(Right.SEE_TICKETS),
        "may_see_filing": found.area_id in reach_of(request.user).areas_of(Right.SEE_FILINGS),
        "refused": reasons,
        "open_points": _open_points(request, found, result),
        **details_shown(found),
        "receipts": receipts,
        "receipts_sum": sum((receipt.amount for receipt in receipts), 0),
        "materials": list(found.materials.all()),
        "required": required,
        "result": result,
        "account": account_of(request, found),
        "earlier": list(found.calculations.exclude(settles=found).select_related("made_by", "policy")),
        "panels": list(sections_of(settings.CLAIM_PANELS, request, found)),
        "history": claim_history(found),
    }
    status = 422 if failed or reasons else 200
    return render(request, "settlement/claim.html", context, status=status)


def _step(move: Move, found: Claim, failed: tuple[str, StepForm] | None) -> dict[str, Any]:
    """A button with its dialog; the one that failed stands open with what was typed."""
    is_open = failed is not None and failed[0] == move.verb
    form = failed[1] if failed and is_open else form_of(move, found)
    return {"move": move, "form": form, "fields": other_fields(form), "asks": asks(form), "is_open": is_open}


def _open_points(request: StaffRequest, found: Claim, result: dict[str, Any]) -> list[Reason]:
    """What still stands in the way of the next step, so that nobody runs into it; but for what the calculation says."""
    said = {reason["text"] for reason in result["reasons"]}
    reasons = [*not_ready(found), *calculation_faults(found)] if found.status in AT_COUNTER else []
    if found.status == ClaimStatus.IN_REVIEW:
        held = hindrance(found)
        findings = held_by(found) if is_concerned(reach_of(request.user), found) else []
        reasons = [*([held] if held else ()), *findings, *calculation_faults(found)]
    return [reason for reason in reasons if reason.text not in said]


def _result(found: Claim) -> dict[str, Any]:
    """The stored calculation; where there is none, why."""
    if found.calculation:
        return dict(found.calculation.result)
    try:
        return work_out(found.person, stay_of(found)).shown()
    except Refused as refused:
        return {"outcome": "refused", "reasons": [reason.as_dict() for reason in refused.reasons]}


def account_of(request: StaffRequest, found: Claim) -> str:
    """The payee's account: whole for those who handle the claim, masked for those who only look."""
    reach = reach_of(request.user)
    handles = any(reach.covers(right, found.area_id, found.hall_id) for right in HANDLING)
    return found.payee_account if handles else masked(found.payee_account)
