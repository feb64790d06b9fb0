"""People: the register's list and one person's page."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from filings.filters import PersonFilter
from filings.models import InsuredPerson
from hospitals.access import Right, require
from hospitals.history import entries
from hospitals.listing import Column, ListPage


class PersonList(ListPage):
    model = InsuredPerson
    title = "参保人"
    right = Right.SEE_PEOPLE
    filterset_class = PersonFilter
    columns = (
        Column("姓名", lambda row: row.name, link=lambda row: reverse("person", args=[row.pk])),
        Column("证件号码", lambda row: row.masked_id_number, kind="date"),
        Column("性别", lambda row: row.get_sex_display()),
        Column("出生日期", lambda row: row.birth_date, kind="date"),
        Column("参保地", lambda row: row.area.name),
        Column("登记时间", lambda row: row.created_at.date(), kind="date"),
    )

    def queryset(self) -> QuerySet[InsuredPerson]:
        return InsuredPerson.objects.select_related("area")


@require_GET
def person(request: HttpRequest, pk: int) -> HttpResponse:
    require(request.user, Right.SEE_PEOPLE)
    found = get_object_or_404(InsuredPerson.objects.visible_to(request.user).select_related("area"), pk=pk)
    return render(request, "filings/person.html", {"person": found, "history": entries(found)})
