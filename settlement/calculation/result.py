"""The answer: what is charged and paid, line by line, or why it cannot be said."""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from hospitals.reasons import Reason
from hospitals.vocabulary import Term
from settlement.calculation.money import written, written_ratio


class Outcome(Term):
    CALCULATED = "calculated", "已计算"
    NOT_CONFIGURED = "not_configured", "待遇未配置"
    REFUSED = "refused", "不予支付"
    INVALID = "invalid", "内容有误"


class Line(NamedTuple):
    """One step of the calculation, as it is shown, printed and stored.

    amount: yuan with two decimals; for the ratio, the ratio itself.  source: empty where the step is mere arithmetic.
    """

    name: str
    amount: str
    text: str
    source: str = ""

    def as_dict(self) -> dict[str, str]:
        name, amount, text, source = self
        return {"name": name, "amount": amount, "text": text, "source": source}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """deductible, ratio, fund, personal: set where `outcome` is calculated, and then fund + personal is the total.

    assumed: whether any number used is a sample.  version: of the benefit policy, where one was in force.
    """

    outcome: Outcome
    assumed: bool = False
    deductible: Decimal | None = None
    ratio: Decimal | None = None
    fund: Decimal | None = None
    personal: Decimal | None = None
    lines: tuple[Line, ...] = ()
    warnings: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    version: int | None = None

    def as_dict(self) -> dict[str, object]:
        """The answer of `manage.py calculate`, but for its id."""
        return {
            "outcome": self.outcome,
            "assumed": self.assumed,
            "deductible": None if self.deductible is None else written(self.deductible),
            "ratio": None if self.ratio is None else written_ratio(self.ratio),
            "fund": None if self.fund is None else written(self.fund),
            "personal": None if self.personal is None else written(self.personal),
            "lines": [line.as_dict() for line in self.lines],
            "warnings": list(self.warnings),
            "reasons": [reason.as_dict() for reason in self.reasons],
        }
