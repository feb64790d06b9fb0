"""manage.py sweep_tickets: escalate the tickets whose clock has run out, as the worker does each minute."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from settlement.tickets.sweeping import sweep


class Command(BaseCommand):
    help = (
        "Escalate every failure ticket whose clock has run out. Twice, late or beside another run ends the same. "
        "Exit status: 0 all escalated, 1 some could not be."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        swept = sweep(at=timezone.now())
        busy = f"，正被他人办理 {swept.busy:,} 件" if swept.busy else ""
        self.stdout.write(f"到时升级 {swept.escalated:,} 件，未成 {swept.failed:,} 件{busy}。")
        if swept.failed:
            raise CommandError("有工单未能升级，下次运行时再处理。", returncode=1)
