"""A million past settlements replayed under an unchanged draft and under a changed one, by two processes.

The floor: the same rows read by COPY and their funds summed, in one process, nothing replayed.
"""

import datetime as dt
import os
import resource
from collections.abc import Iterator
from decimal import Decimal

import psycopg
from django.db import connection
from django.db.models import F, Max
from django.db.models.functions import Least

from filings.models import InsuredPerson
from hospitals.access import portal_account
from settlement.models import BenefitPolicy, RatioRow
from settlement.population import YEAR, settle_people
from settlement.replays.questions import question_of
from settlement.replays.reading import extent_of, replay_piece
from settlement.replays.replaying import COMPONENT_PAID, PAID, Question
from settlement.replays.tally import Change, Tally, differences
from settlement.replays.verbs import database
from settlement.replays.workers import WORKERS, replay_all
from tests.benchmarks.measure import Ratio, seconds

CASES = 1_000_000
AREA = "211200"
PEOPLE = 700_000  # of whom each has between one and four stays
AIM = 60.0  # seconds
SINCE, UNTIL = dt.date(YEAR, 1, 1), dt.date(YEAR + 1, 12, 31)


def run() -> Iterator[Ratio]:
    made: list[int] = []
    taken = seconds(lambda: made.append(fill()))
    yield Ratio(f"make {made[0]:,} settlements and their ledger", taken, 600.0, "ten minutes", 1.0)
    policy = BenefitPolicy.objects.in_force(AREA, UNTIL)
    draft = policy.next_version(starts_on=UNTIL)
    question = question_of(draft, since=SINCE, until=UNTIL)
    least = seconds(lambda: floor(question))
    tally, taken, told = replayed(question)
    if list(differences(tally)) or tally.whole().counts[Change.SAME] != sum(tally.whole().counts.values()):
        raise RuntimeError("an unchanged draft changes something")
    yield Ratio(f"replay, unchanged draft: exactly zero; {told}", taken, AIM, "one minute", 1.0)
    yield Ratio("the same", taken, least, "COPY and sum, one process")
    RatioRow.objects.filter(policy=draft).update(number=Least(F("number") + Decimal("0.05"), Decimal(1)))
    draft.deductibles.update(number=F("number") + 100)
    tally, taken, told = replayed(question_of(draft, since=SINCE, until=UNTIL))
    changed = sum(tally.whole().counts[change] for change in (Change.UP, Change.DOWN, Change.SHIFTED))
    if not changed:
        raise RuntimeError("a changed draft changes nothing")
    yield Ratio(f"replay, changed draft: {changed:,} change; {told}", taken, AIM, "one minute", 1.0)
    draft.delete()


def replayed(question: Question) -> tuple[Tally, float, str]:
    """The tally, how long it took, and how many a second and with how much of the processors."""
    found: list[Tally] = []
    count: list[int] = []
    before = used()
    taken = seconds(
        lambda: found.append(replay_all(database(), question, report=lambda done, total: count.append(total)))
    )
    if count[-1] < CASES:
        raise RuntimeError(f"{count[-1]} settlements only")
    rate = f"{count[-1] / taken:,.0f} a second, {used() - before:.0f} s of CPU in {WORKERS} processes"
    return found[0], taken, f"{rate}, load {os.getloadavg()[0]:.1f}"


def used() -> float:
    """Seconds of the processors, by this process and those that it has waited for."""
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


class Summing:
    """Takes a replay's place: reads its rows and adds up what the funds paid."""

    def __init__(self, question: Question) -> None:
        self.question, self.paid = question, Decimal(0)

    def add(self, rows) -> int:
        for row in rows:
            self.paid += Decimal(row[PAID]) + sum(map(Decimal, filter(None, row[COMPONENT_PAID].split("|"))))
        return 0


def floor(question: Question) -> None:
    with psycopg.connect(database()) as reading:
        extent, summing = extent_of(reading, question), Summing(question)
        for piece in extent.pieces:
            replay_piece(reading, summing, extent.years, piece)  # type: ignore[arg-type]


def fill() -> int:
    """People, and the years of the patterns for all of them; no triggers, no waiting."""
    first = (InsuredPerson.objects.aggregate(last=Max("pk"))["last"] or 0) + 1_000
    portal_account()  # who settles
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "INSERT INTO filings_insuredperson (id, area_id, name, initials, id_type, id_number, sex, phone, address,"
            " created_at, version) SELECT %s + n, %s, '王小明', 'wxm', '99', 'SJ' || %s + n, '0', '', '', now(), 1"
            " FROM generate_series(1, %s) n",
            [first, AREA, first, PEOPLE],
        )
        cursor.execute("SET session_replication_role = origin")
    return settle_people(AREA, first, first + PEOPLE)
