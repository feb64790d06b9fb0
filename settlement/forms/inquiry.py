"""What a caller says of a person, to be compared with the register."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from filings.forms.agents import untouched
from filings.vocabulary import Relation
from settlement.inquiries.callers import TAIL
from settlement.vocabulary import CallerProof


class CallerForm(forms.Form):
    """proofs: what the register can compare; the first is asked for."""

    relation = forms.ChoiceField(label=_("来电人"), required=False, choices=[("", _("本人")), *Relation.choices()])
    caller_name = forms.CharField(
        label=_("来电人姓名"), required=False, max_length=50, widget=untouched(), help_text=_("代他人来电的填写")
    )
    name = forms.CharField(label=_("所报参保人姓名"), max_length=50, widget=untouched(autofocus=True))
    id_number = forms.CharField(label=_("所报证件号码"), max_length=40, widget=untouched())
    proof = forms.ChoiceField(label=_("另核对"))
    tail = forms.CharField(label=_("所报后四位"), min_length=TAIL, max_length=TAIL, widget=untouched())

    def __init__(self, *args: Any, proofs: list[CallerProof], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["proof"].choices = [(proof.value, proof.label) for proof in proofs]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("relation") and not given.get("caller_name") and "caller_name" not in self.errors:
            self.add_error("caller_name", _("请填写来电人姓名"))
        if not given.get("relation"):
            given["caller_name"] = ""
        return given

    def given(self) -> dict[str, Any]:
        """What the verb is called with; of a valid form."""
        data = self.cleaned_data
        relation = Relation.of(data["relation"]) if data["relation"] else None
        return {**data, "relation": relation, "proof": CallerProof.of(data["proof"])}
