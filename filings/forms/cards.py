"""Forms of the social-security card: a card, a test, a loss, a new one asked for."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from filings.application import Seen
from filings.assessment import FilingRules, MaterialGroup
from filings.forms.agents import SELF, CallerForm, untouched
from filings.vocabulary import (
    RELATIVES,
    CardGeneration,
    CardTestResult,
    CardTestWay,
    Material,
    Procedure,
    Relation,
)
from hospitals.forms import DayField

MOST_COPIES = 99
USUAL = (Material.ID_DOCUMENT, Material.RELATION_PROOF)


class CardForm(forms.Form):
    number = forms.CharField(label=_("卡号"), max_length=20, widget=untouched(autofocus=True))
    generation = forms.ChoiceField(
        label=_("代次"), required=False, choices=[("", _("未登记")), *CardGeneration.choices()]
    )
    bank = forms.CharField(label=_("所属银行"), max_length=50, required=False, widget=untouched())
    issued_on = DayField(label=_("发卡日期"), required=False, help_text=_("不知道的留空"))


class CardTestForm(forms.Form):
    tested_on = DayField(label=_("检测日期"))
    way = forms.ChoiceField(label=_("检测途径"), choices=CardTestWay.choices())
    result = forms.ChoiceField(label=_("检测结果"), choices=[("", _("请选择")), *CardTestResult.choices()])
    finding = forms.CharField(
        label=_("检测情况"), max_length=200, required=False, help_text=_("未通过的必填，如“不能读卡”“鉴权失败”")
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("result") == CardTestResult.FAILED and not data.get("finding"):
            self.add_error("finding", _("检测未通过的须填写检测情况"))
        return data


class ReasonForm(forms.Form):
    """Why a step is taken."""

    reason = forms.CharField(
        label=_("理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 3, "autofocus": True})
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, is_required: bool = True, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].required = is_required
        if not is_required:
            self.fields["reason"].help_text = _("可不填")


class ReplacementForm(CallerForm):
    """Who asks, and what was seen: a tick and counts for each material that either way asks for.

    rules: of the policy in force, None where there is none.
    """

    request_token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    material = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, rules: FilingRules | None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.rules = rules
        relation: Any = self.fields["agent_relation"]
        kin = [choice for choice in Relation.choices() if choice[0] in RELATIVES]
        relation.label, relation.required = _("申请人"), True
        relation.choices = [(SELF, _("参保人本人")), *kin]
        relation.widget.attrs["autofocus"] = True
        material: Any = self.fields["material"]
        material.choices = [(code.value, code.label) for code in self.materials()]
        for code in self.materials():
            for kind, text in (("originals", _("原件")), ("copies", _("复印件"))):
                self.fields[f"{kind}_{code}"] = forms.IntegerField(
                    label=text, required=False, min_value=0, max_value=MOST_COPIES
                )

    def groups(self, procedure: Procedure) -> tuple[MaterialGroup, ...]:
        return self.rules.materials_for(procedure) if self.rules else ()

    def materials(self) -> list[Material]:
        asked = [
            code
            for way in (Procedure.CARD_BY_SELF, Procedure.CARD_BY_RELATIVE)
            for group in self.groups(way)
            for code in group.one_of
        ]
        return list(dict.fromkeys(asked or USUAL))

    def ticks(self) -> list[tuple[Material, bool, Any, Any]]:
        """Each material with its tick and the two fields of its counts."""
        ticked = set(self["material"].value() or ())
        return [
            (code, code.value in ticked, self[f"originals_{code}"], self[f"copies_{code}"]) for code in self.materials()
        ]

    def seen(self) -> tuple[Seen, ...]:
        """The materials ticked; a count left empty is one original."""
        return tuple(self._seen(Material.of(code)) for code in self.cleaned_data["material"])

    def _seen(self, material: Material) -> Seen:
        originals = self.cleaned_data.get(f"originals_{material}")
        return Seen(material, 1 if originals is None else originals, self.cleaned_data.get(f"copies_{material}") or 0)
