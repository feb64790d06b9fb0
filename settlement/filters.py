"""Filters of the lists of claims and of settlements."""

import re
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.forms import DateInput, TextInput
from django.utils.translation import gettext_lazy as _

from filings.filters import areas_of_posts
from filings.models import InsuredPerson
from filings.vocabulary import Category, Scheme, SettlementWay, Tier
from hospitals.access import Right
from hospitals.vocabulary import Service
from settlement.models import Claim, Settlement
from settlement.vocabulary import ClaimStatus

NUMBER = re.compile(r"BX\d{8}(\d{8,15})", re.IGNORECASE)
SETTLEMENT_NUMBER = re.compile(r"JS\d{8}(\d{8,15})", re.IGNORECASE)


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


def _day(label: Any, name: str, lookup: str) -> django_filters.DateFilter:
    widget = DateInput(attrs={"type": "date"})
    return django_filters.DateFilter(label=label, field_name=name, lookup_expr=lookup, widget=widget)


def _one_of(label: Any, choices: Any) -> django_filters.ChoiceFilter:
    return django_filters.ChoiceFilter(label=label, choices=choices, empty_label=_("全部"))


class SettlementFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(label=_("结算编号或姓名"), method="with_words", widget=search_input())
    area = django_filters.ModelChoiceFilter(
        label=_("参保地"), queryset=areas_of_posts(Right.SEE_CLAIMS), empty_label=_("全部")
    )
    way = _one_of(_("方式"), SettlementWay.choices())
    scheme = _one_of(_("险种"), Scheme.choices())
    tier = _one_of(_("待遇档次"), Tier.choices())
    service = _one_of(_("服务"), Service.choices())
    hospital = django_filters.CharFilter(
        label=_("医院"), field_name="hospital_name", lookup_expr="contains", widget=search_input()
    )
    since = _day(_("结算日期起"), "settled_on", "gte")
    until = _day(_("结算日期止"), "settled_on", "lte")

    class Meta:
        model = Settlement
        fields: list[str] = []

    def with_words(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """A settlement's number, or the beginning of a name or of its initials."""
        number = SETTLEMENT_NUMBER.fullmatch(value.strip())
        if number:
            return queryset.filter(pk=int(number[1]))
        return queryset.filter(person__in=InsuredPerson.objects.matching(value).values("pk"))
