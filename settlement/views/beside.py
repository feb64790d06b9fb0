"""What stands beside the counter form: the calculation so far, the sums, the checklist."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from filings.vocabulary import Category, Material
from hospitals.reasons import Reason, Refused
from settlement.claims.calculation import Worked, work_out
from settlement.claims.entry import StayEntry
from settlement.claims.manual_reasons import reason_notes, settled_at_home
from settlement.claims.materials import ALSO_TAKEN, Requirement, requirements
from settlement.forms.claim import CounterForm, MaterialForm
from settlement.vocabulary import ManualReason


@dataclass(frozen=True, slots=True)
class Checklist:
    """The ticks in the order the area asks for them, then what else is taken in.

    key: changes when other materials are asked for.
    """

    asked: list[tuple[Requirement, list[MaterialForm]]]
    others: list[MaterialForm]
    key: str


def beside(form: CounterForm) -> dict[str, Any]:
    """Context of the form's page and of the fragment that follows the typing.  `form` has been validated."""
    stay = form.stay_so_far()
    worked, refusals = _worked(form, stay)
    total, on_receipts = form.given.get("total"), form.receipts_sum()
    return {
        "form": form,
        "needed": [] if stay else form.still_needed(),
        "refusals": refusals,
        "result": worked.shown() if worked else None,
        "year": worked.year if worked else None,
        "on_receipts": on_receipts,
        "cost": form.details.cost,
        "receipts_differ": total is not None and on_receipts != total,
        "checklist": _checklist(form, worked),
        "reason_notes": _reason_notes(form, stay),
    }


def _reason_notes(form: CounterForm, stay: StayEntry | None) -> list[Reason]:
    """What speaks against the reason chosen; before the stay is known, whether the person is settled at home today."""
    given = form.given
    if stay is None:
        at_home = settled_at_home(form.person, given.get("admitted_on") or timezone.localdate())
        return [at_home] if at_home else []
    reason = given.get("manual_reason")
    return reason_notes(form.person, stay, ManualReason.of(reason) if reason else None, given.get("note", ""))


def _worked(form: CounterForm, stay: StayEntry | None) -> tuple[Worked | None, tuple[Reason, ...]]:
    if stay is None:
        return None, ()
    try:
        return work_out(form.person, stay), ()
    except Refused as refused:
        return None, refused.reasons


def _checklist(form: CounterForm, worked: Worked | None) -> Checklist:
    given = form.given
    day = given.get("admitted_on") or timezone.localdate()
    category = worked.standing.category if worked else given.get("category")
    asked = requirements(form.person.area_id, Category.of(category), day) if category else ()
    named = [material for requirement in asked for material in requirement.group.one_of]
    ticked = [entry.material for entry in form.material_entries()]
    others = [material for material in dict.fromkeys((*ALSO_TAKEN, *ticked)) if material not in named]
    return Checklist(
        asked=[(requirement, _forms(form, requirement.group.one_of)) for requirement in asked],
        others=_forms(form, others),
        key=",".join(material.value for material in named),
    )


def _forms(form: CounterForm, materials: Iterable[Material]) -> list[MaterialForm]:
    return [form.materials[material] for material in materials]
