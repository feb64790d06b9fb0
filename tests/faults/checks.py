"""What must be so afterwards, asked of the database and of the platform's memory; the first that is not is named."""

import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db import connection

from filings.models import Filing, FilingChange, Upload
from filings.tasks import wake_uploads
from settlement.accounts.bookkeeping import SUMS
from settlement.models import Admission, Exchange, Settlement, YearAccount
from settlement.vocabulary import FUND_OF_COMPONENT, Component
from tests import factories as make
from tests.faults.platform import Platform
from tests.faults.portal import Portal
from tests.faults.story import Story
from tests.faults.wards import Gateway
from tests.settlement.books import CEILINGS

SETTLES_WITHIN = 180  # seconds: a run of the minute that finds what was left, and the pauses of the outbox
HANDS = 6
SERIOUS_ILLNESS = FUND_OF_COMPONENT[Component.SERIOUS_ILLNESS]
UNFINISHED = """
    SELECT task_name || ' ' || status FROM procrastinate_jobs
    WHERE status IN ('todo', 'doing') AND (scheduled_at IS NULL OR scheduled_at <= now())
"""
AMOUNTS = ("medfee_sumamt", "fund_pay_sumamt", "psn_part_amt", "hifp_pay", "act_pay_dedc", "inscp_scp_amt")


def settle_down(story: Story, portal: Portal, in_a_hurry: bool) -> None:
    """Everything that waits is sent, every job has ended, and who belonged to somebody killed is gone."""
    within, wake_at = story.within(SETTLES_WITHIN), 0.0
    while within:
        portal.look_after()
        waiting = Upload.objects.exclude(status="acknowledged").count()
        jobs = Counter[str]() if in_a_hurry else Counter(name for (name,) in _rows(UNFINISHED))
        left = portal.left_behind()
        if not (waiting or jobs or left):
            return
        if in_a_hurry and time.monotonic() > wake_at:
            wake_uploads(timestamp=0)
            wake_at = time.monotonic() + 2
        time.sleep(0.2)
    said = f"{waiting} uploads are not acknowledged, jobs are left: {dict(jobs)}, processes: {left}"
    raise story.is_wrong(f"after {SETTLES_WITHIN} s {said}")


