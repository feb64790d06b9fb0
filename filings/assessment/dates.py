"""Days of a filing: from when it may start, and until when it must be asked for."""

import datetime as dt

from filings.assessment.cases import FilingCase
from filings.assessment.rules import FilingRules, Rule
from filings.vocabulary import Backdating, Matter
from hospitals.reasons import Reason
from hospitals.working_days import working_days_after


def best_start(case: FilingCase, earliest: dt.date | None) -> dt.date:
    """The day of filing; back to the admission where that lies before it and as far as the policy allows."""
    if case.admitted_on is None or case.admitted_on >= case.filed_on:
        return case.filed_on
    return max(case.admitted_on, earliest) if earliest else case.admitted_on


def start_refusals(
    case: FilingCase, start: dt.date, earliest: dt.date | None, rule: Rule, rules: FilingRules
) -> list[Reason]:
    refusals = []
    if earliest and start < earliest:
        if rule.backdating is Backdating.DAYS:
            text = f"备案开始日期自申请之日起最多往前 {rule.backdate_days} 日，最早为 {earliest}"
        else:
            text = f"文件未规定可以补办，备案开始日期不能早于申请之日 {earliest}"
        refusals.append(Reason("start_too_early", text, rules.cite(rule.backdating_section)))
        start = earliest
    if case.admitted_on and start > case.admitted_on:
        text = f"备案开始日期 {start} 晚于入院日期 {case.admitted_on}，本次住院不在备案期内"
        refusals.append(Reason("start_after_admission", text, rules.cite_matter(Matter.START_BY_ADMISSION)))
    return refusals


def deadline_refusals(case: FilingCase, rule: Rule, rules: FilingRules) -> list[Reason]:
    """Asked for too late after admission."""
    if not (rule.deadline_days and case.admitted_on):
        return []
    deadline = working_days_after(case.admitted_on, rule.deadline_days)
    if case.filed_on <= deadline.day:
        return []
    caveat = f"（{deadline.caveat}）" if deadline.caveat else ""
    text = f"须在入院后 {rule.deadline_days} 个工作日内备案，截止日期为 {deadline.day}，已超过期限{caveat}"
    return [Reason("deadline_passed", text, rules.cite(rule.deadline_section))]


def file_by(case: FilingCase, rule: Rule) -> dt.date | None:
    """The last day to ask for it; None where no term is given or no day of admission is known."""
    if not (rule.deadline_days and case.admitted_on):
        return None
    return working_days_after(case.admitted_on, rule.deadline_days).day


def deadline_to_mind(case: FilingCase, rule: Rule, rules: FilingRules) -> list[Reason]:
    """Until when it must be asked for; without a day of admission only that there is a deadline."""
    if not rule.deadline_days:
        return []
    text = f"须在入院后 {rule.deadline_days} 个工作日内备案"
    if case.admitted_on:
        deadline = working_days_after(case.admitted_on, rule.deadline_days)
        text += f"，截止日期为 {deadline.day}" + (f"（{deadline.caveat}）" if deadline.caveat else "")
    return [Reason("deadline", text, rules.cite(rule.deadline_section))]
