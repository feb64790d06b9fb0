"""What is asked of an active filing, as the counter types it: a cancellation, or a change of place."""

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from filings.application import Seen
from filings.assessment import FilingRules, days_for
from filings.changes.asked import ChangeAsked, seen_with
from filings.costs import last_cost_day
from filings.decision import counted
from filings.destinations import find_destination, offered, written
from filings.forms.agents import AGENT_FIELDS, AgentForm
from filings.models import Filing, FilingChange
from filings.vocabulary import Category, Channel, Kind, Material
from hospitals.forms import DayField
from hospitals.models import Area
from hospitals.reasons import Refused

NOT_AT_A_DESK = {Channel.AUTOMATIC}


def line(**attrs: Any) -> forms.TextInput:
    return forms.TextInput(attrs={"autocomplete": "off", **attrs})


class CancelForm(AgentForm):
    """rules: of the policy in force on `asked_on`, None where there is none."""

    kind = Kind.CANCEL
    focus = "reason"

    on = DayField(label=_("取消日期"), help_text=_("备案的最后一天"))
    channel = forms.ChoiceField(label=_("办理渠道"), initial=Channel.COUNTER)
    has_cost_there = forms.BooleanField(label=_("备案期间在就医地发生过医疗费用"), required=False)
    reason = forms.CharField(label=_("取消原因"), max_length=300, widget=line())
    request_token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(
        self, *args: Any, filing: Filing, rules: FilingRules | None, asked_on: dt.date, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.filing, self.rules, self.asked_on = filing, rules, asked_on
        offers = [offer for offer in rules.channels if offer.serves(Category.of(filing.category))] if rules else []
        channels = [offer.channel for offer in offers] or [one for one in Channel if one not in NOT_AT_A_DESK]
        self.fields["channel"].choices = [(channel.value, channel.label) for channel in channels]  # type: ignore[attr-defined]
        days = days_for(self.kind, asked_on, filing.start_on, filing.end_on, last_cost_day(filing))
        self.fields["on"].initial = max(days.first, days.last)
        self.fields[self.focus].widget.attrs["autofocus"] = True

    def asked(self) -> ChangeAsked:
        """What is asked for; the form must be valid."""
        data = self.cleaned_data
        return ChangeAsked(
            on=data["on"],
            asked_on=self.asked_on,
            reason=data["reason"],
            has_cost_there=data["has_cost_there"],
            destination=data.get("destination"),
            hospital_name=data.get("hospital_name", ""),
            ward=data.get("ward", ""),
            channel=Channel.of(data["channel"]),
            agent=self.agent(),
            materials=self.seen(),
        )

    def seen(self) -> tuple[Seen, ...] | None:
        return None


class ChangeForm(CancelForm):
    kind = Kind.CHANGE
    focus = "destination"

    destination = forms.CharField(
        label=_("新就医地"),
        max_length=60,
        help_text=_("输入城市名称、简拼或行政区划代码"),
        widget=line(list="destinations"),
        error_messages={"required": _("请填写新就医地")},
    )
    on = DayField(label=_("变更日期"), help_text=_("在新就医地的第一天，原备案到前一天为止"))
    hospital_name = forms.CharField(label=_("新就医医院"), max_length=100, required=False, widget=line())
    ward = forms.CharField(label=_("科室病区"), max_length=50, required=False, widget=line())
    reason = forms.CharField(label=_("变更原因"), max_length=300, widget=line())
    material = forms.MultipleChoiceField(label=_("材料"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.offered = self._offered()
        field: Any = self.fields["material"]
        field.choices = [(code.value, _named(seen)) for code, seen in self.offered.items()]
        field.initial = [seen.material for seen in seen_with(self.filing)]

    def destinations(self) -> list[tuple[str, str]]:
        return list(offered(self.rules.whole_provinces if self.rules else ()))

    def clean_destination(self) -> Area:
        try:
            return find_destination(self.cleaned_data["destination"])
        except Refused as refused:
            raise forms.ValidationError(str(refused)) from refused

    def seen(self) -> tuple[Seen, ...]:
        return tuple(self.offered[Material.of(code)] for code in self.cleaned_data["material"])

    def _offered(self) -> dict[Material, Seen]:
        """What was seen with the filing, and what else its kind asks for, as many as are asked for."""
        filing, found = self.filing, {seen.material: seen for seen in seen_with(self.filing)}
        for rule in self.rules.rules if self.rules else ():
            if rule.category == filing.category and (rule.variant or "") in ("", filing.variant):
                for group in rule.materials:
                    for code in group.one_of:
                        found.setdefault(code, Seen(code, group.originals or 1, group.copies or 0))
        return found


FORMS = {form.kind: form for form in (CancelForm, ChangeForm)}


def initial_of(change: FilingChange) -> dict[str, Any]:
    """A returned change as the form shows it."""
    same = ("on", "channel", "has_cost_there", "reason", "hospital_name", "ward", *AGENT_FIELDS)
    return {
        **{name: getattr(change, name) for name in same},
        "destination": written(change.destination) if change.destination else "",
        "material": list(change.materials),
    }


def _named(seen: Seen) -> str:
    counts = counted(seen.originals, seen.copies)
    return f"{seen.material.label}（{counts}）" if counts else seen.material.label
