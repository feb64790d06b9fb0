"""Rows spread out so that those for a case are a single look-up."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from settlement.calculation.rows import Key


class Keyed(Protocol):
    """A row that says whom it holds for."""

    @property
    def whom(self) -> Key: ...
    @property
    def step(self) -> Any: ...
    @property
    def exactness(self) -> tuple[int, ...]: ...
    def keys(self) -> Iterable[Key]: ...


class Asking(Protocol):
    """A case that rows are looked up for."""

    @property
    def key(self) -> Key: ...


R = TypeVar("R", bound=Keyed)


@dataclass(frozen=True, slots=True)
class Table(Generic[R]):
    """The more exact rows win.  Raises ValueError where two rows hold for exactly the same."""

    rows: tuple[R, ...] = ()
    _rows_of: dict[Key, tuple[R, ...]] = field(init=False, repr=False, compare=False)
    _subjects: set[Key] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        alike: dict[Key, list[R]] = {}
        for row in self.rows:
            alike.setdefault(row.whom, []).append(row)
        rows_of: dict[Key, tuple[R, ...]] = {}
        for group in sorted(alike.values(), key=lambda group: group[0].exactness):
            steps = tuple(sorted(group, key=lambda row: row.step))
            if len({row.step for row in steps}) < len(steps):
                raise ValueError("同一对象有两个数字")
            rows_of |= dict.fromkeys(group[0].keys(), steps)
        object.__setattr__(self, "_rows_of", rows_of)
        object.__setattr__(self, "_subjects", {key[:length] for key in rows_of for length in (1, 2, 3)})

    def at(self, key: Key) -> tuple[R, ...]:
        """The rows for a key, by their step; none where the table holds nothing for it."""
        return self._rows_of.get(key, ())

    def find(self, asked: Asking) -> R | None:
        """The row for a case, the first where several follow each other."""
        rows = self._rows_of.get(asked.key)
        return rows[0] if rows else None

    def speaks_of(self, *subject: str) -> bool:
        """Whether the table holds anything for the first words of a key."""
        return subject in self._subjects
