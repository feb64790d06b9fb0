"""manage.py work: the worker of the jobs."""

import asyncio
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from hospitals.worker import work


class Command(BaseCommand):
    help = "Do the jobs (uploads, deadlines, long lists) until told to stop; waits for a database that is away."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--queues", nargs="*", default=(), help="only these: lists, deadlines, uploads")

    def handle(self, *args: Any, **options: Any) -> None:
        asyncio.run(work(options["queues"]))
