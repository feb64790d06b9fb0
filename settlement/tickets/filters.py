"""Filters of the list of tickets."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from filings.filters import areas_of_posts, named_people
from hospitals.access import Right
from settlement.filters import search_input
from settlement.models import Ticket
from settlement.models.ticket import NUMBER
from settlement.vocabulary import Actor, TicketOrigin, TicketStatus

LIVING = "living"
STATUSES = [(LIVING, _("未办结")), *TicketStatus.choices()]
CLOCKS = (("overdue", _("超时")), ("escalated", _("已升级到主管")), ("raised", _("升级过")), ("unset", _("未配置时限")))


class TicketFilter(django_filters.FilterSet):
    text = django_filters.CharFilter(label=_("工单号、姓名或简拼"), method="with_text", widget=search_input())
    area = django_filters.ModelChoiceFilter(
        label=_("参保地"), queryset=areas_of_posts(Right.SEE_TICKETS), empty_label=_("全部")
    )
    status = django_filters.ChoiceFilter(label=_("状态"), choices=STATUSES, empty_label=_("全部"), method="in_status")
    next_actor = django_filters.ChoiceFilter(label=_("由谁办"), choices=Actor.choices(), empty_label=_("全部"))
    clock = django_filters.ChoiceFilter(label=_("时限"), choices=CLOCKS, empty_label=_("全部"), method="by_clock")
    origin = django_filters.ChoiceFilter(label=_("来源"), choices=TicketOrigin.choices(), empty_label=_("全部"))
    mine = django_filters.ChoiceFilter(
        label=_("经办"),
        choices=[("mine", _("我经办的")), ("no", _("无人经办"))],
        empty_label=_("全部"),
        method="handled_by",
    )

    class Meta:
        model = Ticket
        fields: list[str] = []

    def with_text(self, queryset: Any, name: str, value: str) -> QuerySet[Any]:
        number = NUMBER.fullmatch(value.strip().upper())
        if number:
            return queryset.filter(pk=int(number[1]))
        return queryset.filter(person__in=named_people(self, value, Right.SEE_TICKETS))

    def in_status(self, queryset: Any, name: str, value: str) -> QuerySet[Any]:
        return queryset.living() if value == LIVING else queryset.filter(status=value)

    def by_clock(self, queryset: Any, name: str, value: str) -> QuerySet[Any]:
        living = queryset.living()
        if value == "overdue":
            return living.filter(due_at__lte=timezone.now())
        if value == "escalated":
            return queryset.escalated()
        return living.filter(level__gt=0) if value == "raised" else living.filter(due_at=None)

    def handled_by(self, queryset: Any, name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(handler=self.request.user if value == "mine" else None)
