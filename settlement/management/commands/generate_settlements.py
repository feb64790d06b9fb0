"""manage.py generate_settlements: a made-up past for the people of an area, for measuring; development only."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from filings.models import InsuredPerson
from hospitals.development import is_development_database
from settlement.population import settle_people


class Command(BaseCommand):
    help = "为统筹区的示例参保人生成供测量用的往年结算，只写入开发数据库。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--area", required=True, help="统筹区代码")
        parser.add_argument("--people", type=int, default=1_000_000, help="参保人数，取最后登记的")

    def handle(self, *args: Any, **options: Any) -> None:
        if not is_development_database(connection):
            raise CommandError("当前数据库不是开发数据库，不生成示例数据。")
        people = InsuredPerson.objects.filter(area=options["area"]).order_by("-pk").values_list("pk", flat=True)
        last = list(people[: options["people"]])
        if not last:
            raise CommandError("该统筹区没有参保人，请先执行 generate_population。")
        try:
            settle_people(options["area"], last[-1], last[0], report=self.stdout.write)
        except ValueError as fault:
            raise CommandError(f"{fault}。") from fault
