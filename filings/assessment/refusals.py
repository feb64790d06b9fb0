"""Reasons why there is nothing to weigh: no policy, no such destination, no such category."""

import datetime as dt

from filings.assessment.areas import Areas, Place, pool_of, province_of
from filings.assessment.cases import FilingCase
from filings.assessment.rules import FilingRules
from filings.vocabulary import Matter
from hospitals.reasons import Reason


def no_policy(area: Place, day: dt.date) -> Reason:
    return Reason("no_policy_in_force", f"{area.name}（{area.code}）在 {day} 没有施行中的备案政策")


def destination_refusal(home: str, destination: str, rules: FilingRules, areas: Areas) -> Reason | None:
    """Why the area `destination` is no place to file for; None where it is one."""
    place = areas[destination]
    if not (place.is_served and province_of(destination, areas).is_served):
        source = rules.cite_matter(Matter.DESTINATION_ABROAD)
        return Reason("destination_abroad", f"{place.name}不属于异地就医范围（不含香港、澳门、台湾地区）", source)
    if destination in rules.whole_provinces:
        return None
    pool = pool_of(destination, areas)
    if pool is None:
        source = rules.cite_matter(Matter.DESTINATION_CITY)
        return Reason("destination_too_wide", f"就医地须具体到市或直辖市，不能是{place.name}", source)
    if pool.code == home:
        return Reason("destination_is_home", f"就医地{place.name}在参保地{areas[home].name}以内，不属于异地就医")
    return None


def category_refusal(case: FilingCase, rules: FilingRules) -> Reason:
    """Why no rule fits: the document lacks the category, treats only its variants, or leaves this person out."""
    offered = rules.categories()
    if case.category not in offered:
        names = "、".join(category.label for category in offered)
        return Reason("category_not_offered", f"文件没有“{case.category.label}”备案，可办理：{names}")
    variants = rules.variants(case.category)
    if case.variant in variants:
        return Reason("variant_not_for_person", f"“{case.variant.label}”不适用于该参保人（{case.scheme.label}）")
    if case.variant is None and variants:
        names = "、".join(variant.label for variant in variants)
        return Reason("variant_needed", f"请选择{case.category.label}的细分：{names}")
    return Reason("category_not_for_person", f"文件没有适用于该参保人和就医地的“{case.category.label}”备案")
