"""May this stay be registered with the hospital before admission?  Every check is told, each with its clause."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from filings.assessment.areas import Areas, Place, scope_between
from filings.assessment.refusals import no_policy
from filings.assessment.rules import FilingRules
from filings.vocabulary import Channel, Employment, Matter, Outcome, Scheme, SettlementWay
from hospitals.reasons import Reason
from hospitals.vocabulary import Scope


@dataclass(frozen=True, slots=True)
class FiledFor:
    """A filing in effect on the day of admission.  destination: the code of an area, perhaps a whole province."""

    number: str
    destination: str
    settlement: SettlementWay


@dataclass(frozen=True, slots=True)
class Opening:
    """Inpatient settlement opened for a scope.  closed_on: the last day, None while open."""

    scope: Scope
    opened_on: dt.date
    closed_on: dt.date | None = None

    def covers(self, day: dt.date) -> bool:
        return self.opened_on <= day and (self.closed_on is None or day <= self.closed_on)


@dataclass(frozen=True, slots=True)
class TreatingHospital:
    """A hospital of the directory.  area: the code of its pooling area.  withdrawn_on: off the list since then."""

    name: str
    area: str
    openings: tuple[Opening, ...] = ()
    withdrawn_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class RegistrationCase:
    """A stay announced on the day `on`.

    scheme: None where the person is not insured on the day of admission.  filings: in effect on that day, the first
    counts first.  hospital: None where the directory has none of this name.  card: why the card is no credential.
    is_caller_told: whether it is on record who called.  Areas must be known.
    """

    area: str
    on: dt.date
    admitted_on: dt.date
    scheme: Scheme | None
    employment: Employment | None
    paid_through: dt.date | None
    filings: tuple[FiledFor, ...]
    hospital_name: str
    hospital: TreatingHospital | None
    card: tuple[Reason, ...] = ()
    channel: Channel = Channel.COUNTER
    is_caller_told: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: met, with what speaks for it; or not, with why."""

    reason: Reason
    is_met: bool

    def as_dict(self) -> dict[str, str | bool]:
        return {**self.reason.as_dict(), "is_met": self.is_met}


@dataclass(frozen=True, slots=True)
class RegistrationAnswer:
    """outcome: accept, refuse, or not_needed where the document knows no such registration.

    filing: the one that the stay falls under; None where there is none.
    """

    outcome: Outcome
    checks: tuple[Check, ...]
    filing: FiledFor | None = None

    @property
    def as_list(self) -> list[dict[str, str | bool]]:
        """Of JSON values: each check with its text, its source and whether it is met."""
        return [check.as_dict() for check in self.checks]

    @property
    def failing(self) -> tuple[Reason, ...]:
        return tuple(check.reason for check in self.checks if not check.is_met)


def assess_registration(case: RegistrationCase, rules: FilingRules | None, areas: Areas) -> RegistrationAnswer:
    """What the policy in force on `case.on` says to a registration.

    Raises KeyError for an area that `areas` does not know.
    """
    if rules is None or not rules.says(Matter.REGISTRATION):
        return not_registered(areas[case.area], case.on, rules)
    filing = _filing_for(case, areas)
    checks = (
        _date_check(case, rules),
        _filing_check(case, filing, rules, areas),
        *_insurance_checks(case, rules),
        _hospital_check(case, filing, rules, areas),
        *([Check(reason, False) for reason in case.card] or [Check(Reason("card", "社会保障卡可用"), True)]),
        *_caller_checks(case, rules),
    )
    outcome = Outcome.ACCEPT if all(check.is_met for check in checks) else Outcome.REFUSE
    return RegistrationAnswer(outcome, checks, filing)


def not_registered(area: Place, on: dt.date, rules: FilingRules | None) -> RegistrationAnswer:
    """The answer of an area without a policy in force, or whose document knows no such registration."""
    if rules is None:
        return RegistrationAnswer(Outcome.REFUSE, (Check(no_policy(area, on), False),))
    text = f"《{rules.document}》没有住院联网登记的规定，不用登记：备案有效的，持卡（码）直接入院"
    return RegistrationAnswer(Outcome.NOT_NEEDED, (Check(Reason("registration_unsaid", text), False),))


def covers_place(destination: str, place: str, areas: Areas) -> bool:
    """A filing for a whole province covers its cities."""
    at: str | None = place
    while at is not None:
        if at == destination:
            return True
        at = areas[at].parent
    return False


def _filing_for(case: RegistrationCase, areas: Areas) -> FiledFor | None:
    if case.hospital is None:
        return None
    place = case.hospital.area
    return next((filing for filing in case.filings if covers_place(filing.destination, place, areas)), None)


