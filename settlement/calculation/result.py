"""The answer: what is charged and paid, line by line, or why it cannot be said."""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from hospitals.reasons import Reason
from hospitals.vocabulary import Term
from settlement.calculation.components import FollowUp
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


class SettlementInfo(NamedTuple):
    """The result under the names of the national interface (2304, setlinfo), in yuan.

    None: not known (the parts of a cost given as a total), not configured (a component), or not one number (the ratio
    of several segments).  medfee_sumamt is the sum of the four parts of the cost where they are known, and always of
    fund_pay_sumamt and psn_part_amt; fund_pay_sumamt is the sum of the funds.
    """

    medfee_sumamt: Decimal
    fulamt_ownpay_amt: Decimal | None
    overlmt_selfpay: Decimal | None
    preselfpay_amt: Decimal | None
    inscp_scp_amt: Decimal
    act_pay_dedc: Decimal
    pool_prop_selfpay: Decimal | None
    hifp_pay: Decimal
    cvlserv_pay: Decimal | None
    hifmi_pay: Decimal | None
    hifob_pay: Decimal | None
    maf_pay: Decimal | None
    fund_pay_sumamt: Decimal
    psn_part_amt: Decimal

    def as_dict(self) -> dict[str, str | None]:
        return {
            name: None if value is None else written_ratio(value) if name == "pool_prop_selfpay" else written(value)
            for name, value in self._asdict().items()
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """deductible, fund, personal, setlinfo: set where `outcome` is calculated, and then fund + personal is the total;
    fund: of all funds together.  ratio: None also where segments have several.

    assumed: whether any number used is a sample.  area, version: of the benefit policy, where one was in force.
    standard: what the deductible is taken from; told too where other numbers are not configured.
    follow_ups: what is paid later, beside `fund`.
    """

    outcome: Outcome
    assumed: bool = False
    deductible: Decimal | None = None
    standard: Decimal | None = None
    ratio: Decimal | None = None
    fund: Decimal | None = None
    personal: Decimal | None = None
    lines: tuple[Line, ...] = ()
    warnings: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    area: str = ""
    version: int | None = None
    setlinfo: SettlementInfo | None = None
    follow_ups: tuple[FollowUp, ...] = ()

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
