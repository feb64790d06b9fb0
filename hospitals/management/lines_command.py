"""A command that answers questions: JSON Lines in from a file or standard input, JSON Lines out."""

import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext_lazy as _

from hospitals.causes import cause_of
from hospitals.jsonlines import Answer, Question, answer_lines


class LinesCommand(BaseCommand):
    """Subclasses give `answerer`: what answers one question; it is asked for once, before the first line is read."""

    requires_system_checks = ()  # nothing here depends on them, and a short question should not wait for them

    def answerer(self) -> Callable[[Question], Answer]:
        raise NotImplementedError

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help=str(_("JSON Lines 文件；- 为标准输入")))

    def handle(self, *args: Any, file: str, **options: Any) -> None:
        answer = self.answerer()
        target = getattr(self.stdout._out, "buffer", None) or io.BytesIO()
        try:
            if file == "-":
                answer_lines(cast(io.BufferedIOBase, sys.stdin.buffer), target, answer)
            else:
                with Path(file).open("rb") as source:
                    answer_lines(source, target, answer)
        except BrokenPipeError:  # who read the answers has had enough of them
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except OSError as error:
            raise CommandError(_("无法读取 %(file)s：%(cause)s") % {"file": file, "cause": cause_of(error)}) from error
        if isinstance(target, io.BytesIO):
            self.stdout.write(target.getvalue().decode(), ending="")
