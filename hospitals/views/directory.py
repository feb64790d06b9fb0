"""The directory: hospitals, coverage of the counties, halls and hotlines."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from hospitals.access import Right, reach_of, require
from hospitals.filters import HallFilter, HospitalFilter, areas_with_hospitals
from hospitals.history import entries
from hospitals.listing import Column, ListPage
from hospitals.models import Area, Hospital, ServiceHall
from hospitals.vocabulary import AreaKind, Scope, Service


def opened_services(hospital: Hospital) -> str:
    """住院（跨省）、住院（省内跨市）: what is open now."""
    return "、".join(
        f"{Service.name_of(opened.service)}（{Scope.name_of(opened.scope)}）"
        for opened in hospital.services.all()
        if opened.closed_on is None
    )


class HospitalList(ListPage):
    model = Hospital
    title = "联网医院"
    right = Right.SEE_DIRECTORY
    filterset_class = HospitalFilter
    template_name = "hospitals/hospitals.html"
    ordering = "pk"
    columns = (
        Column("医院名称", lambda row: row.name, sort="name", link=lambda row: reverse("hospital", args=[row.pk])),
        Column("医保编码", lambda row: row.code, sort="code"),
        Column("级别", lambda row: row.level_text or row.get_level_display(), sort="level", kind="nowrap"),
        Column("统筹区", lambda row: row.area.name, sort="area_id", kind="nowrap"),
        Column("县（市、区）", lambda row: row.county.name if row.county else "", kind="nowrap"),
        Column("地址", lambda row: row.address),
        Column("开通业务", opened_services),
        Column("批次", lambda row: row.batch),
    )

    def queryset(self) -> QuerySet[Hospital]:
        return Hospital.objects.select_related("area", "county").prefetch_related("services")

    def extra_context(self) -> dict[str, Any]:
        return {"may_import": reach_of(self.request.user).has(Right.KEEP_DIRECTORY)}


@require_GET
def hospital(request: HttpRequest, pk: int) -> HttpResponse:
    require(request.user, Right.SEE_DIRECTORY)
    found = get_object_or_404(
        Hospital.objects.visible_to(request.user).select_related("area", "county").prefetch_related("services"), pk=pk
    )
    return render(request, "hospitals/hospital.html", {"hospital": found, "history": entries(found)})


class HallList(ListPage):
    model = ServiceHall
    title = "经办窗口与热线"
    template_name = "hospitals/halls.html"
    right = Right.SEE_DIRECTORY
    filterset_class = HallFilter
    ordering = "pk"
    columns = (
        Column("统筹区", lambda row: row.area.name, kind="nowrap"),
        Column("所辖", lambda row: row.district, kind="nowrap"),
        Column("名称", lambda row: row.name, kind="nowrap"),
        Column("地址", lambda row: row.address),
        Column("电话", lambda row: row.phone, kind="date"),
        Column("热线", lambda row: row.hotline, kind="date"),
        Column("出处", lambda row: row.source),
    )

    def queryset(self) -> QuerySet[ServiceHall]:
        return ServiceHall.objects.select_related("area")


@require_GET
def coverage(request: HttpRequest) -> HttpResponse:
    """How many networked hospitals of level two or higher each county of an area has (JN-02's promise: one or two)."""
    require(request.user, Right.SEE_DIRECTORY)
    areas = list(areas_with_hospitals(request))
    chosen = next((area for area in areas if area.code == request.GET.get("area")), areas[0] if areas else None)
    open_now = Q(county_hospitals__withdrawn_on=None)
    high = open_now & Q(county_hospitals__level__in=("2", "3", "3B", "3A"))
    unknown = open_now & Q(county_hospitals__level="")
    context: dict[str, Any] = {"areas": areas, "chosen": chosen, "counties": [], "unplaced": 0}
    if chosen:
        context["counties"] = (
            Area.objects.filter(parent=chosen, kind=AreaKind.COUNTY)
            .annotate(
                networked=Count("county_hospitals", filter=open_now & Q(county_hospitals__isnull=False)),
                high_level=Count("county_hospitals", filter=high),
                level_unknown=Count("county_hospitals", filter=unknown & Q(county_hospitals__isnull=False)),
            )
            .order_by("code")
        )
        context["unplaced"] = Hospital.objects.networked().filter(area=chosen, county=None).count()
    return render(request, "hospitals/coverage.html", context)
