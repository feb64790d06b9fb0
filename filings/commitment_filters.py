"""Filters of the lists of commitments and sanctions."""

import datetime as dt
import re
from typing import Any

import django_filters
from django.db.models import Q
from django.utils import timezone

from filings.filters import SEARCH, areas_of_posts, named_people
from filings.models import Commitment, Sanction
from filings.models.commitment_lifecycle import CommitmentStatus, SanctionStatus
from filings.vocabulary import Measure
from hospitals.access import Right

COMMITMENT_NUMBER = re.compile(r"CN\d{8}(\d{8,18})")
SANCTION_NUMBER = re.compile(r"SX\d{8}(\d{8,18})")
BANDS = (
    ("30", "30日内到期"),
    ("7", "7日内到期"),
    ("1", "1日内到期"),
    ("overdue", "已逾期"),
    ("failed", "到期处理未成"),
)
STATES = (("pending", "期限待确定"), ("in_force", "执行中"), ("expired", "已期满"), ("lifted", "已解除"))


class CommitmentFilter(django_filters.FilterSet):
    """Open ones, unless others are asked for."""

    text = django_filters.CharFilter(label="编号、姓名或简拼", method="with_text", widget=SEARCH)
    area = django_filters.ModelChoiceFilter(
        label="参保地", queryset=areas_of_posts(Right.SEE_FILINGS), empty_label="全部"
    )
    band = django_filters.ChoiceFilter(label="期限", choices=BANDS, empty_label="全部", method="in_band")
    status = django_filters.ChoiceFilter(
        label="状态",
        choices=[*CommitmentStatus.choices()[1:], ("all", "全部")],
        empty_label=CommitmentStatus.OPEN.label,
        method="in_status",
    )

    class Meta:
        model = Commitment
        fields: list[str] = []

    def filter_queryset(self, queryset: Any) -> Any:
        found = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("status") else found.open()

    def with_text(self, queryset: Any, name: str, value: str) -> Any:
        number = COMMITMENT_NUMBER.fullmatch(value.strip().upper())
        if number:
            return queryset.filter(pk=int(number[1]))
        return queryset.filter(person__in=named_people(self, value, Right.SEE_FILINGS))

    def in_band(self, queryset: Any, name: str, value: str) -> Any:
        today = timezone.localdate()
        if value == "failed":
            return queryset.due_before(today).exclude(problem="")
        if value == "overdue":
            return queryset.due_before(today)
        return queryset.open().filter(due_on__range=(today, today + dt.timedelta(days=int(value))))

    def in_status(self, queryset: Any, name: str, value: str) -> Any:
        return queryset if value == "all" else queryset.filter(status=value)


class SanctionFilter(django_filters.FilterSet):
    text = django_filters.CharFilter(label="编号、姓名或简拼", method="with_text", widget=SEARCH)
    area = django_filters.ModelChoiceFilter(
        label="参保地", queryset=areas_of_posts(Right.SEE_FILINGS), empty_label="全部"
    )
    measure = django_filters.ChoiceFilter(label="处理", choices=Measure.choices(), empty_label="全部")
    state = django_filters.ChoiceFilter(label="状态", choices=STATES, empty_label="全部", method="in_state")

    class Meta:
        model = Sanction
        fields: list[str] = []

    def with_text(self, queryset: Any, name: str, value: str) -> Any:
        number = SANCTION_NUMBER.fullmatch(value.strip().upper())
        if number:
            return queryset.filter(pk=int(number[1]))
        return queryset.filter(person__in=named_people(self, value, Right.SEE_FILINGS))

    def in_state(self, queryset: Any, name: str, value: str) -> Any:
        today = timezone.localdate()
        if value == "pending":
            return queryset.without_period()
        if value == "lifted":
            return queryset.filter(status=SanctionStatus.LIFTED)
        over = Q(ends_on__lt=today)
        in_force = queryset.filter(status=SanctionStatus.IN_FORCE)
        return in_force.filter(over) if value == "expired" else in_force.exclude(over)
