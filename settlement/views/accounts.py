"""A person's yearly accounts with the ledger behind them, and what a supervisor carries in from before the portal."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from filings.models import InsuredPerson
from filings.views.people import visible_person
from hospitals.access import Right, StaffRequest, reach_of
from hospitals.forms import tell
from hospitals.reasons import Refused
from settlement.accounts.posting import carry_in
from settlement.accounts.shown import years_of
from settlement.forms.accounts import CarryInForm
from settlement.models import AccountEntry, YearAccount

SHOWN = 200


@require_GET
def accounts(request: StaffRequest, pk: int) -> HttpResponse:
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 else None
    return _page(request, visible_person(request, pk, Right.SEE_CLAIMS), year)


@require_POST
def add(request: StaffRequest, pk: int) -> HttpResponse:
    """系统启用前累计."""
    person = visible_person(request, pk, Right.REVERSE_SETTLEMENTS)
    form = CarryInForm(request.POST)
    if form.is_valid():
        given = form.given()
        try:
            carry_in(by=request.user, person=person, **given)
        except Refused as refused:
            tell(form, refused)
        else:
            messages.success(request, _("已登记系统启用前累计"))
            return redirect(f"{reverse('person_accounts', args=[person.pk])}?year={given['year']}")
    return _page(request, person, form.cleaned_data.get("year"), form)


def _page(
    request: StaffRequest, person: InsuredPerson, year: int | None, form: CarryInForm | None = None
) -> HttpResponse:
    years = list(years_of(person))
    year = year or (years[0] if years else timezone.localdate().year)
    entries = AccountEntry.objects.visible_to(request.user).filter(person=person, year=year)
    shown = list(entries.select_related("settlement", "made_by").order_by("-pk")[:SHOWN])
    may_carry_in = reach_of(request.user).covers(Right.REVERSE_SETTLEMENTS, person.area_id)
    blank = CarryInForm(initial={"seen": len(shown), "year": year}) if may_carry_in else None
    context = {
        "person": person,
        "year": year,
        "years": years,
        "accounts": list(YearAccount.objects.filter(person=person, year=year)),
        "entries": shown,
        "form": form or blank,
        "is_open": form is not None,
    }
    return render(request, "settlement/accounts.html", context, status=422 if form else 200)
