"""What is paid on top of the basic fund: each component on the year's personal eligible amounts, in its order."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from filings.vocabulary import SettlementWay
from hospitals.reasons import Reason
from settlement.calculation.money import NIL, percent, to_fen, written
from settlement.calculation.rows import ComponentRatio, ComponentRule, FollowUpRule, HardshipRule
from settlement.calculation.rules import BenefitRules
from settlement.calculation.stay import Stay
from settlement.vocabulary import Component, Payer

ONE = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the rules hold of one component for one stay.  row None: the rules only say how it is followed up."""

    component: Component
    row: ComponentRule | None
    ratios: Sequence[ComponentRatio]
    hardship: HardshipRule | None
    follow_up: FollowUpRule | None

    @property
    def assumed(self) -> bool:
        rows = (self.row, *self.ratios, self.hardship)
        return any(row is not None and row.assumed for row in rows)

    @property
    def threshold(self) -> Decimal:
        threshold = self.row.threshold if self.row else NIL
        return threshold * self.hardship.threshold_factor if self.hardship else threshold

    @property
    def ceiling(self) -> Decimal | None:
        return None if self.row is None or (self.hardship and self.hardship.no_ceiling) else self.row.ceiling

    def ratio(self, row: ComponentRatio) -> Decimal:
        return min(row.number + self.hardship.points, ONE) if self.hardship else row.number

    def shares(self, before: Decimal, after: Decimal) -> Iterator[tuple[Decimal, Decimal]]:
        """(amount, ratio) of each segment between two states of the year's personal eligible amounts."""
        for place, row in enumerate(self.ratios):
            until = self.ratios[place + 1].above if place + 1 < len(self.ratios) else after
            amount = min(until, after) - max(row.above, before, self.threshold)
            if amount > 0:
                yield amount, self.ratio(row)

    def upto(self, accumulated: Decimal) -> Decimal:
        """What it pays on the year's amounts so far, rounded once: what a stay adds depends on no other's rounding, so
        that stays in any order come to the same."""
        return to_fen(sum((amount * ratio for amount, ratio in self.shares(NIL, accumulated)), NIL))

    def sources(self, rules: BenefitRules) -> str:
        rows = (self.row, *self.ratios, self.hardship)
        return "；".join(dict.fromkeys(rules.cite(row.section) for row in rows if row is not None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one component comes to for one stay, in yuan.

    before: the year's personal eligible amounts before this stay, `base`: this stay's, both less what the components
    before this one pay.  due: what the component pays; None where only its follow-up is known.  left: what the year's
    ceiling leaves; None where there is none.  is_later: it is not part of this settlement.
    """

    terms: Terms
    base: Decimal
    before: Decimal = NIL
    due: Decimal | None = None
    left: Decimal | None = None
    is_later: bool = False

    @property
    def paid(self) -> Decimal:
        """In this settlement."""
        return NIL if self.is_later or self.due is None else self.due

    def said(self) -> str:
        terms = self.terms
        text = f"本年度个人负担累计{written(self.before)}元，本次{written(self.base)}元"
        text += f"，超过{written(to_fen(terms.threshold))}元部分"
        shares = terms.shares(self.before, self.before + self.base)
        text += "：" + ("＋".join(f"{written(to_fen(amount))} × {percent(ratio)}" for amount, ratio in shares) or "无")
        if terms.hardship:
            text += f"，按{terms.hardship.hardship.label}"
        if self.left is not None and self.due == self.left:
            text += f"，以年度限额余额{written(self.left)}元为限"
        return text + ("（示例，待核定）" if terms.assumed else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """A component that this settlement leaves to be paid later.  amount: yuan; None where it is not configured."""

    component: Component
    payer: Payer
    text: str
    source: str
    amount: Decimal | None

    def as_dict(self) -> dict[str, str | None]:
        return {
            "component": self.component,
            "payer": self.payer,
            "text": self.text,
            "source": self.source,
            "amount": None if self.amount is None else written(self.amount),
        }


def terms_of(stay: Stay, rules: BenefitRules) -> list[Terms]:
    """The components that the rules hold for a stay, in the order in which they are paid.

    Whoever a threshold is given for takes part; a component with ratios alone takes everybody in, to be refused.
    """
    if not (rules.components.rows or rules.component_ratios.rows or rules.follow_ups):
        return []
    found = []
    for component in Component:
        if component is Component.CIVIL_SERVANT and not stay.civil_servant:
            continue
        key = (component, stay.scheme, stay.employment, stay.hardship)
        rows, ratios = rules.components.at(key), rules.component_ratios.at(key)
        later = rules.follow_up_of(component, stay.scheme) if stay.basis is SettlementWay.DIRECT else None
        if rows or later or (ratios and not rules.components.speaks_of(component)):
            row, hardship = (rows[0] if rows else None), rules.hardship_for(component, stay)
            found.append(Terms(component=component, row=row, ratios=ratios, hardship=hardship, follow_up=later))
    return found


def gaps_in(terms: Sequence[Terms], document: str) -> Iterator[Reason]:
    """Components of which one number is given and the other is not."""
    for one in terms:
        if one.row is None and one.ratios:
            yield Reason("threshold_not_configured", f"{one.component.label}起付标准未配置", document)
        if one.row is not None and not one.ratios:
            yield Reason("ratio_not_configured", f"{one.component.label}支付比例未配置", document)


def unknown_of_year(stay: Stay, terms: Sequence[Terms]) -> Iterator[Reason]:
    """What the year has to be known of for the components, and is not."""
    names = "、".join(one.component.label for one in terms if one.row is not None)
    if names and stay.personal_eligible_this_year is None:
        text = f"本年度个人负担累计（personal_eligible_this_year）必须填写：{names}按年度累计计算"
        yield Reason("missing_field", text)
    if names and stay.paid_this_year is None:
        text = f"本年度各项已支付（paid_this_year）必须填写：{names}按年度累计计算"
        yield Reason("missing_field", text)


def parts_of(stay: Stay, terms: Sequence[Terms], personal_eligible: Decimal) -> list[Part]:
    """personal_eligible: what the basic fund leaves to the person of this stay's eligible cost."""
    paid_this_year: Mapping[Component, Decimal] = stay.paid_this_year or {}
    parts: list[Part] = []
    base = personal_eligible
    for one in terms:
        if one.row is None:
            parts.append(Part(terms=one, base=base, is_later=True))
            continue
        earlier = sum((paid_this_year.get(other, NIL) for other in _before(one.component)), NIL)
        before = max((stay.personal_eligible_this_year or NIL) - earlier, NIL)
        due = one.upto(before + base) - one.upto(before)
        left = None if one.ceiling is None else max(one.ceiling - paid_this_year.get(one.component, NIL), NIL)
        due = due if left is None else min(due, left)
        is_later = one.follow_up is not None
        parts.append(Part(terms=one, base=base, before=before, due=due, left=left, is_later=is_later))
        base -= due
    return parts


def _before(component: Component) -> list[Component]:
    order = list(Component)
    return order[: order.index(component)]


def follow_ups_of(parts: Sequence[Part], rules: BenefitRules) -> tuple[FollowUp, ...]:
    return tuple(
        FollowUp(
            component=part.terms.component,
            payer=later.payer,
            text=later.text,
            source=rules.cite(later.section),
            amount=part.due,
        )
        for part in parts
        if (later := part.terms.follow_up)
    )
