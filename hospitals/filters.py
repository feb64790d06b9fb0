"""Filters of the directory's lists."""

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.forms import TextInput

from hospitals.access import Right, reach_of
from hospitals.models import Area, Hospital, HospitalListImport, NetworkedService, ServiceHall
from hospitals.vocabulary import AreaKind, Level, ListStatus, Scope, Service


def areas_with_hospitals(request: Any) -> QuerySet[Area]:
    return Area.objects.pools().filter(Exists(Hospital.objects.filter(area=OuterRef("pk")))).order_by("code")


def counties_of_those(request: Any) -> QuerySet[Area]:
    return Area.objects.filter(kind=AreaKind.COUNTY, parent__in=areas_with_hospitals(request)).order_by("code")


class HospitalFilter(django_filters.FilterSet):
    text = django_filters.CharFilter(
        label="名称、地址或编码", method="with_text", widget=TextInput(attrs={"type": "search", "autocomplete": "off"})
    )
    area = django_filters.ModelChoiceFilter(label="统筹区", queryset=areas_with_hospitals, empty_label="全部")
    county = django_filters.ModelChoiceFilter(label="县（市、区）", queryset=counties_of_those, empty_label="全部")
    level = django_filters.ChoiceFilter(label="级别", choices=Level.choices, empty_label="全部")
    service = django_filters.ChoiceFilter(
        label="开通业务", choices=Service.choices, empty_label="全部", method="opened"
    )
    scope = django_filters.ChoiceFilter(label="范围", choices=Scope.choices, empty_label="全部", method="opened")
    state = django_filters.ChoiceFilter(
        label="状态", choices=[("withdrawn", "已退网"), ("all", "全部")], empty_label="在网", method="in_state"
    )

    class Meta:
        model = Hospital
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        found = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("state") else found.filter(withdrawn_on=None)

    def with_text(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        text = value.strip()
        return queryset.filter(Q(name__contains=text) | Q(address__contains=text) | Q(code__istartswith=text))

    def opened(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Service and scope are asked of the same opening, so both are applied once, by the first of the two."""
        asked = {key: self.form.cleaned_data[key] for key in ("service", "scope") if self.form.cleaned_data.get(key)}
        if name != next(iter(asked)):
            return queryset
        return queryset.filter(pk__in=NetworkedService.objects.filter(closed_on=None, **asked).values("hospital"))

    def in_state(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(withdrawn_on__isnull=False) if value == "withdrawn" else queryset


class HallFilter(django_filters.FilterSet):
    text = django_filters.CharFilter(
        label="名称、地址或电话", method="with_text", widget=TextInput(attrs={"type": "search", "autocomplete": "off"})
    )
    area = django_filters.ModelChoiceFilter(
        label="统筹区", queryset=lambda request: Area.objects.filter(halls__isnull=False).distinct(), empty_label="全部"
    )

    class Meta:
        model = ServiceHall
        fields: list[str] = []

    def with_text(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        text = value.strip()
        return queryset.filter(
            Q(name__contains=text)
            | Q(district__contains=text)
            | Q(address__contains=text)
            | Q(phone__contains=text)
            | Q(hotline__contains=text)
        )


class ListImportFilter(django_filters.FilterSet):
    area = django_filters.ModelChoiceFilter(
        label="统筹区",
        queryset=lambda request: Area.objects.filter(pk__in=reach_of(request.user).areas_of(Right.SEE_DIRECTORY)),
        empty_label="全部",
    )
    status = django_filters.ChoiceFilter(label="状态", choices=ListStatus.choices, empty_label="全部")

    class Meta:
        model = HospitalListImport
        fields: list[str] = []
