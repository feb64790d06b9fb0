from settlement.models.claim import Claim
from settlement.models.claim_parts import Calculation, ClaimMaterial, Receipt
from settlement.models.claim_policy import ClaimMaterialRow, ClaimPolicy
from settlement.models.policy import BenefitPolicy
from settlement.models.policy_components import ComponentRatioRow, ComponentRow, FollowUpRow, HardshipRow
from settlement.models.policy_rows import CeilingRow, DeductibleRow, RatioRow
from settlement.models.policy_ways import ContinuousRow, CountingRow, DestinationRow, LaterStayRow, ReductionRow

__all__ = [
    "BenefitPolicy",
    "Calculation",
    "CeilingRow",
    "Claim",
    "ClaimMaterial",
    "ClaimMaterialRow",
    "ClaimPolicy",
    "ComponentRatioRow",
    "ComponentRow",
    "ContinuousRow",
    "CountingRow",
    "DeductibleRow",
    "DestinationRow",
    "FollowUpRow",
    "HardshipRow",
    "LaterStayRow",
    "RatioRow",
    "Receipt",
    "ReductionRow",
]
