"""Filter of the list of imports."""

import django_filters
from django.utils.translation import gettext_lazy as _

from filings.filters import areas_of_posts
from hospitals.access import Right
from hospitals.vocabulary import ListStatus
from settlement.models import InboundListImport


class InboundImportFilter(django_filters.FilterSet):
    area = django_filters.ModelChoiceFilter(
        label=_("统筹区"), queryset=areas_of_posts(Right.SEE_HOSPITAL_CLEARING), empty_label=_("全部")
    )
    status = django_filters.ChoiceFilter(label=_("状态"), choices=ListStatus.choices(), empty_label=_("全部"))

    class Meta:
        model = InboundListImport
        fields: list[str] = []
