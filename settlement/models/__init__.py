from settlement.models.claim import Claim
from settlement.models.claim_parts import Calculation, ClaimMaterial, Receipt
from settlement.models.claim_policy import ClaimMaterialRow, ClaimPolicy
from settlement.models.policy import BenefitPolicy, CeilingRow, ContinuousRow, DeductibleRow, RatioRow

__all__ = [
    "BenefitPolicy",
    "Calculation",
    "CeilingRow",
    "Claim",
    "ClaimMaterial",
    "ClaimMaterialRow",
    "ClaimPolicy",
    "ContinuousRow",
    "DeductibleRow",
    "RatioRow",
    "Receipt",
]
