"""Forms of tickets: what is told of a failure, and what each step asks for."""

import datetime as dt
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from filings.destinations import written
from filings.identity import normal_number
from filings.models import InsuredPerson
from hospitals.access import RIGHTS, Right, reach_of, staff_name
from hospitals.access import User as Viewer
from hospitals.forms import DayField
from hospitals.models import Area, Hospital
from hospitals.vocabulary import Role, Service
from settlement.forms.fields import PlaceField, text_input
from settlement.forms.steps import ReasonForm, StepForm
from settlement.models import Ticket
from settlement.tickets.facts import Facts, facts_of
from settlement.vocabulary import Actor, TicketOrigin

BY_PEOPLE = [(origin.value, origin.label) for origin in TicketOrigin if origin is not TicketOrigin.MESSAGE]
TALKS = [("", "未注明"), *Actor.choices()]
HANDLERS = [role for role in Role if Right.HANDLE_TICKETS in RIGHTS[role]]


class FactsForm(forms.Form):
    """Everything of a failure that people tell.  person: whose it is, where that is known already."""

    id_number = forms.CharField(
        label="参保人证件号码", max_length=40, required=False, widget=text_input(), help_text="不知道的可不填，写明情况"
    )
    caller_name = forms.CharField(label="反映人", max_length=50, required=False, widget=text_input())
    caller_phone = forms.CharField(
        label="反映人电话", max_length=40, required=False, widget=text_input(inputmode="tel")
    )
    treatment_area = PlaceField(label="就医地", max_length=60, required=False, widget=text_input(list="places"))
    hospital_name = forms.CharField(
        label="医院", max_length=100, required=False, widget=text_input(list="hospital-names")
    )
    service = forms.TypedChoiceField(
        label="服务", choices=Service.choices(), coerce=Service.of, initial=Service.INPATIENT
    )
    event_on = DayField(label="入院（就医）日期", initial=timezone.localdate)
    disease = forms.CharField(
        label="病种", max_length=100, required=False, widget=text_input(), help_text="门诊慢特病填写"
    )
    is_emergency = forms.BooleanField(label="急诊", required=False)
    trum_flag = forms.BooleanField(label="外伤", required=False)
    rel_ttp_flag = forms.BooleanField(label="涉及第三方", required=False)
    has_statement = forms.BooleanField(label="已签外伤无第三方责任承诺书", required=False)
    err_msg = forms.CharField(
        label="错误信息原文", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    infno = forms.CharField(label="交易编号", max_length=4, required=False, widget=text_input())
    msgid = forms.CharField(label="报文ID", max_length=30, required=False, widget=text_input())
    failed_at = forms.DateTimeField(
        label="报错时间",
        required=False,
        widget=text_input(placeholder="2026-03-10 14:30"),
        input_formats=["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M"],
        error_messages={"invalid": "应如 2026-03-10 14:30"},
    )
    description = forms.CharField(
        label="情况", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    MESSAGE = ("err_msg", "infno", "msgid", "failed_at")

    def __init__(self, *args: Any, user: Viewer, person: InsuredPerson | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.user, self.person = user, person
        if person is not None:
            del self.fields["id_number"]

    def home(self) -> Area | None:
        """The area among whose people an id number is looked for."""
        return self.person.area if self.person else None

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        number, home = normal_number(given.get("id_number", "")), self.home()
        if number and home:
            people = InsuredPerson.objects.visible_to(self.user, Right.SEE_PEOPLE)
            self.person = people.filter(area=home, id_number=number).first()
            if self.person is None:
                self.add_error("id_number", _("此参保地没有登记此证件号码"))
        if self.person is None and not self.errors and not given.get("description"):
            self.add_error("description", _("没有登记参保人的，须写明反映的情况"))
        return given

    def facts(self) -> Facts:
        """What was told; of a valid form."""
        given = self.cleaned_data
        place, name = given["treatment_area"], given["hospital_name"]
        hospital = Hospital.objects.filter(area=place, name=name).first() if place and name else None
        plain = {key: value for key, value in given.items() if key in Facts.__dataclass_fields__}
        return Facts(**plain | {"person": self.person, "hospital": hospital})


class NewTicketForm(FactsForm):
    area = forms.ModelChoiceField(Area.objects.none(), label="参保地", empty_label=None)
    origin = forms.TypedChoiceField(label="来源", choices=BY_PEOPLE, coerce=TicketOrigin.of)
    request_token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    field_order = ("area", "id_number", "origin")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        areas = Area.objects.filter(pk__in=reach_of(self.user).areas_of(Right.HANDLE_TICKETS))
        first = "id_number" if self.person is None else "treatment_area"
        self.fields[first].widget.attrs["autofocus"] = True
        if self.person is not None:
            areas = areas.filter(pk=self.person.area_id)
        self.fields["area"].queryset = areas  # type: ignore[attr-defined]

    def home(self) -> Area | None:
        area: Area | None = self.cleaned_data.get("area")
        return area


class CorrectionForm(FactsForm):
    """ticket: as it stands.  What a message said is not for correcting."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, *args: Any, ticket: Ticket, **options: Any) -> None:
        super().__init__(*args, person=ticket.person, **options)
        self.ticket = ticket
        if ticket.exchange_id:
            for name in self.MESSAGE:
                del self.fields[name]

    def home(self) -> Area | None:
        return self.ticket.area

    def given(self) -> dict[str, Any]:
        return {"facts": self.facts(), "version": self.cleaned_data["version"]}


class WaitForm(StepForm):
    actor = forms.TypedChoiceField(
        label="等谁答复", choices=[one for one in Actor.choices() if one[0] != Actor.COUNTER], coerce=Actor.of
    )
    note = forms.CharField(label="说了什么", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class Colleague(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return staff_name(obj)


class HandOverForm(StepForm):
    """To whoever may work on a ticket of this area."""

    to = Colleague(User.objects.none(), label="转给谁", empty_label=None)

    def __init__(self, *args: Any, ticket: Ticket, **options: Any) -> None:
        super().__init__(*args, **options)
        posts = {"posts__area": ticket.area_id, "posts__role__in": HANDLERS}
        people = User.objects.filter(is_active=True, **posts).exclude(pk=ticket.handler_id or 0)
        self.fields["to"].queryset = people.order_by("last_name", "username").distinct()  # type: ignore[attr-defined]


class NoteForm(StepForm):
    actor = forms.TypedChoiceField(
        label="与谁联系", choices=TALKS, required=False, coerce=lambda code: Actor.of(code) if code else None
    )
    spoke_with = forms.CharField(label="联系人和电话", max_length=100, required=False, widget=text_input())
    text = forms.CharField(label="内容", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))

    def given(self) -> dict[str, Any]:
        return {**super().given(), "actor": self.cleaned_data["actor"] or None}


class SolvedForm(ReasonForm):
    reason = forms.CharField(
        label="怎样解决的",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "须写明怎样解决的"},
    )


class ManualForm(ReasonForm):
    reason = forms.CharField(
        label="未能解决的原因",
        max_length=300,
        help_text="医院和参保地都未能解决的，写明技术原因",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "须写明未能解决的原因"},
    )


FORMS: dict[str, type[StepForm]] = {
    **dict.fromkeys(("take", "check"), StepForm),
    "wait": WaitForm,
    "note": NoteForm,
    "solve": SolvedForm,
    "close_manual": ManualForm,
}
AT_ONCE = {"take", "check"}
"""Steps that ask for nothing: a press of the button takes them."""


def step_form(verb: str, ticket: Ticket, user: Viewer, data: Any = None) -> Any:
    """What a step asks for, filled with what is known; bound where something was posted."""
    initial: dict[str, Any] = {"version": ticket.version}
    if verb == "correct":
        facts = facts_of(ticket)
        plain = {name: getattr(facts, name) for name in FactsForm.base_fields if hasattr(facts, name)}
        place = facts.treatment_area
        initial |= plain | {"treatment_area": written(place) if place else "", "failed_at": _local(facts.failed_at)}
        return CorrectionForm(data, initial=initial, auto_id=f"{verb}_%s", ticket=ticket, user=user)
    if verb == "wait":
        initial["actor"] = ticket.next_actor
    if verb == "hand_over":
        return HandOverForm(data, initial=initial, auto_id=f"{verb}_%s", ticket=ticket)
    return FORMS.get(verb, ReasonForm)(data, initial=initial, auto_id=f"{verb}_%s")


def _local(moment: dt.datetime | None) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}" if moment else ""
