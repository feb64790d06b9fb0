"""What a replay adds up to: amounts before and after by kind of stay, and the cases that change most.  Plain Python."""

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from operator import add
from typing import Any, NamedTuple

from hospitals.vocabulary import Term
from settlement.calculation.money import NIL, written

TOP = 100  # cases that change most
MOST_GAPS = 200  # different causes why a case cannot be replayed; what is beyond is counted together
BEYOND = "其他"


class Column(Term):
    """The amounts of a case, in this order."""

    TOTAL = "total", "医疗费总额"
    DEDUCTIBLE = "deductible", "起付标准"
    BASIC = "basic", "统筹基金支付"
    LARGE_AMOUNT = "large_amount", "职工大额补助"
    SERIOUS_ILLNESS = "serious_illness", "居民大病保险"
    CIVIL_SERVANT = "civil_servant", "公务员医疗补助"
    MEDICAL_AID = "medical_aid", "医疗救助"
    OWED = "owed", "后续支付"


FUNDS = slice(2, 7)
Amounts = Sequence[Decimal]  # under `Column`
NOTHING: Amounts = (NIL,) * len(Column)


class Change(Term):
    """What becomes of a case."""

    UP = "up", "基金支付增加"
    DOWN = "down", "基金支付减少"
    SHIFTED = "shifted", "总额不变，构成有变"
    SAME = "same", "无变化"
    UNKNOWN = "unknown", "未配置"


class Case(NamedTuple):
    """One case that changes.  rank: by how much, yuan; the settlement tells equal ones apart."""

    rank: Decimal
    settlement: int
    before: Amounts
    after: Amounts


def fund_of(amounts: Amounts) -> Decimal:
    """Of all funds, in the settlement itself."""
    return sum(amounts[FUNDS], NIL)


def change_of(before: Amounts, after: Amounts) -> Change:
    if before == after:
        return Change.SAME
    was, is_now = fund_of(before), fund_of(after)
    return Change.SHIFTED if was == is_now else Change.UP if is_now > was else Change.DOWN


@dataclass(slots=True)
class Sums:
    """counts: cases by what becomes of them, less those reversed.  before, after: of those that could be replayed.
    unknown: as recorded, of those that could not."""

    counts: dict[Change, int] = field(default_factory=lambda: dict.fromkeys(Change, 0))
    before: Amounts = NOTHING
    after: Amounts = NOTHING
    unknown: Amounts = NOTHING

    def add(self, other: "Sums") -> None:
        for change, count in other.counts.items():
            self.counts[change] += count
        self.before = plus(self.before, other.before)
        self.after = plus(self.after, other.after)
        self.unknown = plus(self.unknown, other.unknown)


def plus(one: Amounts, other: Amounts) -> Amounts:
    return tuple(map(add, one, other))


@dataclass(slots=True)
class Tally:
    """kinds: sums by the words that say what kind of stay it is.  gaps: cases and their recorded funds by cause.
    top: a heap of the cases that change most.  left_out: settlements that the platform computed, which stand."""

    kinds: dict[str, Sums] = field(default_factory=dict)
    gaps: dict[str, tuple[int, Decimal]] = field(default_factory=dict)
    top: list[Case] = field(default_factory=list)
    left_out: int = 0

    def count(self, kind: str, sign: int, before: Amounts, after: Amounts | None, gap: str) -> None:
        """sign: -1 for a reversal, whose amounts are negative.  after None: it cannot be replayed, `gap` says why."""
        sums = self.kinds.get(kind)
        if sums is None:
            sums = self.kinds[kind] = Sums()
        if after is None:
            sums.counts[Change.UNKNOWN] += sign
            sums.unknown = plus(sums.unknown, before)
            self._add_gap(gap, sign, fund_of(before))
            return
        change = Change.SAME
        if before != after:
            change = change_of(before, after) if sign > 0 else change_of(after, before)
        sums.counts[change] += sign
        sums.before = plus(sums.before, before)
        sums.after = plus(sums.after, after)

    def offer(self, case: Case) -> None:
        if len(self.top) < TOP:
            heapq.heappush(self.top, case)
        elif case > self.top[0]:
            heapq.heapreplace(self.top, case)

    def merge(self, other: "Tally") -> None:
        for kind, sums in other.kinds.items():
            self.kinds.setdefault(kind, Sums()).add(sums)
        for cause, (cases, fund) in other.gaps.items():
            self._add_gap(cause, cases, fund)
        for case in other.top:
            self.offer(case)
        self.left_out += other.left_out

    def _add_gap(self, cause: str, cases: int, fund: Decimal) -> None:
        cause = cause if cause in self.gaps or len(self.gaps) < MOST_GAPS else BEYOND
        known, paid = self.gaps.get(cause, (0, NIL))
        self.gaps[cause] = known + cases, paid + fund

    def whole(self) -> Sums:
        return together(self.kinds.values())

    def as_dict(self) -> dict[str, Any]:
        """As JSON values; `of_dict` reads them back."""
        return {
            "kinds": {kind: _sums_as_dict(sums) for kind, sums in sorted(self.kinds.items())},
            "gaps": [[cause, cases, written(fund)] for cause, (cases, fund) in sorted(self.gaps.items())],
            "top": [
                [written(case.rank), case.settlement, [*map(written, case.before)], [*map(written, case.after)]]
                for case in sorted(self.top, reverse=True)
            ],
            "left_out": self.left_out,
        }

    @classmethod
    def of_dict(cls, given: Mapping[str, Any]) -> "Tally":
        return cls(
            kinds={kind: _sums_of_dict(sums) for kind, sums in given["kinds"].items()},
            gaps={cause: (cases, Decimal(fund)) for cause, cases, fund in given["gaps"]},
            top=[
                Case(Decimal(rank), settlement, _amounts(before), _amounts(after))
                for rank, settlement, before, after in given["top"]
            ],
            left_out=given.get("left_out", 0),  # results kept from before had none left out
        )


def together(parts: Iterable[Sums]) -> Sums:
    whole = Sums()
    for part in parts:
        whole.add(part)
    return whole


def differences(tally: Tally) -> Iterator[Decimal]:
    """Every amount by which anything differs; none of a replay that changes nothing."""
    for sums in tally.kinds.values():
        yield from (after - before for before, after in zip(sums.before, sums.after, strict=True) if after != before)
    for case in tally.top:
        yield case.rank


def _sums_as_dict(sums: Sums) -> dict[str, Any]:
    amounts = {name: [*map(written, getattr(sums, name))] for name in ("before", "after", "unknown")}
    return {"counts": {change.value: count for change, count in sums.counts.items()}, **amounts}


def _sums_of_dict(given: Mapping[str, Any]) -> Sums:
    counts = {Change.of(change): count for change, count in given["counts"].items()}
    return Sums(counts, _amounts(given["before"]), _amounts(given["after"]), _amounts(given["unknown"]))


def _amounts(given: Iterable[str]) -> Amounts:
    return tuple(map(Decimal, given))
