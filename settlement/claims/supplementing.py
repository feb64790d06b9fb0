"""一次性告知: everything that a claim lacks is told once and at once; what is handed in comes among its materials."""

import datetime as dt
from collections.abc import Iterable, Mapping

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from filings.vocabulary import Category, Material
from hospitals.reasons import Reason, Refused
from settlement.claims.contents import entry_of
from settlement.claims.entry import MaterialEntry
from settlement.claims.locking import refuse_reviewer
from settlement.claims.materials import Requirement, requirements
from settlement.claims.promising import still_required
from settlement.models import Claim, ClaimMaterial, SupplementItem, SupplementNotice

Received = Mapping[int, MaterialEntry | None]
"""What was handed in for which item, by its key; None for an item of words alone."""
LONGEST_ITEM = 200


def lacking_of(claim: Claim) -> list[Requirement]:
    """What the checklist asks for, the claim does not hold and no commitment covers."""
    given = {entry.material: entry for entry in entry_of(claim).materials}
    required = requirements(claim.area_id, Category.of(claim.category), claim.admitted_on)
    return [one for one in still_required(claim, required) if one.shortfall(given)]


def notice_of(claim: Claim) -> SupplementNotice | None:
    return SupplementNotice.objects.filter(claim=claim).select_related("issued_by", "answered_by").first()


def issue(claim: Claim, *, by: User, words: str, materials: Iterable[Material], others: Iterable[str]) -> None:
    """Write the notice: what the checklist lacks, whatever else the clerk names, and the words alone without either.

    With the claim locked.  Raises Refused where the claim has had its notice.
    """
    earlier = notice_of(claim)
    if earlier:
        text = _("须补正的内容应一次性告知，此件已于 %(day)s 告知（%(number)s）")
        given = {"day": timezone.localdate(earlier.issued_at), "number": earlier.number}
        raise Refused.because("told_already", text % given)
    words, others = words.strip(), [line for other in others if (line := other.strip())]
    if any(len(line) > LONGEST_ITEM for line in others):
        raise Refused.because("item_too_long", _("每项须补正的内容不能超过%d字") % LONGEST_ITEM)
    lacking = lacking_of(claim)
    asked = {material for one in lacking for material in one.group.one_of}
    named = [material for material in dict.fromkeys(materials) if material not in asked]
    if not (lacking or named or others):
        others = [words[:LONGEST_ITEM]]
    notice = SupplementNotice.objects.create(claim=claim, words=words, days_left=claim.days_left, issued_by=by)
    SupplementItem.objects.bulk_create(
        [
            *(_item_of(notice, one) for one in lacking),
            *(SupplementItem(notice=notice, one_of=[material]) for material in named),
            *(SupplementItem(notice=notice, words=line) for line in others),
        ]
    )


def take_in(claim: Claim, received: Received, *, on: dt.date) -> list[SupplementItem]:
    """Note at the items what was handed in.  Returns what is missing still.  With the claim locked.  Raises Refused."""
    notice = notice_of(claim)
    items = {item.pk: item for item in notice.items.all()} if notice else {}
    held = {row.material: row for row in claim.materials.all()}
    faults = [fault for key, entry in received.items() if (fault := _fault(items.get(key), entry, held))]
    if faults:
        raise Refused.all_of(faults)
    for key, entry in received.items():
        item = items[key]
        item.handed_in_on = on
        if entry:
            item.material, item.is_absent = entry.material, entry.is_absent
            item.seen_originals, item.seen_copies = entry.originals, entry.copies
        item.save()
    return [item for item in items.values() if not item.is_in]


def completes(claim: Claim, received: Received) -> bool:
    """Whether nothing is missing any more with what is handed in now."""
    missing = SupplementItem.objects.filter(notice__claim=claim, handed_in_on=None)
    return not missing.exclude(pk__in=received).exists()


def close(claim: Claim, *, by: User, without: str) -> None:
    """The notice is answered.  without: why not with everything."""
    notice = notice_of(claim)
    if notice:
        notice.answered_by, notice.answered_at, notice.without = by, timezone.now(), without
        notice.save()


def keep(claim: Claim, *, by: User) -> None:
    """What was handed in comes among the claim's materials, beside what it held.  The claim is at the counter again."""
    refuse_reviewer(claim, by)
    held = {row.material: row for row in claim.materials.all()}
    for item in SupplementItem.objects.filter(notice__claim=claim, handed_in_on__isnull=False).exclude(material=""):
        row = held.get(item.material)
        if row and item.is_absent:
            continue
        if row is None or row.is_absent:
            row = row or ClaimMaterial(claim=claim, material=item.material, originals=0)
            row.originals = row.copies = 0
        row.is_absent = item.is_absent
        row.originals += item.seen_originals
        row.copies += item.seen_copies
        row.save()
    if by.pk not in claim.entered_by:
        claim.entered_by = sorted({*claim.entered_by, by.pk})
        claim.save()


def _item_of(notice: SupplementNotice, one: Requirement) -> SupplementItem:
    group = one.group
    return SupplementItem(
        notice=notice,
        one_of=list(group.one_of),
        words=group.note,
        originals=group.originals,
        copies=group.copies,
        condition=group.condition,
        source=one.source,
    )


def _fault(
    item: SupplementItem | None, entry: MaterialEntry | None, held: Mapping[str, ClaimMaterial]
) -> Reason | None:
    if item is None or (entry is None) == bool(item.one_of):
        return Reason("unknown_item", _("所列材料已变动，请核对后再办理"))
    if item.is_in:
        return Reason("handed_in_already", _("%(item)s已于 %(day)s 收取") % {"item": item, "day": item.handed_in_on})
    if entry is None:
        return None
    if entry.material not in item.group.one_of:
        given = {"given": entry.material.label, "asked": item}
        return Reason("other_material", _("%(given)s不在所缺的%(asked)s之列") % given)
    if entry.is_absent:
        return None if item.condition else Reason("not_absent", _("%s须提供，不能注明“经核无此材料”") % item)
    row = held.get(entry.material)
    together = MaterialEntry(
        material=entry.material,
        originals=entry.originals + (row.originals if row else 0),
        copies=entry.copies + (row.copies if row else 0),
    )
    if not entry.originals + entry.copies:
        return Reason("too_few", _("%s请填份数") % item)
    return Requirement(item.group, "").shortfall({entry.material: together})
