"""Forms of the books: a reversal's reason, what a year had used before the portal."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hospitals.vocabulary import Service
from settlement.vocabulary import Fund


class ReversalForm(forms.Form):
    reason = forms.CharField(
        label=_("冲正原因"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("须填写冲正原因")},
    )


def _yuan(label: Any, **options: Any) -> forms.DecimalField:
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return forms.DecimalField(
        label=label, max_digits=16, decimal_places=2, required=False, localize=False, widget=widget, **options
    )


class CarryInForm(forms.Form):
    """seen: how many entries the year had on the page, so that the same form counts once."""

    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    year = forms.IntegerField(label=_("年度"), min_value=2000, max_value=2100)
    fund = forms.ChoiceField(label=_("基金"), choices=Fund.choices())
    service = forms.ChoiceField(label=_("服务"), choices=Service.choices(), initial=Service.INPATIENT.value)
    deductible = _yuan(_("已付起付标准（元）"))
    standard = _yuan(
        _("首次住院的起付标准（元）"),
        min_value=Decimal(0),
        help_text=_("起付线一年收取一次的，结算以后的住院须有此项；可单独填写"),
    )
    paid = _yuan(_("基金已支付（元）"))
    personal_eligible = _yuan(_("政策范围内个人负担（元）"))
    stays = forms.IntegerField(label=_("住院次数"), required=False, min_value=-99, max_value=99)
    reason = forms.CharField(
        label=_("说明"),
        max_length=300,
        help_text=_("如：旧系统截至启用日的累计；填负数可更正"),
        error_messages={"required": _("请填写说明")},
    )

    def given(self) -> dict[str, Any]:
        """As `carry_in` takes it; of a valid form."""
        amounts = {name: self.cleaned_data[name] or Decimal(0) for name in ("deductible", "paid", "personal_eligible")}
        return {
            **{name: self.cleaned_data[name] for name in ("seen", "year", "standard", "reason")},
            **amounts,
            "fund": Fund.of(self.cleaned_data["fund"]),
            "service": Service.of(self.cleaned_data["service"]),
            "stays": self.cleaned_data["stays"] or 0,
        }
