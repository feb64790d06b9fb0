"""Commands that import a list: a file for an area in, one JSON object out, and an exit status that says how it went."""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from hospitals.causes import cause_of
from hospitals.models import Area
from hospitals.sheets import Unreadable
from hospitals.sheets.table import MAX_BYTES
from hospitals.vocabulary import ListAction

GOOD, REFUSED, UNREADABLE = 0, 1, 2
Answer = tuple[dict[str, Any], int]


class ListCommand(BaseCommand):
    """Subclasses give `outcome`.  counted: the counts that an answer always has."""

    counted: tuple[str, ...]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the list; - reads standard input")
        parser.add_argument("--area", required=True, help="pooling area, six digits")
        parser.add_argument("--apply", action="store_true", help="write the changes")

    def handle(self, *args: Any, **options: Any) -> None:
        answer, status = self.answer(options)
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2 if self.stdout.isatty() else None))
        if status:
            sys.exit(status)

    def answer(self, options: dict[str, Any]) -> Answer:
        """The object to print and the exit status."""
        empty: dict[str, Any] = {
            "file_sha256": None,
            "rows": 0,
            **dict.fromkeys(self.counted, 0),
            "applied": False,
            "invalid": [],
        }
        try:
            data = _content(options["file"])
        except OSError as error:
            return {**empty, "error": f"无法打开文件：{cause_of(error)}。"}, UNREADABLE
        empty["file_sha256"] = hashlib.sha256(data).hexdigest()
        area = Area.objects.pools().select_related("parent").filter(code=options["area"]).first()
        if area is None:
            return {**empty, "error": f"没有代码为 {options['area']} 的统筹区。"}, UNREADABLE
        try:
            return self.outcome(data, area, options, empty)
        except Unreadable as problem:
            return {**empty, "error": str(problem)}, UNREADABLE

    def outcome(self, data: bytes, area: Area, options: dict[str, Any], empty: dict[str, Any]) -> Answer:
        """What the list would change, or has changed; `empty` with the counts filled in.  Raises Unreadable."""
        raise NotImplementedError

    def counts(self, plan: Any) -> dict[str, int]:
        """How many rows the plan has, and what they do."""
        return {"rows": plan.rows, **{name: plan.count(ListAction.of(name)) for name in self.counted}}


def _content(name: str) -> bytes:
    """The file, or a byte more than is allowed of one that is too large."""
    if name == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    with Path(name).open("rb") as file:
        return file.read(MAX_BYTES + 1)
