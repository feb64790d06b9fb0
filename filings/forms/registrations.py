"""The form of an inpatient registration; the checks beside it are made anew with every change."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from filings.forms.agents import CallerForm, untouched
from filings.models import InpatientRegistration
from filings.registering import Stay
from filings.vocabulary import Channel
from hospitals.forms import DayField
from hospitals.models import ServiceHall


class RegistrationForm(CallerForm):
    """halls: the windows to choose from, often none."""

    channel = forms.ChoiceField(label=_("登记渠道"), choices=InpatientRegistration.CHANNELS, initial=Channel.PHONE)
    hospital = forms.CharField(
        label=_("医院"),
        max_length=100,
        help_text=_("备案就医地的联网医院名称或医保编码"),
        widget=untouched(list="hospitals", autofocus=True),
    )
    admitted_on = DayField(label=_("入院日期"))
    ward = forms.CharField(label=_("科室病区"), max_length=50, required=False, widget=untouched())
    condition = forms.CharField(label=_("简要病情"), max_length=200, required=False, widget=untouched())
    hall = forms.ModelChoiceField(label=_("受理窗口"), queryset=ServiceHall.objects.none())
    request_token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, halls: list[ServiceHall] | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        if halls and len(halls) > 1:
            hall: Any = self.fields["hall"]
            hall.queryset = ServiceHall.objects.filter(pk__in=[one.pk for one in halls])
        else:
            del self.fields["hall"]

    def stay(self) -> Stay:
        """What is announced; the form must be valid."""
        data = self.cleaned_data
        return Stay(
            hospital_name=data["hospital"],
            admitted_on=data["admitted_on"],
            channel=Channel.of(data["channel"]),
            ward=data["ward"],
            condition=data["condition"],
            agent=self.agent(),
            by_person=self.by_person,
        )
