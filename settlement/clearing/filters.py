"""Filters of the lists of clearing."""

import re
from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _

from filings.filters import areas_of_posts, named_people
from filings.vocabulary import Scheme
from hospitals.access import Right
from hospitals.fields import parse_day
from hospitals.vocabulary import Scope
from settlement.clearing.words import ClearingDifferenceStatus, ClearingMonthStatus, ClearingType, Comparison, Handling
from settlement.filters import search_input
from settlement.models import (
    AdvanceFund,
    ClearingDifference,
    ClearingImport,
    ClearingMonth,
    ClearingStatement,
    Settlement,
)
from settlement.models.clearing_differences import FILE_STATES

MONTH = re.compile(r"(\d{4})-?(0[1-9]|1[0-2])")
DIFFERENCE_NUMBER = re.compile(r"CY\d{6}(\d{8,18})")
SETL_ID = re.compile(r"[A-Z]{1,4}[0-9]{6,36}")
UNRESOLVED = "unresolved"


def _area() -> django_filters.ModelChoiceFilter:
    return django_filters.ModelChoiceFilter(
        label=_("参保地"), queryset=areas_of_posts(Right.SEE_CLEARING), empty_label=_("全部")
    )


class _InMonth(django_filters.FilterSet):
    """month_path: the field that says the month's first day."""

    month_path = "month__month"

    setlym = django_filters.CharFilter(
        label=_("清算月份"), method="in_month", widget=search_input(placeholder="2026-03")
    )

    def in_month(self, queryset: Any, name: str, value: str) -> Any:
        found = MONTH.fullmatch(value.strip())
        return (
            queryset.filter(**{self.month_path: parse_day(f"{found[1]}-{found[2]}-01")}) if found else queryset.none()
        )


class MonthFilter(_InMonth):
    month_path = "month"
    area = _area()
    status = django_filters.ChoiceFilter(label=_("状态"), choices=ClearingMonthStatus.choices(), empty_label=_("全部"))

    class Meta:
        model = ClearingMonth
        fields: list[str] = []


class StatementFilter(_InMonth):
    area = _area()
    place = django_filters.CharFilter(label=_("就医地"), method="at_place", widget=search_input())
    scheme = django_filters.ChoiceFilter(label=_("险种"), choices=Scheme.choices(), empty_label=_("全部"))
    clr_type = django_filters.ChoiceFilter(label=_("清算类别"), choices=ClearingType.choices(), empty_label=_("全部"))
    scope = django_filters.ChoiceFilter(label=_("清算方式"), choices=Scope.choices(), empty_label=_("全部"))

    class Meta:
        model = ClearingStatement
        fields: list[str] = []

    def at_place(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(treatment_area__full_name__contains=value.strip())


class DifferenceFilter(_InMonth):
    words = django_filters.CharFilter(
        label=_("差异、结算编号或姓名"), method="with_words", widget=search_input(maxlength="60")
    )
    area = _area()
    kind = django_filters.ChoiceFilter(
        label=_("差异"),
        choices=[choice for choice in Comparison.choices() if choice[0] != Comparison.EQUAL],
        empty_label=_("全部"),
    )
    status = django_filters.ChoiceFilter(
        label=_("状态"),
        choices=[(UNRESOLVED, _("未处理完")), *ClearingDifferenceStatus.choices()],
        empty_label=_("全部"),
        method="in_state",
    )
    how = django_filters.ChoiceFilter(label=_("处理方式"), choices=Handling.choices(), empty_label=_("全部"))

    class Meta:
        model = ClearingDifference
        fields: list[str] = []

    def with_words(self, queryset: Any, name: str, value: str) -> Any:
        word = value.strip().upper()
        number = DIFFERENCE_NUMBER.fullmatch(word)
        if number:
            return queryset.filter(pk=int(number[1]))
        if SETL_ID.fullmatch(word):
            return queryset.filter(setl_id=word)
        return queryset.filter(settlement__person__in=named_people(self, value, Right.SEE_CLEARING))

    def in_state(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.unresolved() if value == UNRESOLVED else queryset.filter(status=value)


class StandingFilter(django_filters.FilterSet):
    """Of the settlements of a statement."""

    words = django_filters.CharFilter(label=_("姓名"), method="with_words", widget=search_input())
    kind = django_filters.ChoiceFilter(
        label=_("结算"),
        choices=[("settled", _("结算")), ("reversal", _("冲正"))],
        empty_label=_("全部"),
        method="of_kind",
    )

    class Meta:
        model = Settlement
        fields: list[str] = []

    def with_words(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(person__in=named_people(self, value, Right.SEE_CLEARING))

    def of_kind(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(reverses__isnull=value == "settled")


class FileFilter(_InMonth):
    area = _area()
    status = django_filters.ChoiceFilter(label=_("状态"), choices=FILE_STATES, empty_label=_("全部"))

    class Meta:
        model = ClearingImport
        fields: list[str] = []


class AdvanceFilter(django_filters.FilterSet):
    area = _area()

    class Meta:
        model = AdvanceFund
        fields: list[str] = []
