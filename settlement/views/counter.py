"""The counter: a claim entered or changed, with the calculation beside the form."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from filings.destinations import find_destination, offered
from filings.models import InsuredPerson
from filings.views.people import visible_person
from hospitals.access import Right, StaffRequest, reach_of, require
from hospitals.models import Hospital, ServiceHall
from hospitals.reasons import Refused
from settlement.claims.desk import accept_claim, change_claim
from settlement.forms.claim import CounterForm, as_posted
from settlement.models import Claim, Ticket
from settlement.views.beside import beside

SUGGESTED = 50
HANDS_ON = "hands_on"  # the button that takes in and submits


@require_http_methods(["GET", "POST"])
def new_claim(request: StaffRequest) -> HttpResponse:
    """The counter form for one person; without one, the way to find them."""
    require(request.user, Right.ACCEPT_CLAIMS)
    wanted = request.GET.get("person", "")
    if not wanted:
        return render(request, "settlement/find_person.html")
    person = visible_person(request, int(wanted) if wanted.isdecimal() and len(wanted) < 19 else 0, Right.ACCEPT_CLAIMS)
    halls = halls_of(request.user, person.area_id)
    form = CounterForm(request.POST or None, person=person, halls=halls, ticket=_ticket(request, person))
    if request.method == "POST" and form.is_whole():
        given = form.given
        try:
            claim = accept_claim(
                by=request.user,
                on=timezone.localdate(),
                person=person,
                hall=ServiceHall.objects.get(pk=given["hall"]) if given["hall"] else None,
                entry=form.entry(),
                request_token=given["request_token"],
                hands_on=HANDS_ON in request.POST,
            )
        except Refused as refused:
            form.show(refused)
        else:
            done = _("已受理并提交审核，报销编号 %s") if claim.settlement_id else _("已受理，报销编号 %s")
            messages.success(request, done % claim.number)
            return redirect(claim)
    return _page(request, form, _("受理手工报销"), reverse("person", args=[person.pk]))


@require_http_methods(["GET", "POST"])
def edit_claim(request: StaffRequest, pk: int) -> HttpResponse:
    """Change what was entered, while the claim is at the counter."""
    require(request.user, Right.ACCEPT_CLAIMS)
    claim = get_object_or_404(Claim.objects.visible_to(request.user, Right.ACCEPT_CLAIMS), pk=pk)
    if not claim.is_editable:
        messages.error(request, _("当前状态为“%s”，不能修改") % claim.get_status_display())
        return redirect(claim)
    data = request.POST if request.method == "POST" else as_posted(claim)
    form = CounterForm(data, person=claim.person, claim=claim)
    if request.method == "POST" and form.is_whole():
        try:
            change_claim(
                by=request.user,
                claim=claim,
                version=form.given["version"] or 0,
                entry=form.entry(),
            )
        except Refused as refused:
            form.show(refused)
        else:
            messages.success(request, _("已保存"))
            return redirect(claim)
    return _page(request, form, _("修改报销件 %s") % claim.number, claim.get_absolute_url())


@require_POST
def calculation(request: StaffRequest, pk: int) -> HttpResponse:
    """Beside the form: what it comes to as it stands, or what is still needed.  Writes nothing."""
    person = visible_person(request, pk, Right.ACCEPT_CLAIMS)
    asked = request.GET.get("claim", "")
    claim = None
    if asked.isdecimal():
        claims = Claim.objects.visible_to(request.user, Right.ACCEPT_CLAIMS).filter(person=person)
        claim = get_object_or_404(claims, pk=asked)
    form = CounterForm(request.POST, person=person, claim=claim)
    form.is_valid()
    context = beside(form)
    is_other_checklist = request.POST.get("checklist") != context["checklist"].key
    return render(request, "settlement/beside.html", {**context, "is_other_checklist": is_other_checklist})


@require_GET
def hospital_names(request: StaffRequest) -> HttpResponse:
    """Suggestions for claims and tickets: the networked hospitals of the place that is typed."""
    require(request.user, Right.SEE_DIRECTORY)
    words = request.GET.get("hospital_name", "").strip()[:100]
    try:
        place = find_destination(request.GET.get("treatment_area", "")[:60])
    except Refused:
        found = Hospital.objects.none()
    else:
        found = Hospital.objects.networked().filter(area=place, name__contains=words).order_by("name")
    return render(request, "settlement/hospital_names.html", {"hospitals": found[:SUGGESTED]})


def halls_of(user: Any, area: str) -> list[tuple[str, str]]:
    """The windows a claim may be taken in at: none to choose where the user works for the whole area."""
    reach = reach_of(user)
    if reach.covers(Right.ACCEPT_CLAIMS, area):
        return []
    halls = ServiceHall.objects.filter(pk__in=reach.halls.get(Right.ACCEPT_CLAIMS, ()), area=area)
    return [(str(hall.pk), hall.name) for hall in halls]


def _ticket(request: StaffRequest, person: InsuredPerson) -> Ticket | None:
    """The ticket that the claim is taken in for, where the address names one."""
    wanted = request.GET.get("ticket", "")
    return person.tickets.visible_to(request.user).numbered(wanted) if wanted else None


def _page(request: StaffRequest, form: CounterForm, title: str, back: str) -> HttpResponse:
    """The form with what stands beside it; 422 where it came back with faults."""
    form.is_valid()
    context = {"title": title, "back": back, "elsewhere": offered(()), **beside(form)}
    status = 422 if request.method == "POST" else 200
    return render(request, "settlement/claim_form.html", context, status=status)
