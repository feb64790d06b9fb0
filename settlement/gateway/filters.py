"""Filters of the lists of exchanges, stays and differences."""

import datetime as dt
import re
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.forms import DateInput
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from filings.filters import areas_of_posts, named_people
from filings.platform.codes import Transaction
from hospitals.access import Right
from settlement.filters import search_input
from settlement.models import Admission, Exchange, SettlementDifference
from settlement.vocabulary import AdmissionStatus, SettlementDifferenceStatus

UNHEEDED = "unheeded"
MESSAGE_ID = re.compile(r"[A-Z0-9]{12}[0-9]{18}")


def _area() -> django_filters.ModelChoiceFilter:
    return django_filters.ModelChoiceFilter(
        label=_("参保地"), queryset=areas_of_posts(Right.SEE_CLAIMS), empty_label=_("全部")
    )


class ExchangeFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(label=_("报文ID或姓名"), method="with_words", widget=search_input())
    area = _area()
    infno = django_filters.ChoiceFilter(
        label=_("交易"),
        choices=[(one.value, f"{one.value} {one.label}") for one in Transaction],
        empty_label=_("全部"),
    )
    outcome = django_filters.ChoiceFilter(
        label=_("结果"),
        choices=[("refused", _("拒绝")), (UNHEEDED, _("拒绝待查")), ("done", _("成功"))],
        empty_label=_("全部"),
        method="with_outcome",
    )
    day = django_filters.DateFilter(label=_("收到日期"), method="on_day", widget=DateInput(attrs={"type": "date"}))

    class Meta:
        model = Exchange
        fields: list[str] = []

    def with_words(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if MESSAGE_ID.fullmatch(value.strip().upper()):
            return queryset.filter(msgid=value.strip().upper())
        return queryset.filter(person__in=named_people(self, value, Right.SEE_CLAIMS))

    def with_outcome(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == UNHEEDED:
            return queryset.unheeded()  # type: ignore[attr-defined]
        return queryset.filter(infcode=0) if value == "done" else queryset.exclude(infcode=0)

    def on_day(self, queryset: QuerySet[Any], name: str, value: dt.date) -> QuerySet[Any]:
        start = timezone.make_aware(dt.datetime.combine(value, dt.time.min))
        return queryset.filter(received_at__gte=start, received_at__lt=start + dt.timedelta(days=1))


class AdmissionFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(label=_("就诊ID或姓名"), method="with_words", widget=search_input())
    area = _area()
    status = django_filters.ChoiceFilter(label=_("状态"), choices=AdmissionStatus.choices(), empty_label=_("全部"))
    hospital = django_filters.CharFilter(
        label=_("医院"), field_name="hospital_name", lookup_expr="contains", widget=search_input()
    )

    class Meta:
        model = Admission
        fields: list[str] = []

    def with_words(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        known = Admission.objects.known_as(value.strip().upper())
        if known:
            return queryset.filter(pk=known.pk)
        return queryset.filter(person__in=named_people(self, value, Right.SEE_CLAIMS))


class DifferenceFilter(django_filters.FilterSet):
    """Open ones, unless others are asked for."""

    area = _area()
    status = django_filters.ChoiceFilter(
        label=_("状态"),
        choices=[*SettlementDifferenceStatus.choices()[1:], ("all", _("全部"))],
        empty_label=SettlementDifferenceStatus.OPEN.label,
        method="in_status",
    )

    class Meta:
        model = SettlementDifference
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        found = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("status") else found.filter(status=SettlementDifferenceStatus.OPEN)

    def in_status(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset if value == "all" else queryset.filter(status=value)
