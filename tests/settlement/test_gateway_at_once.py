"""The gateway served by several processes: the same message at once, a ceiling, cancellations, kills, slow senders."""

import datetime as dt
import http.client
import os
import signal
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from filings.changes.asked import ChangeAsked
from filings.changes.desk import ask
from filings.models import Filing, FilingChange
from filings.platform.envelope import moment
from hospitals.vocabulary import Role
from settlement.gateway.door import LARGEST
from settlement.models import AccountEntry, Admission, Exchange, Settlement, YearAccount
from tests import factories as make
from tests.settlement.books import PLAIN, makes_sense, publish
from tests.settlement.platform import Ward, a_bill, a_hospital, insured, number_of
from tests.settlement.served import Server, serving
from tests.shipped import policies

pytestmark = pytest.mark.django_db(transaction=True)
HANDS = 6
KILLS, KILL_EVERY = 6, 2.5  # seconds: one worker of the two, and time for the next to come up


@pytest.fixture(scope="module")
def server(django_db_setup: None) -> Iterator[Server]:
    """One for all of them: what it reads once a process is the same after each test."""
    with serving() as served:
        yield served


@pytest.fixture
def ward(transactional_db: None, server: Server) -> Ward:
    policies(*make.HOMES, make.BEIJING, "210100", "370100")
    a_hospital()
    return Ward(client=server)  # type: ignore[arg-type]


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    answers: list[Any] = [None] * len(acts)
    ready = threading.Barrier(len(acts))

    def run(position: int, act: Callable[[], Any]) -> None:
        ready.wait()
        try:
            answers[position] = act()
        except OSError as error:
            answers[position] = error

    threads = [threading.Thread(target=run, args=item) for item in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_same_message_at_once_is_done_once_and_answered_alike(ward):
    person = insured()
    message = ward.message("2401", {"mdtrtinfo": {"psn_no": number_of(person), "begntime": "2026-03-12"}})
    said = at_once(*[lambda: ward.send(message)] * HANDS)
    assert {one.body for one in said} == {said[0].body}
    assert said[0].is_done
    assert (Admission.objects.count(), Filing.objects.count(), Exchange.objects.count()) == (1, 1, 1)
    stay = said[0].output["result"]["mdtrt_id"]
    bill = ward.message("2304", {"data": a_bill(person, stay)})
    said = at_once(*[lambda: ward.send(bill)] * HANDS)
    assert {one.body for one in said} == {said[0].body}
    assert (Settlement.objects.count(), AccountEntry.objects.count(), Exchange.objects.count()) == (1, 1, 2)


def test_stay_settled_by_several_messages_at_once_is_settled_once(ward):
    person = insured()
    stay = ward.admitted(person)
    said = at_once(*[lambda: ward.settle(person, stay)] * HANDS)
    assert sorted(one.is_done for one in said) == [False] * (HANDS - 1) + [True]
    assert {one.codes[0] for one in said if not one.is_done} == {"wrong_state"}
    assert Settlement.objects.count() == 1
    makes_sense(person)


def test_two_stays_at_the_ceiling_at_once_pay_it_once(ward):
    publish(PLAIN)
    ward.home = make.QINGDAO
    for _try in range(4):
        person = insured(make.QINGDAO)
        make.FilingFactory(person=person, filed_on="2026-01-01")
        make.CardFactory(person=person)
        one = ward.admitted(person, begntime="2026-03-01", ipt_no="1")
        assert ward.discharge(person, one, dt.date(2026, 3, 5)).is_done
        other = ward.admitted(person, begntime="2026-03-12", ipt_no="2")
        bill = {"medfee_sumamt": "1000.00", "inscp_scp_amt": "1000.00", **_nothing()}
        said = at_once(
            partial(ward.settle, person, one, dscgtime="2026-03-05", **bill),
            partial(ward.settle, person, other, **bill),
        )
        paid = sorted(answer.output["setlinfo"]["hifp_pay"] for answer in said)
        assert paid == ["0.00", "1000.00"]
        assert YearAccount.objects.get(person=person).paid == 1000


def test_settlement_against_cancellation_leaves_one_of_them(ward):
    for _try in range(6):
        person = insured()
        stay = ward.admitted(person)
        settled, cancelled = at_once(
            lambda person=person, stay=stay: ward.settle(person, stay),
            lambda person=person, stay=stay: ward.cancel(person, stay),
        )
        assert settled.is_done != cancelled.is_done, (settled.reply, cancelled.reply)
        admission = Admission.objects.get(person=person)
        assert admission.status == ("settled" if settled.is_done else "cancelled")
        assert Settlement.objects.filter(person=person).count() == int(settled.is_done)
        assert (Filing.objects.get(person=person).status == "active") == settled.is_done


def test_settlement_while_a_clerk_ends_the_filing_counts_and_so_does_the_end(ward):
    """The filing covers the day of admission, whoever comes first."""
    clerk = make.staff(Role.CLERK, make.TIELING)
    for _try in range(6):
        person = insured()
        filing = make.FilingFactory(person=person, category="referral", tier="referral", filed_on=dt.date(2026, 1, 5))
        stay = ward.admitted(person)
        today = timezone.localdate()
        asked = ChangeAsked(on=today, asked_on=today, reason="已回参保地")
        settled, ended = at_once(
            partial(ward.settle, person, stay), partial(_ended, by=clerk, filing=filing, asked=asked)
        )
        assert settled.is_done, settled.reply
        assert settled.output["setlinfo"]["hifp_pay"] == "13687.50"  # 75 % for a referral, either way
        assert ended.status == "done"
        makes_sense(person)


def test_admissions_of_one_person_at_once_make_one(ward):
    person = insured()
    acts = [lambda number=number: ward.admit(person, ipt_no=f"ZY{number}") for number in range(HANDS)]
    said = at_once(*acts)
    assert sum(one.is_done for one in said) == 1, [one.reply["err_msg"] for one in said]
    assert (Admission.objects.count(), Filing.objects.count()) == (1, 1)


def test_workers_killed_at_any_moment_lose_nothing_that_was_answered(ward, server):
    """Each message is sent until it is answered; afterwards each is there once, and the account is its ledger."""
    people = [insured() for _ in range(60)]
    stop = threading.Event()

    def kill() -> None:
        for _ in range(KILLS):
            if stop.wait(KILL_EVERY):
                return
            os.kill(server.workers()[0], signal.SIGKILL)

    def until_answered(message: dict[str, Any]) -> Any:
        end = time.monotonic() + 40
        while time.monotonic() < end:
            try:
                said = ward.send({**message, "inf_time": moment(timezone.now())})
            except (OSError, ValueError, http.client.HTTPException):  # it broke in the middle
                time.sleep(0.05)
                continue
            if said.status == 200:
                return said
        raise AssertionError("never answered")

    def play(person: Any) -> None:
        begun = ward.message("2401", {"mdtrtinfo": {"psn_no": number_of(person), "begntime": "2026-03-12"}})
        stay = until_answered(begun).output["result"]["mdtrt_id"]
        answered.append(until_answered(ward.message("2304", {"data": a_bill(person, stay)})).output["setlinfo"])

    answered: list[dict[str, str]] = []
    killer = threading.Thread(target=kill)
    killer.start()
    try:
        for start in range(0, len(people), 4):
            at_once(*[lambda person=person: play(person) for person in people[start : start + 4]])
    finally:
        stop.set()
        killer.join()
    assert len(answered) == len(people)
    assert {info["setl_id"] for info in answered} == {made.number for made in Settlement.objects.all()}
    assert Exchange.objects.count() == 2 * len(people)
    for person in people:
        makes_sense(person)


def test_slow_senders_hold_no_worker_and_are_told(ward, server):
    """More of them than there are threads; one who sends properly is answered after the time they are given."""
    person = insured()
    slow: list[Any] = []
    threads = [threading.Thread(target=lambda: slow.append(server.dribble(10_000, 15))) for _ in range(8)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    assert ward.admit(person).is_done
    for thread in threads:
        thread.join()
    assert [(one.status, one.codes) for one in slow] == [(408, ["transport"])] * 8


def test_half_a_message_and_one_too_large_are_answered(ward, server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.putrequest("POST", "/gateway/")
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", "100")
    connection.endheaders(b"{")
    connection.sock.shutdown(1)
    assert connection.getresponse().status == 408
    connection.close()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.putrequest("POST", "/gateway/")
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", str(10**9))
    connection.endheaders(b"{")
    assert connection.getresponse().status == 413
    connection.close()


def test_connection_of_a_message_too_large_can_be_used_again(ward, server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.connect()
    kept, answers = connection.sock, []
    for body, content in (("x" * (LARGEST + 1), "application/json"), ("{}", "text/plain"), ("{}", "application/json")):
        connection.request("POST", "/gateway/", body, {"Content-Type": content})
        reply = connection.getresponse()
        reply.read()
        answers.append(reply.status)
        assert connection.sock is kept
    assert answers == [413, 415, 200]
    connection.close()


def _ended(**asked: Any) -> FilingChange:
    try:
        return ask(request_token=uuid.uuid4(), **asked)
    finally:
        connection.close()


def _nothing() -> dict[str, str]:
    return dict.fromkeys(("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt"), "0.00")
