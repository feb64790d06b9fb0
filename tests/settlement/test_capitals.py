"""Amounts in capitals: the examples of 《支付结算办法》附一, and every amount reads back as it was."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.capitals import DIGITS, in_capitals

UNITS = {"拾": 10, "佰": 100, "仟": 1000}


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("0.00", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("1.00", "壹元整"),
        ("10.00", "壹拾元整"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("13687.50", "壹万叁仟陆佰捌拾柒元伍角整"),
        ("100010001.00", "壹亿零壹万零壹元整"),
        ("1000000000001.00", "壹万亿零壹元整"),
        ("9999999999999999.99", "玖仟玖佰玖拾玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
    ],
)
def test_amount_is_written_as_the_rules_have_it(amount, written):
    assert in_capitals(Decimal(amount)) == written


@pytest.mark.parametrize("amount", ["-0.01", "0.005", "NaN", "Infinity", "1E+16", "1E+400"])
def test_what_is_no_amount_is_refused(amount):
    with pytest.raises(ValueError, match="不是可以大写的金额"):
        in_capitals(Decimal(amount))


def read_back(text: str) -> int:
    """Fen, read character by character."""
    whole, _, rest = text.removesuffix("整").partition("元") if "元" in text else ("", "", text.removesuffix("整"))
    total = section = digit = 0
    for sign in whole:
        if sign in DIGITS:
            digit = DIGITS.index(sign)
        elif sign in UNITS:
            section, digit = section + digit * UNITS[sign], 0
        elif sign == "万":
            section, digit = (section + digit) * 10_000, 0
            total, section = total + section, 0
        elif sign == "亿":
            total, section, digit = (total + section + digit) * 10**8, 0, 0
    fen = (total + section + digit) * 100
    for value, unit in zip(rest.replace("零", "")[::2], rest.replace("零", "")[1::2], strict=True):
        fen += DIGITS.index(value) * {"角": 10, "分": 1}[unit]
    return fen


@given(st.integers(0, 10**18 - 1))
def test_amount_reads_back_as_it_was(fen):
    written = in_capitals(Decimal(fen).scaleb(-2))
    assert read_back(written) == fen
    assert "零零" not in written
