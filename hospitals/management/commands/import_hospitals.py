"""manage.py import_hospitals: what would this list change, and on --apply, change it."""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone

from hospitals.hospital_lists import verbs
from hospitals.hospital_lists.planning import Plan
from hospitals.models import Area
from hospitals.reasons import Refused
from hospitals.sheets import Unreadable
from hospitals.sheets.table import MAX_BYTES
from hospitals.vocabulary import ListAction, ListStrategy, Scope

GOOD, REFUSED, UNREADABLE = 0, 1, 2


class Command(BaseCommand):
    help = (
        "Read a hospital list (xlsx, xls, csv) and print as JSON what it would change; with --apply, change it. "
        "Exit status: 0 every row is good, 1 rows are invalid or the change is refused, 2 the file cannot be read."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the list; - reads standard input")
        parser.add_argument("--area", required=True, help="pooling area, six digits")
        parser.add_argument("--apply", action="store_true", help="write the changes")
        parser.add_argument(
            "--strategy",
            choices=list(ListStrategy),
            default=ListStrategy.COMPLETE,
            help="complete: what is missing is withdrawn from today (default); add: only new; update: only changes",
        )
        parser.add_argument("--force", action="store_true", help="let a complete list withdraw more than 20 per cent")
        parser.add_argument(
            "--scope",
            choices=list(Scope),
            default=Scope.CROSS_PROVINCE,
            help="what services are open for where the list does not say",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        answer, status = self.answer(options)
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2 if self.stdout.isatty() else None))
        if status:
            sys.exit(status)

    def answer(self, options: dict[str, Any]) -> tuple[dict[str, Any], int]:
        """The object to print and the exit status."""
        empty: dict[str, Any] = {
            "file_sha256": None,
            "rows": 0,
            **dict.fromkeys(("new", "changed", "same", "withdrawn", "skipped"), 0),
            "applied": False,
            "invalid": [],
        }
        try:
            data = _content(options["file"])
        except OSError as error:
            return {**empty, "error": f"无法打开文件：{error.strerror or error}。"}, UNREADABLE
        empty["file_sha256"] = hashlib.sha256(data).hexdigest()
        area = Area.objects.pools().select_related("parent").filter(code=options["area"]).first()
        if area is None:
            return {**empty, "error": f"没有代码为 {options['area']} 的统筹区。"}, UNREADABLE
        try:
            return self.outcome(data, area, options, empty)
        except Unreadable as problem:
            return {**empty, "error": str(problem)}, UNREADABLE

    def outcome(
        self, data: bytes, area: Area, options: dict[str, Any], empty: dict[str, Any]
    ) -> tuple[dict[str, Any], int]:
        """The plan; carried out as it stands, in the same transaction, where --apply says so."""
        strategy, scope = ListStrategy(options["strategy"]), Scope(options["scope"])  # type: ignore[call-arg]
        answer = dict(empty)
        try:
            table = verbs.read_list(data)
            with transaction.atomic():
                seen = verbs.forecast(table=table, area=area, strategy=strategy, scope=scope)
                answer |= _counts(seen.plan)
                answer["invalid"] = [fault.as_dict() for fault in seen.plan.faults]
                if notes := verbs.notes_of(seen.table):
                    answer["notes"] = notes
                if seen.plan.faults:
                    return answer, REFUSED
                verbs.check_withdrawals(answer["withdrawn"], seen.plan.active, allowed=options["force"])
                if options["apply"]:
                    list_import = verbs.upload(
                        data=data,
                        file_name=Path(options["file"]).name,
                        area=area,
                        strategy=strategy,
                        scope=scope,
                        allow_many_withdrawals=options["force"],
                        by=None,
                    )
                    verbs.keep(list_import=list_import, seen=seen, by=None)
                    verbs.apply(list_import=list_import, by=None, on=timezone.localdate())
                    answer["applied"] = True
        except Refused as refusal:
            if not options["apply"]:
                return {**answer, "warning": f"{refusal}。"}, GOOD
            return {**answer, "error": f"{refusal}。"}, REFUSED
        return answer, GOOD


def _content(name: str) -> bytes:
    """The file, or a byte more than is allowed of one that is too large."""
    if name == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    with Path(name).open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _counts(plan: Plan) -> dict[str, int]:
    actions = (ListAction.NEW, ListAction.CHANGED, ListAction.SAME, ListAction.WITHDRAWN, ListAction.SKIPPED)
    return {"rows": plan.rows, **{action.value: plan.count(action) for action in actions}}
