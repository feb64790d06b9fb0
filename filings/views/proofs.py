"""Pages of what is handed in after a filing: proof for care at home, a recognition of a chronic disease."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from filings.chronic import take_recognition
from filings.forms.proofs import HomeCareForm, RecognitionForm
from filings.home_care import take_home_care_proof
from filings.models import Filing, FilingPolicy, InsuredPerson
from filings.panels import Panel
from filings.views.people import visible_person
from filings.vocabulary import LONG_TERM, DiseaseList, Matter, Procedure
from hospitals.access import Right, StaffRequest, reach_of, require
from hospitals.forms import posted, tell
from hospitals.listing import form_page
from hospitals.reasons import Refused
from hospitals.vocabulary import Scope

SHOWN = 20


@require_http_methods(["GET", "POST"])
def home_care(request: StaffRequest, pk: int) -> HttpResponse:
    require(request.user, Right.FILE)
    filings = Filing.objects.visible_to(request.user, Right.FILE).select_related("person", "destination")
    filing = get_object_or_404(filings, pk=pk)
    today = timezone.localdate()
    rules = FilingPolicy.objects.rules_on(filing.area_id, today)
    groups = rules.materials_for(Procedure.HOME_CARE) if rules else ()
    form = HomeCareForm(posted(request), groups=groups)
    if request.method == "POST" and form.is_valid():
        try:
            take_home_care_proof(by=request.user, filing=filing, on=today, **form.cleaned_data)
        except Refused as refused:
            tell(form, refused)
        else:
            messages.success(request, _("已登记，备案期间回参保地就医按本地待遇"))
            return redirect(filing.person)
    context = {
        "form": form,
        "title": _("回参保地就医证明：{name}").format(name=filing.person.name),
        "back": filing.person.get_absolute_url(),
        "filing": filing,
        "groups": [(group.note or group.label, rules.cite(group.section)) for group in groups] if rules else [],
    }
    return form_page(request, "filings/home_care_form.html", context)


@require_http_methods(["GET", "POST"])
def new_recognition(request: StaffRequest, pk: int) -> HttpResponse:
    person = visible_person(request, pk, Right.FILE)
    today = timezone.localdate()
    rules = FilingPolicy.objects.rules_on(person.area_id, today)
    form = RecognitionForm(posted(request), areas=_areas(person), today=today)
    if request.method == "POST" and form.is_valid():
        try:
            taken = take_recognition(by=request.user, person=person, **form.cleaned_data)
        except Refused as refused:
            tell(form, refused)
        else:
            messages.success(request, _("已登记：{taken}").format(taken=taken))
            return redirect(person)
    context = {
        "form": form,
        "title": _("登记门诊慢特病认定：{name}").format(name=person.name),
        "back": person.get_absolute_url(),
        "diseases": [entry.name for entry in rules.diseases_on(DiseaseList.CHRONIC)] if rules else [],
        "source": rules.cite_matter(Matter.RECOGNITION) if rules else "",
    }
    return form_page(request, "filings/recognition_form.html", context)


def chronic_of_person(request: StaffRequest, person: InsuredPerson) -> Panel | None:
    """Recognitions on record; the section stands only where there are some."""
    if person.area_id not in reach_of(request.user).areas_of(Right.SEE_FILINGS):
        return None
    rows = list(person.chronic_qualifications.select_related("recognised_in", "filing")[:SHOWN])
    if not rows:
        return None
    return Panel(section=render_to_string("filings/person_chronic.html", {"qualifications": rows}), order=70)


def _areas(person: InsuredPerson) -> list[str]:
    """Home, and the places in the province that the person is, or was, filed for in the long term."""
    filed = person.filings.asked_for().filter(category__in=LONG_TERM, scope=Scope.IN_PROVINCE)
    return [person.area_id, *filed.values_list("destination_id", flat=True)]
