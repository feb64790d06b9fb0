"""manage.py import_hospitals: what would this list change, and on --apply, change it."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction
from django.utils import timezone

from hospitals.hospital_lists import verbs
from hospitals.list_imports import notes_of
from hospitals.management.list_command import GOOD, REFUSED, Answer, ListCommand
from hospitals.models import Area
from hospitals.reasons import Refused
from hospitals.vocabulary import ListStrategy, Scope


class Command(ListCommand):
    help = (
        "Read a hospital list (xlsx, xls, csv) and print as JSON what it would change; with --apply, change it. "
        "Exit status: 0 every row is good, 1 rows are invalid or the change is refused, 2 the file cannot be read."
    )
    counted = ("new", "changed", "same", "withdrawn", "skipped")

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--strategy",
            choices=[strategy.value for strategy in ListStrategy],
            default=ListStrategy.COMPLETE.value,
            help="complete: what is missing is withdrawn from today (default); add: only new; update: only changes",
        )
        parser.add_argument("--force", action="store_true", help="let a complete list withdraw more than 20 per cent")
        parser.add_argument(
            "--scope",
            choices=[scope.value for scope in Scope],
            default=Scope.CROSS_PROVINCE.value,
            help="what services are open for where the list does not say",
        )

    def outcome(self, data: bytes, area: Area, options: dict[str, Any], empty: dict[str, Any]) -> Answer:
        """The plan; carried out as it stands, in the same transaction, where --apply says so."""
        strategy, scope = ListStrategy(options["strategy"]), Scope(options["scope"])  # type: ignore[call-arg]
        answer = dict(empty)
        try:
            table = verbs.read_list(data)
            with transaction.atomic():
                seen = verbs.forecast(table=table, area=area, strategy=strategy, scope=scope)
                answer |= self.counts(seen.plan)
                answer["invalid"] = [fault.as_dict() for fault in seen.plan.faults]
                if notes := notes_of(seen.table):
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
