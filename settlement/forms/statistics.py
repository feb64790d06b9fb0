"""What to count."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from filings.vocabulary import Category, Scheme, SettlementWay
from hospitals.access import Right, User, reach_of
from hospitals.models import Area
from hospitals.vocabulary import Scope, Service
from settlement.statistics.counting import Asked
from settlement.vocabulary import Direction, Grouping

SAME = ("area", "scope", "scheme", "service", "category")  # fields of both kinds of settlements


def _one_of(label: Any, choices: list[tuple[str, str]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=[("", _("全部")), *choices])


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class StatisticsForm(forms.Form):
    since = _day(_("结算日期起"))
    until = _day(_("结算日期止"))
    direction = _one_of(_("方向"), Direction.choices())
    area = forms.ModelChoiceField(Area.objects.none(), label=_("统筹区"), required=False, empty_label=_("全部"))
    scope = _one_of(_("范围"), Scope.choices())
    way = _one_of(_("结算方式"), SettlementWay.choices())
    category = _one_of(_("就医类别"), Category.choices())
    scheme = _one_of(_("险种"), Scheme.choices())
    service = _one_of(_("服务"), Service.choices())
    by = forms.ChoiceField(required=False, choices=Grouping.choices(), widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        areas = Area.objects.filter(pk__in=sorted(reach_of(user).areas_of(Right.SEE_STATISTICS)))
        self.fields["area"].queryset = areas  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        since: dt.date | None = given.get("since")
        until: dt.date | None = given.get("until")
        if since and until and until < since:
            self.add_error("until", _("不能早于结算日期起"))
        return given

    def asked(self) -> Asked:
        """The form must be valid."""
        given = self.cleaned_data
        same = {name: getattr(given[name], "pk", given[name]) for name in SAME if given[name]}
        return Asked(
            since=given["since"],
            until=given["until"],
            by=Grouping.of(given["by"]) if given["by"] else Grouping.MONTH,
            direction=Direction.of(given["direction"]) if given["direction"] else None,
            way=SettlementWay.of(given["way"]) if given["way"] else None,
            same=same,
        )
