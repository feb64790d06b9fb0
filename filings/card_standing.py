"""How a person's social-security card stands: whether it blocks direct settlement, and what to do about it."""

import datetime as dt
from dataclasses import dataclass

from filings.assessment import FilingRules
from filings.assessment.cards import CardTested, HeldCard, card_advice, card_faults, is_card_needed
from filings.models import CardTest, InsuredPerson, SocialSecurityCard
from filings.vocabulary import CardGeneration, CardStatus, CardTestResult
from hospitals.models import ServiceHall
from hospitals.reasons import Reason


@dataclass(frozen=True, slots=True)
class CardStanding:
    """card: the one in use, or the lost one; None for none.  faults: what is wrong with it.  advice: what to do then.

    is_needed: False where the electronic credential does as well.
    """

    card: SocialSecurityCard | None
    last_test: CardTest | None
    faults: list[Reason]
    advice: list[Reason]
    is_needed: bool

    @property
    def is_blocking(self) -> bool:
        return self.is_needed and bool(self.faults)


def card_standing(person: InsuredPerson, day: dt.date, rules: FilingRules | None) -> list[Reason]:
    """Why the card blocks direct settlement on a day; empty where it does not.  rules: in force on the day, or None.

    A test counts from its day on; what became of the card counts as it is known now.  Two queries.
    """
    if not is_card_needed(rules):
        return []
    card, test = _card_and_test(list(person.cards.prefetch_related("tests")), day)
    return card_faults(_held(card, test), rules)


def standing_of_card(cards: list[SocialSecurityCard], day: dt.date, rules: FilingRules | None) -> CardStanding:
    """The whole of it, for a page: what is wrong, whether it matters, what to do.

    cards: of one person, their tests fetched with them.
    """
    card, test = _card_and_test(cards, day)
    faults = card_faults(_held(card, test), rules)
    phones: dict[str, str] = {}
    if faults and rules and (halls := {row.hall for row in rules.advice if row.hall}):
        named = ServiceHall.objects.filter(area=rules.area, name__in=halls)
        phones = dict(named.exclude(phone="").values_list("name", "phone"))
    return CardStanding(card, test, faults, card_advice(faults, rules, phones), is_card_needed(rules))


def _card_and_test(cards: list[SocialSecurityCard], day: dt.date) -> tuple[SocialSecurityCard | None, CardTest | None]:
    """The card in use, else the one lost last, and its last test until the day."""
    usable = [card for card in cards if card.status != CardStatus.REPLACED]
    card = min(usable, key=lambda card: (not card.is_current, -card.pk), default=None)
    tests = card.tests.all() if card else ()  # the last one first
    return card, next((test for test in tests if test.tested_on <= day), None)


def _held(card: SocialSecurityCard | None, test: CardTest | None) -> HeldCard | None:
    if card is None:
        return None
    return HeldCard(
        status=CardStatus.of(card.status),
        generation=CardGeneration.of(card.generation) if card.generation else None,
        issued_on=card.issued_on,
        last_test=CardTested(test.tested_on, CardTestResult.of(test.result), test.finding) if test else None,
    )
