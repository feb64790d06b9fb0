"""manage.py replay_policy: what past settlements would have come to under another version.  Writes nothing."""

import datetime as dt
import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from settlement.models import BenefitPolicy
from settlement.replays.questions import question_of
from settlement.replays.shown import ShownTable, counts, tables
from settlement.replays.tally import Tally
from settlement.replays.verbs import database
from settlement.replays.workers import WORKERS, ReplayBroken, replay_all


class Command(BaseCommand):
    help = "政策试算：把一段时间内的结算按某一版本的待遇政策重算，列出前后差额。只读，不写任何数据。"

    def create_parser(self, prog_name: str, subcommand: str, **options: Any) -> CommandParser:
        """`--version` is the policy's here, not Django's."""
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **options)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--policy", type=int, help="待遇政策的编号；或者用下面两项")
        parser.add_argument("--area", help="统筹区代码")
        parser.add_argument("--version", type=int, dest="number", help="版本")
        parser.add_argument("--from", type=dt.date.fromisoformat, dest="since", required=True, help="结算日期起")
        parser.add_argument("--until", type=dt.date.fromisoformat, required=True, help="结算日期止")
        parser.add_argument("--as-recorded", action="store_true", help="期间以外的结算按原结果计，不重算")
        parser.add_argument("--workers", type=int, default=WORKERS, help="进程数")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        policy = self._policy(options)
        if options["until"] < options["since"] or options["workers"] < 1:
            raise CommandError("结算日期止不能早于结算日期起，进程数至少为 1。")
        try:
            question = question_of(
                policy, since=options["since"], until=options["until"], whole_years=not options["as_recorded"]
            )
        except ValueError as fault:
            raise CommandError(f"{policy}：{fault}") from fault
        began = time.monotonic()
        try:
            tally = replay_all(database(), question, workers=options["workers"], report=self._report)
        except ReplayBroken as broken:
            raise CommandError(f"试算中断：{broken}") from None
        self.stderr.write(f"\n用时 {time.monotonic() - began:.1f} 秒")
        if options["json"]:
            self.stdout.write(json.dumps({"policy": str(policy), **tally.as_dict()}, ensure_ascii=False))
        else:
            self._print(policy, tally)

    def _policy(self, options: dict[str, Any]) -> BenefitPolicy:
        if options["policy"] is None and (options["area"] is None or options["number"] is None):
            raise CommandError("请用 --policy，或者用 --area 和 --version 指明版本。")
        asked = {"pk": options["policy"]}
        if options["policy"] is None:
            asked = {"area": options["area"], "version": options["number"]}
        policy: BenefitPolicy | None = BenefitPolicy.objects.filter(**asked).select_related("area").first()
        if policy is None:
            raise CommandError("没有这一版本的待遇政策。")
        return policy

    def _report(self, done: int, total: int) -> None:
        self.stderr.write(f"\r{done:,} / {total:,}", ending="")
        self.stderr.flush()

    def _print(self, policy: BenefitPolicy, tally: Tally) -> None:
        self.stdout.write(f"{policy}")
        self.stdout.write("、".join(f"{label} {count:,}" for label, count in counts(tally)))
        for table in tables(tally):
            self._print_table(table)

    def _print_table(self, table: ShownTable) -> None:
        self.stdout.write(f"\n{table.title}\n" + "\t".join(table.header))
        for row in table.rows:
            self.stdout.write("\t".join(cell if isinstance(cell, str) else f"{cell:,}" for cell in row))