def _date_check(case: RegistrationCase, rules: FilingRules) -> Check:
    source = rules.cite_matter(Matter.REGISTRATION)
    if case.admitted_on < case.on:
        text = f"登记须在入院前或入院当日办理，入院日期 {case.admitted_on} 早于办理日期 {case.on}"
        return Check(Reason("admitted_already", text, source), False)
    return Check(Reason("before_admission", f"{case.admitted_on} 入院，在入院前或当日登记", source), True)


def _filing_check(case: RegistrationCase, filing: FiledFor | None, rules: FilingRules, areas: Areas) -> Check:
    source = rules.cite_matter(Matter.REGISTRATION)
    if not case.filings:
        text = f"{case.admitted_on} 没有有效的异地就医备案，须先办理备案"
        return Check(Reason("filing_missing", text, source), False)
    if case.hospital and filing is None:
        filed = "、".join(f"{one.number}（{areas[one.destination].name}）" for one in case.filings)
        text = f"{case.hospital.name}在{areas[case.hospital.area].name}，不在备案就医地：{filed}"
        return Check(Reason("hospital_elsewhere", text, source), False)
    first = filing or case.filings[0]
    if first.settlement is not SettlementWay.DIRECT:
        text = f"备案 {first.number} 的结算方式为{first.settlement.label}，不能联网登记"
        return Check(Reason("filing_manual", text, source), False)
    text = f"备案 {first.number} 在入院日有效，就医地{areas[first.destination].name}"
    return Check(Reason("filing", text, source), True)


def _insurance_checks(case: RegistrationCase, rules: FilingRules) -> Iterator[Check]:
    if case.scheme is None:
        yield Check(Reason("not_insured", f"{case.admitted_on} 没有有效的参保关系"), False)
    elif rules.says(Matter.REGISTRATION_CONTRIBUTIONS):
        source = rules.cite_matter(Matter.REGISTRATION_CONTRIBUTIONS)
        yield _contributions(case, source)


def _contributions(case: RegistrationCase, source: str) -> Check:
    if case.employment is Employment.RETIRED:
        return Check(Reason("retired", "已办理退休手续", source), True)
    who = "单位" if case.scheme is Scheme.EMPLOYEE else "居民医保"
    if case.paid_through is None:
        return Check(Reason("contributions_unknown", f"没有登记{who}缴费至何日，不能确认已足额缴费", source), False)
    if case.paid_through < case.admitted_on:
        not_retired = "，也未办理退休手续" if case.employment else ""
        text = f"{who}只缴费至 {case.paid_through}，未缴到入院日期 {case.admitted_on}{not_retired}"
        return Check(Reason("contributions_behind", text, source), False)
    return Check(Reason("contributions", f"{who}已缴费至 {case.paid_through}", source), True)


def _hospital_check(case: RegistrationCase, filing: FiledFor | None, rules: FilingRules, areas: Areas) -> Check:
    """Whether it settles inpatients of the scope that the person is filed for."""
    source = rules.cite_matter(Matter.DESTINATION_CITY) or rules.cite_matter(Matter.REGISTRATION)
    hospital, day = case.hospital, case.admitted_on
    if hospital is None:
        text = f"联网医院目录中没有“{case.hospital_name}”，请核对名称"
        return Check(Reason("hospital_unknown", text, source), False)
    if hospital.withdrawn_on and hospital.withdrawn_on <= day:
        return Check(Reason("hospital_withdrawn", f"{hospital.name}已于 {hospital.withdrawn_on} 退网", source), False)
    filed = filing or next(iter(case.filings), None)
    scope = scope_between(case.area, filed.destination if filed else hospital.area, areas)
    openings = [opening for opening in hospital.openings if opening.scope is scope]
    if not any(opening.covers(day) for opening in openings):
        text = f"{hospital.name}在 {day} 没有开通{scope.label}住院直接结算{_when(openings, day)}"
        return Check(Reason("hospital_not_open", text, source), False)
    return Check(Reason("hospital", f"{hospital.name}已开通{scope.label}住院直接结算", source), True)


def _when(openings: list[Opening], day: dt.date) -> str:
    later = [opening.opened_on for opening in openings if opening.opened_on > day]
    ended = [opening.closed_on for opening in openings if opening.closed_on and opening.closed_on < day]
    if later:
        return f"（{min(later)} 起开通）"
    return f"（{max(ended)} 后停止）" if ended else ""


def _caller_checks(case: RegistrationCase, rules: FilingRules) -> Iterator[Check]:
    if case.channel not in (Channel.PHONE, Channel.FAX):
        return
    source = rules.cite_matter(Matter.REGISTRATION)
    if case.is_caller_told:
        yield Check(Reason("caller", f"已登记{case.channel.label}告知人", source), True)
    else:
        text = f"{case.channel.label}办理的，请填写告知人及与参保人关系"
        yield Check(Reason("caller_unsaid", text, source), False)
