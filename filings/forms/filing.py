"""The counter's form: what is asked for, of which the decision beside it is made anew with every change."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from filings.application import Application, Seen
from filings.appraisal import materials_of
from filings.assessment import FilingRules, MaterialGroup, scope_between
from filings.decision import counted
from filings.destinations import find_destination, offered, written
from filings.models import Filing, InsuredPerson, Participation
from filings.places import places_of
from filings.vocabulary import Category, Channel, Material, Scheme, Variant
from hospitals.forms import DayField
from hospitals.models import Area, ServiceHall
from hospitals.reasons import Refused

NOT_AT_A_DESK = {Channel.AUTOMATIC}
MOST_COPIES = 99
Offer = tuple[Category, Variant | None]


@dataclass(frozen=True, slots=True)
class Box:
    """A material to tick, with its counts as typed, at first as many as are asked for."""

    material: Material
    is_ticked: bool
    originals: Any
    copies: Any


@dataclass(frozen=True, slots=True)
class Boxes:
    """A group of materials of which one is required.  counts: how many of each, empty where they are not counted."""

    group: MaterialGroup
    counts: str
    boxes: list[Box]


class FocusedChoice(forms.RadioSelect):
    """Focus starts at what is chosen, else at the first."""

    def optgroups(self, name: str, value: Any, attrs: dict[str, Any] | None = None) -> list[Any]:
        groups = super().optgroups(name, value, attrs)
        options = [option for _label, members, _index in groups for option in members]
        for option in [option for option in options if option["selected"]] or options[:1]:
            option["attrs"]["autofocus"] = True
        return groups


class FilingForm(forms.Form):
    """rules: of the policy in force.  halls: the windows to choose from, often none."""

    category = forms.ChoiceField(
        label=_("备案类别"),
        widget=FocusedChoice,
        error_messages={"required": _("请选择备案类别")},
    )
    destination = forms.CharField(
        label=_("就医地"),
        max_length=60,
        help_text=_("输入城市名称、简拼或行政区划代码"),
        widget=forms.TextInput(attrs={"list": "destinations", "autocomplete": "off"}),
        error_messages={"required": _("请填写就医地")},
    )
    channel = forms.ChoiceField(label=_("办理渠道"))
    start_on = DayField(label=_("备案开始"), required=False, help_text=_("留空按政策确定"))
    admitted_on = DayField(label=_("入院日期"), required=False, help_text=_("已入院或已出院的填写"))
    discharge_settled = forms.BooleanField(label=_("已出院并自费结算"), required=False)
    note = forms.CharField(label=_("备注"), required=False, max_length=200)
    hall = forms.ModelChoiceField(label=_("受理窗口"), queryset=ServiceHall.objects.none())
    request_token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    material = forms.MultipleChoiceField(required=False, choices=Material.choices())

    def __init__(
        self,
        *args: Any,
        person: InsuredPerson,
        insured: Participation,
        rules: FilingRules,
        filed_on: dt.date,
        halls: list[ServiceHall] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.person, self.insured, self.rules, self.filed_on = person, insured, rules, filed_on
        self.fields["category"].choices = [(_code(*offer), _name(*offer)) for offer in self.offers()]  # type: ignore[attr-defined]
        self.fields["channel"].choices = [(channel.value, channel.label) for channel in self.channels()]  # type: ignore[attr-defined]
        if halls and len(halls) > 1:
            hall_field: Any = self.fields["hall"]
            hall_field.queryset = ServiceHall.objects.filter(pk__in=[hall.pk for hall in halls])
        else:
            del self.fields["hall"]
        for code in self._counted():
            for kind in ("originals", "copies"):
                self.fields[f"{kind}_{code}"] = forms.IntegerField(
                    required=False, min_value=0, max_value=MOST_COPIES, error_messages={"invalid": _("份数应为整数")}
                )

    # what the policy offers

    def offers(self) -> list[Offer]:
        """Categories and their variants that the policy has for this person's scheme."""
        found = {
            (rule.category, rule.variant) for rule in self.rules.rules if rule.scheme in (None, self.insured.scheme)
        }
        return sorted(found, key=_place)

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

    def application(self) -> Application:
        """What is asked for; the form must be valid."""
        data = self.cleaned_data
        category, variant = data["category"]
        return Application(
            category=category,
            variant=variant,
            destination=data["destination"],
            filed_on=self.filed_on,
            start_on=data["start_on"],
            admitted_on=data["admitted_on"],
            discharge_settled=data["discharge_settled"],
            channel=Channel.of(data["channel"]),
            materials=tuple(self._seen(Material.of(code)) for code in data["material"]),
            note=data["note"],
        )

    def _seen(self, material: Material) -> Seen:
        originals = self.cleaned_data.get(f"originals_{material}")
        return Seen(material, 1 if originals is None else originals, self.cleaned_data.get(f"copies_{material}") or 0)

    # the materials of the case

    def required(self) -> tuple[MaterialGroup, ...] | None:
        """What this case asks for; None while category or destination are not known.  After `is_valid`."""
        data = getattr(self, "cleaned_data", {})
        if not (data.get("category") and data.get("destination") and data.get("channel")):
            return None
        category, variant = data["category"]
        areas = places_of((self.person.area_id, data["destination"].pk))
        scope = scope_between(self.person.area_id, data["destination"].pk, areas)
        rule = self.rules.rule_for(category, variant, Scheme.of(self.insured.scheme), scope)
        return materials_of(rule, self.rules, Channel.of(data["channel"])) if rule else ()

    def boxes(self) -> list[Boxes] | None:
        """The tick boxes of this case; None while it is not known."""
        groups = self.required()
        if groups is None:
            return None
        ticked = set(self["material"].value() or ())
        return [
            Boxes(
                group,
                counted(group.originals, group.copies),
                [
                    Box(
                        code,
                        code in ticked,
                        self._count("originals", code, group.originals or 0),
                        self._count("copies", code, group.copies or 0),
                    )
                    for code in group.one_of
                ],
            )
            for group in groups
        ]

    def _count(self, kind: str, material: Material, asked: int) -> Any:
        typed = self[f"{kind}_{material}"].value() if f"{kind}_{material}" in self.fields else None
        return asked if typed is None else typed

    def _counted(self) -> set[Material]:
        groups = [group for rule in self.rules.rules for group in rule.materials]
        return {code for group in groups if group.originals or group.copies for code in group.one_of}


def initial_of(filing: Filing) -> dict[str, Any]:
    """A returned filing as the form shows it."""
    variant = Variant.of(filing.variant) if filing.variant else None
    counts = {
        f"{kind}_{seen.material}": getattr(seen, kind)
        for seen in filing.materials.all()
        for kind in ("originals", "copies")
    }
    return {
        "category": _code(Category.of(filing.category), variant),
        "destination": written(filing.destination),
        "channel": filing.channel,
        "start_on": filing.start_on,
        "admitted_on": filing.admitted_on,
        "discharge_settled": filing.discharge_settled,
        "note": filing.note,
        "material": [seen.material for seen in filing.materials.all()],
        **counts,
    }


def _code(category: Category, variant: Variant | None) -> str:
    return f"{category}/{variant}" if variant else category.value


def _name(category: Category, variant: Variant | None) -> str:
    return f"{category.label}：{variant.label}" if variant else category.label


def _place(offer: Offer) -> tuple[int, int]:
    category, variant = offer
    return list(Category).index(category), list(Variant).index(variant) + 1 if variant else 0
