"""May this filing be changed or cancelled?"""

from filings.assessment.answers import ChangeAnswer
from filings.assessment.areas import Areas
from filings.assessment.cases import ChangeCase
from filings.assessment.refusals import destination_refusal, no_policy
from filings.assessment.rules import FilingRules, Lock
from filings.vocabulary import Kind, LockMode, Outcome
from hospitals.periods import add_months
from hospitals.reasons import Reason


def assess_change(case: ChangeCase, rules: FilingRules | None, areas: Areas) -> ChangeAnswer:
    """What the policy in force on `case.on` says; `rules` is None where there is none.

    Without a lock it is possible from the day of filing.  Raises KeyError for an area that `areas` does not know.
    """
    if rules is None:
        return ChangeAnswer(Outcome.REFUSE, reasons=(no_policy(areas[case.area], case.on),))
    if case.kind is Kind.CHANGE and case.destination:
        refusal = destination_refusal(case.area, case.destination, rules, areas)
        if refusal:
            return ChangeAnswer(Outcome.REFUSE, reasons=(refusal,))
    lock = rules.lock_for(case.category, case.kind)
    locked = lock is not None and _binds(lock, case)
    possible_on = add_months(case.filing_filed_on, lock.months) if lock and locked else case.filing_filed_on
    basis = _basis(case, lock, locked, rules)
    if case.on < possible_on:
        text = f"{basis.text}，最早可在 {possible_on} 办理"
        return ChangeAnswer(Outcome.REFUSE, possible_on, (Reason("locked", text, basis.source),), basis)
    return ChangeAnswer(Outcome.ACCEPT, possible_on, basis=basis)


def _binds(lock: Lock, case: ChangeCase) -> bool:
    return lock.mode is LockMode.ALWAYS or (lock.mode is LockMode.WITH_COST and case.has_cost_there)


def _basis(case: ChangeCase, lock: Lock | None, locked: bool, rules: FilingRules) -> Reason:
    verb = case.kind.label
    if lock is None:
        return Reason("no_lock_given", f"文件未限制{case.category.label}备案的{verb}")
    source = rules.cite(lock.section)
    if locked:
        condition = "在备案地已发生医疗费用，" if lock.mode is LockMode.WITH_COST else ""
        return Reason("lock", f"{condition}备案满 {lock.months} 个月后方可{verb}", source)
    condition = "未在备案地发生医疗费用，" if lock.mode is LockMode.WITH_COST else ""
    return Reason("no_lock", f"{condition}可随时{verb}备案", source)
