"""Filters of the lists of people and filings."""

import re
from collections.abc import Callable
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.forms import TextInput

from filings.models import Filing, InsuredPerson, PeopleListImport
from filings.models.filing import FilingStatus
from filings.vocabulary import Category
from hospitals.access import Right, reach_of
from hospitals.models import Area
from hospitals.vocabulary import ListStatus, Scope

SEARCH = TextInput(attrs={"type": "search", "autocomplete": "off", "maxlength": 60})
FILING_NUMBER = re.compile(r"BA\d{8}(\d{8,18})")


def areas_of_posts(right: Right) -> Callable[[Any], QuerySet[Area]]:
    """Choices for an area filter: where the user holds the right."""

    def areas(request: Any) -> QuerySet[Area]:
        return Area.objects.filter(pk__in=reach_of(request.user).areas_of(right)) if request else Area.objects.none()

    return areas


class PersonFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(label="姓名或简拼", method="with_words", widget=SEARCH)
    area = django_filters.ModelChoiceFilter(
        label="参保地", queryset=areas_of_posts(Right.SEE_PEOPLE), empty_label="全部"
    )

    class Meta:
        model = InsuredPerson
        fields: list[str] = []

    def with_words(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.matching(value)


class FilingFilter(django_filters.FilterSet):
    text = django_filters.CharFilter(label="备案号、姓名或简拼", method="with_text", widget=SEARCH)
    area = django_filters.ModelChoiceFilter(
        label="参保地", queryset=areas_of_posts(Right.SEE_FILINGS), empty_label="全部"
    )
    status = django_filters.ChoiceFilter(label="状态", choices=FilingStatus.choices(), empty_label="全部")
    category = django_filters.ChoiceFilter(label="备案类别", choices=Category.choices(), empty_label="全部")
    scope = django_filters.ChoiceFilter(label="范围", choices=Scope.choices(), empty_label="全部")

    class Meta:
        model = Filing
        fields: list[str] = []

    def with_text(self, queryset: Any, name: str, value: str) -> Any:
        number = FILING_NUMBER.fullmatch(value.strip().upper())
        if number:
            return queryset.filter(pk=int(number[1]))
        return queryset.filter(person__in=InsuredPerson.objects.matching(value))


class PeopleImportFilter(django_filters.FilterSet):
    area = django_filters.ModelChoiceFilter(
        label="统筹区", queryset=areas_of_posts(Right.KEEP_PEOPLE), empty_label="全部"
    )
    status = django_filters.ChoiceFilter(label="状态", choices=ListStatus.choices(), empty_label="全部")

    class Meta:
        model = PeopleListImport
        fields: list[str] = []
