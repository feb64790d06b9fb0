"""The counter: a filing is taken in, or handed in anew, beside the decision that follows what is typed."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import transaction
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from filings.appraisal import Standing, assess_filing, standing_on
from filings.assessment import FilingRules
from filings.decision import shown
from filings.desk import file_person, resubmit
from filings.forms.filing import FilingForm, initial_of
from filings.models import Filing, InsuredPerson
from filings.models.filing import FILING_LIFECYCLE
from filings.scans.verbs import attach_scans
from filings.views.people import visible_person
from hospitals.access import Right, StaffRequest, reach_of, require
from hospitals.forms import posted
from hospitals.models import ServiceHall
from hospitals.reasons import Reason, Refused


@dataclass(frozen=True, slots=True)
class Desk:
    """What stands around one form.  filing: the one handed in anew, None for a new one."""

    person: InsuredPerson
    standing: Standing
    rules: FilingRules
    filed_on: dt.date
    halls: list[ServiceHall]
    filing: Filing | None = None

    def form(self, data: Any = None, files: Any = None) -> FilingForm:
        return FilingForm(
            data,
            files,
            person=self.person,
            insured=self.standing.insured,
            rules=self.rules,
            filed_on=self.filed_on,
            halls=self.halls,
            filing=self.filing,
        )

    def decided(self, form: FilingForm) -> dict[str, Any]:
        """The panel: the decision, or what is still to be filled in."""
        if not form.is_bound or not form.is_valid():
            return {"decision": None, "prompts": prompts(form), "promise_by": None}
        try:
            assessment = assess_filing(
                person=self.person, application=form.application(), replacing=self.filing, standing=self.standing
            )
        except Refused as refused:
            return {"decision": None, "prompts": [reason.text for reason in refused.reasons], "promise_by": None}
        return {
            "decision": shown(assessment.as_record()),
            "promise_by": None if assessment.conflict else assessment.answer.complete_by,
            "destination": form.cleaned_data["destination"],
            "is_fileable": assessment.is_fileable,
        }

    def context(self, form: FilingForm) -> dict[str, Any]:
        decided = self.decided(form)
        groups = form.boxes()
        return {
            "person": self.person,
            "insured": self.standing.insured,
            "filing": self.filing,
            "filed_on": self.filed_on,
            "form": form,
            "groups": groups,
            "parts": {
                "further": " ".join(form.asked_further()),
                "materials": "" if groups is None else " ".join("+".join(one.group.one_of) for one in groups) or "-",
                "promise": str(decided["promise_by"] or ""),
                "agent": f"{'asked ' if form.asks_for_agent() else ''}{form.relation_by_channel() or ''}".strip(),
            },
            **decided,
        }


@require_http_methods(["GET", "POST"])
def new_filing(request: StaffRequest) -> HttpResponse:
    """/filings/new/?person=1"""
    person = person_to_file(request)
    try:
        desk = desk_of(request, person)
    except Refused as refused:
        is_uninsured = any(reason.code == "not_insured" for reason in refused.reasons)
        context = {"person": person, "reasons": refused.reasons, "may_insure": is_uninsured}
        return render(request, "filings/not_fileable.html", context)
    form = desk.form(posted(request), request.FILES or None)
    refusal: tuple[Reason, ...] = ()
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                filing = file_person(
                    by=request.user,
                    person=person,
                    application=form.application(),
                    request_token=form.cleaned_data["request_token"],
                    hall=form.cleaned_data.get("hall") or next(iter(desk.halls), None),
                )
                keep_scans(by=request.user, filing=filing, form=form)
        except Refused as refused:
            refusal = refused.reasons
        else:
            messages.success(request, _("已受理：{number}").format(number=filing.number))
            return redirect(filing)
    return counter_page(request, desk, form, refusal)


@require_http_methods(["GET", "POST"])
def resubmit_filing(request: StaffRequest, pk: int) -> HttpResponse:
    """A returned filing, with what was handed in filled in."""
    filing = filing_to_correct(request, pk)
    refused = FILING_LIFECYCLE.refusal(filing, "resubmit", request.user)
    if refused:
        messages.error(request, str(refused))
        return redirect(filing)
    try:
        desk = desk_of(request, filing.person, filing)
    except Refused as uninsured:
        messages.error(request, str(uninsured))
        return redirect(filing)
    typed = request.POST if request.method == "POST" else initial_of(filing) | {"request_token": "0" * 32}
    form = desk.form(typed, request.FILES or None)
    refusal: tuple[Reason, ...] = ()
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                resubmit(by=request.user, filing=filing, application=form.application(), version=version_in(request))
                keep_scans(by=request.user, filing=filing, form=form)
        except Refused as refused:
            refusal = refused.reasons
        else:
            messages.success(request, _("已重新提交审核"))
            return redirect(filing)
    return counter_page(request, desk, form, refusal)


@require_POST
def decision(request: StaffRequest) -> HttpResponse:
    """The panel beside the form, for what is typed so far; writes nothing."""
    filing = filing_to_correct(request, _number(request, "filing")) if "filing" in request.GET else None
    person = filing.person if filing else person_to_file(request)
    try:
        desk = desk_of(request, person, filing)
    except Refused as refused:
        return render(request, "components/reasons.html", {"reasons": refused.reasons}, status=422)
    context = desk.context(desk.form(request.POST))
    return render(request, "filings/decision_panel.html", context | {"stale": stale_parts(request, context)})


def counter_page(request: StaffRequest, desk: Desk, form: FilingForm, refusal: tuple[Reason, ...]) -> HttpResponse:
    status = 422 if refusal or (request.method == "POST" and not form.is_valid()) else 200
    context = desk.context(form) | {"refusal": refusal, "lost_files": bool(request.FILES)}
    if refusal:
        form.tell_unsaid()  # after the decision, which stays in view
    return render(request, "filings/counter.html", context, status=status)


def keep_scans(*, by: User, filing: Filing, form: FilingForm) -> None:
    for material, files in form.scans().items():
        attach_scans(by=by, filing=filing, material=material, files=files)


def stale_parts(request: HttpRequest, context: dict[str, Any]) -> list[str]:
    """The parts of the form that what is typed has changed, as templates; the others stay as they are on the screen.

    While the decision is not known, what hangs on it alone stays too.
    """
    known = context["parts"] if context["decision"] else {**context["parts"], "promise": None}
    return [
        f"filings/{part}.html" for part, key in known.items() if key not in (None, request.POST.get(f"{part}_for", ""))
    ]


def person_to_file(request: StaffRequest) -> InsuredPerson:
    return visible_person(request, _number(request, "person"), Right.FILE)


def filing_to_correct(request: StaffRequest, pk: int) -> Filing:
    require(request.user, Right.FILE)
    filings = Filing.objects.visible_to(request.user, Right.FILE)
    return get_object_or_404(filings.select_related("person__area", "destination"), pk=pk)


def desk_of(request: StaffRequest, person: InsuredPerson, filing: Filing | None = None) -> Desk:
    """Raises Refused where the person is not insured on the day, or no policy is in force."""
    filed_on = filing.filed_on if filing else timezone.localdate()
    standing = standing_on(person, filed_on)
    if standing.rules is None:
        text = _("{area}在 {day} 没有施行中的备案政策，请联系主管").format(area=person.area.name, day=filed_on)
        raise Refused.because("no_policy_in_force", text)
    return Desk(
        person=person,
        standing=standing,
        rules=standing.rules,
        filed_on=filed_on,
        halls=[] if filing else halls_of(request, person),
        filing=filing,
    )


def halls_of(request: StaffRequest, person: InsuredPerson) -> list[ServiceHall]:
    """The windows a member of staff sits at; none for whoever works for the whole area."""
    reach = reach_of(request.user)
    if person.area_id in reach.areas.get(Right.FILE, ()):
        return []
    return list(ServiceHall.objects.filter(pk__in=reach.halls.get(Right.FILE, ()), area=person.area_id))


def prompts(form: Form) -> list[str]:
    """What is still to be filled in or mended, in the order of the form."""
    if not form.is_bound:
        return [_("请选择备案类别，填写就医地")]
    return [
        str(text) if name in ("category", "destination", NON_FIELD_ERRORS) else f"{form.fields[name].label}：{text}"
        for name, faults in form.errors.items()
        for text in faults
    ]


def version_in(request: HttpRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() else None


def _number(request: HttpRequest, key: str) -> int:
    text = request.GET.get(key, "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Http404
    return int(text)
