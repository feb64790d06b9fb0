"""What is handed in after a filing: proof for care at home, a recognition of a chronic disease."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from filings.assessment import MaterialGroup
from filings.vocabulary import Material, Recognition
from hospitals.forms import DayField
from hospitals.models import Area

NOTE = forms.TextInput(attrs={"autocomplete": "off"})


class HomeCareForm(forms.Form):
    """groups: of which one material each is to be shown."""

    materials = forms.TypedMultipleChoiceField(
        label=_("提交的证明"),
        coerce=Material.of,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请勾选提交的证明")},
    )
    note = forms.CharField(label=_("备注"), required=False, max_length=200, widget=NOTE)

    def __init__(self, *args: Any, groups: Iterable[MaterialGroup], **options: Any) -> None:
        super().__init__(*args, **options)
        offered = dict.fromkeys(material for group in groups for material in group.one_of)
        field: Any = self.fields["materials"]
        field.choices = [(material.value, material.label) for material in offered]


class RecognitionForm(forms.Form):
    """areas: that may have recognised it.  today: the day it came back, unless another is typed."""

    disease = forms.CharField(
        label=_("病种"),
        max_length=100,
        widget=forms.TextInput(attrs={"list": "diseases", "autocomplete": "off", "autofocus": True}),
    )
    recognised_in = forms.ModelChoiceField(Area.objects.none(), label=_("认定地"), empty_label=None)
    recognised_on = DayField(label=_("认定日期"))
    returned_on = DayField(label=_("结果返回日期"))
    result = forms.TypedChoiceField(label=_("认定结果"), coerce=Recognition.of, choices=Recognition.choices())
    reference = forms.CharField(label=_("认定文号"), required=False, max_length=50, widget=NOTE)
    starts_on = DayField(label=_("备案开始"), required=False, help_text=_("不填为结果返回之日"))

    def __init__(self, *args: Any, areas: Iterable[str], today: dt.date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial["returned_on"] = today
        field: Any = self.fields["recognised_in"]
        field.queryset = Area.objects.filter(pk__in=list(areas))
