"""What claims show elsewhere: their badge in lists, their section on a person's page and on a commitment's."""

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from filings.models import Commitment, InsuredPerson
from filings.panels import NextStep, Panel
from hospitals.access import Right, StaffRequest, reach_of
from hospitals.listing import badge
from settlement.models import Claim
from settlement.vocabulary import ClaimStatus

TONES = {
    ClaimStatus.RETURNED: "warn",
    ClaimStatus.SUPPLEMENT: "warn",
    ClaimStatus.REFUSED: "bad",
    ClaimStatus.REVERSED: "bad",
    ClaimStatus.PAID: "good",
}
SHOWN = 20


def status_badge(claim: Claim) -> SafeString:
    return badge(claim.get_status_display(), TONES.get(ClaimStatus.of(claim.status), ""))


def claims_of_person(request: StaffRequest, person: InsuredPerson) -> Panel | None:
    """The person's claims, and the way to accept one; nothing for whoever may not see claims here."""
    reach = reach_of(request.user)
    if person.area_id not in reach.areas_of(Right.SEE_CLAIMS):
        return None
    claims = person.claims.visible_to(request.user).select_related("calculation")[:SHOWN]
    may_accept = person.area_id in reach.areas_of(Right.ACCEPT_CLAIMS)
    steps = (
        NextStep(_("受理报销"), f"{reverse('new_claim')}?person={person.pk}", "b", order=40),
        NextStep(_("收款账户"), reverse("payee_account", args=[person.pk]), "y", order=80),
    )
    rows = [(claim, status_badge(claim)) for claim in claims]
    section = render_to_string("settlement/person_claims.html", {"claims": rows})
    return Panel(section=section, order=60, steps=steps if may_accept else ())


def claim_of_commitment(request: StaffRequest, commitment: Commitment) -> SafeString | None:
    """The claim that a commitment lets wait, on the commitment's page."""
    claim = Claim.objects.visible_to(request.user).filter(commitment=commitment).first()
    context = {"claim": claim, "status": status_badge(claim)} if claim else None
    return render_to_string("settlement/commitment_claim.html", context) if context else None
