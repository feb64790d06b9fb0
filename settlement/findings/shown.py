"""What findings show in lists and on the claim's page, and of another area's case no more than its number and area."""

from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from hospitals.access import Reach, Right, StaffRequest, reach_of
from hospitals.listing import badge
from settlement.claims.shown import status_badge as claim_badge
from settlement.models import Claim, Finding, Settlement
from settlement.vocabulary import FindingStatus

TONES = {FindingStatus.OPEN: "warn", FindingStatus.CLEARED: "good", FindingStatus.CONFIRMED: "bad"}
CONCERNED = (Right.SEE_FINDINGS, Right.ACCEPT_CLAIMS, Right.RELEASE_CLAIMS)
"""Whoever decides or looks into findings, and whoever has to know what holds the claim."""


def status_badge(finding: Finding) -> SafeString:
    return badge(finding.get_status_display(), TONES[FindingStatus.of(finding.status)])


def other_case(finding: Finding) -> str:
    """Its number and area."""
    return f"{finding.other.number}（{finding.other.area.name}）"


def link_to_other(finding: Finding, reach: Reach) -> str:
    """The other claim's page, for whoever may open it; empty otherwise."""
    other = finding.other_claim
    return other.get_absolute_url() if other and sees(reach, other) else ""


def other_shown(finding: Finding, reach: Reach) -> dict[str, Any]:
    """What the other case shows on the finding's page; all but number and area only to whoever may see it."""
    claim, settlement = finding.other_claim, finding.other_settlement
    if claim:
        link = link_to_other(finding, reach)
        return {"case": claim, "is_shown": bool(link), "link": link, "total": claim.total, "status": claim_badge(claim)}
    assert settlement  # noqa: S101 - the database has one of them
    stands = Settlement.objects.standing().filter(pk=settlement.pk).exists()
    return {
        "case": settlement,
        "is_shown": settlement.area_id in reach.areas_of(Right.SEE_CLAIMS),
        "link": "",
        "total": settlement.medfee_sumamt,
        "status": badge(_("已直接结算") if stands else _("已冲正")),
    }


def sees(reach: Reach, claim: Claim) -> bool:
    return reach.covers(Right.SEE_CLAIMS, claim.area_id, claim.hall_id)


def is_concerned(reach: Reach, claim: Claim) -> bool:
    return any(reach.covers(right, claim.area_id, claim.hall_id) for right in CONCERNED)


def findings_of_claim(request: StaffRequest, claim: Claim) -> SafeString | None:
    """The claim's findings, open ones first; nothing for whoever is not concerned."""
    reach = reach_of(request.user)
    if not is_concerned(reach, claim):
        return None
    rows = claim.findings.select_related("other_claim__area", "other_settlement__area", "decided_by").order_by("pk")
    found = sorted(rows, key=lambda finding: finding.status != FindingStatus.OPEN)
    if not found:
        return None
    context = {
        "findings": [(finding, status_badge(finding), link_to_other(finding, reach)) for finding in found],
        "may_open": reach.covers(Right.SEE_FINDINGS, claim.area_id, claim.hall_id),
    }
    return render_to_string("settlement/claim_findings.html", context)
