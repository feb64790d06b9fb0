"""What a stay without a filing needs: which filing, through which channels, on which materials, until when."""

from filings.assessment.cases import FilingCase
from filings.assessment.dates import deadline_refusals, deadline_to_mind
from filings.assessment.rules import FilingRules, Rule
from filings.vocabulary import Backdating
from hospitals.reasons import Reason


def what_is_needed(case: FilingCase, rule: Rule, rules: FilingRules) -> tuple[Reason, ...]:
    """case: the filing that `rule` asks for, with its day of admission."""
    text = f"没有覆盖入院日期 {case.admitted_on} 的备案，{rule.category.label}须备案：{rule.text}"
    return (
        Reason("filing_needed", text, rules.cite(rule.section)),
        *(deadline_refusals(case, rule, rules) or deadline_to_mind(case, rule, rules)),
        _backdating(rule, rules),
        *_channels(case, rule, rules),
        *(
            Reason("material_needed", f"须提供{group.label}", rules.cite(group.section))
            for group in rule.materials
            if not group.condition
        ),
        *([Reason("assumed", rule.assumption)] if rule.assumption else ()),
    )


def _backdating(rule: Rule, rules: FilingRules) -> Reason:
    texts = {
        Backdating.UNLIMITED: "入院后补办的，备案可自入院之日开始",
        Backdating.DAYS: f"入院后补办的，备案开始日期最多往前 {rule.backdate_days} 日",
        Backdating.NOT_GIVEN: "文件未规定入院后可以补办",
    }
    return Reason("late_filing", texts[rule.backdating], rules.cite(rule.backdating_section))


def _channels(case: FilingCase, rule: Rule, rules: FilingRules) -> list[Reason]:
    offers = [offer for offer in rules.channels if offer.serves(case.category)]
    reasons = [
        Reason("channel_backdates", f"{offer.channel.label}的，备案可自入院之日开始", rules.cite(offer.section))
        for offer in offers
        if offer.backdates and rule.backdating is not Backdating.UNLIMITED
    ]
    if offers:
        names = "、".join(offer.channel.label for offer in offers)
        reasons.append(Reason("channels", f"办理渠道：{names}", rules.cite(offers[0].section)))
    return reasons
