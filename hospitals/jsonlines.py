"""Questions as JSON Lines in, answers as JSON Lines out, in the same order.  Plain Python."""

import codecs
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from hospitals.reasons import Reason

LONGEST_LINE = 1 << 20
READ_AT_ONCE = 1 << 16

Question = Mapping[str, Any]
Answer = Mapping[str, Any]

_decode = msgspec.json.Decoder().decode
_encode_lines = msgspec.json.Encoder().encode_lines
_LEADING_ID = re.compile(rb'\s*\{\s*"id"\s*:\s*("(?:[^"\\]|\\.)*"|-?[0-9]+(?![0-9.eE]))')


def answer_lines(source: io.BufferedIOBase, target: io.BufferedIOBase, answer: Callable[[Question], Answer]) -> None:
    """Answer every line of `source` on `target`; a line that is no JSON object is answered `invalid`.

    Blank lines are skipped.  All that has arrived is answered and flushed before more is waited for, so that a program
    may also ask line by line over a pipe.  `answer` gets the question and gives the answer without its `id`, which is
    put in front here.
    """
    number = 0
    for lines in _arriving(source):
        answers = []
        for line in lines:
            number += 1
            if number == 1:
                line = line.removeprefix(codecs.BOM_UTF8)
            if line.strip():
                answers.append(_answer_line(line, number, answer))
        if answers:
            target.write(_written(answers))
            target.flush()


def invalid(*reasons: Reason) -> dict[str, Any]:
    """The answer to a question that cannot be understood."""
    return {"outcome": "invalid", "reasons": [reason.as_dict() for reason in reasons]}


def _answer_line(line: bytes, number: int, answer: Callable[[Question], Answer]) -> dict[str, Any]:
    if len(line) > LONGEST_LINE:
        return {"id": _leading_id(line)} | invalid(Reason("line_too_long", f"第 {number} 行过长"))
    try:
        question = _decode(line)
    except (ValueError, RecursionError):
        return _answer_malformed(line, number, answer)
    if not isinstance(question, dict):
        return {"id": None} | invalid(Reason("not_an_object", f"第 {number} 行不是 JSON 对象"))
    return {"id": _id_of(question), **answer(question)}


def _answer_malformed(line: bytes, number: int, answer: Callable[[Question], Answer]) -> dict[str, Any]:
    """Always invalid.  What the standard library still reads (NaN, Infinity, 1e400) goes to `answer` all the same,
    because that names the field at fault."""
    not_json = Reason("not_json", f"第 {number} 行不是有效的 JSON")
    try:
        question = json.loads(line)
    except (ValueError, RecursionError):
        return {"id": _leading_id(line)} | invalid(not_json)
    if not isinstance(question, dict):
        return {"id": None} | invalid(not_json)
    answered = answer(question)
    return {"id": _id_of(question), **(answered if answered["outcome"] == "invalid" else invalid(not_json))}


def _leading_id(line: bytes) -> str | int | None:
    """The id of a line that cannot be read as a whole, where it stands first."""
    found = _LEADING_ID.match(line)
    try:
        return json.loads(found[1]) if found else None
    except ValueError:
        return None


def _id_of(question: Question) -> str | int | float | None:
    given = question.get("id")
    return given if isinstance(given, str | int | float) else None


def _written(answers: list[dict[str, Any]]) -> bytes:
    try:
        return _encode_lines(answers)
    except UnicodeEncodeError:  # half a character in an id, or in a value that a reason quotes
        lines = (json.dumps(answer, ensure_ascii=False, separators=(",", ":")) + "\n" for answer in answers)
        return "".join(lines).encode(errors="replace")


def _arriving(source: io.BufferedIOBase) -> Iterator[list[bytes]]:
    """The lines of `source`, each time those that one read completes.  Of a line that is too long, only enough is kept
    to tell that it is."""
    rest = b""
    while chunk := source.read1(READ_AT_ONCE):
        *lines, rest = (rest + chunk).split(b"\n")
        rest = rest[: LONGEST_LINE + 1]
        yield lines
    yield [rest]
