"""What a stay is paid, worked out from the area's benefit rules.  Plain Python: no Django, no clock, no database.

A question (`Stay`) and a version of the rules (`BenefitRules`) go in, a `Result` with its lines comes out.
"""

from settlement.calculation.engine import calculate
from settlement.calculation.question import read
from settlement.calculation.result import Line, Outcome, Result
from settlement.calculation.rules import BenefitRules, ContinuousDeductible, Row, Table
from settlement.calculation.stay import Stay

__all__ = [
    "BenefitRules",
    "ContinuousDeductible",
    "Line",
    "Outcome",
    "Result",
    "Row",
    "Stay",
    "Table",
    "calculate",
    "read",
]
