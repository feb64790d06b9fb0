from settlement.models.account import AccountEntry, YearAccount
from settlement.models.advance import AdvanceChange, AdvanceFund, AdvanceWarning
from settlement.models.claim import Claim
from settlement.models.claim_parts import Calculation, ClaimItem, ClaimMaterial, Receipt
from settlement.models.claim_policy import ClaimMaterialRow, ClaimPolicy
from settlement.models.clearing import ClearingEntry, ClearingMonth, ClearingStatement
from settlement.models.clearing_differences import (
    ClearingDifference,
    ClearingImport,
    ClearingImportRow,
    PlatformDetail,
)
from settlement.models.difference import SettlementDifference
from settlement.models.finding import Finding
from settlement.models.gateway import Admission, Exchange, OffHospitalSlip
from settlement.models.hospital_payment import HospitalAccount, HospitalPayment, HospitalPaymentBatch
from settlement.models.hospital_statement import (
    HospitalClearingTerm,
    HospitalDeduction,
    HospitalStatement,
    HospitalStatementLine,
)
from settlement.models.inbound import InboundDisclosure, InboundSettlement
from settlement.models.inbound_imports import InboundListImport, InboundListRow
from settlement.models.inquiry import CallerAnswer, CallerVerification
from settlement.models.payment import PayeeAccount, Payment, PaymentBatch
from settlement.models.payment_results import HospitalResultImport, HospitalResultRow, ResultImport, ResultRow
from settlement.models.policy import BenefitPolicy
from settlement.models.policy_components import ComponentRatioRow, ComponentRow, FollowUpRow, HardshipRow
from settlement.models.policy_rows import CeilingRow, DeductibleRow, RatioRow
from settlement.models.policy_ways import ContinuousRow, CountingRow, DestinationRow, LaterStayRow, ReductionRow
from settlement.models.recoupment import Recoupment, RecoupmentPart
from settlement.models.recoupment_rows import (
    RecoupmentInstalment,
    RecoupmentReceipt,
    RecoupmentReminder,
    RecoupmentShare,
)
from settlement.models.replay import PolicyReplay
from settlement.models.settlement import FollowUpDue, Settlement
from settlement.models.supplement import SupplementItem, SupplementNotice
from settlement.models.ticket import Ticket, TicketCheck, TicketNote

__all__ = [
    "AccountEntry",
    "Admission",
    "AdvanceChange",
    "AdvanceFund",
    "AdvanceWarning",
    "BenefitPolicy",
    "Calculation",
    "CallerAnswer",
    "CallerVerification",
    "CeilingRow",
    "Claim",
    "ClaimItem",
    "ClaimMaterial",
    "ClaimMaterialRow",
    "ClaimPolicy",
    "ClearingDifference",
    "ClearingEntry",
    "ClearingImport",
    "ClearingImportRow",
    "ClearingMonth",
    "ClearingStatement",
    "ComponentRatioRow",
    "ComponentRow",
    "ContinuousRow",
    "CountingRow",
    "DeductibleRow",
    "DestinationRow",
    "Exchange",
    "Finding",
    "FollowUpDue",
    "FollowUpRow",
    "HardshipRow",
    "HospitalAccount",
    "HospitalClearingTerm",
    "HospitalDeduction",
    "HospitalPayment",
    "HospitalPaymentBatch",
    "HospitalResultImport",
    "HospitalResultRow",
    "HospitalStatement",
    "HospitalStatementLine",
    "InboundDisclosure",
    "InboundListImport",
    "InboundListRow",
    "InboundSettlement",
    "LaterStayRow",
    "OffHospitalSlip",
    "PayeeAccount",
    "Payment",
    "PaymentBatch",
    "PlatformDetail",
    "PolicyReplay",
    "RatioRow",
    "Receipt",
    "Recoupment",
    "RecoupmentInstalment",
    "RecoupmentPart",
    "RecoupmentReceipt",
    "RecoupmentReminder",
    "RecoupmentShare",
    "ReductionRow",
    "ResultImport",
    "ResultRow",
    "Settlement",
    "SettlementDifference",
    "SupplementItem",
    "SupplementNotice",
    "Ticket",
    "TicketCheck",
    "TicketNote",
    "YearAccount",
]
