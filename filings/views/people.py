"""People: the register's list, one person's page, and what is kept of them."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from filings.filters import PersonFilter
from filings.forms.people import ChangedPersonForm, NewPersonForm, ParticipationForm
from filings.models import InsuredPerson, Participation
from filings.models.people import matched_by
from filings.register import (
    add_participation,
    change_participation,
    change_person,
    register_person,
    reveal_id_number,
)
from filings.views.person import person_page
from hospitals.access import Right, StaffRequest, reach_of, require
from hospitals.compiled import CompiledQuery, Given
from hospitals.forms import posted, tell
from hospitals.listing import Column, ListPage, form_page
from hospitals.reasons import Refused


class PersonList(ListPage):
    model = InsuredPerson
    title = "参保人"
    right = Right.SEE_PEOPLE
    filterset_class = PersonFilter
    template_name = "filings/people.html"
    columns = (
        Column("姓名", lambda row: row.name, sort="initials", link=lambda row: row.get_absolute_url()),
        Column("证件号码", lambda row: row.masked_id_number, kind="date"),
        Column("性别", lambda row: row.get_sex_display()),
        Column("出生日期", lambda row: row.birth_date, kind="date"),
        Column("参保地", lambda row: row.area.name),
        Column("登记时间", lambda row: timezone.localdate(row.created_at), sort="pk", kind="date"),
    )

    def queryset(self) -> QuerySet[InsuredPerson]:
        return InsuredPerson.objects.select_related("area")

    def sort_field(self, request: HttpRequest) -> str:
        """Found by the beginning of a name, people stand in its order, unless another is chosen."""
        words = request.GET.get("words", "").strip()
        return matched_by(words) if words and "sort" not in request.GET else super().sort_field(request)

    def extra_context(self) -> dict[str, Any]:
        return {"may_keep": reach_of(self.request.user).has(Right.KEEP_PEOPLE)}


@require_GET
def person(request: StaffRequest, pk: int) -> HttpResponse:
    return person_page(request, visible_person(request, pk))


@require_POST
def id_number(request: StaffRequest, pk: int) -> HttpResponse:
    """The whole number, asked for and put on record; posted, so that it stands in no address and no cache."""
    found = visible_person(request, pk, Right.REVEAL_ID)
    try:
        context = {"person": found, "revealed": reveal_id_number(by=request.user, person=found)}
    except Refused as refused:
        context = {"person": found, "refused": str(refused)}
    if request.htmx:
        response = render(request, "filings/id_number.html", context)
    else:
        response = person_page(request, found, **context)
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "POST"])
def new_person(request: StaffRequest) -> HttpResponse:
    require(request.user, Right.KEEP_PEOPLE)
    form = NewPersonForm(posted(request), request=request)
    if request.method == "POST" and form.is_valid():
        try:
            found = register_person(by=request.user, **form.cleaned_data)
        except Refused as refused:
            tell(form, refused)
        else:
            messages.success(request, _("已登记，请接着登记参保关系"))
            return redirect("new_participation", found.pk)
    return form_page(request, "filings/person_form.html", {"form": form, "title": _("登记参保人"), "back": "/people/"})


@require_http_methods(["GET", "POST"])
def edit_person(request: StaffRequest, pk: int) -> HttpResponse:
    found = visible_person(request, pk, Right.KEEP_PEOPLE)
    back, name = found.get_absolute_url(), found.name
    form = ChangedPersonForm(posted(request), instance=found, initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        try:
            change_person(by=request.user, person=found, **form.cleaned_data)
        except Refused as refused:
            tell(form, refused)
        else:
            messages.success(request, _("已保存"))
            return redirect(back)
    title = _("修改：{name}").format(name=name)
    return form_page(request, "filings/person_form.html", {"form": form, "title": title, "back": back})


@require_http_methods(["GET", "POST"])
def new_participation(request: StaffRequest, pk: int) -> HttpResponse:
    found = visible_person(request, pk, Right.KEEP_PEOPLE)
    form = ParticipationForm(posted(request), instance=Participation(person=found, area=found.area))
    if request.method == "POST" and form.is_valid():
        try:
            add_participation(by=request.user, person=found, **form.cleaned_data)
        except Refused as refused:
            tell(form, refused)
        else:
            messages.success(request, _("已登记参保关系"))
            return redirect(found)
    return part_page(request, found, form, _("登记参保关系：{name}"))


@require_http_methods(["GET", "POST"])
def edit_participation(request: StaffRequest, pk: int) -> HttpResponse:
    require(request.user, Right.KEEP_PEOPLE)
    rows = Participation.objects.visible_to(request.user, Right.KEEP_PEOPLE).select_related("person__area", "area")
    participation = get_object_or_404(rows, pk=pk)
    form = ParticipationForm(posted(request), instance=participation)
    if request.method == "POST" and form.is_valid():
        try:
            change_participation(by=request.user, participation=participation, **form.cleaned_data)
        except Refused as refused:
            tell(form, refused)
        else:
            messages.success(request, _("已保存"))
            return redirect(participation.person)
    return part_page(request, participation.person, form, _("修改参保关系：{name}"))


def visible_person(request: StaffRequest, pk: int, right: Right = Right.SEE_PEOPLE) -> InsuredPerson:
    """The person of a key, with their area, where the user's posts with this right reach."""
    require(request.user, right)
    person = _BY_KEY.first(pk=pk)
    if person is None or not InsuredPerson.objects.all().shows(person, request.user, right):
        raise Http404
    return person


_BY_KEY = CompiledQuery(lambda: InsuredPerson.objects.select_related("area").filter(pk=Given("pk")).order_by())


def part_page(request: StaffRequest, found: InsuredPerson, form: Any, title: str, submit: str = "") -> HttpResponse:
    """A form about something that hangs on a person.  title: with a place for the name.  submit: its button."""
    context = {"form": form, "title": title.format(name=found.name), "back": found.get_absolute_url()}
    context |= {"person": found, "submit": submit}
    return form_page(request, "filings/person_form.html", context)
