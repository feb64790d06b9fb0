"""manage.py load_demo: demo accounts and demo cases, into a development database only."""

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from filings import demo as filings
from filings import demo_commitments as commitments
from hospitals import demo as staff
from hospitals.development import is_development_database
from settlement import demo as claims
from settlement import demo_benefits as benefits
from settlement import demo_clearing as clearing
from settlement import demo_findings as findings
from settlement import demo_gateway as gateway
from settlement import demo_inbound as inbound
from settlement import demo_payments as payments
from settlement import demo_recoupments as recoupments
from settlement import demo_settlements as settlements
from settlement import demo_tickets as tickets


class Command(BaseCommand):
    help = "装入演示账户和示例数据；只装入开发数据库，重复执行不改变任何内容。"

    def handle(self, *args: Any, **options: Any) -> None:
        if not is_development_database(connection):
            raise CommandError("当前数据库不是开发数据库，不装入演示数据。")
        with transaction.atomic():
            users: dict[str, User] = staff.load()
            self.stdout.write(f"演示账户：{len(users)} 个")
            self.stdout.write(filings.load(users))
            self.stdout.write(commitments.load(users))
            self.stdout.write(benefits.load())
            self.stdout.write(claims.load(users))
            self.stdout.write(findings.load(users))
            self.stdout.write(recoupments.load(users))
            self.stdout.write(settlements.load(users))
            self.stdout.write(payments.load(users))
            self.stdout.write(gateway.load())
            self.stdout.write(inbound.load(users))
            self.stdout.write(clearing.load(users))
            self.stdout.write(tickets.load(users))
