"""Uploads touched by several at once: two senders, people while the sender works, filings while others are filed."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections, transaction

from filings.models import PlatformLine, Upload
from filings.uploads import queue, sending
from hospitals.vocabulary import Scope
from tests import factories as make
from tests.filings.platform_stub import Stub
from tests.filings.uploading import platforms

pytestmark = pytest.mark.django_db(transaction=True)
NATION = Scope.CROSS_PROVINCE


def at_once(*works: Callable[[], Any]) -> None:
    faults: list[BaseException] = []

    def run(work: Callable[[], Any]) -> None:
        try:
            work()
        except BaseException as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not faults


def test_two_senders_at_once_send_each_once() -> None:
    for _number in range(120):
        make.FilingFactory(person__area__code=make.WEIFANG)
    with platforms(Stub(rate=200)) as stub:
        at_once(*[lambda: sending.send(NATION, seconds=30)] * 3)
        while Upload.objects.filter(status="waiting").exists():
            sending.send(NATION, seconds=30)
    assert len(stub.done) == len(stub.asked) == 120


def test_second_sender_comes_again_rather_than_wait() -> None:
    make.FilingFactory(person__area__code=make.WEIFANG)
    with platforms(Stub()) as stub, connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended('send uploads cross_province', 0))")
        results: list[Any] = []
        at_once(lambda: results.append(sending.send(NATION)))
        cursor.execute("SELECT pg_advisory_unlock(hashtextextended('send uploads cross_province', 0))")
        assert results[0] is not None
        assert not stub.asked
        assert sending.send(NATION) is None
    assert len(stub.done) == 1


def test_claims_of_two_at_once_share_no_message_id() -> None:
    for _number in range(40):
        make.FilingFactory(person__area__code=make.WEIFANG)
    PlatformLine.objects.create(platform=NATION)
    claimed: list[queue.Claimed] = []
    keys = list(Upload.objects.order_by("pk").values_list("pk", flat=True))
    works = [lambda after=after: claimed.extend(queue.claim(NATION, after=after, most=20)) for after in (0, keys[19])]
    at_once(*works)
    assert len({one.key for one in claimed}) == len({one.msgid for one in claimed}) == 40


def test_filing_does_not_wait_for_another_that_is_not_committed_yet() -> None:
    """Both wake the worker; neither waits for the other to do so."""
    person, other = (make.FilingFactory(person__area__code=make.WEIFANG).person for _number in range(2))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    with transaction.atomic():
        make.FilingFactory(
            person=person, status="active", channel="counter", start_on="2020-01-01", end_on="2020-02-01"
        )
        at_once(
            lambda: make.FilingFactory(
                person=other, status="active", channel="counter", start_on="2020-01-01", end_on="2020-02-01"
            )
        )
        assert Upload.objects.filter(person=other).count() == 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE queue_name = 'uploads'")
        assert cursor.fetchone() == (1,)
