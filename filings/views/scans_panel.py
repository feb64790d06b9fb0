"""The scans on a filing's page."""

from typing import Any

from filings.forms.scans import ScanForm
from filings.models import Filing, Scan
from filings.models.filing_lifecycle import OPEN
from filings.scans.verbs import is_removable
from filings.vocabulary import Material
from hospitals.access import Right, User, reach_of


def scans_context(user: User, found: Filing, every: list[Scan]) -> dict[str, Any]:
    """What the filing's page shows of its scans; nothing to those who may not see whole id numbers.

    every: the filing's, those taken off among them.
    """
    reach = reach_of(user)
    if not reach.covers(Right.REVEAL_ID, found.area_id, found.hall_id):
        return {"scans": None}
    scans = [scan for scan in every if scan.removed_at is None]
    may_attach = found.status in OPEN and reach.covers(Right.FILE, found.area_id, found.hall_id)
    return {
        "scans": scans,
        "removable": {scan.pk for scan in scans if may_attach and is_removable(scan, found)},
        "scan_form": ScanForm(own=materials_of(found)) if may_attach else None,
    }


def materials_of(found: Filing) -> list[Material]:
    """What was handed in, then what else the policy asked for."""
    asked = [code for group in found.decision.get("required", ()) for code in group["one_of"]]
    codes = dict.fromkeys((*(seen.material for seen in found.materials.all()), *asked))
    return [Material.of(code) for code in codes]
