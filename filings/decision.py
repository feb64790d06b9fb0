"""An assessment as people read it, beside the form and, years later, with the filing: both from the same record."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from filings.vocabulary import Material, Measure, Outcome, SettlementWay, Tier
from hospitals.vocabulary import Scope

TITLES = {
    Outcome.ACCEPT: gettext_lazy("可直接备案"),
    Outcome.REVIEW: gettext_lazy("需审核"),
    Outcome.NOT_NEEDED: gettext_lazy("无需备案"),
    Outcome.AUTOMATIC: gettext_lazy("系统自动备案"),
    Outcome.DEEMED: gettext_lazy("视同已备案"),
    Outcome.INCOMPLETE: gettext_lazy("材料不齐"),
    Outcome.REFUSE: gettext_lazy("不能备案"),
}
INSTEAD = {
    Outcome.ACCEPT: gettext_lazy("提交后即时生效。"),
    Outcome.REVIEW: gettext_lazy("提交后由审核岗审核，通过后生效。"),
    Outcome.NOT_NEEDED: gettext_lazy("不用登记。请告知参保人：持社会保障卡或医保电子凭证到联网医院直接就医结算。"),
    Outcome.AUTOMATIC: gettext_lazy("不用登记。请告知参保人：在联网医院办理住院时，系统自动备案，直接结算。"),
    Outcome.DEEMED: gettext_lazy("不用登记。请告知参保人：就医医院上传“急诊”标志后，视同已备案，直接结算。"),
    Outcome.INCOMPLETE: gettext_lazy("补齐所缺材料后才能提交。"),
}
TONES = {Outcome.ACCEPT: "good", Outcome.REVIEW: "warn", Outcome.INCOMPLETE: "warn", Outcome.REFUSE: "bad"}

BARS = {"already_filed", Measure.RESTRICT_FILING.value}  # whatever the policy says to the case itself

TOLD_OTHERWISE = {
    "material_missing",  # stands among the materials, with its source
    "unsaid",  # stands on top
}


@dataclass(frozen=True, slots=True)
class Requirement:
    """A group of materials of which one is required.

    state: have, missing, or condition (only where it applies).  source: document and section.
    """

    label: str
    counts: str
    note: str
    condition: str
    state: str
    source: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What the panel shows.  reasons: dicts of code, text, source.  policy: document, version, starts_assumed.

    unsaid: what is still to be told, of the same shape.  complete_by: the last day to hand in what is missing, where a
    commitment was made.
    """

    outcome: str
    title: str
    tone: str
    instead: str
    scope: str
    tier: str
    settlement: str
    earliest: dt.date | None
    start: dt.date | None
    unsaid: list[Mapping[str, str]]
    requirements: list[Requirement]
    reasons: list[Mapping[str, str]]
    basis: Mapping[str, str] | None
    policy: Mapping[str, Any] | None
    complete_by: dt.date | None


def shown(record: Mapping[str, Any]) -> Decision:
    """record: what `Assessment.as_record` made."""
    outcome = Outcome.of(record["outcome"])
    codes = {reason["code"] for reason in record["reasons"]}
    title, instead, tone = str(TITLES[outcome]), str(INSTEAD.get(outcome, "")), TONES.get(outcome, "")
    if not codes.isdisjoint(BARS):
        title, instead, tone = _("不能备案"), "", "bad"
    elif "unsaid" in codes:
        title, instead, tone = _("待补充登记"), _("填写以下内容后才能提交。"), "warn"
    elif "commitment_possible" in codes:
        instead = _("补齐所缺材料，或签承诺补充书后提交。")
    basis, policy = record.get("basis"), record.get("policy")
    document = policy["document"] if policy else ""
    return Decision(
        outcome=outcome,
        title=title,
        tone=tone,
        instead=instead,
        scope=Scope.name_of(record["scope"]),
        tier=Tier.name_of(record["tier"]),
        settlement=SettlementWay.name_of(record["settlement"]),
        earliest=_day(record["earliest_start_on"]),
        start=_day(record.get("start_on")),
        unsaid=[reason for reason in record["reasons"] if reason["code"] == "unsaid"],
        requirements=[_requirement(group, document) for group in record.get("required", ())],
        reasons=[reason for reason in record["reasons"] if reason["code"] not in TOLD_OTHERWISE],
        basis=None if basis is None or basis["code"] in codes else basis,
        policy=policy,
        complete_by=_day(record.get("complete_by")) if outcome is not Outcome.INCOMPLETE else None,
    )


def _requirement(group: Mapping[str, Any], document: str) -> Requirement:
    names = [Material.name_of(code) for code in group["one_of"]]
    state = "condition" if group["condition"] else "missing" if group["lacking"] else "have"
    return Requirement(
        label=_("、").join(names) + (_("之一") if len(names) > 1 else ""),
        counts=counted(group["originals"], group["copies"]),
        note=group["note"],
        condition=group["condition"],
        state=state,
        source=f"《{document}》{group['section']}" if document and group["section"] else "",
    )


def counted(originals: int | None, copies: int | None) -> str:
    """原件 3 份，复印件 1 份; empty where the document counts neither."""
    parts = []
    if originals:
        parts.append(_("原件 {count} 份").format(count=originals))
    if copies:
        parts.append(_("复印件 {count} 份").format(count=copies))
    return _("，").join(parts)


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
