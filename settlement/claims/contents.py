"""The contents of a claim: from what was entered into the claim's rows, and back."""

from filings.vocabulary import Category, Material
from hospitals.vocabulary import Level, Service
from settlement.claims.entry import ClaimEntry, MaterialEntry, Payee, ReceiptEntry, StayEntry
from settlement.claims.standing import UNFILED
from settlement.models import Claim, ClaimMaterial
from settlement.vocabulary import ManualReason


def fill(claim: Claim, entry: ClaimEntry) -> None:
    """Put what was entered into the claim's own columns; nothing is saved."""
    stay, payee = entry.stay, entry.payee
    claim.manual_reason, claim.diagnosis, claim.note = entry.manual_reason, entry.diagnosis, entry.note
    claim.treatment_area, claim.service = stay.treatment_area, stay.service
    claim.hospital, claim.hospital_name, claim.hospital_level = stay.hospital, stay.hospital_name, stay.hospital_level
    claim.admitted_on, claim.discharged_on = stay.admitted_on, stay.discharged_on
    claim.total, claim.eligible = stay.total, stay.eligible
    claim.deductible_paid_this_year = stay.deductible_paid_this_year
    claim.fund_paid_this_year = stay.fund_paid_this_year
    claim.payee_name, claim.payee_bank, claim.payee_account = payee.name, payee.bank, payee.account


def keep_materials(claim: Claim, materials: tuple[MaterialEntry, ...]) -> None:
    """Make these the materials of the claim."""
    kept = {row.material: row for row in claim.materials.all()}
    given = {entry.material.value: entry for entry in materials}
    for code, row in kept.items():
        if code not in given:
            row.delete()
    for code, entry in given.items():
        row = kept.get(code) or ClaimMaterial(claim=claim, material=code)
        counts = (entry.originals, entry.copies, entry.is_absent)
        if row.pk and counts == (row.originals, row.copies, row.is_absent):
            continue
        row.originals, row.copies, row.is_absent = counts
        row.save()


def stay_of(claim: Claim) -> StayEntry:
    """The stay as it stands in the claim."""
    return StayEntry(
        treatment_area=claim.treatment_area,
        admitted_on=claim.admitted_on,
        discharged_on=claim.discharged_on,
        hospital=claim.hospital,
        hospital_name=claim.hospital_name,
        hospital_level=Level.of(claim.hospital_level),
        service=Service.of(claim.service),
        category=Category.of(claim.category) if claim.category in UNFILED else None,
        total=claim.total,
        eligible=claim.eligible,
        deductible_paid_this_year=claim.deductible_paid_this_year,
        fund_paid_this_year=claim.fund_paid_this_year,
    )


def entry_of(claim: Claim) -> ClaimEntry:
    """What was entered of a claim, as it stands."""
    receipts = (
        ReceiptEntry(
            code=receipt.code,
            number=receipt.number,
            check_code=receipt.check_code,
            amount=receipt.amount,
            issued_on=receipt.issued_on,
        )
        for receipt in claim.receipts.all()
    )
    materials = (
        MaterialEntry(
            material=Material.of(row.material),
            originals=row.originals,
            copies=row.copies,
            is_absent=row.is_absent,
        )
        for row in claim.materials.all()
    )
    return ClaimEntry(
        manual_reason=ManualReason.of(claim.manual_reason),
        diagnosis=claim.diagnosis,
        stay=stay_of(claim),
        payee=Payee(name=claim.payee_name, bank=claim.payee_bank, account=claim.payee_account),
        receipts=tuple(receipts),
        materials=tuple(materials),
        note=claim.note,
    )
