"""Lines in, lines out: order kept, bad lines answered, nothing lost."""

import io
import json
import os
import threading

import pytest

from hospitals.jsonlines import LONGEST_LINE, answer_lines, invalid
from hospitals.reasons import Reason


def echo(question):
    if isinstance(question.get("amount"), float):
        return invalid(Reason("not_a_number", f"金额不是数字：{question['amount']}"))
    return {"outcome": "accept", "name": question.get("name")}


def answers(text):
    source = io.BytesIO(text if isinstance(text, bytes) else text.encode())
    target = io.BytesIO()
    answer_lines(source, target, echo)
    return [json.loads(line) for line in target.getvalue().decode().splitlines()]


def test_answers_keep_order_and_id_and_chinese():
    source = io.BytesIO('{"id":"甲","name":"王"}\r\n{"id":2}\n'.encode())
    target = io.BytesIO()
    answer_lines(source, target, echo)
    assert target.getvalue().decode() == (
        '{"id":"甲","outcome":"accept","name":"王"}\n{"id":2,"outcome":"accept","name":null}\n'
    )


def test_blank_lines_are_skipped_but_counted():
    given = answers('\n  \n{"id":1}\n\n[]\n\n')
    assert [answer["id"] for answer in given] == [1, None]
    assert given[1]["reasons"][0]["text"] == "第 5 行不是 JSON 对象"


def test_file_without_last_newline_and_with_byte_order_mark():
    assert answers(b'\xef\xbb\xbf{"id":1}') == [{"id": 1, "outcome": "accept", "name": None}]
    assert answers(b"") == []


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ('{"id": "7", "kind": ', "7"),
        ('{"id": 7, "kind": nonsense}', 7),
        ('{"id": 7.5, "kind": ', None),
        ('{"kind": "filing"', None),
        ("{'id': 7}", None),
        ("nonsense", None),
        ("[" * 100_000, None),
        ('"text"', None),
        ("null", None),
        ("3", None),
        ("NaN", None),
        ("9" * 6000, None),
        (b'{"id": "7", "name": "\xff"}', "7"),
        ('{"id": "7", "name": "' + "x" * LONGEST_LINE + '"}', "7"),
        ('{"id": 8, "name": NaN}', 8),
        ('{"id": 8, "name": 1e999}', 8),
    ],
)
def test_bad_line_is_invalid_and_the_rest_goes_on(line, kept):
    line = line if isinstance(line, bytes) else line.encode()
    bad, good = answers(line + b'\n{"id":"next"}\n')
    assert (bad["id"], bad["outcome"]) == (kept, "invalid")
    assert bad["reasons"][0]["text"]
    assert good == {"id": "next", "outcome": "accept", "name": None}


def test_not_a_number_is_named_by_its_field():
    assert answers('{"id":1,"amount":NaN}')[0]["reasons"][0]["text"] == "金额不是数字：nan"


def test_half_a_character_does_not_stop_the_writing():
    first, second = answers('{"id":"\\ud800"}\n{"id":"好"}\n')
    assert first["outcome"] == "invalid"
    assert second["id"] == "好"


def test_id_that_is_no_scalar_is_dropped():
    assert answers('{"id":["a"]}')[0]["id"] is None


def test_question_is_answered_before_the_next_is_asked():
    asking, listening = os.pipe(), os.pipe()
    with (
        open(asking[0], "rb") as source,
        open(listening[1], "wb") as target,
        open(asking[1], "wb", buffering=0) as ask,
        open(listening[0], "rb") as listen,
    ):
        worker = threading.Thread(target=answer_lines, args=(source, target, echo))
        worker.start()
        for number in range(3):
            ask.write(b'{"id":%d}\n' % number)
            assert json.loads(listen.readline())["id"] == number
        ask.close()
        worker.join(timeout=5)
        assert not worker.is_alive()


def test_lines_longer_than_one_read_are_put_together():
    long = "长" * 50_000
    assert answers(json.dumps({"id": 1, "name": long}) + '\n{"id":2}\n')[0]["name"] == long
