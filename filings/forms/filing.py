"""The counter's form: what is asked for, of which the decision beside it is made anew with every change."""

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from filings.application import Application
from filings.assessment import FilingRules
from filings.destinations import find_destination, offered, written
from filings.forms.agents import AGENT_FIELDS, untouched
from filings.forms.further import FURTHER, FurtherForm
from filings.forms.materials import Boxes, MaterialForm
from filings.models import Filing, InsuredPerson, Participation
from filings.vocabulary import Category, Channel, Occasion, Variant
from hospitals.forms import DayField
from hospitals.models import Area, ServiceHall
from hospitals.reasons import Refused

NOT_AT_A_DESK = {Channel.AUTOMATIC}
Offer = tuple[Category, Variant | None]


class FocusedChoice(forms.RadioSelect):
    """Focus starts at what is chosen, else at the first."""

    def optgroups(self, name: str, value: Any, attrs: dict[str, Any] | None = None) -> list[Any]:
        groups = super().optgroups(name, value, attrs)
        options = [option for _label, members, _index in groups for option in members]
        for option in [option for option in options if option["selected"]] or options[:1]:
            option["attrs"]["autofocus"] = True
        return groups


class FilingForm(MaterialForm, FurtherForm):
    """rules: of the policy in force.  halls: the windows to choose from, often none.  filing: one handed in anew."""

    field_order = (
        *("category", "destination", "channel", "hall", "start_on", "admitted_on", "discharge_settled"),
        *(*FURTHER, "material", "commitment", *AGENT_FIELDS, "note", "request_token"),
    )

    category = forms.ChoiceField(
        label=_("备案类别"),
        widget=FocusedChoice,
        error_messages={"required": _("请选择备案类别")},
    )
    destination = forms.CharField(
        label=_("就医地"),
        max_length=60,
        help_text=_("输入城市名称、简拼或行政区划代码"),
        widget=untouched(list="destinations"),
        error_messages={"required": _("请填写就医地")},
    )
    channel = forms.ChoiceField(label=_("办理渠道"))
    start_on = DayField(label=_("备案开始"), required=False, help_text=_("留空按政策确定"))
    admitted_on = DayField(label=_("入院日期"), required=False, help_text=_("已入院或已出院的填写"))
    discharge_settled = forms.BooleanField(label=_("已出院并自费结算"), required=False)
    commitment = forms.BooleanField(required=False)
    note = forms.CharField(label=_("备注"), required=False, max_length=200)
    hall = forms.ModelChoiceField(label=_("受理窗口"), queryset=ServiceHall.objects.none())
    request_token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(
        self,
        *args: Any,
        person: InsuredPerson,
        insured: Participation,
        rules: FilingRules,
        filed_on: dt.date,
        halls: list[ServiceHall] | None = None,
        filing: Filing | None = None,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.person, self.insured, self.rules, self.filed_on, self.filing = person, insured, rules, filed_on, filing
        fields: Any = self.fields
        fields["category"].choices = [(_code(*offer), _name(*offer)) for offer in self.offers()]
        fields["channel"].choices = [(channel.value, channel.label) for channel in self.channels()]
        fields["occasion"].choices = [("", _("一般就医")), *((one.value, one.label) for one in self.occasions())]
        if halls and len(halls) > 1:
            fields["hall"].queryset = ServiceHall.objects.filter(pk__in=[hall.pk for hall in halls])
        else:
            del fields["hall"]
        self.add_materials(rules)

    # what the policy offers

    def offers(self) -> list[Offer]:
        """Categories and their variants that the policy has for this person's scheme."""
        return sorted({(rule.category, rule.variant) for rule in self.rules_of_scheme()}, key=_place)

    def channels(self) -> list[Channel]:
        given = [offer.channel for offer in self.rules.channels]
        return [channel for channel in given or Channel if channel not in NOT_AT_A_DESK]

    def destinations(self) -> list[tuple[str, str]]:
        return list(offered(self.rules.whole_provinces))

    # what was typed

    def clean_category(self) -> Offer:
        category, _slash, variant = self.cleaned_data["category"].partition("/")
        return Category.of(category), Variant.of(variant) if variant else None

    def clean_destination(self) -> Area:
        try:
            return find_destination(self.cleaned_data["destination"])
        except Refused as refused:
            raise forms.ValidationError(str(refused)) from refused

    def clean_agent_id_number(self) -> str:
        """The number of the agent who came before stands masked in the form and stays what it was."""
        if self.filing and self.cleaned_data["agent_id_number"] == self.filing.masked_agent_id:
            return self.filing.agent_id_number
        number = super().clean_agent_id_number()
        if number and number == self.person.id_number:
            raise forms.ValidationError(_("与参保人的证件号码相同，请核对"))
        return number

    def application(self) -> Application:
        """What is asked for; the form must be valid."""
        data = self.cleaned_data
        category, variant = data["category"]
        issuer = self.known_issuer()
        return Application(
            category=category,
            variant=variant,
            destination=data["destination"],
            filed_on=self.filed_on,
            start_on=data["start_on"],
            admitted_on=data["admitted_on"],
            discharge_settled=data["discharge_settled"],
            channel=Channel.of(data["channel"]),
            materials=self.seen(),
            note=data["note"],
            agent=self.agent(),
            hospital_name=data["hospital_name"],
            ward=data["ward"],
            condition=data["condition"],
            disease=data["disease"],
            occasion=Occasion.of(data["occasion"]) if data["occasion"] else None,
            issuer=issuer,
            issuer_name=issuer.name if issuer else data["issuer"],
            commitment=data["commitment"],
        )

    def boxes(self) -> list[Boxes] | None:
        """The tick boxes of this case; None while it is not known."""
        groups = self.required()
        return None if groups is None else self.boxes_of(groups)


def initial_of(filing: Filing) -> dict[str, Any]:
    """A returned filing as the form shows it."""
    variant = Variant.of(filing.variant) if filing.variant else None
    seen = list(filing.materials.all())
    counts = {f"{kind}_{one.material}": getattr(one, kind) for one in seen for kind in ("originals", "copies")}
    kept = ("admitted_on", "discharge_settled", "occasion", "disease", "hospital_name", "ward", "condition", "note")
    return {
        **{name: getattr(filing, name) for name in kept},
        "category": _code(Category.of(filing.category), variant),
        "destination": written(filing.destination),
        "channel": filing.channel,
        "start_on": filing.start_on,
        "issuer": filing.issuer_name,
        "commitment": filing.decision.get("question", {}).get("commitment", False),
        "agent_name": filing.agent_name,
        "agent_relation": filing.agent_relation,
        "agent_phone": filing.agent_phone,
        "agent_id_number": filing.masked_agent_id,
        "material": [one.material for one in seen],
        **counts,
    }


def _code(category: Category, variant: Variant | None) -> str:
    return f"{category}/{variant}" if variant else category.value


def _name(category: Category, variant: Variant | None) -> str:
    return f"{category.label}：{variant.label}" if variant else category.label


def _place(offer: Offer) -> tuple[int, int]:
    category, variant = offer
    return list(Category).index(category), list(Variant).index(variant) + 1 if variant else 0
