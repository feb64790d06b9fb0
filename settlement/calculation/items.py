"""Cost from itemised lines: what of it the catalogue leaves to the person, line by line."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from hospitals.reasons import Reason
from settlement.calculation.money import NIL, to_fen
from settlement.vocabulary import CatalogueClass

LineKey = tuple[str, str, CatalogueClass, Decimal, Decimal, Decimal | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of an itemised list.

    quantity: less than nought takes an earlier line back.  price, limit: yuan each; limit, the most that is eligible
    of a price.  self_pay: the share, from 0 to 1, that is paid first of what is within the limit (先行自付).
    """

    catalogue: CatalogueClass
    quantity: Decimal
    price: Decimal
    self_pay: Decimal = NIL
    limit: Decimal | None = None
    code: str = ""
    name: str = ""

    @property
    def key(self) -> LineKey:
        """Lines alike in all but quantity are one line, however they are split."""
        return self.code, self.name, self.catalogue, self.self_pay, self.price, self.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a stay cost, in yuan to the fen: total is the sum of the other four.

    outside: 全自费.  above_limit: 超限价自费.  self_paid: 先行自付.  eligible: 符合政策范围.
    """

    total: Decimal
    outside: Decimal
    above_limit: Decimal
    self_paid: Decimal
    eligible: Decimal


def cost_of(items: Iterable[Item]) -> Cost:
    """Each line rounded once; neither order nor splitting changes anything.

    Raises ValueError, naming the line, where more is taken back than there is.
    """
    total = outside = above_limit = self_paid = NIL
    for item, quantity in _merged(items):
        if quantity < 0:
            raise ValueError(f"{item.name or item.code or item.catalogue.label}的退费数量大于收费数量")
        amount = to_fen(quantity * item.price)
        total += amount
        if item.catalogue is CatalogueClass.C:
            outside += amount
            continue
        above = NIL if item.limit is None else to_fen(quantity * max(item.price - item.limit, NIL))
        above_limit += above
        self_paid += to_fen((amount - above) * item.self_pay)
    eligible = total - outside - above_limit - self_paid
    return Cost(total=total, outside=outside, above_limit=above_limit, self_paid=self_paid, eligible=eligible)


def _merged(items: Iterable[Item]) -> Iterator[tuple[Item, Decimal]]:
    alike: dict[LineKey, list[Item]] = {}
    for item in items:
        alike.setdefault(item.key, []).append(item)
    for lines in alike.values():
        yield lines[0], sum((item.quantity for item in lines), NIL)


def disagreement(cost: Cost) -> Reason | None:
    """Parts that do not make the total."""
    parts = cost.outside + cost.above_limit + cost.self_paid + cost.eligible
    if parts == cost.total:
        return None
    named = f"全自费、超限价、先行自付与符合政策范围费用合计{parts:.2f}元"
    return Reason("parts_do_not_add_up", f"{named}，不等于医疗费总额{cost.total:.2f}元")
