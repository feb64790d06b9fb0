"""Filters of the lists of claims, findings, replays and settlements."""

import re
from typing import Any

import django_filters
from django.db.models import OuterRef, QuerySet
from django.forms import DateInput, TextInput
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from filings.filters import SEARCH, areas_of_posts, named_people
from filings.models import InsuredPerson
from filings.vocabulary import Category, Scheme, SettlementWay, Tier
from hospitals.access import Right
from hospitals.vocabulary import Service
from hospitals.working_days import working_days_after
from settlement.claims.clock import SOON, STOPPED
from settlement.claims.lifecycle import RUNNING
from settlement.models import Claim, Finding, PolicyReplay, Settlement
from settlement.vocabulary import ClaimStatus, FindingKind, FindingStatus, ReplayStatus

CLOCKS = (
    ("soon", _("临期（%d个工作日内）") % SOON),
    ("overdue", _("超期")),
    ("stopped", _("停止计时")),
    ("unset", _("未配置")),
)
TAKEN = (("mine", _("我领取的")), ("no", _("未领取")))
BEFORE_REVIEW = (ClaimStatus.ACCEPTED, ClaimStatus.ENTERED, ClaimStatus.CHECKED, ClaimStatus.CALCULATED)
UNSUBMITTED = "unsubmitted"
STATUSES = [*ClaimStatus.choices(), (UNSUBMITTED, _("未提交审核"))]
NUMBER = re.compile(r"BX\d{8}(\d{8,15})", re.IGNORECASE)
FINDING_NUMBER = re.compile(r"YD\d{8}(\d{8,15})", re.IGNORECASE)
SETTLEMENT_NUMBER = re.compile(r"JS\d{8}(\d{8,15})", re.IGNORECASE)


def search_input(**attrs: str) -> TextInput:
    return TextInput(attrs={"type": "search", "autocomplete": "off", **attrs})


class ClaimFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(label=_("报销编号或姓名"), method="with_words", widget=search_input())
    area = django_filters.ModelChoiceFilter(
        label=_("参保地"), queryset=areas_of_posts(Right.SEE_CLAIMS), empty_label=_("全部")
    )
    status = django_filters.ChoiceFilter(label=_("状态"), choices=STATUSES, empty_label=_("全部"), method="in_status")
    clock = django_filters.ChoiceFilter(label=_("时限"), choices=CLOCKS, empty_label=_("全部"), method="by_clock")
    taken = django_filters.ChoiceFilter(label=_("领取"), choices=TAKEN, empty_label=_("全部"), method="taken_by")
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

    def in_status(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(status__in=BEFORE_REVIEW if value == UNSUBMITTED else [value])

    def by_clock(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        today = timezone.localdate()
        if value == "stopped":
            return queryset.filter(STOPPED)
        running = queryset.filter(status__in=RUNNING)
        if value == "unset":
            return running.filter(due_on=None, days_left=None)
        if value == "overdue":
            return running.filter(due_on__lt=today)
        return running.filter(due_on__range=(today, working_days_after(today, SOON).day))

    def taken_by(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == "mine":
            return queryset.filter(taken_by=self.request.user)
        return queryset.filter(status__in=(ClaimStatus.IN_REVIEW, ClaimStatus.SECOND_REVIEW), taken_by=None)

    def with_words(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """A claim's number, or the beginning of a name or of its initials."""
        number = NUMBER.fullmatch(value.strip())
        if number:
            return queryset.filter(pk=int(number[1]))
        people = InsuredPerson.objects.matching(value).filter(
            area=OuterRef("area")
        )  # what an index of names begins with
        return queryset.filter(person__in=people.values("pk"))


class FindingFilter(django_filters.FilterSet):
    """Open ones, unless others are asked for."""

    words = django_filters.CharFilter(label=_("疑点或报销编号、姓名"), method="with_words", widget=SEARCH)
    area = django_filters.ModelChoiceFilter(
        label=_("参保地"), queryset=areas_of_posts(Right.SEE_FINDINGS), empty_label=_("全部")
    )
    kind = django_filters.ChoiceFilter(label=_("类型"), choices=FindingKind.choices(), empty_label=_("全部"))
    status = django_filters.ChoiceFilter(
        label=_("状态"),
        choices=[*FindingStatus.choices()[1:], ("all", _("全部"))],
        empty_label=FindingStatus.OPEN.label,
        method="in_status",
    )

    class Meta:
        model = Finding
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        found = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("status") else found.filter(status=FindingStatus.OPEN)

    def with_words(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """A number of the finding or of its claim, or the beginning of a name or of its initials."""
        for pattern, column in ((FINDING_NUMBER, "pk"), (NUMBER, "claim")):
            number = pattern.fullmatch(value.strip())
            if number:
                return queryset.filter(**{column: int(number[1])})
        return queryset.filter(person__in=named_people(self, value, Right.SEE_FINDINGS))

    def in_status(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset if value == "all" else queryset.filter(status=value)


class ReplayFilter(django_filters.FilterSet):
    area = django_filters.ModelChoiceFilter(
        label=_("统筹区"), queryset=areas_of_posts(Right.KEEP_POLICIES), empty_label=_("全部")
    )
    status = django_filters.ChoiceFilter(label=_("状态"), choices=ReplayStatus.choices(), empty_label=_("全部"))

    class Meta:
        model = PolicyReplay
        fields: list[str] = []


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
