"""A replay's result as tables: for the page, the command and the export."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from filings.vocabulary import Employment, Hardship, Scheme, SettlementWay, Tier
from hospitals.access import User
from hospitals.vocabulary import Level, Scope
from settlement.models import Settlement
from settlement.replays.replaying import KIND
from settlement.replays.tally import Amounts, Change, Column, Sums, Tally, fund_of, together

FUNDS = (
    *(Column.BASIC, Column.LARGE_AMOUNT, Column.SERIOUS_ILLNESS),
    *(Column.CIVIL_SERVANT, Column.MEDICAL_AID),
)
ORDER = tuple(Column)
PLACES = {
    term.label: place
    for terms in (Scheme, Employment, Hardship, Tier, Level, Scope, SettlementWay)
    for place, term in enumerate(terms)
}
LEFT_OUT = "平台已计算，未试算"
WHY_LEFT_OUT = "平台计算的结算（含冲正）以平台结果为准，不按本门户的政策重算；年度累计按其结果计入"
SHORT = 12  # characters: a word up to that does not break
Words = dict[str, str]  # of a kind of stay, under the names of `KIND`
Cells = Sequence[str | int | Decimal]


@dataclass(frozen=True, slots=True)
class ShownTable:
    """wording: how many of the first columns are words; the others are numbers."""

    title: str
    header: Sequence[str]
    rows: Sequence[Cells]
    wording: int = 1

    @property
    def headings(self) -> list[tuple[str, str]]:
        """Each with its css class."""
        return [(heading, "" if place < self.wording else "number") for place, heading in enumerate(self.header)]

    @property
    def cells(self) -> list[list[tuple[str, str, str]]]:
        """(heading, written, css class) of each cell of each row."""
        return [
            [
                (heading, f"{cell:,}", kind)
                if kind
                else (heading, str(cell), "nowrap" if len(str(cell)) <= SHORT else "")
                for (heading, kind), cell in zip(self.headings, row, strict=True)
            ]
            for row in self.rows
        ]


def tables(tally: Tally) -> list[ShownTable]:
    """Everything but the cases."""
    groups: list[tuple[str, Callable[[Words], tuple[str, ...]], tuple[str, ...]]] = [
        ("按待遇档次和医院级别", lambda words: (_tier(words), _level(words)), ("待遇档次", "医院级别")),
        ("按人群", _group, ("险种", "在职状态", "困难群体")),
        ("按范围", lambda words: (Scope.name_of(words["scope"]),), ("范围",)),
        ("按结算方式", lambda words: (SettlementWay.name_of(words["way"]),), ("结算方式",)),
    ]
    return [_totals(tally), *(_by(tally, *group) for group in groups), *_gaps(tally), *_left_out(tally)]


def counts(tally: Tally) -> list[tuple[str, int]]:
    """Under their labels; what the platform computed, where there is any."""
    whole = tally.whole()
    found = [(change.label, whole.counts[change]) for change in Change]
    return [*found, (LEFT_OUT, tally.left_out)] if tally.left_out else found


def personal(amounts: Amounts) -> Decimal:
    return amounts[0] - fund_of(amounts)


def cases(tally: Tally, user: User) -> ShownTable:
    """Those that change most, of those that the user may see; names are masked."""
    top = sorted(tally.top, reverse=True)
    seen: Any = Settlement.objects.visible_to(user).select_related("person")
    found = seen.in_bulk([case.settlement for case in top])
    header = (
        *("结算编号", "姓名", "结算方式", "待遇档次", "医院", "医院级别", "入院日期", "医疗费总额"),
        *("基金支付（原）", "基金支付（试算）", "差额", "个人负担（原）", "个人负担（试算）", "后续支付差额"),
    )
    rows = [
        (
            *(one.number, masked_name(one.person.name), one.get_way_display(), one.get_tier_display()),
            *(one.hospital_name, one.get_hospital_level_display(), f"{one.admitted_on}", case.before[0]),
            *(fund_of(case.before), fund_of(case.after), fund_of(case.after) - fund_of(case.before)),
            *(personal(case.before), personal(case.after), case.after[-1] - case.before[-1]),
        )
        for case in top
        if (one := found.get(case.settlement))
    ]
    return ShownTable("变动最大的结算", header, rows, wording=7)


def masked_name(name: str) -> str:
    """王小明 → 王**."""
    return name[:1] + "*" * (len(name) - 1)


def flat(shown: Iterable[ShownTable]) -> tuple[Cells, list[Cells]]:
    """Header and rows of one list that holds several tables, each row under the headings of its table."""
    lines = [
        (table.title, " / ".join(map(str, row[: table.wording])), heading, cell)
        for table in shown
        for row in table.rows
        for heading, cell in zip(table.header[table.wording :], row[table.wording :], strict=True)
    ]
    return ("表", "对象", "项目", "数值"), lines  # type: ignore[return-value]


def _totals(tally: Tally) -> ShownTable:
    whole = tally.whole()

    def row(label: str, of: Callable[[Amounts], Decimal]) -> Cells:
        before, after = of(whole.before), of(whole.after)
        return label, before, after, after - before

    def column(which: Column) -> Cells:
        return row(which.label, lambda amounts: amounts[ORDER.index(which)])

    rows = [column(Column.TOTAL), column(Column.DEDUCTIBLE), *map(column, FUNDS)]
    rows += [row("基金支付合计", fund_of), row("个人负担", personal), column(Column.OWED)]
    return ShownTable("合计", ("项目", "原", "试算", "差额"), rows)


def _by(tally: Tally, title: str, words_of: Callable[[Words], tuple[str, ...]], names: tuple[str, ...]) -> ShownTable:
    found: dict[tuple[str, ...], list[Sums]] = {}
    for kind, sums in tally.kinds.items():
        words = dict(zip(KIND, kind.split("|"), strict=True))
        found.setdefault(words_of(words), []).append(sums)
    in_order = sorted(found, key=lambda words: [PLACES.get(word, -1) for word in words])
    rows = [(*words, *_numbers(together(found[words]))) for words in in_order]
    header = (
        *(*names, "笔数", "增加", "减少", "构成有变", "未配置"),
        *("基金支付（原）", "基金支付（试算）", "差额", "个人负担（原）", "个人负担（试算）"),
    )
    return ShownTable(title, header, rows, wording=len(names))


def _numbers(sums: Sums) -> Cells:
    told = (Change.UP, Change.DOWN, Change.SHIFTED, Change.UNKNOWN)
    before, after = fund_of(sums.before), fund_of(sums.after)
    return (
        *(sum(sums.counts.values()), *(sums.counts[change] for change in told)),
        *(before, after, after - before, personal(sums.before), personal(sums.after)),
    )


def _gaps(tally: Tally) -> list[ShownTable]:
    if not tally.gaps:
        return []
    rows = [(cause, cases, fund) for cause, (cases, fund) in sorted(tally.gaps.items(), key=lambda gap: -gap[1][0])]
    return [ShownTable("未配置，未试算", ("原因", "笔数", "原基金支付"), rows)]


def _left_out(tally: Tally) -> list[ShownTable]:
    if not tally.left_out:
        return []
    return [ShownTable(LEFT_OUT, ("原因", "笔数"), [(WHY_LEFT_OUT, tally.left_out)])]


def _tier(words: Words) -> str:
    return Tier.name_of(words["tier"])


def _level(words: Words) -> str:
    return Level.name_of(words["level"])


def _group(words: Words) -> tuple[str, ...]:
    return (
        Scheme.name_of(words["scheme"]),
        Employment.name_of(words["employment"]) or "—",
        Hardship.name_of(words["hardship"]) or "—",
    )
