"""What a stay is paid, worked out from the area's benefit rules.  Plain Python: no Django, no clock, no database.

A question (`Stay`) and a version of the rules (`BenefitRules`) go in, a `Result` with its lines comes out.
"""

from settlement.calculation.book import BenefitBook
from settlement.calculation.components import FollowUp
from settlement.calculation.engine import calculate
from settlement.calculation.items import Cost, Item, cost_of
from settlement.calculation.question import read
from settlement.calculation.result import Line, Outcome, Result, SettlementInfo
from settlement.calculation.rows import ContinuousDeductible, Row
from settlement.calculation.rules import BenefitRules
from settlement.calculation.stay import Stay
from settlement.calculation.tables import Table

__all__ = [
    "BenefitBook",
    "BenefitRules",
    "ContinuousDeductible",
    "Cost",
    "FollowUp",
    "Item",
    "Line",
    "Outcome",
    "Result",
    "Row",
    "SettlementInfo",
    "Stay",
    "Table",
    "calculate",
    "cost_of",
    "read",
]
