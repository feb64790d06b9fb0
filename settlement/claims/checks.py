"""What is wrong with a claim: as it is entered, and before it is handed on or approved."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import islice

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils.translation import gettext as _

from filings.vocabulary import Category
from hospitals.reasons import Reason, Refused
from settlement.accounts.year import YearState
from settlement.calculation import Cost
from settlement.calculation.stay import cost_disagreements
from settlement.claims.calculation import Worked, work_out
from settlement.claims.contents import entry_of, materials_of, receipts_of, stay_of
from settlement.claims.details import detail_faults
from settlement.claims.entry import ClaimEntry, sum_of
from settlement.claims.manual_reasons import reason_fault
from settlement.claims.materials import requirements_by, shortfalls
from settlement.claims.promising import still_required
from settlement.models import Claim, ClaimMaterial, ClaimPolicy, Receipt

FOLLOWS = {"scheme", "employment", "hardship", "category", "tier", "scope"}
NOT_TYPED = FOLLOWS | {field.name for field in Claim._meta.concrete_fields if field.is_relation}
"""What follows from the rest, and the records a caller has in hand already."""


OUTDATED = Reason("calculation_outdated", _("备案、参保信息或政策已有变化，须由经办人员重新计算"))


def entry_faults(claim: Claim, entry: ClaimEntry) -> list[Reason]:
    """Every fault of what was entered.  `code` is the field's name, `receipts` or `materials`.

    claim: with the entry already filled in, not saved.
    """
    by_column = list(_column_faults(claim, exclude=NOT_TYPED))
    return [
        *(by_column or _stay_faults(claim, entry)),
        *reason_fault(claim),
        *_receipt_faults(claim, entry),
        *_material_faults(claim, entry),
    ]


def not_ready(claim: Claim, entry: ClaimEntry | None = None, worked: Worked | None = None) -> list[Reason]:
    """What keeps a claim from being settled, its calculation aside; empty where nothing does.

    entry, worked: what the claim holds and stands on, where the caller has just read it.
    """
    receipts = entry.receipts if entry else receipts_of(claim)
    materials = entry.materials if entry else materials_of(claim)
    reasons = []
    on_receipts = sum_of(receipts)
    if on_receipts != claim.total:
        text = _("票据合计 %(receipts)s 元，与医疗费总额 %(total)s 元不一致")
        reasons.append(Reason("receipts_differ", text % {"receipts": on_receipts, "total": claim.total}))
    rules = worked.standing.claim_rules if worked else ClaimPolicy.objects.rules_on(claim.area_id, claim.admitted_on)
    owed = still_required(claim, requirements_by(rules, Category.of(claim.category)))
    return [*reasons, *shortfalls(owed, materials)]


def calculation_faults(claim: Claim) -> list[Reason]:
    """Why the claim's calculation cannot stand: there is none, or the rules no longer say the same of that year.

    One that was made before there were yearly accounts says too little of the year.
    """
    calculation = claim.calculation if claim.calculation and YearState.is_told_by(claim.calculation.inputs) else None
    year = YearState.of_inputs(calculation.inputs) if calculation else None
    try:
        worked = work_out(claim.person, stay_of(claim), year=year)
    except Refused as refused:
        return list(refused.reasons)
    if not worked.is_calculated:
        return list(worked.result.reasons)
    if calculation is None or not worked.agrees_with(calculation):
        return [OUTDATED]
    return []


def same_contents(claim: Claim, entry: ClaimEntry) -> bool:
    """Whether a claim holds just what is entered again; the category aside, which a filing may have settled."""
    return _comparable(entry_of(claim)) == _comparable(entry)


def _comparable(entry: ClaimEntry) -> tuple[object, ...]:
    rows = ({row.key: row for row in entry.receipts}, {row.material: row for row in entry.materials})
    return replace(entry, stay=replace(entry.stay, category=None), receipts=(), materials=()), rows


def _column_faults(row: models.Model, exclude: Collection[str]) -> Iterator[Reason]:
    try:
        row.clean_fields(exclude=exclude)
    except ValidationError as faults:
        for name, messages in faults.message_dict.items():
            label = "" if name == NON_FIELD_ERRORS else row._meta.get_field(name).verbose_name  # type: ignore[union-attr]
            yield Reason(name, f"{label}：{'；'.join(messages)}")


def _cost(entry: ClaimEntry) -> Cost | Reason | None:
    try:
        return entry.details.cost()
    except ValueError as fault:
        return Reason("details", str(fault))


def _detail_faults(claim: Claim, entry: ClaimEntry) -> Iterator[Reason]:
    if faults := list(islice(detail_faults(entry.details), 20)):
        yield from faults
        return
    cost = _cost(entry)
    if isinstance(cost, Reason):
        yield cost
    elif cost is not None and cost != entry.stay.cost:
        yield Reason("details", _("费用构成与明细不一致"))
    elif cost is not None:
        yield from (Reason("details", fault.text) for fault in cost_disagreements(cost, claim.total, claim.eligible))


def _stay_faults(claim: Claim, entry: ClaimEntry) -> Iterator[Reason]:
    if claim.discharged_on < claim.admitted_on:
        yield Reason("discharged_on", _("出院日期不能早于入院日期"))
    if claim.discharged_on > claim.accepted_on:
        yield Reason("discharged_on", _("出院日期不能晚于受理日期"))
    if claim.eligible > claim.total:
        yield Reason("eligible", _("符合政策范围费用不能大于医疗费总额"))
    yield from _detail_faults(claim, entry)
    if claim.hospital and claim.hospital.area_id != claim.treatment_area_id:
        yield Reason("hospital_name", _("%s不在所填就医地") % claim.hospital.name)


def _receipt_faults(claim: Claim, entry: ClaimEntry) -> Iterator[Reason]:
    if not entry.receipts:
        yield Reason("receipts", _("至少登记一张票据"))
    for place, receipt in enumerate(entry.receipts, start=1):
        row = Receipt(
            code=receipt.code,
            number=receipt.number,
            check_code=receipt.check_code,
            amount=receipt.amount,
            issued_on=receipt.issued_on,
        )
        for fault in _column_faults(row, exclude=("claim",)):
            yield Reason("receipts", _("第%(row)d张票据%(fault)s") % {"row": place, "fault": fault.text})
        if receipt.issued_on and receipt.issued_on > claim.accepted_on:
            yield Reason("receipts", _("第%d张票据开票日期晚于受理日期") % place)


def _material_faults(claim: Claim, entry: ClaimEntry) -> Iterator[Reason]:
    for material, times in Counter(row.material for row in entry.materials).items():
        if times > 1:
            yield Reason("materials", _("%s重复") % material.label)
    for given in entry.materials:
        row = ClaimMaterial(
            material=given.material, originals=given.originals, copies=given.copies, is_absent=given.is_absent
        )
        for fault in _column_faults(row, exclude=("claim",)):
            yield Reason("materials", f"{given.material.label}{fault.text}")
        if given.is_absent == bool(given.originals or given.copies):
            yield Reason("materials", _("%s须填份数，或注明经核无此材料") % given.material.label)
