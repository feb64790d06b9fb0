"""Amounts of yuan, exact to the fen, and how they are written."""

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

FEN = Decimal("0.01")
NIL = Decimal("0.00")


def to_fen(amount: Decimal) -> Decimal:
    """The one rounding step of the portal: to the fen, half up; taken once for each fund."""
    return amount.quantize(FEN, ROUND_HALF_UP)


def written(amount: Decimal) -> str:
    """1750 → 1750.00."""
    text = str(amount)
    return text if text[-3:-2] == "." else f"{amount:.2f}"  # formatting takes four times as long


@lru_cache(maxsize=1024)
def written_ratio(ratio: Decimal) -> str:
    """0.7500 → 0.75, 0.8 → 0.80, 0.805 → 0.805."""
    text = f"{ratio.normalize():f}"
    return text if len(text.partition(".")[2]) > 2 else f"{ratio:.2f}"


@lru_cache(maxsize=1024)
def percent(ratio: Decimal) -> str:
    """0.75 → 75%, 0.805 → 80.5%."""
    return f"{(ratio * 100).normalize():f}%"
