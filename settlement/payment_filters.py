"""Filters of the lists of batches, payments, follow-ups and results."""

import re
from typing import Any

import django_filters
from django.db.models import Q
from django.forms import DateInput
from django.utils.translation import gettext_lazy as _

from filings.filters import areas_of_posts, named_people
from hospitals.access import Right
from settlement.filters import search_input
from settlement.models import FollowUpDue, Payment, PaymentBatch, ResultImport
from settlement.models.payment_results import RESULT_STATES
from settlement.vocabulary import BatchKind, BatchStatus, Component, Payer, PaymentStatus

BATCH_NUMBER = re.compile(r"ZF\d{8}(\d{6,15})")
PAYMENT_NUMBER = re.compile(r"FK(\d{10,18})")
FOLLOW_UP_STATES = (
    ("waiting", _("待拨付")),
    ("out", _("在批次中")),
    ("paid", _("已付")),
    ("failed", _("支付失败")),
    ("recoup", _("已冲正，须追回")),
    ("reversed", _("已冲正，未付")),
)


def _day(label: Any, name: str, lookup: str) -> django_filters.DateFilter:
    widget = DateInput(attrs={"type": "date"})
    return django_filters.DateFilter(label=label, field_name=name, lookup_expr=lookup, widget=widget)


class BatchFilter(django_filters.FilterSet):
    number = django_filters.CharFilter(label=_("批次编号"), method="with_number", widget=search_input())
    area = django_filters.ModelChoiceFilter(
        label=_("参保地"), queryset=areas_of_posts(Right.SEE_PAYMENTS), empty_label=_("全部")
    )
    kind = django_filters.ChoiceFilter(label=_("批次类型"), choices=BatchKind.choices(), empty_label=_("全部"))
    status = django_filters.ChoiceFilter(label=_("状态"), choices=BatchStatus.choices(), empty_label=_("全部"))
    since = _day(_("编制日期起"), "made_on", "gte")
    until = _day(_("编制日期止"), "made_on", "lte")

    class Meta:
        model = PaymentBatch
        fields: list[str] = []

    def with_number(self, queryset: Any, name: str, value: str) -> Any:
        number = BATCH_NUMBER.fullmatch(value.strip().upper())
        return queryset.filter(pk=int(number[1])) if number else queryset.none()


class PaymentFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(label=_("付款编号或收款人"), method="with_words", widget=search_input())
    status = django_filters.ChoiceFilter(label=_("状态"), choices=PaymentStatus.choices(), empty_label=_("全部"))

    class Meta:
        model = Payment
        fields: list[str] = []

    def with_words(self, queryset: Any, name: str, value: str) -> Any:
        number = PAYMENT_NUMBER.fullmatch(value.strip().upper())
        return queryset.filter(pk=int(number[1])) if number else queryset.filter(payee_name__startswith=value.strip())


class FailedFilter(django_filters.FilterSet):
    area = django_filters.ModelChoiceFilter(
        label=_("参保地"), queryset=areas_of_posts(Right.SEE_CLAIMS), empty_label=_("全部")
    )
    state = django_filters.ChoiceFilter(
        label=_("更正"),
        choices=[("open", _("待更正")), ("done", _("已更正"))],
        empty_label=_("全部"),
        method="in_state",
    )

    class Meta:
        model = Payment
        fields: list[str] = []

    def in_state(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(correction__isnull=value == "open")


class FollowUpFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(label=_("姓名"), method="with_words", widget=search_input())
    area = django_filters.ModelChoiceFilter(
        label=_("参保地"),
        field_name="settlement__area",
        queryset=areas_of_posts(Right.SEE_PAYMENTS),
        empty_label=_("全部"),
    )
    component = django_filters.ChoiceFilter(label=_("项目"), choices=Component.choices(), empty_label=_("全部"))
    payer = django_filters.ChoiceFilter(label=_("支付方"), choices=Payer.choices(), empty_label=_("全部"))
    state = django_filters.ChoiceFilter(
        label=_("状态"), choices=FOLLOW_UP_STATES, empty_label=_("全部"), method="in_state"
    )
    since = _day(_("结算日期起"), "settlement__settled_on", "gte")
    until = _day(_("结算日期止"), "settlement__settled_on", "lte")

    class Meta:
        model = FollowUpDue
        fields: list[str] = []

    def with_words(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(settlement__person__in=named_people(self, value, Right.SEE_PAYMENTS))

    def in_state(self, queryset: Any, name: str, value: str) -> Any:
        """`standing` is the status of the payment that counts, else of the last that failed."""
        is_reversed = Q(settlement__reversal__isnull=False)
        if value in ("recoup", "reversed"):
            paid = Q(standing=PaymentStatus.PAID)
            return queryset.filter(is_reversed).filter(paid if value == "recoup" else ~paid | Q(standing=None))
        wanted = {
            "waiting": Q(standing=None),
            "out": Q(standing__in=[PaymentStatus.PENDING, PaymentStatus.IN_TRANSIT]),
            "paid": Q(standing=PaymentStatus.PAID),
            "failed": Q(standing=PaymentStatus.FAILED),
        }[value]
        return queryset.filter(wanted).exclude(is_reversed)


class ResultFilter(django_filters.FilterSet):
    area = django_filters.ModelChoiceFilter(
        label=_("统筹区"), queryset=areas_of_posts(Right.SEE_PAYMENTS), empty_label=_("全部")
    )
    status = django_filters.ChoiceFilter(label=_("状态"), choices=RESULT_STATES, empty_label=_("全部"))

    class Meta:
        model = ResultImport
        fields: list[str] = []
