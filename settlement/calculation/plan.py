"""What a version holds for one kind of stay, worked out once and kept with the version."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from hospitals.reasons import Reason
from hospitals.vocabulary import Level
from settlement.calculation import components
from settlement.calculation.basic_fund import BasicFund
from settlement.calculation.components import Terms
from settlement.calculation.deductible import Deductible
from settlement.calculation.rows import Row
from settlement.calculation.rules import BenefitRules
from settlement.calculation.stay import Stay
from settlement.vocabulary import Component, Counting


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything of the rules that a calculation needs.  known: the components that the version speaks of at all."""

    deductible: Deductible
    basic: BasicFund
    components: Sequence[Terms]
    known: tuple[Component, ...]
    assumed: bool
    warnings: tuple[str, ...]
    catalogue: str

    def unknown_of_year(self, stay: Stay) -> tuple[Reason, ...]:
        """What the year has to be known of, and is not."""
        deductible = self.deductible
        if not (self.components or deductible.later or deductible.counting is Counting.YEARLY):
            return ()  # nothing of it matters
        of_components = components.unknown_of_year(stay, self.components) if self.components else ()
        return (*deductible.unknown_of_year(stay), *of_components)


Gaps = tuple[Reason, ...]


def plan_for(stay: Stay, rules: BenefitRules) -> Plan | Gaps:
    """The plan, or which numbers are not configured."""
    kind = (*stay.key, stay.hardship, stay.basis, stay.civil_servant)
    plan = rules.plans.get(kind)
    if plan is None:
        plan = rules.plans[kind] = _plan(stay, rules)
    return cast(Plan | Gaps, plan)


def _plan(stay: Stay, rules: BenefitRules) -> Plan | Gaps:
    standard, ratios, terms = rules.deductibles.find(stay), rules.ratios.at(stay.key), components.terms_of(stay, rules)
    gaps = (*_gaps(stay, rules, standard, ratios), *components.gaps_in(terms, f"《{rules.document}》"))
    if gaps or standard is None:
        return gaps
    deductible, basic = Deductible.of(stay, rules, standard), BasicFund.of(stay, rules, ratios)
    return Plan(
        deductible=deductible,
        basic=basic,
        components=terms,
        known=(*(row.component for row in rules.components.rows), *(row.component for row in rules.follow_ups)),
        assumed=deductible.assumed or basic.assumed or any(one.assumed for one in terms),
        warnings=tuple(_warnings(stay, deductible, basic, terms)),
        catalogue=rules.cite(rules.catalogues.get(stay.basis, "")),
    )


def _warnings(stay: Stay, deductible: Deductible, basic: BasicFund, terms: Sequence[Terms]) -> Iterator[str]:
    if deductible.continuous and deductible.continuous.remark:
        yield deductible.continuous.remark
    if basic.ceiling is None:
        yield "最高支付限额未配置"
    if stay.civil_servant and not any(one.component is Component.CIVIL_SERVANT for one in terms):
        yield f"{Component.CIVIL_SERVANT.label}未配置，未计算"


def _gaps(stay: Stay, rules: BenefitRules, deductible: Row | None, ratios: Sequence[Row]) -> Iterator[Reason]:
    """Which number is missing, and for whom; said once more plainly where the document gives no such table at all."""
    level = "三级（等级未定）" if stay.level is Level.THREE else stay.level.label
    employment = (stay.employment.label,) if stay.employment else ()
    whose = "、".join((stay.scheme.label, *employment, stay.tier.label, stay.service.label, level))
    if not rules.speaks_of(stay.scheme, stay.service):
        whose += f"；文件未给出{stay.service.label}待遇表"
    elif not rules.speaks_of(stay.scheme, stay.service, stay.tier):
        whose += f"；文件未给出{stay.tier.label}表"
    if deductible is None:
        yield Reason("deductible_not_configured", f"起付标准未配置：{whose}", f"《{rules.document}》")
    if not ratios:
        yield Reason("ratio_not_configured", f"支付比例未配置：{whose}", f"《{rules.document}》")
