"""manage.py generate_population: a made-up population of any size, for measuring; into a development database only."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from filings.population import Numbers, populate
from hospitals.development import is_development_database


class Command(BaseCommand):
    help = "生成供测量用的示例参保人、备案和承诺，只写入开发数据库。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--people", type=int, default=1_000_000, help="参保人数")
        parser.add_argument("--filings", type=int, default=1_500_000, help="备案件数")
        parser.add_argument("--commitments", type=int, default=300_000, help="待补齐的承诺件数")

    def handle(self, *args: Any, **options: Any) -> None:
        if not is_development_database(connection):
            raise CommandError("当前数据库不是开发数据库，不生成示例数据。")
        began = time.monotonic()
        try:
            populate(Numbers(options["people"], options["filings"], options["commitments"]), report=self.stdout.write)
        except ValueError as fault:
            raise CommandError("请先执行 make ready。") from fault
        self.stdout.write(f"用时 {time.monotonic() - began:.0f} 秒")
