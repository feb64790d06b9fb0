"""Reading a message: from bytes to values, with every number as it was written.  Raises Unreadable and nothing else."""

import json
from typing import Any, NoReturn

DEEPEST = 32  # levels; a message of the interface has five


class Unreadable(ValueError):
    """The bytes are no message.  `str()`: why, in Chinese."""


class Number(float):
    """A number with a fraction, as it was written: signatures see the number, amounts the writing."""

    written: str

    def __new__(cls, written: str) -> "Number":
        number = super().__new__(cls, written)
        number.written = written
        return number


def read_message(body: bytes) -> dict[str, Any]:
    """A JSON object in UTF-8, at most so deep, of finite numbers."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable("报文应为 UTF-8 编码") from error
    try:
        message = json.loads(text, parse_float=Number, parse_constant=_refuse_constant)
        depth = _depth(message)
    except (ValueError, RecursionError) as error:
        raise Unreadable("报文不是完整的 JSON") from error
    if not isinstance(message, dict):
        raise Unreadable("报文应为一个 JSON 对象")
    if depth > DEEPEST:
        raise Unreadable("报文嵌套过深")
    return message


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _depth(value: Any, at: int = 1) -> int:
    """Counted only as far as it matters."""
    if at > DEEPEST:
        return at
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return max((_depth(part, at + 1) for part in parts if isinstance(part, (dict, list))), default=at)
