"""The counter for changes and cancellations: asked for beside the decision, or handed in anew."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from filings.assessment import FilingRules
from filings.changes import desk
from filings.changes.appraisal import assess_asked, outlook
from filings.changes.shown import shown
from filings.forms.changes import FORMS, CancelForm, initial_of
from filings.models import Filing, FilingChange, FilingPolicy
from filings.models.change_lifecycle import CHANGE_LIFECYCLE
from filings.models.filing_lifecycle import FILING_LIFECYCLE
from filings.views.counter import filing_to_correct, prompts, version_in
from filings.vocabulary import Kind
from hospitals.access import Right, StaffRequest, require
from hospitals.forms import posted
from hospitals.reasons import Reason, Refused


@dataclass(frozen=True, slots=True)
class Desk:
    """What stands around one form.  change: the one handed in anew, None for a new one."""

    filing: Filing
    kind: Kind
    asked_on: dt.date
    rules: FilingRules | None
    change: FilingChange | None = None

    def form(self, data: Any = None) -> CancelForm:
        return FORMS[self.kind](data, filing=self.filing, rules=self.rules, asked_on=self.asked_on)

    def decided(self, form: CancelForm) -> dict[str, Any]:
        """The panel: the decision, or what is still to be filled in."""
        if not form.is_bound or not form.is_valid():
            answer = outlook(self.filing, self.asked_on)[self.kind]
            return {"decision": None, "is_possible": False, "prompts": _prompts(form, self.kind), "answer": answer}
        asked = form.asked()
        assessment = assess_asked(filing=self.filing, asked=asked)
        return {
            "decision": shown(assessment.as_record(), self.kind),
            "destination": asked.destination,
            "is_possible": assessment.is_possible,
        }

    def context(self, form: CancelForm) -> dict[str, Any]:
        case = self.change or self.filing
        where = f"?change={self.change.pk}" if self.change else ""
        name = self.change.number if self.change else self.filing.number
        what = _("重新提交") if self.change else FILING_LIFECYCLE.moves[self.kind].label
        return {
            "title": f"{what} {name}",
            "filing": self.filing,
            "person": self.filing.person,
            "change": self.change,
            "kind": self.kind,
            "form": form,
            "back": case.get_absolute_url(),
            "decision_link": reverse(f"{self.kind}_decision", args=[self.filing.pk]) + where,
            **self.decided(form),
        }


@require_http_methods(["GET", "POST"])
def ask(request: StaffRequest, pk: int, kind: Kind) -> HttpResponse:
    """/filings/1/change/ and /filings/1/cancel/"""
    filing = filing_to_correct(request, pk)
    refused = FILING_LIFECYCLE.refusal(filing, kind, request.user, reason="—")
    if refused and request.method == "GET":
        messages.error(request, str(refused))
        return redirect(filing)
    counter = desk_of(filing, kind, timezone.localdate())
    form = counter.form(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            change = desk.ask(
                by=request.user,
                filing=filing,
                asked=form.asked(),
                request_token=form.cleaned_data["request_token"],
                version=version_in(request),
            )
        except Refused as found:
            return _page(request, counter, form, found.reasons)
        messages.success(request, _("已受理：{number}").format(number=change.number))
        return redirect(change)
    return _page(request, counter, form)


@require_http_methods(["GET", "POST"])
def resubmit(request: StaffRequest, pk: int) -> HttpResponse:
    """A returned change, with what was asked filled in."""
    change = change_to_correct(request, pk)
    if refused := CHANGE_LIFECYCLE.refusal(change, "resubmit", request.user):
        messages.error(request, str(refused))
        return redirect(change)
    counter = desk_of(change.filing, Kind.of(change.kind), change.asked_on, change)
    form = counter.form(posted(request) or initial_of(change) | {"request_token": "0" * 32})
    if request.method == "POST" and form.is_valid():
        try:
            desk.resubmit(by=request.user, change=change, asked=form.asked(), version=version_in(request))
        except Refused as found:
            return _page(request, counter, form, found.reasons)
        messages.success(request, _("已重新提交审核"))
        return redirect(change)
    return _page(request, counter, form)


@require_POST
def decision(request: StaffRequest, pk: int, kind: Kind) -> HttpResponse:
    """The panel beside the form, for what is typed so far; writes nothing."""
    number = request.GET.get("change", "")
    if number:
        change = change_to_correct(request, int(number) if number.isascii() and number.isdigit() else 0)
        counter = desk_of(change.filing, Kind.of(change.kind), change.asked_on, change)
    else:
        counter = desk_of(filing_to_correct(request, pk), kind, timezone.localdate())
    return render(request, "filings/change_panel.html", counter.context(counter.form(request.POST)))


def change_to_correct(request: StaffRequest, pk: int) -> FilingChange:
    require(request.user, Right.FILE)
    rows = FilingChange.objects.visible_to(request.user, Right.FILE)
    return get_object_or_404(
        rows.select_related("filing__person__area", "filing__destination", "destination", "person"), pk=pk
    )


def desk_of(filing: Filing, kind: Kind, asked_on: dt.date, change: FilingChange | None = None) -> Desk:
    policy = FilingPolicy.objects.with_rows().in_force(filing.area_id, asked_on)
    return Desk(filing, kind, asked_on, policy.rules() if policy else None, change)


def _page(request: StaffRequest, counter: Desk, form: CancelForm, refusal: tuple[Reason, ...] = ()) -> HttpResponse:
    status = 422 if refusal or (request.method == "POST" and not form.is_valid()) else 200
    return render(request, "filings/change_form.html", counter.context(form) | {"refusal": refusal}, status=status)


def _prompts(form: CancelForm, kind: Kind) -> list[str]:
    if form.is_bound:
        return prompts(form)
    return [_("请填写新就医地和变更原因") if kind is Kind.CHANGE else _("请填写取消原因")]
