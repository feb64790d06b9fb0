"""What is wrong with a social-security card, and what the document tells people to do about it."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from filings.assessment.rules import FilingRules
from filings.vocabulary import CardGeneration, CardStatus, CardTestResult, Matter, Procedure
from hospitals.reasons import Reason

TO_TEST = frozenset({"card_failed", "card_untested"})
TO_REPLACE = frozenset({"card_missing", "card_lost", "card_failed", "card_outdated"})


@dataclass(frozen=True, slots=True)
class CardTested:
    """The last test of a card.  finding: what was found wrong."""

    on: dt.date
    result: CardTestResult
    finding: str = ""


@dataclass(frozen=True, slots=True)
class HeldCard:
    """A person's card, in use or lost.  generation, issued_on: None where nobody told."""

    status: CardStatus
    generation: CardGeneration | None = None
    issued_on: dt.date | None = None
    last_test: CardTested | None = None


def card_faults(card: HeldCard | None, rules: FilingRules | None) -> list[Reason]:
    """Why the card is no credential for direct settlement; empty where it is one.  rules: None for none in force."""
    source = _credential(rules)
    if card is None:
        return [Reason("card_missing", "没有登记在用的社会保障卡", source)]
    if card.status is CardStatus.LOST:
        return [Reason("card_lost", "社会保障卡已挂失", source)]
    return [*_test_faults(card, rules), *_generation_faults(card, rules)]


def is_card_needed(rules: FilingRules | None) -> bool:
    """Where the document takes the electronic credential as well, no card stands in the way."""
    return rules is None or not rules.says(Matter.E_CREDENTIAL)


def card_advice(faults: list[Reason], rules: FilingRules | None, phones: Mapping[str, str]) -> list[Reason]:
    """What to do about the faults, in the document's words.  phones: of the halls that it names."""
    codes = {fault.code for fault in faults}
    if rules is None or not codes:
        return []
    steps: list[Reason] = []
    if not is_card_needed(rules):
        steps += _advised(Matter.E_CREDENTIAL, rules, phones)
    if codes & TO_TEST:
        steps += _advised(Matter.CARD_TEST, rules, phones)
    if codes & TO_REPLACE:
        steps += [*_advised(Matter.CARD_REPLACEMENT, rules, phones), *_procedures(rules)]
    return steps


def _test_faults(card: HeldCard, rules: FilingRules | None) -> Iterator[Reason]:
    test = card.last_test
    source = rules.cite_matter(Matter.CARD_TEST) if rules else ""
    if test and test.result is CardTestResult.FAILED:
        yield Reason("card_failed", f"社会保障卡 {test.on} 检测未通过：{test.finding}", source)
    elif test is None and rules and rules.says(Matter.CARD_TEST) and not _is_new(card, rules):
        yield Reason("card_untested", "社会保障卡尚未检测鉴权", source)


def _generation_faults(card: HeldCard, rules: FilingRules | None) -> Iterator[Reason]:
    if rules and rules.says(Matter.CARD_GENERATION) and card.generation is CardGeneration.FIRST:
        source = rules.cite_matter(Matter.CARD_GENERATION)
        yield Reason("card_outdated", "须持二代社会保障卡就医，登记的是一代卡", source)


def _is_new(card: HeldCard, rules: FilingRules) -> bool:
    """A card issued since the policy began needs no test, where the document says so of new cards."""
    return rules.says(Matter.NEW_CARD) and card.issued_on is not None and card.issued_on >= rules.starts_on


def _credential(rules: FilingRules | None) -> str:
    said = (Matter.CARD_TEST, Matter.CARD_GENERATION, Matter.E_CREDENTIAL)
    return next((rules.cite_matter(matter) for matter in said if rules.says(matter)), "") if rules else ""


def _advised(matter: Matter, rules: FilingRules, phones: Mapping[str, str]) -> Iterator[Reason]:
    for row in rules.advice_on(matter):
        phone = phones.get(row.hall, "")
        text = f"{row.text}（{row.hall}电话 {phone}）" if phone else row.text
        yield Reason(matter.value, text, rules.cite(row.section))


def _procedures(rules: FilingRules) -> Iterator[Reason]:
    """A line a way to a new card; or that the document knows none."""
    ways = (Procedure.CARD_BY_SELF, Procedure.CARD_BY_RELATIVE)
    known = [(way, groups) for way in ways if (groups := rules.materials_for(way))]
    for way, groups in known:
        text = "，".join(group.note or group.label for group in groups)
        yield Reason(way.value, f"{way.label}：{text}", rules.cite(groups[0].section))
    if not known:
        yield Reason("replacement_unsaid", "文件没有规定补卡手续；换发新卡后在此登记")
