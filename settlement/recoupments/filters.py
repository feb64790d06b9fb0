"""Filters of the list of recoupments."""

import datetime as dt
import re
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from filings.filters import areas_of_posts, named_people
from hospitals.access import Right
from settlement.filters import search_input
from settlement.models import Recoupment, RecoupmentReminder
from settlement.recoupments.shown import SOON
from settlement.vocabulary import RecoupmentCause, RecoupmentStatus

NUMBER = re.compile(r"ZH\d{8}(\d{8,18})")
BANDS = (
    ("overdue", _("逾期")),
    ("to_remind", _("逾期待催缴")),
    (str(SOON), _("7日内到期")),
    ("write_off", _("核销待批准")),
)


class RecoupmentFilter(django_filters.FilterSet):
    text = django_filters.CharFilter(label=_("编号、姓名或简拼"), method="with_text", widget=search_input())
    area = django_filters.ModelChoiceFilter(
        label=_("参保地"), queryset=areas_of_posts(Right.SEE_CLAIMS), empty_label=_("全部")
    )
    cause = django_filters.ChoiceFilter(label=_("事由"), choices=RecoupmentCause.choices(), empty_label=_("全部"))
    status = django_filters.ChoiceFilter(label=_("状态"), choices=RecoupmentStatus.choices(), empty_label=_("全部"))
    band = django_filters.ChoiceFilter(label=_("应缴"), choices=BANDS, empty_label=_("全部"), method="in_band")

    class Meta:
        model = Recoupment
        fields: list[str] = []

    def with_text(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        number = NUMBER.fullmatch(value.strip().upper())
        if number:
            return queryset.filter(pk=int(number[1]))
        return queryset.filter(person__in=named_people(self, value, Right.SEE_CLAIMS))

    def in_band(self, queryset: Any, name: str, value: str) -> QuerySet[Any]:
        """To be reminded: overdue, and nobody has said so since."""
        today = timezone.localdate()
        if value == "write_off":
            return queryset.to_decide()
        if value == str(SOON):
            return queryset.collecting().filter(next_due_on__range=(today, today + dt.timedelta(days=SOON)))
        overdue = queryset.overdue(today)
        if value == "overdue":
            return overdue
        since = RecoupmentReminder.objects.filter(recoupment=OuterRef("pk"), reminded_on__gt=OuterRef("next_due_on"))
        return overdue.exclude(Exists(since))
