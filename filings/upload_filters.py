"""Filters of the list of uploads."""

import re
from typing import Any

import django_filters

from filings.filters import SEARCH, areas_of_posts, named_people
from filings.models import Upload
from filings.models.upload import PLATFORMS, UPLOADS
from filings.models.upload_lifecycle import UploadStatus
from hospitals.access import Right

NUMBER = re.compile(r"SB(\d{10,18})")
CASE_NUMBER = re.compile(r"(BA|ZY|BG)\d{8}(\d{8,18})")
CASES = {"BA": "filing", "ZY": "registration", "BG": "change"}
# 未上报 and 上报中 are both waiting; which of them, a message id tells.
STATES = [("unsent", "未上报"), ("under_way", "上报中"), *UploadStatus.choices()[1:]]


class UploadFilter(django_filters.FilterSet):
    text = django_filters.CharFilter(label="编号、姓名或简拼", method="with_text", widget=SEARCH)
    area = django_filters.ModelChoiceFilter(
        label="参保地", queryset=areas_of_posts(Right.SEE_FILINGS), empty_label="全部"
    )
    platform = django_filters.ChoiceFilter(label="平台", choices=list(PLATFORMS.items()), empty_label="全部")
    infno = django_filters.ChoiceFilter(
        label="事项", choices=[(one.value, one.label) for one in UPLOADS], empty_label="全部"
    )
    status = django_filters.ChoiceFilter(label="状态", choices=STATES, empty_label="全部", method="in_state")

    class Meta:
        model = Upload
        fields: list[str] = []

    def with_text(self, queryset: Any, name: str, value: str) -> Any:
        text = value.strip().upper()
        if number := NUMBER.fullmatch(text):
            return queryset.filter(pk=int(number[1]))
        if number := CASE_NUMBER.fullmatch(text):
            return queryset.filter(**{CASES[number[1]]: int(number[2])})
        return queryset.filter(person__in=named_people(self, value, Right.SEE_FILINGS))

    def in_state(self, queryset: Any, name: str, value: str) -> Any:
        if value in ("unsent", "under_way"):
            waiting = queryset.filter(status=UploadStatus.WAITING)
            return waiting.filter(msgid="") if value == "unsent" else waiting.exclude(msgid="")
        return queryset.filter(status=value)
