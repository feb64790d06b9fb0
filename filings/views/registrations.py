"""Inpatient registrations: the list, a stay registered beside its checks, its page and slip, its cancellation."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from filings.filters import RegistrationFilter
from filings.forms.registrations import RegistrationForm
from filings.models import Filing, InpatientRegistration, InsuredPerson
from filings.models.registrations import REGISTRATION_LIFECYCLE
from filings.registering import (
    cancel_registration,
    examine,
    filings_in_effect,
    hospitals_to_choose,
    register_inpatient,
    without_registration,
)
from filings.uploads.shown import UPLOADS, case_badge, case_state, uploads_of_case
from filings.views.counter import halls_of, person_to_file, version_in
from filings.views.sections import registration_badge
from hospitals.access import Right, StaffRequest, require, staff_name
from hospitals.forms import posted
from hospitals.history import entries
from hospitals.listing import Column, ListPage
from hospitals.reasons import Reason, Refused

REASON_LENGTH = 300


class RegistrationList(ListPage):
    model = InpatientRegistration
    title = "住院登记"
    right = Right.SEE_FILINGS
    filterset_class = RegistrationFilter
    columns = (
        Column("登记号", lambda row: row.number, sort="pk", link=lambda row: row.get_absolute_url(), kind="date"),
        Column("姓名", lambda row: row.person.name),
        Column("证件号码", lambda row: row.person.masked_id_number, kind="date"),
        Column("参保地", lambda row: row.area.name),
        Column("医院", lambda row: row.hospital_name),
        Column("入院日期", lambda row: row.admitted_on, sort="admitted_on", kind="date"),
        Column("渠道", lambda row: row.get_channel_display()),
        Column("告知人", lambda row: row.caller),
        Column("状态", registration_badge, exported=lambda row: row.get_status_display()),
        Column("上报", case_badge, exported=case_state),
        Column("经办人", lambda row: staff_name(row.made_by)),
    )

    def queryset(self) -> QuerySet[Any]:
        return InpatientRegistration.objects.select_related("person", "area", "made_by").prefetch_related(UPLOADS)


@require_http_methods(["GET", "POST"])
def new_registration(request: StaffRequest) -> HttpResponse:
    """/registrations/new/?person=1"""
    person = person_to_file(request)
    form = _form(request, person)
    refusal: tuple[Reason, ...] = ()
    if request.method == "POST" and form.is_valid():
        try:
            made = register_inpatient(
                by=request.user,
                person=person,
                stay=form.stay(),
                on=timezone.localdate(),
                request_token=form.cleaned_data["request_token"],
                hall=form.cleaned_data.get("hall") or next(iter(halls_of(request, person)), None),
            )
        except Refused as refused:
            refusal = refused.reasons
        else:
            messages.success(request, _("已登记：{number}").format(number=made.number))
            return redirect(made)
    filings = filings_in_effect(person, timezone.localdate())
    context = {
        "insured": person.participation_on(timezone.localdate()),
        "filings": filings,
        "visible": set(Filing.objects.visible_to(request.user).filter(person=person).values_list("pk", flat=True)),
        "hospitals": hospitals_to_choose(filings),
        "refusal": refusal,
        **_checked(person, form),
    }
    status = 422 if refusal or form.errors else 200
    return render(request, "filings/registration_form.html", context, status=status)


@require_POST
def checks(request: StaffRequest) -> HttpResponse:
    """The panel beside the form, for what is typed so far; writes nothing."""
    person = person_to_file(request)
    return render(request, "filings/registration_checks.html", _checked(person, _form(request, person)))


@require_GET
def registration(request: StaffRequest, pk: int) -> HttpResponse:
    return render(request, "filings/registration.html", _context(request, _visible(request, pk)))


@require_GET
def slip(request: StaffRequest, pk: int) -> HttpResponse:
    return render(request, "filings/registration_slip.html", {"registration": _visible(request, pk)})


@require_POST
def cancel(request: StaffRequest, pk: int) -> HttpResponse:
    """Refused, the page comes back with the reasons and what was typed."""
    found = _visible(request, pk, Right.FILE)
    reason = request.POST.get("reason", "").strip()[:REASON_LENGTH]
    try:
        cancel_registration(by=request.user, registration=found, reason=reason, version=version_in(request))
    except Refused as refused:
        context = _context(request, found) | {"refusal": refused.reasons, "typed": reason, "dialog": "cancel"}
        return render(request, "filings/registration.html", context, status=422)
    messages.success(request, _("已取消登记"))
    return redirect(found)


def _form(request: StaffRequest, person: InsuredPerson) -> RegistrationForm:
    initial = {"admitted_on": timezone.localdate()}
    return RegistrationForm(posted(request), initial=initial, halls=halls_of(request, person))


def _checked(person: InsuredPerson, form: RegistrationForm) -> dict[str, Any]:
    """Context of the panel: the checks, or what is still to be filled in."""
    today = timezone.localdate()
    context: dict[str, Any] = {"person": person, "form": form, "on": today, "answer": None, "prompts": []}
    if form.is_bound and form.is_valid():
        examined = examine(person=person, stay=form.stay(), on=today)
        return context | {"answer": examined.answer, "may_register": examined.may_register}
    if unneeded := without_registration(person, today):
        return context | {"answer": unneeded, "may_register": False}
    if not form.is_bound:
        return context | {"prompts": [_("请填写医院和入院日期")]}
    faults = [f"{form.fields[name].label}：{text}" for name, texts in form.errors.items() for text in texts]
    return context | {"prompts": faults}


def _visible(request: StaffRequest, pk: int, right: Right = Right.SEE_FILINGS) -> InpatientRegistration:
    require(request.user, right)
    rows = InpatientRegistration.objects.visible_to(request.user, right).select_related(
        "person", "area", "hall", "filing__destination", "hospital__area", "made_by", "ended_by"
    )
    return get_object_or_404(rows, pk=pk)


def _context(request: StaffRequest, found: InpatientRegistration) -> dict[str, Any]:
    return {
        "registration": found,
        "person": found.person,
        "status": registration_badge(found),
        "moves": REGISTRATION_LIFECYCLE.open_to(found, request.user),
        "uploads_section": uploads_of_case(found),
        "history": entries(found),
        "typed": "",
        "dialog": "",
        "refusal": (),
    }
