"""Filters of the lists of people and filings."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.forms import TextInput

from filings.models import InsuredPerson
from hospitals.access import Right, reach_of
from hospitals.models import Area


def areas_of_posts(right: Right) -> Any:
    """Choices for an area filter: where the user holds the right."""

    def areas(request: Any) -> QuerySet[Area]:
        return Area.objects.filter(pk__in=reach_of(request.user).areas_of(right)) if request else Area.objects.none()

    return areas


class PersonFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(
        label="姓名或简拼", method="with_words", widget=TextInput(attrs={"type": "search", "autocomplete": "off"})
    )
    area = django_filters.ModelChoiceFilter(
        label="参保地", queryset=areas_of_posts(Right.SEE_PEOPLE), empty_label="全部"
    )

    class Meta:
        model = InsuredPerson
        fields: list[str] = []

    def with_words(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.matching(value)
