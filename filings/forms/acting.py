"""Fields for who acts for a person; shared by forms that an agent may come with."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from filings.application import Agent
from filings.identity import IdType, id_number_fault, normal_number
from filings.vocabulary import Relation

UNTOUCHED = {"autocomplete": "off"}
SELF = "self"


class AgentFields(forms.Form):
    """relation: empty where nobody said; `self` where the person acts."""

    relation = forms.ChoiceField(label=_("告知人"), required=False)
    agent_name = forms.CharField(
        label=_("姓名"), max_length=50, required=False, widget=forms.TextInput(attrs=UNTOUCHED)
    )
    agent_phone = forms.CharField(
        label=_("电话"), max_length=20, required=False, widget=forms.TextInput(attrs=UNTOUCHED | {"inputmode": "tel"})
    )
    agent_id_number = forms.CharField(
        label=_("身份证号码"), max_length=30, required=False, widget=forms.TextInput(attrs=UNTOUCHED)
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["relation"]
        field.choices = [("", _("请选择")), (SELF, _("参保人本人")), *Relation.choices()]

    def clean_agent_id_number(self) -> str:
        number = normal_number(self.cleaned_data["agent_id_number"])
        fault = number and id_number_fault(IdType.RESIDENT_ID, number)
        if fault:
            raise forms.ValidationError(fault)
        return number

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        relation = data.get("relation")
        if relation and relation != SELF and not data.get("agent_name") and "agent_name" not in self.errors:
            self.add_error("agent_name", _("请填写姓名"))
        if not relation and data.get("agent_name"):
            self.add_error("relation", _("请选择与参保人的关系"))
        return data

    @property
    def by_person(self) -> bool:
        return bool(self.cleaned_data.get("relation") == SELF)

    def agent(self) -> Agent | None:
        """Who acts for the person; None where nobody does, or nobody said.  The form must be valid."""
        data = self.cleaned_data
        if data["relation"] in ("", SELF):
            return None
        return Agent(
            name=data["agent_name"],
            relation=Relation.of(data["relation"]),
            phone=data["agent_phone"],
            id_number=data["agent_id_number"],
        )
