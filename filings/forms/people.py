"""Forms of the register: a person, a period of insurance."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from filings.models import InsuredPerson, Participation
from hospitals.access import Right, StaffRequest, reach_of
from hospitals.forms import DayField
from hospitals.models import Area

UNTOUCHED = {"autocomplete": "off"}


class PersonForm(forms.ModelForm):
    """What the register holds of a person.  Birth and sex follow from an identity card, whatever was typed."""

    birth_date = DayField(label=_("出生日期"), required=False, help_text=_("居民身份证自动得出"))

    class Meta:
        model = InsuredPerson
        fields = ("id_type", "id_number", "name", "sex", "birth_date", "phone", "address")
        widgets = {
            "id_number": forms.TextInput(attrs=UNTOUCHED | {"maxlength": 30}),
            "name": forms.TextInput(attrs=UNTOUCHED),
            "phone": forms.TextInput(attrs=UNTOUCHED | {"inputmode": "tel"}),
            "address": forms.TextInput(attrs=UNTOUCHED),
        }
        help_texts = {"sex": _("居民身份证自动得出")}


class NewPersonForm(PersonForm):
    """A person is taken in where the member of staff keeps people."""

    class Meta(PersonForm.Meta):
        fields = ("area", *PersonForm.Meta.fields)  # type: ignore[assignment]

    def __init__(self, *args: Any, request: StaffRequest, **options: Any) -> None:
        super().__init__(*args, **options)
        areas = Area.objects.filter(pk__in=reach_of(request.user).areas_of(Right.KEEP_PEOPLE))
        self.fields["area"] = forms.ModelChoiceField(label=_("参保地"), queryset=areas, empty_label=_("请选择"))
        if not self.is_bound and len(areas) == 1:
            self.initial["area"] = areas[0]
        self.fields["id_number"].widget.attrs["autofocus"] = True


class ChangedPersonForm(PersonForm):
    reason = forms.CharField(
        label=_("修改理由"), required=False, max_length=200, help_text=_("修改姓名或证件时必填，记入办理记录")
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        number = self.fields["id_number"]
        number.required = False
        number.help_text = _("现为 {number}，不修改的留空").format(number=self.instance.masked_id_number)
        self.initial["id_number"] = ""
        self.fields["name"].widget.attrs["autofocus"] = True

    def clean_id_number(self) -> str:
        return self.cleaned_data["id_number"] or self.instance.id_number


class ParticipationForm(forms.ModelForm):
    starts_on = DayField(label=_("参保日期"))
    ends_on = DayField(label=_("终止日期"), required=False, help_text=_("仍在参保的留空"))
    contributions_paid_through = DayField(label=_("缴费至"), required=False)
    continuous_since = DayField(label=_("连续缴费起"), required=False)
    waiting_until = DayField(label=_("待遇等待期至"), required=False)

    class Meta:
        model = Participation
        fields = (
            "scheme",
            "employment",
            "employer",
            "starts_on",
            "ends_on",
            "contributions_paid_through",
            "continuous_since",
            "waiting_until",
            "hardship",
            "is_civil_servant",
        )
        help_texts = {"employment": _("职工须填，居民不填")}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, blank in (("scheme", _("请选择")), ("employment", _("（无）")), ("hardship", _("（无）"))):
            field: Any = self.fields[name]
            field.choices = [("", blank), *(choice for choice in field.choices if choice[0])]
        self.fields["scheme"].widget.attrs["autofocus"] = True
