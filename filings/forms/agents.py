"""Who acts for a person, as a form asks it: an agent where there is one, or always who tells of it."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from filings.application import Agent
from filings.identity import IdType, id_number_fault, normal_number
from filings.vocabulary import Channel, Relation

AGENT_FIELDS = ("agent_name", "agent_relation", "agent_phone", "agent_id_number")
SELF = "self"
CALLER_LABELS = {
    "agent_relation": _("告知人"),
    "agent_name": _("姓名"),
    "agent_phone": _("电话"),
    "agent_id_number": _("身份证号码"),
}
COMES_BY = {Channel.EMPLOYER: Relation.EMPLOYER, Channel.HOSPITAL: Relation.HOSPITAL}  # unless told otherwise


def untouched(**attrs: Any) -> forms.TextInput:
    return forms.TextInput(attrs={"autocomplete": "off", **attrs})


class AgentForm(forms.Form):
    """Fields of an agent; all empty where the person came themself."""

    agent_name = forms.CharField(label=_("代办人姓名"), required=False, max_length=50, widget=untouched())
    agent_relation = forms.ChoiceField(
        label=_("与参保人关系"), required=False, choices=[("", _("请选择")), *Relation.choices()]
    )
    agent_phone = forms.CharField(
        label=_("代办人电话"),
        required=False,
        max_length=20,
        widget=untouched(inputmode="tel"),
        validators=[RegexValidator(r"^[0-9][0-9 +()-]{4,19}$", _("电话应为 5 至 20 位数字"))],
    )
    agent_id_number = forms.CharField(
        label=_("代办人身份证号码"),
        required=False,
        max_length=30,
        widget=untouched(),
        help_text=_("电话、传真办理的可不填"),
    )

    def clean_agent_id_number(self) -> str:
        number = normal_number(self.cleaned_data["agent_id_number"])
        fault = number and id_number_fault(IdType.RESIDENT_ID, number)
        if fault:
            raise forms.ValidationError(fault)
        return number

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if any(given.get(name) for name in ("agent_name", "agent_phone", "agent_id_number")):
            if not given.get("agent_name") and "agent_name" not in self.errors:
                self.add_error("agent_name", _("请填写%s") % self.fields["agent_name"].label)
            if not given.get("agent_relation") and "agent_relation" not in self.errors:
                self.add_error("agent_relation", _("请选择与参保人的关系"))
        return given

    def agent(self) -> Agent | None:
        """Who acts for the person; the form must be valid."""
        given = self.cleaned_data
        if not given["agent_name"]:
            return None
        return Agent(
            name=given["agent_name"],
            relation=Relation.of(given["agent_relation"]),
            phone=given["agent_phone"],
            id_number=given["agent_id_number"],
        )

    def names_an_agent(self) -> bool:
        """Anything told of one, as typed; the relation alone follows from the channel."""
        return any(self[name].value() or self[name].errors for name in ("agent_name", "agent_phone", "agent_id_number"))


class CallerForm(AgentForm):
    """Who tells of it or asks for it: the person themself, which is to be said, or somebody for them."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, label in CALLER_LABELS.items():
            self.fields[name].label = label
        self.fields["agent_id_number"].help_text = ""
        relation: Any = self.fields["agent_relation"]
        relation.choices = [("", _("请选择")), (SELF, _("参保人本人")), *Relation.choices()]

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        is_other = given.get("agent_relation") not in (None, "", SELF)
        if is_other and not given.get("agent_name") and "agent_name" not in self.errors:
            self.add_error("agent_name", _("请填写姓名"))
        return given

    @property
    def by_person(self) -> bool:
        return bool(self.cleaned_data.get("agent_relation") == SELF)

    def agent(self) -> Agent | None:
        return None if self.by_person else super().agent()
