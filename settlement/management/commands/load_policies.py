"""manage.py load_policies: the policies shipped with the portal."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from filings.policy_packs import load as load_filings
from hospitals.history_context import history_context
from hospitals.policy_packs import PackReport
from hospitals.reasons import Refused
from settlement.policy_packs import load_benefits, load_claims


class Command(BaseCommand):
    help = "Publish the shipped policies that are not there yet; again: changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with transaction.atomic(), history_context(user_name="系统", action="载入政策"):
                reports = {"备案政策": load_filings(), "待遇政策": load_benefits(), "报销材料政策": load_claims()}
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        if options["verbosity"] > 0:
            for name, report in reports.items():
                self._tell(name, report)

    def _tell(self, name: str, report: PackReport) -> None:
        for version in report.published:
            self.stdout.write(f"{name}：{version}，已发布。")
        for version in report.same:
            self.stdout.write(f"{name}：{version}，已在库中。")
