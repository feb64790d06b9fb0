"""Materials of a claim: what the area asks for, what is still missing."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from filings.assessment import MaterialGroup
from filings.vocabulary import Category, Material
from hospitals.reasons import Reason
from settlement.claims.checklist import ClaimRules
from settlement.claims.entry import MaterialEntry
from settlement.models import ClaimPolicy

# What is taken in by the way, or where the document lists nothing.
ALSO_TAKEN = (
    Material.ORIGINAL_RECEIPTS,
    Material.INPATIENT_RECORD,
    Material.OUTPATIENT_RECORD,
    Material.ITEMISED_LIST,
    Material.ID_DOCUMENT,
    Material.REFERRAL_CERTIFICATE,
    Material.EMERGENCY_CERTIFICATE,
    Material.INJURY_STATEMENT,
    Material.OFF_HOSPITAL_SLIP,
    Material.RELATION_PROOF,
    Material.COMMITMENT_LETTER,
)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One group of the checklist: one of its materials is asked for."""

    group: MaterialGroup
    source: str

    def shortfall(self, given: Mapping[Material, MaterialEntry]) -> Reason | None:
        """What is missing of it; what is due only in some cases is missing until somebody says that there is none."""
        label = self.group.label
        seen = [given[material] for material in self.group.one_of if material in given]
        handed_in = [entry for entry in seen if not entry.is_absent]
        if any(self._enough(entry) for entry in handed_in):
            return None
        if handed_in:
            return Reason(
                "material_too_few",
                _("%(label)s份数不足，须%(count)s")
                % {
                    "label": label,
                    "count": self.counts,
                },
                self.source,
            )
        if not self.group.condition:
            return Reason("material_missing", _("缺少%s") % label, self.source)
        if seen:
            return None
        text = _("%(condition)s须提供%(label)s；没有的，请注明“经核无此材料”")
        return Reason("material_unsaid", text % {"condition": self.group.condition, "label": label}, self.source)

    @property
    def counts(self) -> str:
        """原件1份、复印件1份; empty where the document does not count."""
        parts = ((_("原件%d份"), self.group.originals), (_("复印件%d份"), self.group.copies))
        return "、".join(text % count for text, count in parts if count)

    def _enough(self, entry: MaterialEntry) -> bool:
        return entry.originals >= (self.group.originals or 0) and entry.copies >= (self.group.copies or 0)


def requirements(area: str, category: Category, day: dt.date) -> tuple[Requirement, ...]:
    """The checklist in force on the day of admission; empty where the area's document lists nothing."""
    return requirements_by(ClaimPolicy.objects.rules_on(area, day), category)


def requirements_by(rules: ClaimRules | None, category: Category) -> tuple[Requirement, ...]:
    if rules is None:
        return ()
    return tuple(Requirement(group, rules.cite(group)) for group in rules.checklist(category))


def shortfalls(required: Iterable[Requirement], materials: Iterable[MaterialEntry]) -> list[Reason]:
    given = {entry.material: entry for entry in materials}
    return [reason for requirement in required if (reason := requirement.shortfall(given))]
