"""Amounts in Chinese capitals, as payment forms write them so that nobody alters them.  Plain Python."""

from decimal import Decimal

DIGITS = "零壹贰叁肆伍陆柒捌玖"
UNITS = ((10**8, "亿"), (10**4, "万"), (1000, "仟"), (100, "佰"), (10, "拾"))
MOST = Decimal("9999999999999999.99")


def in_capitals(amount: Decimal) -> str:
    """13687.50 → 壹万叁仟陆佰捌拾柒元伍角整.

    amount: yuan to the fen, not negative.  Raises ValueError for any other.  Source: 《支付结算办法》附一, which ends
    yuan and jiao with 整, fen without, and writes one 零 for each run of noughts inside the amount.
    """
    if not (amount.is_finite() and 0 <= amount <= MOST and amount == amount.quantize(Decimal("0.01"))):
        raise ValueError(f"不是可以大写的金额：{amount}")
    fen = int(amount * 100)
    whole, (jiao, cents) = fen // 100, divmod(fen % 100, 10)
    if not fen:
        return "零元整"
    text = f"{_integer(whole)}元" if whole else ""
    if jiao:
        text += f"{DIGITS[jiao]}角"
    if not cents:
        return f"{text}整"
    return text + ("零" if whole and not jiao else "") + f"{DIGITS[cents]}分"


def _integer(number: int) -> str:
    """By the greatest unit in it, then what is left; a nought is said where the next place down is empty."""
    for unit, name in UNITS:
        if number >= unit:
            high, low = divmod(number, unit)
            gap = "零" if 0 < low < unit // 10 else ""
            return _integer(high) + name + gap + (_integer(low) if low else "")
    return DIGITS[number]
