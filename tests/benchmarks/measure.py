"""How benchmarks measure and report: best of several runs, each a ratio to something measured in the same run."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ratio:
    """One line of the report.  limit: what the ratio must not pass (or, `at_least`, must reach)."""

    name: str
    ours: float
    theirs: float
    against: str
    limit: float | None = None
    at_least: bool = False

    @property
    def value(self) -> float:
        return self.theirs / self.ours if self.at_least else self.ours / self.theirs

    @property
    def verdict(self) -> str:
        if self.limit is None:
            return "—"
        return "yes" if (self.value >= self.limit if self.at_least else self.value <= self.limit) else "NO"

    def line(self) -> str:
        sign = "≥" if self.at_least else "≤"
        limit = f"{sign} {self.limit:g}" if self.limit is not None else "—"
        return (
            f"{self.name:<58} {self.ours * 1000:>10.1f} {self.theirs * 1000:>10.1f}  "
            f"{self.value:>7.2f}  {limit:>7}  {self.verdict:>5}  {self.against}"
        )


HEADER = f"{'what':<58} {'ours ms':>10} {'other ms':>10}  {'ratio':>7}  {'aim':>7}  {'met':>5}  against"


def seconds(work: Callable[[], object], *, repeat: int = 1) -> float:
    """The best of `repeat` runs."""
    best = float("inf")
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best
