"""Filters of the lists of clearing with hospitals."""

import datetime as dt
import re
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.forms import DateInput
from django.utils.translation import gettext_lazy as _

from filings.filters import areas_of_posts
from filings.identity import normal_number
from filings.vocabulary import Scheme
from hospitals.access import Right
from hospitals.vocabulary import Scope, Service
from settlement.filters import search_input
from settlement.hospital_clearing.words import HospitalBatchStatus, HospitalStatementStatus
from settlement.models import (
    HospitalPayment,
    HospitalPaymentBatch,
    HospitalResultImport,
    HospitalStatement,
    HospitalStatementLine,
    InboundSettlement,
)
from settlement.models.payment_results import RESULT_STATES

NUMBER = re.compile(r"QS\d{6}(\d{8,18})", re.IGNORECASE)
MONTH = re.compile(r"(\d{4})[-年/.]?(\d{1,2})月?")
OF_POSTS = areas_of_posts(Right.SEE_HOSPITAL_CLEARING)
STANDINGS = (("standing", _("有效")), ("reversed", _("已冲正")), ("reversal", _("冲正")))
LOOKED_AT = (("no", _("未核对")), ("yes", _("已核对")), ("deducted", _("有扣款")))


class MonthField(forms.CharField):
    """A month as typed: 2025-08, 202508, 2025年8月; comes out as its first day."""

    def __init__(self, **options: Any) -> None:
        attrs = {"placeholder": "2025-08", "inputmode": "numeric", "autocomplete": "off", "maxlength": 8}
        super().__init__(widget=forms.TextInput(attrs=attrs), **options)

    def clean(self, value: Any) -> dt.date | None:
        text = super().clean(value)
        if not text:
            return None
        found = MONTH.fullmatch(normal_number(text))
        try:
            return dt.date(int(found[1]), int(found[2]), 1) if found else _wrong_month()
        except ValueError:
            return _wrong_month()

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%Y-%m}" if isinstance(value, dt.date) else value


def _wrong_month() -> dt.date:
    raise forms.ValidationError(_("应为月份，如 2025-08"))


class MonthFilter(django_filters.Filter):
    field_class = MonthField


def _day(label: Any, name: str, lookup: str) -> django_filters.DateFilter:
    widget = DateInput(attrs={"type": "date"})
    return django_filters.DateFilter(label=label, field_name=name, lookup_expr=lookup, widget=widget)


class StatementFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(label=_("清算单编号或医院"), method="with_words", widget=search_input())
    month = MonthFilter(label=_("清算月份"))
    area = django_filters.ModelChoiceFilter(label=_("就医地"), queryset=OF_POSTS, empty_label=_("全部"))
    scope = django_filters.ChoiceFilter(label=_("范围"), choices=Scope.choices(), empty_label=_("全部"))
    status = django_filters.ChoiceFilter(
        label=_("状态"), choices=HospitalStatementStatus.choices(), empty_label=_("全部")
    )

    class Meta:
        model = HospitalStatement
        fields: list[str] = []

    def with_words(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        number = NUMBER.fullmatch(value.strip())
        return queryset.filter(pk=int(number[1])) if number else queryset.filter(hospital__name__contains=value.strip())


class LineFilter(django_filters.FilterSet):
    name = django_filters.CharFilter(
        label=_("姓名"), field_name="settlement__name", lookup_expr="startswith", widget=search_input()
    )
    looked_at = django_filters.ChoiceFilter(
        label=_("核对"), choices=LOOKED_AT, empty_label=_("全部"), method="as_looked_at"
    )

    class Meta:
        model = HospitalStatementLine
        fields: list[str] = []

    def as_looked_at(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == "deducted":
            return queryset.filter(deducted__gt=0)
        return queryset.filter(checked_by__isnull=value == "no", is_drawn=True)


class InboundFilter(django_filters.FilterSet):
    name = django_filters.CharFilter(label=_("姓名"), method="with_name", widget=search_input())
    setl_id = django_filters.CharFilter(label=_("结算ID或就诊ID"), method="with_id", widget=search_input())
    hospital = django_filters.CharFilter(
        label=_("医院"), field_name="hospital__name", lookup_expr="contains", widget=search_input()
    )
    area = django_filters.ModelChoiceFilter(label=_("就医地"), queryset=OF_POSTS, empty_label=_("全部"))
    scope = django_filters.ChoiceFilter(label=_("范围"), choices=Scope.choices(), empty_label=_("全部"))
    scheme = django_filters.ChoiceFilter(label=_("险种"), choices=Scheme.choices(), empty_label=_("全部"))
    service = django_filters.ChoiceFilter(label=_("服务"), choices=Service.choices(), empty_label=_("全部"))
    standing = django_filters.ChoiceFilter(
        label=_("冲正"), choices=STANDINGS, empty_label=_("全部"), method="as_standing"
    )
    since = _day(_("结算日期起"), "settled_on", "gte")
    until = _day(_("结算日期止"), "settled_on", "lte")

    class Meta:
        model = InboundSettlement
        fields: list[str] = []

    def with_name(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Id numbers do not belong into addresses."""
        if any(letter.isdecimal() for letter in value):
            self.hint = _("按姓名查找，证件号码不在此输入")
            return queryset.none()
        return queryset.filter(name__startswith=value.strip())

    def with_id(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        words = value.strip()
        return queryset.filter(setl_id=words) | queryset.filter(mdtrt_id=words)

    def as_standing(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == "reversal":
            return queryset.filter(reverses__isnull=False)
        return queryset.filter(reverses=None, reversal__isnull=value == "standing")


class BatchFilter(django_filters.FilterSet):
    area = django_filters.ModelChoiceFilter(label=_("就医地"), queryset=OF_POSTS, empty_label=_("全部"))
    scope = django_filters.ChoiceFilter(label=_("范围"), choices=Scope.choices(), empty_label=_("全部"))
    status = django_filters.ChoiceFilter(label=_("状态"), choices=HospitalBatchStatus.choices(), empty_label=_("全部"))

    class Meta:
        model = HospitalPaymentBatch
        fields: list[str] = []


class FailedFilter(django_filters.FilterSet):
    area = django_filters.ModelChoiceFilter(
        label=_("就医地"), field_name="batch__area", queryset=OF_POSTS, empty_label=_("全部")
    )
    is_corrected = django_filters.ChoiceFilter(
        label=_("更正"),
        choices=(("no", _("待更正")), ("yes", _("已更正"))),
        empty_label=_("全部"),
        method="as_corrected",
    )

    class Meta:
        model = HospitalPayment
        fields: list[str] = []

    def as_corrected(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(is_corrected=value == "yes")


class HospitalResultFilter(django_filters.FilterSet):
    area = django_filters.ModelChoiceFilter(label=_("就医地"), queryset=OF_POSTS, empty_label=_("全部"))
    status = django_filters.ChoiceFilter(label=_("状态"), choices=RESULT_STATES, empty_label=_("全部"))

    class Meta:
        model = HospitalResultImport
        fields: list[str] = []


class PaymentFilter(django_filters.FilterSet):
    hospital = django_filters.CharFilter(
        label=_("医院"), field_name="statement__hospital__name", lookup_expr="contains", widget=search_input()
    )

    class Meta:
        model = HospitalPayment
        fields: list[str] = []
