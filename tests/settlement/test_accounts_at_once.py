"""The same settlements in any order and at any concurrency come to the same, over real connections.

The best-known peer reads and then writes: of two claims of 1000 under a ceiling of 1000 it paid 0 + 0, 12 of 12.
"""

import datetime as dt
import random
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest

from filings.models import InsuredPerson
from hospitals.reasons import Refused
from settlement.claims import decisions
from settlement.direct_settlement import reverse_settlement
from settlement.models import Claim, Settlement
from settlement.vocabulary import ClaimStatus
from tests.settlement.books import (
    EACH_STAY,
    PEOPLE,
    PLAIN,
    TODAY,
    YEAR,
    Books,
    accounts,
    ledger,
    makes_sense,
    open_books,
)
from tests.settlement.test_claim_concurrency import at_once

pytestmark = pytest.mark.django_db(transaction=True)
HANDS = 4
AMOUNTS = ("499.99", "1234.56", "3333.33", "9000.01", "15000.00", "28765.43")
Act = Callable[[], Any]


def in_hands(acts: Sequence[Act]) -> list[Any]:
    """The acts dealt out to several hands that work at once, each in its order; what came of them."""

    def work(dealt: Sequence[Act]) -> list[Any]:
        return [act() for act in dealt]

    results = at_once(*(lambda dealt=acts[hand::HANDS]: work(dealt) for hand in range(HANDS)))
    assert all(isinstance(result, list) for result in results), results
    return [made for result in results for made in result]


def test_ceiling_of_1000_and_two_settlements_of_1000_at_once_pay_it_once_each_time():
    books = open_books(PLAIN)
    for _try in range(12):
        person = books.person()
        made = at_once(*[lambda person=person: books.settle(person, "1000.00")] * 2)
        assert sorted(settlement.hifp_pay for settlement in made) == [0, 1000]
        assert accounts(person)["310100"][1] == 1000


@pytest.mark.parametrize("seed", range(2))
def test_settlements_in_any_order_and_concurrency_come_to_the_same(seed):
    """Half of them at the hospital, half at the counter; three people of each kind, whose accounts must be equal."""
    chance = random.Random(seed)
    books = open_books(EACH_STAY)
    for insured in PEOPLE:
        stays = [(chance.choice(AMOUNTS), chance.random() < 0.5) for _ in range(8)]
        by_hand = insured["scheme"] == "employee"  # of residents, direct settlement owes what the counter pays

        def act(person: InsuredPerson, amount: str, at_counter: bool, by_hand: bool = by_hand) -> Any:
            return books.claim(person, amount) if at_counter and by_hand else books.settle(person, amount)

        one, other, third = (books.person(**insured) for _ in range(3))
        for amount, at_counter in stays:
            act(one, amount, at_counter)
        for amount, at_counter in chance.sample(stays, len(stays)):
            act(other, amount, at_counter)
        in_hands([lambda stay=stay, third=third, act=act: act(third, *stay) for stay in stays])
        assert accounts(one) == accounts(other) == accounts(third)
        for person in (one, other, third):
            makes_sense(person)


def undo(books: Books, made: Settlement | Claim) -> Any:
    if isinstance(made, Claim):
        return decisions.send_back(by=books.reviewer, claim=made, version=made.version, reason="票据不清")
    return reverse_settlement(by=books.supervisor, settlement=made, reason="重复上传", on=TODAY)


def test_random_history_at_once_is_the_history_in_the_order_in_which_it_was_posted():
    """Settled, sent back, settled again, reversed: replayed one by one on somebody alike, every amount is the same."""
    chance = random.Random(7)
    books = open_books(EACH_STAY)
    for insured in PEOPLE:
        person, alike = books.person(**insured), books.person(**insured)
        plans = [(chance.choice(AMOUNTS), chance.random() < 0.4, chance.random() < 0.5) for _ in range(10)]

        def act(amount: str, at_counter: bool, is_undone: bool, person: InsuredPerson = person) -> Any:
            made = books.claim(person, amount) if at_counter else books.settle(person, amount)
            return undo(books, made) if is_undone else made

        in_hands([lambda plan=plan, act=act: act(*plan) for plan in plans])
        posted = list(Settlement.objects.filter(person=person).order_by("pk").select_related("claim"))
        again: dict[int, Any] = {}
        for settlement in posted:
            if settlement.reverses_id:
                undo(books, again[settlement.reverses_id])
            elif settlement.claim:
                again[settlement.pk] = books.claim(alike, str(settlement.claim.eligible))
            else:
                again[settlement.pk] = books.settle(alike, str(Decimal(settlement.calculation.inputs["eligible"])))
        replayed = Settlement.objects.filter(person=alike).order_by("pk")
        assert [row.fund_pay_sumamt for row in replayed] == [row.fund_pay_sumamt for row in posted]
        assert accounts(alike) == accounts(person) == ledger(person)
        makes_sense(person)
        for settlement in Settlement.objects.standing().filter(person=person, claim=None):
            undo(books, settlement)
        for claim in Claim.objects.filter(person=person, status=ClaimStatus.IN_REVIEW):
            undo(books, claim)
        assert all(set(row) == {0} for row in accounts(person).values())


def test_settlement_reversed_by_two_at_once_is_reversed_once():
    books = open_books(EACH_STAY)
    for _try in range(3):
        made = books.settle(books.person())
        results = at_once(*[lambda made=made: undo(books, made)] * 3)
        assert sorted(type(result) is Refused for result in results) == [False, True, True]
        assert accounts(made.person)["310100"][1] == 0


TOPPED_UP = {
    **{name: EACH_STAY[name] for name in ("ratios", "ceilings")},
    "deductibles": [{"level": {"1": "400.00", "3": "1000.00"}, "section": "一"}],
    "counting": [{"counting": "topped_up", "section": "一"}],
}


def test_deductible_of_the_year_is_never_charged_above_its_standard_whoever_is_first():
    """Where law makes the order matter, posting is still one history: the year is charged at most its standard."""
    books = open_books(TOPPED_UP)
    for _try in range(3):
        person = books.person()
        in_hands([lambda amount=amount, person=person: books.settle(person, amount) for amount in AMOUNTS])
        assert accounts(person)["310100"][0] == 1000
        used = Decimal(0)
        for settlement in Settlement.objects.filter(person=person).order_by("pk"):
            assert Decimal(settlement.calculation.inputs["deductible_paid_this_year"]) == used
            used += settlement.act_pay_dedc


def test_years_of_one_person_do_not_wait_for_each_other_nor_mix():
    books = open_books(EACH_STAY)
    person = books.person()
    next_year = {"admitted_on": dt.date(YEAR + 1, 3, 1), "discharged_on": dt.date(YEAR + 1, 3, 9)}
    in_hands([lambda stay=stay: books.settle(person, **stay) for stay in ({}, next_year) * 2])
    rows = sorted((account.year, account.stays) for account in person.year_accounts.filter(fund="310100"))
    assert rows == [(YEAR, 2), (YEAR + 1, 2)]