def answered_alike(story: Story, port: int) -> None:
    """Every message once more: the very same bytes."""
    messages = iter(list(story.kept.values()))
    lock = threading.Lock()

    def ask(number: int) -> None:
        gateway = Gateway(story, port, f"once more {number}")
        while not story.wrong:
            with lock:
                message, body = next(messages, (None, b""))
            if message is None:
                return
            status, again = gateway.post(message)
            if (status, again) != (200, body):
                story.is_wrong(f"{message['msgid']} is answered otherwise afterwards: {status} {again[:300]!r}")

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(HANDS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    story.check()


def everything_is_so(story: Story, platform: Platform) -> None:
    """Raises Violation for the first that is not."""
    for what in itertools.chain(settlements(story), accounts(), stays(story), filings(story), uploads(platform)):
        raise story.is_wrong(what)


def settlements(story: Story) -> Iterator[str]:
    """Each that was acknowledged is there with its figures, and no other."""
    found = {one.number: one for one in Settlement.objects.all()}
    asked = {**story.settled, **story.reversed}
    if lost := asked.keys() - found.keys():
        yield f"{len(lost)} acknowledged settlements are not there: {sorted(lost)[:5]}"
    if more := found.keys() - asked.keys():
        yield f"{len(more)} settlements that nobody asked for: {sorted(more)[:5]}"
    for number, info in asked.items():
        one = found[number]
        for name in AMOUNTS:
            if name in info and Decimal(info[name]) != getattr(one, name):
                yield f"{number}: {name} was told as {info[name]} and is {getattr(one, name)}"
        contrary = found[info["init_setl_id"]].pk if number in story.reversed else None
        if one.reverses_id != contrary:
            yield f"{number} reverses {one.reverses_id}, not {contrary}"
    kept = dict(Exchange.objects.values_list("msgid", "reply"))
    if kept.keys() != story.kept.keys():
        yield f"exchanges kept {len(kept)}, acknowledged {len(story.kept)}"
    for msgid, (_message, body) in story.kept.items():
        if kept[msgid].encode() != body:
            yield f"{msgid} was answered {body!r} and is kept as {kept[msgid]}"


def accounts() -> Iterator[str]:
    """Every account of everybody is its ledger, the ledger is its settlements, and no ceiling is passed."""
    sums = ", ".join(f"sum({name}) AS {name}" for name in SUMS)
    ours, theirs = (", ".join(f"{side}.{name}" for name in SUMS) for side in ("account", "ledger"))
    ledger = f"SELECT person_id, year, fund, {sums} FROM settlement_accountentry GROUP BY person_id, year, fund"
    for row in _rows(
        f"SELECT person_id, year, fund FROM settlement_yearaccount account FULL JOIN ({ledger}) ledger"
        f" USING (person_id, year, fund) WHERE ({ours}) IS DISTINCT FROM ({theirs})"
    ):
        yield f"the account of person {row[0]}, {row[1]}, fund {row[2]}, is not its ledger"
    for row in _rows(
        "SELECT made.id FROM settlement_settlement made LEFT JOIN settlement_accountentry entry"
        " ON entry.settlement_id = made.id GROUP BY made.id"
        " HAVING made.fund_pay_sumamt <> coalesce(sum(entry.paid), -1)"
    ):
        yield f"settlement {row[0]} is not in the ledger as it is"
    for account in YearAccount.objects.filter(person__area=make.QINGDAO).select_related("person"):
        if account.fund == SERIOUS_ILLNESS and account.person.participations.get().hardship:
            continue  # for whom the policy knows none
        ceiling = CEILINGS.get(account.fund)
        if ceiling is not None and account.paid + account.owed > ceiling:
            yield f"person {account.person_id}, fund {account.fund}: {account.paid + account.owed} of {ceiling}"


def stays(story: Story) -> Iterator[str]:
    """Each admission once, with the filing that it said it made, and as it was left."""
    found = {one.mdtrt_id: one for one in Admission.objects.select_related("settlement", "filing", "person")}
    if found.keys() != story.admitted.keys():
        yield f"{len(found)} stays, {len(story.admitted)} acknowledged admissions"
    for number, said in story.admitted.items():
        one = found[number]
        if (one.filing.number if one.filing else "") != said["filing"]:
            yield f"stay {number} is under {one.filing}, told was {said['filing']}"
    taken_back = {info["init_setl_id"] for info in story.reversed.values()}
    standing = {info["setl_id"]: info["mdtrt_id"] for key, info in story.settled.items() if key not in taken_back}
    left = {one.settlement.number: number for number, one in found.items() if one.settlement}
    if left != standing:
        yield f"{len(left)} stays are settled, {len(standing)} acknowledged settlements stand"
    made = Filing.objects.filter(channel="automatic").count()
    told = sum(1 for said in story.admitted.values() if said["filing_made"] == "1")
    if made != told:
        yield f"{made} filings were made at admissions, {told} were told of"


def filings(story: Story) -> Iterator[str]:
    """What a counter was answered is there once, and nothing besides."""
    for what, model, told in (
        ("filings", Filing.objects.filter(channel="counter", made_by__posts__isnull=False), story.filed),
        ("changes", FilingChange.objects.all(), story.asked),
    ):
        found: dict[str, int] = {}
        for token, key in model.values_list("request_token", "pk"):
            if str(token) in told:
                found[str(token)] = key
            elif what == "changes" or not FilingChange.objects.filter(successor=key).exists():
                yield f"{what}: {key} was made by no form that was acknowledged"
        if found != told:
            yield f"{what}: {len(told)} acknowledged, {len(found)} there as they were told"


def uploads(platform: Platform) -> Iterator[str]:
    """Each filing goes up once, each end once; what is in the outbox has arrived, once, and in order."""
    for row in _rows(
        "SELECT f.id, f.status, array_agg(u.infno ORDER BY u.id) FROM filings_filing f LEFT JOIN filings_upload u"
        " ON u.filing_id = f.id WHERE f.channel <> 'automatic' GROUP BY f.id"
        " HAVING count(*) FILTER (WHERE u.infno IN ('A501', 'A502')) <> 1"
        " OR count(*) FILTER (WHERE u.infno = 'A503') <> (f.status <> 'active')::int"
    ):
        yield f"filing {row[0]}, {row[1]}, has the uploads {row[2]}"
    if (more := Upload.objects.filter(filing__channel="automatic").count()) > 0:
        yield f"{more} uploads of filings made at admissions"
    outbox: list[Any] = list(
        Upload.objects.order_by("pk").values_list("msgid", "status", "receipt", "payload", "infno", "person_id")
    )
    places = {msgid: place for place, msgid in enumerate(platform.stub.done)}
    if places.keys() != {row[0] for row in outbox}:
        yield f"{len(places)} messages arrived, {len(outbox)} uploads"
    last: dict[int, int] = {}
    for msgid, status, receipt, payload, infno, person in outbox:
        arrived = platform.stub.done[msgid]
        if (status, receipt) != ("acknowledged", platform.stub.receipts[msgid]):
            yield f"upload {msgid} is {status} with the receipt {receipt}"
        if (arrived["infno"], json.dumps(arrived["input"], sort_keys=True)) != (
            infno,
            json.dumps(payload, sort_keys=True),
        ):
            yield f"upload {msgid} arrived otherwise than it is kept"
        if places[msgid] < last.get(person, -1):
            yield f"upload {msgid} arrived before an earlier one of the same person"
        last[person] = places[msgid]


def _rows(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())
