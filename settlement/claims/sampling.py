"""The random sample for second review: each claim is drawn at most once, whatever is undone and done again."""

import secrets
from decimal import Decimal

from settlement.models import Claim, ClaimPolicy

PARTS = 10_000  # a share has four decimals


def is_drawn(share: Decimal) -> bool:
    """One draw.  share: 0 to 1."""
    return secrets.randbelow(PARTS) < share * PARTS


def share_of(claim: Claim) -> Decimal | None:
    """The share that is drawn, by the policy in force on the day of acceptance; None where none is."""
    policy = ClaimPolicy.objects.in_force(claim.area_id, claim.accepted_on)
    return policy.second_review_share if policy else None
