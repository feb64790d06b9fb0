"""What the commands share that answer questions as JSON Lines: `-` or a file in, answers out."""

import io
import os
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hospitals.jsonlines import Answer, Question, answer_lines


class AnsweringCommand(BaseCommand):
    """A subclass reads what it needs once, in `prepare`, and answers questions from that, in `answer`."""

    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="questions, one JSON object a line; - for standard input")

    def handle(self, *args: Any, file: str, **options: Any) -> None:
        self.prepare()
        try:
            with _opened(file) as source:
                answer_lines(source, sys.stdout.buffer, self.answer)
        except BrokenPipeError:  # whoever reads the answers has had enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except OSError as error:
            raise CommandError(f"无法读取 {file}：{error.strerror}") from error

    def prepare(self) -> None:
        raise NotImplementedError

    def answer(self, question: Question) -> Answer:
        raise NotImplementedError


def _opened(file: str) -> AbstractContextManager[io.BufferedIOBase]:
    return nullcontext(sys.stdin.buffer) if file == "-" else Path(file).open("rb")
