"""Filters of the list of claims."""

import re
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.forms import DateInput, TextInput
from django.utils.translation import gettext_lazy as _

from filings.filters import areas_of_posts
from filings.models import InsuredPerson
from filings.vocabulary import Category
from hospitals.access import Right
from settlement.models import Claim, PolicyReplay
from settlement.vocabulary import ClaimStatus, ReplayStatus

NUMBER = re.compile(r"BX\d{8}(\d{8,15})", re.IGNORECASE)


def search_input(**attrs: str) -> TextInput:
    return TextInput(attrs={"type": "search", "autocomplete": "off", **attrs})


class ClaimFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(label=_("报销编号或姓名"), method="with_words", widget=search_input())
    area = django_filters.ModelChoiceFilter(
        label=_("参保地"), queryset=areas_of_posts(Right.SEE_CLAIMS), empty_label=_("全部")
    )
    status = django_filters.ChoiceFilter(label=_("状态"), choices=ClaimStatus.choices(), empty_label=_("全部"))
    category = django_filters.ChoiceFilter(label=_("就医类别"), choices=Category.choices(), empty_label=_("全部"))
    hospital = django_filters.CharFilter(
        label=_("医院"), field_name="hospital_name", lookup_expr="contains", widget=search_input()
    )
    since = django_filters.DateFilter(
        label=_("受理日期起"), field_name="accepted_on", lookup_expr="gte", widget=DateInput(attrs={"type": "date"})
    )
    until = django_filters.DateFilter(
        label=_("受理日期止"), field_name="accepted_on", lookup_expr="lte", widget=DateInput(attrs={"type": "date"})
    )

    class Meta:
        model = Claim
        fields: list[str] = []

    def with_words(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """A claim's number, or the beginning of a name or of its initials."""
        number = NUMBER.fullmatch(value.strip())
        if number:
            return queryset.filter(pk=int(number[1]))
        return queryset.filter(person__in=InsuredPerson.objects.matching(value).values("pk"))


class ReplayFilter(django_filters.FilterSet):
    area = django_filters.ModelChoiceFilter(
        label=_("统筹区"), queryset=areas_of_posts(Right.KEEP_POLICIES), empty_label=_("全部")
    )
    status = django_filters.ChoiceFilter(label=_("状态"), choices=ReplayStatus.choices(), empty_label=_("全部"))

    class Meta:
        model = PolicyReplay
        fields: list[str] = []
