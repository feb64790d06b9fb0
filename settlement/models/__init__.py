from settlement.models.claim import Calculation, Claim, ClaimMaterial, Receipt
from settlement.models.policy import BenefitPolicy

__all__ = ["BenefitPolicy", "Calculation", "Claim", "ClaimMaterial", "Receipt"]
