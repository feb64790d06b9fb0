"""The published versions of every area, and which of them a stay is paid by."""

from collections.abc import Iterable

from hospitals.rulebook import RuleBook
from settlement.calculation.engine import calculate
from settlement.calculation.result import Result
from settlement.calculation.rules import BenefitRules
from settlement.calculation.stay import Stay


class BenefitBook(RuleBook[BenefitRules]):
    def __init__(self, versions: Iterable[BenefitRules]) -> None:
        super().__init__(sorted(versions, key=lambda rules: rules.starts_on, reverse=True))

    def version_for(self, stay: Stay, area: str | None = None) -> BenefitRules | None:
        """The version that an area (the home area where none is given) pays a stay by, or None.

        The newest that has begun on the day of the stay that it goes by itself: so a stay that lies across a change of
        the day that counts has exactly one.
        """
        for rules in self.versions(area or stay.area):
            if rules.starts_on <= stay.day(rules.version_day):
                return rules
        return None

    def calculate(self, stay: Stay) -> Result:
        """What a stay is paid, by the policy of its destination where the home area's says so."""
        rules = self.version_for(stay)
        row = rules.destination_for(stay) if rules else None
        return calculate(stay, rules, self.version_for(stay, row.policy_area) if row else None)
