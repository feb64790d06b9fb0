"""A claim on a commitment: taken in now, reviewed and paid once what it lacks has been handed in (TL-08)."""

import datetime as dt
from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from filings.assessment import MaterialGroup
from filings.commitments import clause_of, holds_review, sign_for_claim, void
from filings.models import Commitment, FilingPolicy
from filings.models.commitment_lifecycle import CommitmentStatus
from filings.vocabulary import Category, Material, Matter
from hospitals.history import doing
from hospitals.reasons import Reason, Refused
from settlement.claims.clock import go_on, stop
from settlement.claims.contents import materials_of
from settlement.claims.locking import lock_at_counter
from settlement.claims.materials import Requirement, requirements
from settlement.models import Claim
from settlement.vocabulary import ClaimStatus


def promise(*, by: User, claim: Claim, version: int, materials: Iterable[Material], on: dt.date) -> Claim:
    """The person signs to hand in what the checklist still asks for, and what the clerk names besides; the clock of
    the claim stands still until it is all in.

    version: what the person saw.  Raises Refused; where the policy knows no such way, too.
    """
    with transaction.atomic(), doing(_("签订承诺补充书"), by=by):
        locked = lock_at_counter(claim, by, version)
        if locked.commitment and locked.commitment.is_open:
            raise Refused.because("promised_already", _("已签订承诺补充书 %s") % locked.commitment.number)
        missing = (*lacking(locked), *_named(locked, materials))
        locked.commitment = sign_for_claim(by=by, person=locked.person, missing=missing, on=on, hall=locked.hall)
        stop(locked, on)
        locked.save()
    return locked


def hold_claim_of(commitment: Commitment) -> None:
    """The claim before its commitment, as whoever refuses it does."""
    list(Claim.objects.select_for_update(no_key=True).filter(commitment=commitment).values_list("pk"))


def after_keeping(commitment: Commitment, on: dt.date) -> None:
    """Everything is in: the clock goes on, unless the person has a supplement notice to answer as well."""
    _go_on(commitment, on)


def clock_after_lapse(commitment: Commitment) -> None:
    """Nothing more is waited for: the agency is to decide, from the due day on, whenever the run came by."""
    _go_on(commitment, commitment.due_on)


def _go_on(commitment: Commitment, on: dt.date) -> None:
    claim = Claim.objects.filter(commitment=commitment).exclude(status=ClaimStatus.SUPPLEMENT).first()
    if claim and claim.days_left is not None:
        go_on(claim, on)
        claim.save(update_fields=["due_on", "days_left"])


def is_offered(claim: Claim, on: dt.date) -> bool:
    """Whether the area's policy lets what is missing be handed in later."""
    rules = FilingPolicy.objects.rules_on(claim.area_id, on)
    return rules is not None and rules.commitment_months is not None


def lacking(claim: Claim) -> tuple[MaterialGroup, ...]:
    """What is asked for and the claim does not hold."""
    given = {entry.material: entry for entry in materials_of(claim)}
    required = requirements(claim.area_id, Category.of(claim.category), claim.admitted_on)
    return tuple(one.group for one in still_required(claim, required) if one.shortfall(given))


def still_required(claim: Claim, required: Iterable[Requirement]) -> list[Requirement]:
    """The requirements that no commitment covers.  One that ended with a refusal covers what was handed in under it,
    and all else that was promised is asked for again, should the refusal be taken back.
    """
    commitment = claim.commitment
    if commitment is None:
        return list(required)
    items, is_void = list(commitment.items.all()), commitment.status == CommitmentStatus.VOID
    covered = {frozenset(item.one_of) for item in items if item.is_handed_in or not is_void}
    asked = [one for one in required if frozenset(one.group.one_of) not in covered]
    if is_void:
        known = covered | {frozenset(one.group.one_of) for one in asked}
        source = clause_of(commitment.policy)
        asked += [Requirement(item.group, source) for item in items if frozenset(item.one_of) not in known]
    return asked


def hindrance(claim: Claim) -> Reason | None:
    """Why the claim may not be reviewed yet; None where nothing holds it."""
    return holds_review(claim.commitment) if claim.commitment else None


def end_with_claim(*, by: User, claim: Claim, reason: str, on: dt.date) -> None:
    """A claim that is refused owes nothing more.  Inside its own transaction.  Raises Refused past the due day."""
    if claim.commitment and claim.commitment.is_open:
        claim.commitment = void(by=by, commitment=claim.commitment, on=on, reason=reason)
        go_on(claim, on)


def _named(claim: Claim, materials: Iterable[Material]) -> tuple[MaterialGroup, ...]:
    """Named by the clerk, where the checklist does not ask for them already."""
    asked = {material for group in lacking(claim) for material in group.one_of}
    rules = FilingPolicy.objects.rules_on(claim.area_id, claim.accepted_on)
    section = rules.clauses.get(Matter.COMMITMENT, "") if rules else ""
    return tuple(MaterialGroup((material,), section=section) for material in materials if material not in asked)
