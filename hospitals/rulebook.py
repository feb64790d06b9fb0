"""Published versions of rules, found by area and day.  Plain Python."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Generic, Protocol, TypeVar


class Version(Protocol):
    """One published version.  ends_on: its last day, None while none follows it."""

    @property
    def area(self) -> str: ...
    @property
    def starts_on(self) -> dt.date: ...
    @property
    def ends_on(self) -> dt.date | None: ...


V = TypeVar("V", bound=Version)


class RuleBook(Generic[V]):
    """Every area's versions: read once, asked often."""

    def __init__(self, versions: Iterable[V]) -> None:
        self._versions: dict[str, list[V]] = {}
        for version in versions:
            self._versions.setdefault(version.area, []).append(version)

    def in_force(self, area: str, day: dt.date) -> V | None:
        """The version in force in an area on a day; two are impossible, none is None."""
        for version in self.versions(area):
            if version.starts_on <= day and (version.ends_on is None or day <= version.ends_on):
                return version
        return None

    def versions(self, area: str) -> Sequence[V]:
        """Of one area, in no order."""
        return self._versions.get(area, ())
