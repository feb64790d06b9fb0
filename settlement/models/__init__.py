from settlement.models.account import AccountEntry, YearAccount
from settlement.models.claim import Claim
from settlement.models.claim_parts import Calculation, ClaimItem, ClaimMaterial, Receipt
from settlement.models.claim_policy import ClaimMaterialRow, ClaimPolicy
from settlement.models.payment import PayeeAccount, Payment, PaymentBatch
from settlement.models.payment_results import ResultImport, ResultRow
from settlement.models.policy import BenefitPolicy
from settlement.models.policy_components import ComponentRatioRow, ComponentRow, FollowUpRow, HardshipRow
from settlement.models.policy_rows import CeilingRow, DeductibleRow, RatioRow
from settlement.models.policy_ways import ContinuousRow, CountingRow, DestinationRow, LaterStayRow, ReductionRow
from settlement.models.settlement import FollowUpDue, Settlement

__all__ = [
    "AccountEntry",
    "BenefitPolicy",
    "Calculation",
    "CeilingRow",
    "Claim",
    "ClaimItem",
    "ClaimMaterial",
    "ClaimMaterialRow",
    "ClaimPolicy",
    "ComponentRatioRow",
    "ComponentRow",
    "ContinuousRow",
    "CountingRow",
    "DeductibleRow",
    "DestinationRow",
    "FollowUpDue",
    "FollowUpRow",
    "HardshipRow",
    "LaterStayRow",
    "PayeeAccount",
    "Payment",
    "PaymentBatch",
    "RatioRow",
    "Receipt",
    "ReductionRow",
    "ResultImport",
    "ResultRow",
    "Settlement",
    "YearAccount",
]
