"""A hospital's books of a few days, and how it compares them with the agency: 3201 in total, 3202 one by one."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from config.simulator.hospitals import HOUSES, Said, tell
from config.simulator.memory import Memory, read
from filings.platform.codes import Transaction

AMOUNT = r"-?[0-9]{1,14}(?:\.[0-9]{1,2})?"
ROW = re.compile(rf"([0-9A-Za-z]{{1,30}})\s+({AMOUNT})\s+({AMOUNT})")


class NoRow(ValueError):
    """A line that is not one; says which."""


@dataclass(frozen=True, slots=True)
class Row:
    """A settlement; of a reversal the amounts are negative."""

    setl_id: str
    total: Decimal
    fund: Decimal

    def __str__(self) -> str:
        return f"{self.setl_id} {self.total:.2f} {self.fund:.2f}"

    def told(self) -> dict[str, str]:
        """As 3202 has it: the mark says which way the amounts count."""
        return {
            "setl_id": self.setl_id,
            "refd_setl_flag": "1" if self.total < 0 or self.fund < 0 else "0",
            "medfee_sumamt": f"{abs(self.total):.2f}",
            "fund_pay_sumamt": f"{abs(self.fund):.2f}",
        }


def books_of(memory: Memory, house: str, home: str, since: dt.date, until: dt.date) -> list[Row]:
    found = memory.settled(house, home, str(since), str(until))
    told = [(row["setl_id"], read(row["told"])) for row in found]
    return [Row(setl_id, Decimal(one["medfee_sumamt"]), Decimal(one["fund_pay_sumamt"])) for setl_id, one in told]


def rows_in(text: str) -> list[Row]:
    """One a line: number, total, fund.  Raises NoRow."""
    rows = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        found = ROW.fullmatch(line.strip())
        if found is None:
            raise NoRow(f"第{number}行应为：结算ID 总额 基金，以空格分开")
        rows.append(Row(found[1], Decimal(found[2]), Decimal(found[3])))
    return rows


def totals_of(rows: Iterable[Row]) -> dict[str, Decimal | int]:
    """Under the names of the form."""
    rows = list(rows)
    return {
        "medfee_sumamt": sum((row.total for row in rows), Decimal("0.00")),
        "fund_pay_sumamt": sum((row.fund for row in rows), Decimal("0.00")),
        "fixmedins_setl_cnt": len(rows),
    }


def compare(memory: Memory, infno: Transaction, said: Mapping[str, Any], rows: Sequence[Row]) -> Said:
    """3201, or 3202 with the rows.  said: the cleaned form."""
    told = {
        "stmt_begndate": str(said["since"]),
        "stmt_enddate": str(said["until"]),
        "medfee_sumamt": f"{said['medfee_sumamt']:.2f}",
        "fund_pay_sumamt": f"{said['fund_pay_sumamt']:.2f}",
        "fixmedins_setl_cnt": said["fixmedins_setl_cnt"],
    }
    if infno is Transaction.DETAILS:
        told["rows"] = [row.told() for row in rows]
    return tell(memory, HOUSES[said["house"]], said["home"], infno, {"data": told})
