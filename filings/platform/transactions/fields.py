"""The kinds of field that bodies are made of: amounts exact to the fen, flags, days."""

import datetime as dt
import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from filings.platform.envelope import Message, upto
from filings.platform.reading import Number

AMOUNT = re.compile(r"([0-9]{1,14})(?:\.([0-9]{1,2})0*)?")
DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?: [0-9]{2}:[0-9]{2}:[0-9]{2})?")
FIRST_YEAR, LAST_YEAR = 1900, 2200
NIL = Decimal("0.00")


def _amount(value: Any) -> Decimal:
    """A quoted string or a number as it was written; a float made elsewhere has lost the fen already."""
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        value = str(value)
    elif isinstance(value, Number):
        value = value.written
    found = AMOUNT.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise PydanticCustomError("amount", "not an amount of at most 16 digits, two of them decimals, not negative")
    yuan, fen = found.groups()
    return Decimal(f"{yuan}.{(fen or '').ljust(2, '0')}")


def _net(value: Any) -> Decimal:
    """As `_amount`, with a sign where it is below nought."""
    written = value.written if isinstance(value, Number) else str(value) if isinstance(value, Decimal | int) else value
    is_below = isinstance(written, str) and written.strip().startswith("-")
    return -_amount(written.strip()[1:]) if is_below else _amount(value)


def _flag(value: Any) -> bool:
    if value in ("1", 1) or value is True:
        return True
    if value in ("0", "", 0, None) or value is False:
        return False
    raise PydanticCustomError("flag", "not 0 or 1")


def _day(value: Any) -> dt.date:
    """The day of a moment; a time beside it is let go."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    found = DAY.fullmatch(value.strip()) if isinstance(value, str) else None
    try:
        day = dt.date(*map(int, found.groups())) if found else None
    except ValueError:
        day = None
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise PydanticCustomError("day", "not a day")
    return day


Money = Annotated[
    Decimal,
    BeforeValidator(_amount),
    PlainSerializer(lambda amount: f"{amount:.2f}", return_type=str),
    WithJsonSchema({"type": ["string", "number"], "pattern": r"^[0-9]{1,14}(\.[0-9]{1,2}0*)?$"}),
]
NetMoney = Annotated[
    Decimal,
    BeforeValidator(_net),
    PlainSerializer(lambda amount: f"{amount:.2f}", return_type=str),
    WithJsonSchema({"type": ["string", "number"], "pattern": r"^-?[0-9]{1,14}(\.[0-9]{1,2}0*)?$"}),
]
"""What is left of settlements less their reversals."""
Flag = Annotated[
    bool,
    BeforeValidator(_flag),
    PlainSerializer(lambda flag: "1" if flag else "0", return_type=str),
    WithJsonSchema({"enum": ["0", "1"]}),
]
SaidFlag = Annotated[
    bool | None,
    BeforeValidator(lambda value: None if value in (None, "") else _flag(value)),
    WithJsonSchema({"enum": ["0", "1", "", None]}),
]
Day = Annotated[
    dt.date,
    BeforeValidator(_day),
    WithJsonSchema({"type": "string", "pattern": DAY.pattern}),
]
PersonNumber = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,30}$")]
StayNumber = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,30}$")]
Text30 = Annotated[str, upto(30)]
Text50 = Annotated[str, upto(50)]
Text100 = Annotated[str, upto(100)]
Text200 = Annotated[str, upto(200)]
Named = Annotated[str, upto(100, 1)]


class Body(Message):
    """Of what comes in: what is not known is let pass."""


class Answer(BaseModel):
    """Of what goes out: nothing that the model does not name."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Told(Answer):
    """One reason in the officer's words, with the clause."""

    code: str
    text: str
    source: str = ""
