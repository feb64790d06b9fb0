"""manage.py import_people: what would this list change in the register of an area, and on --apply, change it."""

from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from filings.identity import masked
from filings.people_lists import verbs
from filings.people_lists.columns import HEADINGS
from filings.people_lists.planning import Plan
from hospitals.list_imports import discreet, notes_of
from hospitals.management.list_command import GOOD, REFUSED, Answer, ListCommand
from hospitals.models import Area
from hospitals.reasons import Refused
from hospitals.sheets import Table


class Command(ListCommand):
    help = (
        "Read a list of insured people (xlsx, xls, csv) and print as JSON what it would change; with --apply, change "
        "it. Nobody is ever removed. Id numbers are printed masked. Exit status: 0 every row is good, 1 rows are "
        "invalid or the change is refused, 2 the file cannot be read."
    )
    counted = ("new", "changed", "same")

    def outcome(self, data: bytes, area: Area, options: dict[str, Any], empty: dict[str, Any]) -> Answer:
        """The plan; carried out as it stands, in the same transaction, where --apply says so."""
        answer = dict(empty)
        table = verbs.read_list(data)
        try:
            with discreet(), transaction.atomic():
                seen = verbs.forecast(table=table, area=area, on=timezone.localdate())
                answer |= self.counts(seen.plan)
                answer["invalid"] = _faults(seen.plan, table)
                if notes := notes_of(table):
                    answer["notes"] = notes
                if seen.plan.faults:
                    return answer, REFUSED
                if options["apply"]:
                    found = verbs.upload(data=data, file_name=Path(options["file"]).name, area=area, by=None)
                    verbs.keep(list_import=found, seen=seen, by=None)
                    verbs.apply(list_import=found, by=None)
                    answer["applied"] = True
        except Refused as refused:
            return {**answer, "error": f"{refused}。"}, REFUSED
        return answer, GOOD


def _faults(plan: Plan, table: Table) -> list[dict[str, int | str]]:
    """The faults for a screen or a log: where an id number is at fault, it is shown masked."""
    number_columns = {table.headings.get("id_number"), HEADINGS["id_number"]}
    shown = []
    for fault in plan.faults:
        entry = fault.as_dict()
        if fault.column in number_columns:
            entry["value"] = masked(fault.value)
        shown.append(entry)
    return shown
