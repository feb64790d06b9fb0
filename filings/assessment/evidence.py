"""What a case has to show: materials, whose certificate counts, whether a disease is on a list."""

from filings.assessment.cases import FilingCase
from filings.assessment.rules import ChannelOffer, FilingRules, MaterialGroup, Rule
from filings.vocabulary import DiseaseList, Material, Matter
from hospitals.reasons import Reason
from hospitals.vocabulary import Level, Scope


def missing_groups(
    case: FilingCase, rule: Rule, offer: ChannelOffer | None, rules: FilingRules, scope: Scope
) -> tuple[MaterialGroup, ...]:
    if offer and offer.without_materials:
        return ()
    unlisted = _is_unlisted(case, rules, scope)
    return tuple(
        group
        for group in rule.materials
        if group.lacks(case.materials.difference(group.listed_only) if unlisted else case.materials)
    )


def missing_reasons(case: FilingCase, missing: tuple[MaterialGroup, ...], rules: FilingRules) -> list[Reason]:
    reasons = [Reason("material_missing", f"缺少{group.label}", rules.cite(group.section)) for group in missing]
    source = rules.cite_matter(Matter.COMMITMENT)
    if rules.commitment_months:
        text = f"材料不齐的，可签订承诺补充书先予备案，{rules.commitment_months} 个月内补齐"
        reasons.append(Reason("commitment_possible", text, source))
    elif case.commitment:
        reasons.append(Reason("commitment_not_offered", "文件未规定可凭承诺补充材料，须补齐后再备案", source))
    return reasons


def disease_to_mind(case: FilingCase, rule: Rule, rules: FilingRules, scope: Scope) -> list[Reason]:
    """Whether the disease is on the referral list, where that makes a difference."""
    group = next((group for group in rule.materials if group.listed_only), None)
    if group is None:
        return []
    source, name = rules.cite(group.section), DiseaseList.REFERRAL.label
    if not rules.diseases_on(DiseaseList.REFERRAL):
        return [Reason("list_not_configured", f"{name}未配置，请核对病种是否在目录内", source)]
    if case.disease is None:
        return [Reason("disease_unsaid", f"请核对病种是否在{name}内", source)]
    if rules.listed(DiseaseList.REFERRAL, case.disease, scope):
        return [Reason("disease_listed", f"“{case.disease}”在{name}内，无需转诊证明", source)]
    return [Reason("disease_not_listed", f"“{case.disease}”不在{name}内，须提供转诊证明", source)]


def issuer_refusals(case: FilingCase, rule: Rule, rules: FilingRules) -> list[Reason]:
    """A referral certificate by a hospital that may not issue one."""
    issuer = case.issuer
    if not rule.checks_issuer or issuer is None or not _counts(case):
        return []
    source = rules.cite(rule.issuer_section or rule.section)
    if issuer.is_elsewhere:
        return [Reason("issuer_elsewhere", f"转诊证明须由参保地的医院开具，{issuer.name}不在参保地", source)]
    if issuer.level is None:
        return []
    if rule.issuer_levels and issuer.level not in rule.issuer_levels:
        text = f"转诊证明须由{_demand(rule)}开具，{issuer.name}为{issuer.level.label}"
        return [Reason("issuer_level", text, source)]
    highest = issuer.highest_at_home
    if rule.issuer_highest and highest and _rank(issuer.level) < _rank(highest):
        text = f"转诊证明须由{_demand(rule)}（{highest.label}）开具，{issuer.name}为{issuer.level.label}"
        return [Reason("issuer_level", text, source)]
    return []


def issuer_to_mind(case: FilingCase, rule: Rule, rules: FilingRules) -> list[Reason]:
    """What the machine cannot tell of the issuer, the clerk confirms."""
    if not rule.checks_issuer:
        return []
    issuer = case.issuer
    if issuer and issuer.level and (rule.issuer_levels or issuer.highest_at_home):
        return []
    unknown = f"，{issuer.name}的级别目录未载明" if issuer else ""
    text = f"请核实：转诊证明由{_demand(rule)}开具{unknown}"
    return [Reason("issuer_to_confirm", text, rules.cite(rule.issuer_section or rule.section))]


def _is_unlisted(case: FilingCase, rules: FilingRules, scope: Scope) -> bool:
    """Known not to be on the referral list; without a list or a disease nothing is known."""
    if case.disease is None or not rules.diseases_on(DiseaseList.REFERRAL):
        return False
    return rules.listed(DiseaseList.REFERRAL, case.disease, scope) is None


def _counts(case: FilingCase) -> bool:
    return Material.REFERRAL_CERTIFICATE in case.materials


def _demand(rule: Rule) -> str:
    if rule.issuer_highest:
        return "参保地最高级别定点医疗机构"
    ranks = {_rank(level): level for level in sorted(rule.issuer_levels, key=_rank, reverse=True)}
    return f"{ranks[min(ranks)].label}以上定点医疗机构"


def _rank(level: Level) -> int:
    """Grades within level three do not count: documents ask for levels."""
    return {Level.TOWNSHIP: 0, Level.ONE: 1, Level.TWO: 2}.get(level, 3)
