"""Clerks at their counters, signed in over HTTP: they file people, cancel and change; each form is sent until done."""

import queue
import re
import threading
import time
import uuid
from typing import Any

import httpx

from filings.models import InsuredPerson
from tests.faults.story import Story, Violation

PASSWORD = "demo-portal"
TIMEOUT = 40
PLACES = ("北京市（110000）", "上海市（310000）", "济南市（370100）", "天津市（120000）")


class Clerk(threading.Thread):
    """pause: seconds of thought between pages."""

    def __init__(self, story: Story, port: int, name: str, people: "queue.Queue[InsuredPerson]", pause: float) -> None:
        super().__init__(daemon=True, name=name)
        self.story, self.people, self.pause = story, people, pause
        self.dice = story.chance(name)
        self.web = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=TIMEOUT, follow_redirects=False)

    def run(self) -> None:
        try:
            with self.web:
                self._sign_in()
                while not self.story.load_over.is_set():
                    self._serve(self.people.get(timeout=5))
        except Violation:
            return
        except queue.Empty:
            self.story.is_wrong("nobody is left to be filed: the run is too long for them")
        except Exception as error:
            self.story.is_wrong(f"{self.name}: {type(error).__name__} {error}")

    def _sign_in(self) -> None:
        page = self._asked("GET", "/sign-in/").text
        typed = {
            "username": self.name,
            "password": PASSWORD,
            "csrfmiddlewaretoken": _hidden(page, "csrfmiddlewaretoken"),
        }
        self._asked("POST", "/sign-in/", typed, done=302)

    def _serve(self, person: InsuredPerson) -> None:
        """Filed; then perhaps cancelled, or moved to another place."""
        place, *others = self.dice.sample(PLACES, k=2)
        typed = {"category": "long_term_resident", "destination": place, "channel": "counter"}
        filing = self._sent(f"/filings/new/?person={person.pk}", typed, self.story.filed)
        what = self.dice.choice(("cancel", "change", "", ""))
        if what == "cancel":
            self._sent(f"{filing}cancel/", {"channel": "counter", "reason": "返回参保地居住"}, self.story.asked)
        elif what == "change":
            typed = {"channel": "counter", "reason": "随子女迁居", "destination": others[0]}
            self._sent(f"{filing}change/", typed, self.story.asked)

    def _sent(self, address: str, typed: dict[str, str], done: dict[str, int]) -> str:
        """Opens the form and sends it until it is taken; returns where that leads."""
        time.sleep(self.dice.uniform(0, 2 * self.pause))
        page = self._asked("GET", address).text
        token = _hidden(page, "request_token")
        shown = {
            name: _hidden(page, name) for name in ("csrfmiddlewaretoken", "version", "on") if f'name="{name}"' in page
        }
        answer = self._asked("POST", address, {**shown, **typed, "request_token": token}, done=302)
        link = answer.headers["Location"]
        number = re.fullmatch(r"/filings/(?:changes/)?(\d+)/", link)
        if number is None:
            raise self.story.is_wrong(f"{address} leads to {link}")
        done[str(uuid.UUID(token))] = int(number[1])
        self.story.count("acknowledged")
        self.story.count("forms")
        return str(link)

    def _asked(self, method: str, address: str, typed: dict[str, str] | None = None, done: int = 200) -> httpx.Response:
        within, tries, options = self.story.within(), 0, {"data": typed} if typed else {}
        while within:
            tries += 1
            try:
                answer = self.web.request(method, address, **options)  # type: ignore[arg-type]
            except httpx.TransportError:
                self.story.count("broken pages")
            else:
                if answer.status_code == done:
                    self.story.count("pages sent again", tries - 1)
                    return answer
                if answer.status_code < 500:
                    where = answer.headers.get("Location", "") or _faults(answer.text)
                    raise self.story.is_wrong(f"{method} {address} is answered with {answer.status_code} {where}")
                self.story.count(f"{answer.status_code} to staff")
            time.sleep(self.dice.uniform(0.05, 0.4))
        raise self.story.is_wrong(f"{method} {address} is never done, {tries} tries")


def _shown(page: str) -> dict[str, str]:
    """What a page brings along itself."""
    names = ("csrfmiddlewaretoken", "request_token", "version", "on")
    return {name: _hidden(page, name) for name in names if f'name="{name}"' in page}


def _hidden(page: str, name: str) -> str:
    """The value that a page has put into a field."""
    field = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    value = re.search(r'value="([^"]*)"', field[0]) if field else None
    return value[1] if value else ""


def _faults(page: str) -> str:
    """What a page complains of."""
    said: list[Any] = re.findall(r'role="alert"[^>]*>(.*?)</', page, re.S)
    return " ".join(re.sub(r"<[^>]*>|\s+", " ", text).strip() for text in said)[:300]
