"""What a replay of a policy asks: its rules as they are now, and those of the areas that it names."""

import datetime as dt

from settlement.calculation import BenefitBook
from settlement.models import BenefitPolicy
from settlement.replays.reading import policies_named
from settlement.replays.replaying import Question


def question_of(policy: BenefitPolicy, *, since: dt.date, until: dt.date, whole_years: bool = True) -> Question:
    """Raises ValueError where the rows of a draft contradict each other."""
    rules = policy.rules()
    named = policies_named(rules)
    book = BenefitPolicy.objects.rule_book(sorted(named)) if named else BenefitBook(())
    return Question(area=policy.area_id, rules=rules, book=book, since=since, until=until, whole_years=whole_years)
