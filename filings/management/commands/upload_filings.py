"""manage.py upload_filings --area CODE [--apply]: what came into the database without the outbox goes up."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from filings.uploads.first import count_untold, tell_for_the_first_time
from hospitals.models import Area


class Command(BaseCommand):
    help = "首次上报：把从未上报的有效备案列入上报，重复执行不会重复上报；不加 --apply 只计数。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--area", required=True, help="统筹区代码")
        parser.add_argument("--apply", action="store_true", help="列入上报")

    def handle(self, *args: Any, **options: Any) -> None:
        area = Area.objects.filter(pk=options["area"], is_pool=True).first()
        if area is None:
            raise CommandError(f"没有统筹区 {options['area']}。")
        if options["apply"]:
            self.stdout.write(f"{area.name}：{tell_for_the_first_time(area)} 件备案已列入上报")
        else:
            self.stdout.write(f"{area.name}：{count_untold(area)} 件有效备案从未上报")
