"""The body of every transaction: input and output under the published field names."""

from dataclasses import dataclass

from pydantic import BaseModel

from filings.platform.codes import Transaction
from filings.platform.transactions import inbound, people, reconciliation, settling, stays

T = Transaction


@dataclass(frozen=True, slots=True)
class Shape:
    """What goes in and what comes out."""

    input: type[BaseModel]
    output: type[BaseModel]


SHAPES: dict[Transaction, Shape] = {
    T.PERSON: Shape(people.PersonInput, people.PersonOutput),
    T.ENTITLEMENT: Shape(people.EntitlementInput, people.EntitlementOutput),
    T.ADMISSION: Shape(stays.AdmissionInput, stays.AdmissionOutput),
    T.ADMISSION_CHANGE: Shape(stays.AdmissionChangeInput, stays.StayOutput),
    T.ADMISSION_CANCELLATION: Shape(stays.StayInput, stays.StayOutput),
    T.DISCHARGE: Shape(stays.DischargeInput, stays.StayOutput),
    T.DISCHARGE_CANCELLATION: Shape(stays.StayInput, stays.StayOutput),
    T.SLIP: Shape(stays.SlipInput, stays.SlipOutput),
    T.PRE_SETTLEMENT: Shape(settling.SettlementInput, settling.SettlementOutput),
    T.SETTLEMENT: Shape(settling.SettlementInput, settling.SettlementOutput),
    T.SETTLEMENT_REVERSAL: Shape(settling.ReversalInput, settling.ReversalOutput),
    T.COMPUTED_SETTLEMENT: Shape(settling.ComputedInput, settling.ComputedOutput),
    T.INBOUND_SETTLEMENT: Shape(inbound.InboundInput, inbound.InboundOutput),
    T.TOTALS: Shape(reconciliation.TotalsInput, reconciliation.TotalsOutput),
    T.DETAILS: Shape(reconciliation.DetailsInput, reconciliation.DetailsOutput),
}
