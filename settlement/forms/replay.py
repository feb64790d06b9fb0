"""The form that starts a replay."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hospitals.access import Right, User
from hospitals.forms import DayField
from settlement.models import BenefitPolicy


class VersionField(forms.ModelChoiceField):
    def label_from_instance(self, policy: Any) -> str:
        return f"{policy}（{policy.get_status_display()}，{policy.starts_on} 起）"


class ReplayForm(forms.Form):
    policy = VersionField(BenefitPolicy.objects.none(), label=_("待遇政策"), empty_label=None)
    since = DayField(label=_("结算日期起"))
    until = DayField(label=_("结算日期止"))
    whole_years = forms.BooleanField(
        label=_("期间以外同年度的结算也按该版本重算"),
        help_text=_("不选的，期间以外的结算按当时的结果计入年度累计"),
        required=False,
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        policies = BenefitPolicy.objects.visible_to(user, Right.KEEP_POLICIES).select_related("area")
        self.fields["policy"].queryset = policies  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        since: dt.date | None = given.get("since")
        until: dt.date | None = given.get("until")
        if since and until and until < since:
            self.add_error("until", _("不能早于结算日期起"))
        return given
