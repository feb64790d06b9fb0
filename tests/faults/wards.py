"""Hospitals elsewhere, through the platform: they admit, settle and take back, and ask until they are answered."""

import datetime as dt
import http.client
import json
import queue
import random
import threading
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone

from filings.models import InsuredPerson
from filings.platform.envelope import moment
from filings.platform.signing import is_signed, signed
from settlement.gateway.persons import number_of
from tests.faults.story import Message, Story, Violation
from tests.settlement.platform import Ward, a_bill

HUNG_UP, TWICE = 0.05, 0.04  # shares of messages: the sender goes before the answer comes; two come at once
TIMEOUT = 30
FIRST_DAY, STAY, BETWEEN = dt.date(2026, 2, 1), 4, 6  # days
LAST_DAY = dt.date(2026, 10, 20)
HEADERS = {"Content-Type": "application/json"}


class Gateway:
    """How one hospital reaches the portal."""

    def __init__(self, story: Story, port: int, name: str) -> None:
        self.story, self.port, self.dice = story, port, story.chance(name)

    def deliver(self, message: Message) -> dict[str, Any]:
        """The output of a message that is done; asked with the same msgid until then.  Raises Violation."""
        if self.dice.random() < HUNG_UP:
            self.story.count("hung up")
            self._hang_up(message)
        if self.dice.random() < TWICE:
            self.story.count("sent twice at once")
            other = threading.Thread(target=self._until_answered, args=(message,), daemon=True)
            other.start()
            body = self._until_answered(message)
            other.join()
        else:
            body = self._until_answered(message)
        reply = json.loads(body)
        if not is_signed(reply, settings.PLATFORM_KEY):
            raise self.story.is_wrong(f"the reply to {message['msgid']} is not signed")
        if reply["infcode"] != 0:
            raise self.story.is_wrong(f"{message['infno']} {message['msgid']} is refused: {reply['err_msg']}")
        return dict(reply["output"])

    def _until_answered(self, message: Message) -> bytes:
        within, tries = self.story.within(), 0
        while within:
            tries += 1
            try:
                status, body = self.post(message)
            except (OSError, http.client.HTTPException):
                self.story.count("broken connections")
            else:
                if status == 200:
                    self._keep(message, body)
                    self.story.count("retries", tries - 1)
                    return body
                if status != 503:
                    raise self.story.is_wrong(f"{message['infno']} is answered with {status}: {body[:300]!r}")
                self.story.count("503 to the platform")
            time.sleep(self.dice.uniform(0.05, 0.4))
        raise self.story.is_wrong(f"{message['infno']} {message['msgid']} is never answered, {tries} tries")

    def _keep(self, message: Message, body: bytes) -> None:
        kept = self.story.kept.setdefault(message["msgid"], (message, body))
        if kept[1] != body:
            raise self.story.is_wrong(f"{message['msgid']} is answered otherwise than before: {body!r}, {kept[1]!r}")
        self.story.count("acknowledged")

    def post(self, message: Message) -> tuple[int, bytes]:
        """Signed anew, as of now."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        try:
            connection.request("POST", "/gateway/", self._written(message), HEADERS)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def _hang_up(self, message: Message) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        try:
            connection.request("POST", "/gateway/", self._written(message), HEADERS)
            time.sleep(self.dice.uniform(0, 0.1))
        except OSError:
            self.story.count("broken connections")
        finally:
            connection.close()

    def _written(self, message: Message) -> bytes:
        return json.dumps(signed({**message, "inf_time": moment(timezone.now())}, settings.PLATFORM_KEY)).encode()


class Patients:
    """Each is with one hospital at a time; their stays follow one another through the year."""

    def __init__(self, people: list[InsuredPerson]) -> None:
        self.waiting: queue.Queue[tuple[InsuredPerson, dt.date]] = queue.Queue()
        for person in people:
            self.waiting.put((person, FIRST_DAY))

    def next(self) -> tuple[InsuredPerson, dt.date]:
        return self.waiting.get(timeout=5)

    def back(self, person: InsuredPerson, day: dt.date) -> None:
        if day <= LAST_DAY:
            self.waiting.put((person, day))


class Hospital(threading.Thread):
    """One client: takes the next patient until the load is over.  pause: seconds of thought between messages."""

    def __init__(self, story: Story, port: int, number: int, ward: Ward, patients: Patients, pause: float) -> None:
        super().__init__(daemon=True, name=f"hospital {number}")
        self.story, self.ward, self.patients, self.pause = story, ward, patients, pause
        self.gateway = Gateway(story, port, self.name)
        self.dice: random.Random = story.chance(f"{self.name} acts")

    def run(self) -> None:
        try:
            while not self.story.load_over.is_set():
                person, day = self.patients.next()
                self.patients.back(person, self._treat(person, day))
        except Violation:
            return
        except queue.Empty:
            self.story.is_wrong("there are no patients left: the run is too long for them")
        except Exception as error:
            self.story.is_wrong(f"{self.name}: {type(error).__name__} {error}")

    def _treat(self, person: InsuredPerson, day: dt.date) -> dt.date:
        """A stay or two; returns the first day on which the next may begin."""
        if self.dice.random() < 0.25:
            return self._two_at_once(person, day)
        stay = self._admit(person, day)
        if self.dice.random() < 0.2:
            self._ask("2303", {"data": self._bill(person, stay, day)})
        settled = self._settle(person, stay, self._bill(person, stay, day))
        if self.dice.random() < 0.25:
            self._reverse(person, stay, settled)
            if self.dice.random() < 0.6:
                self._settle(person, stay, self._bill(person, stay, day))
        return day + dt.timedelta(BETWEEN)

    def _two_at_once(self, person: InsuredPerson, day: dt.date) -> dt.date:
        """Two stays of one person, both to be settled: at the same moment, on the same year."""
        later = day + dt.timedelta(BETWEEN)
        one = self._admit(person, day)
        self._ask("2402", {"dscginfo": {**_of(person, one), "endtime": f"{day + dt.timedelta(STAY)} 10:00:00"}})
        other = self._admit(person, later)
        bills = [(one, self._bill(person, one, day)), (other, self._bill(person, other, later))]
        acts: list[Callable[[], Any]] = [lambda s=s, b=b: self._settle(person, s, b) for s, b in bills]
        beside = threading.Thread(target=_quietly, args=(acts[0],), daemon=True)
        beside.start()
        acts[1]()
        beside.join()
        self.story.check()
        return later + dt.timedelta(BETWEEN)

    # the messages

    def _ask(self, infno: str, body: Any) -> dict[str, Any]:
        time.sleep(self.dice.uniform(0, 2 * self.pause))
        return self.gateway.deliver(self.ward.message(infno, body))

    def _admit(self, person: InsuredPerson, day: dt.date) -> str:
        told = {"psn_no": number_of(person), "begntime": str(day), "med_type": "21", "ipt_no": f"ZY{day:%m%d}"}
        result = self._ask("2401", {"mdtrtinfo": told})["result"]
        self.story.admitted[result["mdtrt_id"]] = result
        return str(result["mdtrt_id"])

    def _settle(self, person: InsuredPerson, stay: str, bill: dict[str, Any]) -> str:
        info = self._ask("2304", {"data": bill})["setlinfo"]
        self.story.settled[info["setl_id"]] = info
        return str(info["setl_id"])

    def _reverse(self, person: InsuredPerson, stay: str, settled: str) -> None:
        told = {**_of(person, stay), "setl_id": settled, "memo": "费用录入有误"}
        info = self._ask("2305", {"data": told})["setlinfo"]
        self.story.reversed[info["setl_id"]] = info

    def _bill(self, person: InsuredPerson, stay: str, day: dt.date) -> dict[str, Any]:
        parts = {
            "fulamt_ownpay_amt": self._yuan(2000),
            "overlmt_selfpay": self._yuan(500),
            "preselfpay_amt": self._yuan(1000),
            "inscp_scp_amt": self._yuan(30000),
        }
        total = sum(map(Decimal, parts.values()))
        discharged = str(day + dt.timedelta(STAY))
        return a_bill(person, stay, dscgtime=discharged, medfee_sumamt=f"{total:.2f}", **parts)

    def _yuan(self, most: int) -> str:
        return f"{Decimal(self.dice.randrange(most * 100)) / 100:.2f}"


def _of(person: InsuredPerson, stay: str) -> dict[str, str]:
    return {"mdtrt_id": stay, "psn_no": number_of(person)}


def _quietly(act: Callable[[], Any]) -> None:
    """What is wrong is with the story already."""
    try:
        act()
    except Violation:
        return
