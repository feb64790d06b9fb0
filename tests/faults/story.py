"""What one run is about: its chance, what was acknowledged, what went on, and the first thing that was wrong."""

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

PATIENCE = 180.0  # seconds until something has been done, whatever is killed meanwhile
Message = dict[str, Any]


class Violation(Exception):
    """The portal has broken a promise; `str()` says which."""


@dataclass
class Story:
    """kept: each acknowledged message of the gateway, by msgid, and the very bytes that came back.

    settled, reversed, admitted: what those said, by the number of the settlement or stay.
    filed: what the counters were answered, by the token of the form; (person, what was asked).
    """

    seed: int
    kept: dict[str, tuple[Message, bytes]] = field(default_factory=dict)
    settled: dict[str, dict[str, str]] = field(default_factory=dict)
    reversed: dict[str, dict[str, str]] = field(default_factory=dict)
    admitted: dict[str, dict[str, Any]] = field(default_factory=dict)
    filed: dict[str, int] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)
    numbers: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    load_over: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def chance(self, name: str) -> random.Random:
        """Each hand has its own, so that the same seed asks the same whoever is quicker."""
        return random.Random(f"{self.seed} {name}")

    def count(self, what: str, by: int = 1) -> None:
        with self._lock:
            self.numbers[what] += by

    def is_wrong(self, what: str) -> Violation:
        """To be raised by whoever saw it."""
        with self._lock:
            self.wrong.append(what)
        return Violation(what)

    def check(self) -> None:
        """Raises Violation for the first that anybody saw."""
        if self.wrong:
            raise Violation(self.wrong[0])

    @property
    def progress(self) -> int:
        return self.numbers["acknowledged"]

    def within(self, seconds: float = PATIENCE) -> "Until":
        return Until(self, time.monotonic() + seconds)


@dataclass
class Until:
    """A deadline that ends, too, once something is wrong."""

    story: Story
    end: float

    def __bool__(self) -> bool:
        self.story.check()
        return time.monotonic() < self.end
