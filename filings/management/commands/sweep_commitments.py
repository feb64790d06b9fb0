"""manage.py sweep_commitments: end what was not completed in time, as the daily run does."""

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from filings.sweeping import Swept, sweep


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


class Command(BaseCommand):
    help = (
        "End every commitment that is past its last day: its filing is cancelled, the measures of the policy start. "
        "Twice, late or beside another run ends the same. Exit status: 0 all ended, 1 some could not be, each with "
        "its reason on its page."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", type=day, default=None, help="the day of the run, YYYY-MM-DD; today if left out")

    def handle(self, *args: Any, **options: Any) -> None:
        today = timezone.localdate()
        on = options["on"] or today
        if on > today:
            raise CommandError(f"{on} 还没有到，不能提前处理。")
        swept = sweep(on=on, report=lambda so_far: self.stdout.write(f"已处理 {so_far.seen:,} 件"))
        self.stdout.write(told(swept))
        if swept.failed:
            raise CommandError("有承诺未能处理，原因见承诺清单，下次运行时再处理。", returncode=1)


def told(swept: Swept) -> str:
    busy = f"，正被他人办理 {swept.busy:,} 件" if swept.busy else ""
    return f"到期取消 {swept.lapsed:,} 件，未成 {swept.failed:,} 件{busy}。"
