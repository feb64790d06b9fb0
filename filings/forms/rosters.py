"""The form that a roster comes in by."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from filings.people_lists.words import read_phone
from hospitals.access import Right, User, reach_of
from hospitals.forms import DayField, ListForm
from hospitals.models import Area, ServiceHall


class RosterForm(ListForm):
    """Who brings the roster, and from when it counts.  A clerk of one hall takes it in for that hall."""

    right = Right.FILE
    wanted = "须有“姓名”“证件号码”“就医地”三列；“备案开始日期”“联系电话”“单位”可有可无"
    field_order = ("area", "hall", "employer", "agent_name", "agent_phone", "start_on", "file")

    hall = forms.ModelChoiceField(ServiceHall.objects.none(), label="受理窗口", required=False)
    employer = forms.CharField(
        label="单位名称", max_length=100, widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"})
    )
    agent_name = forms.CharField(label="单位经办人", max_length=50)
    agent_phone = forms.CharField(label="经办人电话", max_length=20, required=False)
    start_on = DayField(label="备案开始日期", required=False, help_text="名单中没有写明的，自此日起；不填为受理当日")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        reach = reach_of(user)
        self.whole_areas = reach.areas.get(self.right, set())
        self.halls = list(ServiceHall.objects.filter(pk__in=reach.halls.get(self.right, ())))
        fields: dict[str, Any] = self.fields
        fields["area"].queryset = Area.objects.pools().filter(pk__in=sorted(reach.areas_of(self.right)))
        if len(self.halls) > 1:
            fields["hall"].queryset = ServiceHall.objects.filter(pk__in=[hall.pk for hall in self.halls])
        else:
            del fields["hall"]

    def clean_agent_phone(self) -> str:
        phone: str = self.cleaned_data["agent_phone"]
        try:
            return read_phone(phone) if phone else ""
        except ValueError as problem:
            raise ValidationError(str(problem)) from problem

    def clean(self) -> dict[str, Any]:
        """hall: None for whoever works for the whole area, else the hall they sit at there."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        area, hall = given.get("area"), given.get("hall")
        if area and area.pk in self.whole_areas:
            given["hall"] = None
        elif area:
            mine = [one for one in self.halls if one.area_id == area.pk]
            given["hall"] = hall if hall in mine else mine[0] if len(mine) == 1 else None
            if given["hall"] is None:
                self.add_error("hall", "请选择受理窗口")
        return given
