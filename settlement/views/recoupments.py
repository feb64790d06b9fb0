"""Recoupments: the list, one recoupment's page, its steps, a new one by hand, the notices."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hospitals.access import Right, StaffRequest, reach_of, require, staff_name
from hospitals.forms import tell
from hospitals.history import entries
from hospitals.lifecycle import Move
from hospitals.listing import Column, ListPage, form_page
from hospitals.reasons import Reason, Refused
from hospitals.templatetags.portal import yuan
from settlement.capitals import in_capitals
from settlement.forms.recoupments import CorrectionForm, PlanForm, ProposalForm, step_form
from settlement.models import Recoupment, RecoupmentReminder, Settlement
from settlement.recoupments import collecting, proposing, writing_off
from settlement.recoupments.amounts import covered, recoupable, still_due
from settlement.recoupments.filters import RecoupmentFilter
from settlement.recoupments.lifecycle import RECOUPMENT_LIFECYCLE
from settlement.recoupments.shown import due_badge, status_badge, time_left

VERBS: dict[str, Callable[..., Recoupment]] = {
    **{verb: getattr(proposing, verb) for verb in ("confirm", "correct", "withdraw")},
    **{verb: getattr(collecting, verb) for verb in ("receive", "set_instalments", "remind")},
    "take_back": collecting.take_back_receipt,
    **{verb: getattr(writing_off, verb) for verb in ("propose_write_off", "approve_write_off", "reject_write_off")},
    "revoke": proposing.revoke,
}
DATED = {"confirm", "receive", "set_instalments", "remind", "take_back"}
PRIMARY = {"confirm", "receive", "approve_write_off"}


def _amount(label: str, name: str) -> Column:
    def value(row: Recoupment) -> Any:
        return getattr(row, name)

    return Column(label, lambda row: yuan(value(row)), kind="number", exported=value)


def _time_left(row: Recoupment) -> str:
    return time_left(row, timezone.localdate())


class RecoupmentList(ListPage):
    model = Recoupment
    title = "基金追回"
    right = Right.SEE_CLAIMS
    filterset_class = RecoupmentFilter
    empty_text = "没有符合条件的追回"
    columns = (
        Column("追回编号", lambda row: row.number, sort="pk", link=lambda row: row.get_absolute_url(), kind="date"),
        Column("姓名", lambda row: row.person.name),
        Column("参保地", lambda row: row.area.name),
        Column("事由", lambda row: row.get_cause_display()),
        _amount("应追回（元）", "due"),
        _amount("已追回（元）", "received"),
        _amount("未追回（元）", "open"),
        Column("下次应缴", lambda row: row.next_due_on or "", kind="date"),
        Column("期限", lambda row: due_badge(row, timezone.localdate()), exported=_time_left),
        Column("状态", status_badge, sort="status", exported=lambda row: row.get_status_display()),
        Column("提出人", lambda row: staff_name(row.made_by)),
    )

    def queryset(self) -> QuerySet[Any]:
        return Recoupment.objects.select_related("person", "area", "made_by")


@require_GET
def recoupment(request: StaffRequest, pk: int) -> HttpResponse:
    return _page(request, _found(request, pk))


@require_POST
def take(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    """A step of the lifecycle; refused, the page comes back with the reasons and what was typed."""
    if verb not in VERBS:
        raise Http404
    move = RECOUPMENT_LIFECYCLE.moves[verb]
    if not (move.or_right and reach_of(request.user).has(move.or_right)):
        require(request.user, move.right)
    found = _found(request, pk)
    form = step_form(verb, found, request.POST)
    if not form.is_valid():
        return _page(request, found, (verb, form))
    try:
        VERBS[verb](by=request.user, recoupment=found, **_given(verb, form, found))
    except Refused as refused:
        return _page(request, _found(request, pk), (verb, form), refused.reasons)
    messages.success(request, _("已办理：%s") % move.label)
    return redirect(found)


@require_http_methods(["GET", "POST"])
def new_recoupment(request: StaffRequest) -> HttpResponse:
    """By hand, of one settlement."""
    require(request.user, Right.REVIEW_CLAIMS)
    wanted = request.GET.get("settlement", "")
    rows = Settlement.objects.visible_to(request.user, Right.REVIEW_CLAIMS)
    rows = rows.select_related("person", "area", "claim", "treatment_area")
    settlement = get_object_or_404(rows, pk=int(wanted) if wanted.isdecimal() and len(wanted) < 19 else 0)
    left = recoupable(settlement)
    form = ProposalForm(request.POST or None, left=left)
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("reason", "source")}
        try:
            made = proposing.propose(
                by=request.user, settlement=settlement, amounts=form.amounts(), on=timezone.localdate(), **given
            )
        except Refused as refused:
            tell(form, refused)
        else:
            messages.success(request, _("已提出追回，编号 %s，待他人确认") % made.number)
            return redirect(made)
    return form_page(request, "settlement/recoupment_form.html", {"form": form, "settlement": settlement, "left": left})


@require_GET
def notice(request: StaffRequest, pk: int) -> HttpResponse:
    """医疗保障基金追回通知书."""
    return _sheet(request, _found(request, pk), None)


@require_GET
def reminder_notice(request: StaffRequest, pk: int, reminder: int) -> HttpResponse:
    """医疗保障基金追回催缴通知书, as of the day of the reminder."""
    found = _found(request, pk)
    return _sheet(request, found, get_object_or_404(found.reminders, pk=reminder))


def _sheet(request: StaffRequest, found: Recoupment, reminder: RecoupmentReminder | None) -> HttpResponse:
    amount = reminder.open if reminder else found.open
    context = {
        "recoupment": found,
        "settlement": found.settlement,
        "reminder": reminder,
        "amount": amount,
        "capitals": in_capitals(amount),
        "parts": still_due(found.parts.all()).items(),
        "plan": covered(found.instalments.all(), found.open) if found.is_collecting and not reminder else [],
    }
    return render(request, "settlement/recoupment_notice.html", context)


def _found(request: StaffRequest, pk: int) -> Recoupment:
    require(request.user, Right.SEE_CLAIMS)
    people = ("made_by", "corrected_by", "confirmed_by", "write_off_by", "written_off_by", "ended_by")
    joined = ("person", "area", "commitment", "settlement__claim", "settlement__treatment_area", *people)
    return get_object_or_404(Recoupment.objects.visible_to(request.user).select_related(*joined), pk=pk)


def _given(verb: str, form: Any, found: Recoupment) -> dict[str, Any]:
    """What the verb is called with."""
    given: dict[str, Any] = dict(form.cleaned_data)
    if isinstance(form, CorrectionForm):
        given = {"amounts": form.amounts(), "reason": given["reason"], "version": given["version"]}
    elif isinstance(form, PlanForm):
        given = {"plan": form.plan(found.open), "version": given["version"]}
    return {**given, "on": timezone.localdate()} if verb in DATED else given


def _page(
    request: StaffRequest,
    found: Recoupment,
    failed: tuple[str, forms.Form] | None = None,
    refusal: tuple[Reason, ...] = (),
) -> HttpResponse:
    today = timezone.localdate()
    moves = [move for move in RECOUPMENT_LIFECYCLE.open_to(found, request.user) if move.verb in VERBS]
    parts = still_due(found.parts.all())
    plan = list(found.instalments.all())
    context = {
        "recoupment": found,
        "settlement": found.settlement,
        "status": status_badge(found),
        "due": due_badge(found, today),
        "steps": [_step(move, found, failed) for move in moves],
        "refusal": refusal if failed and failed[0] in {move.verb for move in moves} else (),
        "refused": refusal if failed and failed[0] not in {move.verb for move in moves} else (),
        "may_see_commitment": found.area_id in reach_of(request.user).areas_of(Right.SEE_FILINGS),
        "parts": [(part, part.amount - lacking, lacking) for part, lacking in parts.items()],
        "plan": [(one, one.is_overdue(today)) for one in covered(plan, found.open)] if found.is_collecting else [],
        "receipts": found.receipts.select_related("made_by").prefetch_related("shares__part"),
        "reminders": list(found.reminders.select_related("made_by")),
        "history": entries(found, *parts),
    }
    return render(request, "settlement/recoupment.html", context, status=422 if failed else 200)


def _step(move: Move, found: Recoupment, failed: tuple[str, forms.Form] | None) -> dict[str, Any]:
    """A button with its dialog; the one that failed stands open with what was typed."""
    is_open = failed is not None and failed[0] == move.verb
    form = failed[1] if failed and is_open else step_form(move.verb, found)
    note = ""
    if move.verb == "approve_write_off":
        note = _("核销未追回的 %(open)s 元：%(reason)s") % {"open": yuan(found.open), "reason": found.write_off_reason}
    return {"move": move, "form": form, "is_open": is_open, "is_primary": move.verb in PRIMARY, "note": note}
