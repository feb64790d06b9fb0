"""The contents of a claim: from what was entered into the claim's rows, and back."""

from collections.abc import Iterable
from dataclasses import replace

from filings.vocabulary import Category, Material
from hospitals.compiled import CompiledInsert
from hospitals.vocabulary import Level, Service
from settlement.calculation import Cost, Item, cost_of
from settlement.claims.entry import (
    NO_DETAILS,
    ClaimEntry,
    ClassEntry,
    Details,
    MaterialEntry,
    Payee,
    ReceiptEntry,
    StayEntry,
)
from settlement.claims.standing import UNFILED
from settlement.models import Claim, ClaimItem, ClaimMaterial
from settlement.vocabulary import CatalogueClass, Detail, ManualReason

_MATERIALS, _ITEMS = CompiledInsert(ClaimMaterial), CompiledInsert(ClaimItem)


def fill(claim: Claim, entry: ClaimEntry) -> None:
    """Put what was entered into the claim's own columns; nothing is saved."""
    stay, payee = entry.stay, entry.payee
    claim.manual_reason, claim.diagnosis, claim.note = entry.manual_reason, entry.diagnosis, entry.note
    claim.ticket = entry.ticket
    claim.treatment_area, claim.service = stay.treatment_area, stay.service
    claim.hospital, claim.hospital_name, claim.hospital_level = stay.hospital, stay.hospital_name, stay.hospital_level
    claim.admitted_on, claim.discharged_on = stay.admitted_on, stay.discharged_on
    claim.total, claim.eligible = stay.total, stay.eligible
    claim.detail, cost = entry.details.detail, stay.cost
    claim.outside = cost.outside if cost else None
    claim.above_limit = cost.above_limit if cost else None
    claim.self_paid = cost.self_paid if cost else None
    claim.payee_name, claim.payee_bank, claim.payee_account = payee.name, payee.bank, payee.account


def keep_materials(claim: Claim, materials: tuple[MaterialEntry, ...], *, is_new: bool = False) -> None:
    """Make these the materials of the claim.  is_new: it has none yet."""
    kept = {} if is_new else {row.material: row for row in claim.materials.all()}
    given = {entry.material.value: entry for entry in materials}
    for code, row in kept.items():
        if code not in given:
            row.delete()
    new = []
    for code, entry in given.items():
        row = kept.get(code) or ClaimMaterial(claim=claim, material=code)
        counts = (entry.originals, entry.copies, entry.is_absent)
        if row.pk and counts == (row.originals, row.copies, row.is_absent):
            continue
        row.originals, row.copies, row.is_absent = counts
        if row.pk:
            row.save()
        else:
            new.append(row)
    _MATERIALS.add_all(new)


def keep_details(claim: Claim, details: Details, *, is_new: bool = False) -> None:
    """Make these the details of the claim's cost; all are written anew where one changes.  is_new: it has none yet."""
    kept = [] if is_new else list(claim.items.all())
    wanted = [_row_of_item(place, item) for place, item in enumerate(details.items, start=1)]
    wanted += [_row_of_class(place, row) for place, row in enumerate(details.classes, start=1)]
    if kept:
        if [_values(row) for row in wanted] == [_values(row) for row in kept]:
            return
        claim.items.all().delete()
    for row in wanted:
        row.claim = claim
    _ITEMS.add_all(wanted)


def details_of(claim: Claim) -> Details:
    """The details as they stand in the claim; none by totals, and nothing is asked of the database then."""
    return NO_DETAILS if claim.detail == Detail.TOTALS else details_in(claim, claim.items.all())


def details_in(claim: Claim, rows: Iterable[ClaimItem]) -> Details:
    """The same of rows that have been read."""
    if claim.detail == Detail.BY_ITEM:
        return Details(items=tuple(_item_of(row) for row in rows))
    names = ("name", "amount", "outside", "above_limit", "self_paid")
    return Details(classes=tuple(ClassEntry(**{name: getattr(row, name) for name in names}) for row in rows))


def _row_of_item(place: int, item: Item) -> ClaimItem:
    """With what the line comes to by itself, for the eye; the sums are those of all lines together."""
    alone = cost_of([replace(item, quantity=abs(item.quantity))])
    sign = -1 if item.quantity < 0 else 1
    return ClaimItem(
        row=place,
        code=item.code,
        name=item.name,
        catalogue=item.catalogue,
        quantity=item.quantity,
        price=item.price,
        self_pay=item.self_pay,
        limit=item.limit,
        amount=sign * alone.total,
        outside=sign * alone.outside,
        above_limit=sign * alone.above_limit,
        self_paid=sign * alone.self_paid,
    )


def _row_of_class(place: int, row: ClassEntry) -> ClaimItem:
    return ClaimItem(
        row=place,
        name=row.name,
        amount=row.amount,
        outside=row.outside,
        above_limit=row.above_limit,
        self_paid=row.self_paid,
    )


def _values(row: ClaimItem) -> tuple[object, ...]:
    names = ("row", "code", "name", "catalogue", "quantity", "price", "self_pay", "limit", "amount")
    return tuple(getattr(row, name) for name in (*names, "outside", "above_limit", "self_paid"))


def _item_of(row: ClaimItem) -> Item:
    assert row.quantity is not None  # noqa: S101 - an item has both
    assert row.price is not None  # noqa: S101
    return Item(
        catalogue=CatalogueClass.of(row.catalogue),
        quantity=row.quantity,
        price=row.price,
        self_pay=row.self_pay,
        limit=row.limit,
        code=row.code,
        name=row.name,
    )


def _cost_of(claim: Claim) -> Cost | None:
    outside, above_limit, self_paid = claim.outside, claim.above_limit, claim.self_paid
    if outside is None or above_limit is None or self_paid is None:
        return None
    return Cost(
        total=claim.total, outside=outside, above_limit=above_limit, self_paid=self_paid, eligible=claim.eligible
    )


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
        cost=_cost_of(claim),
    )


def entry_of(claim: Claim) -> ClaimEntry:
    """What was entered of a claim, as it stands."""
    return ClaimEntry(
        manual_reason=ManualReason.of(claim.manual_reason),
        diagnosis=claim.diagnosis,
        stay=stay_of(claim),
        payee=Payee(name=claim.payee_name, bank=claim.payee_bank, account=claim.payee_account),
        receipts=receipts_of(claim),
        materials=materials_of(claim),
        details=details_of(claim),
        note=claim.note,
        ticket=claim.ticket,
    )


def receipts_of(claim: Claim) -> tuple[ReceiptEntry, ...]:
    return tuple(
        ReceiptEntry(
            code=receipt.code,
            number=receipt.number,
            check_code=receipt.check_code,
            amount=receipt.amount,
            issued_on=receipt.issued_on,
        )
        for receipt in claim.receipts.all()
    )


def materials_of(claim: Claim) -> tuple[MaterialEntry, ...]:
    return tuple(
        MaterialEntry(
            material=Material.of(row.material),
            originals=row.originals,
            copies=row.copies,
            is_absent=row.is_absent,
        )
        for row in claim.materials.all()
    )
