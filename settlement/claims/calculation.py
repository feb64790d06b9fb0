"""What a stay is paid: the stay, the person's standing and what their year has used go through the calculation."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from filings.models import InsuredPerson
from filings.vocabulary import Employment, Hardship, Scheme, SettlementWay
from hospitals.compiled import CompiledInsert
from hospitals.reasons import Reason
from settlement.accounts.year import YearState, year_state
from settlement.calculation import Outcome, Result, Stay, calculate
from settlement.calculation.deductible import STANDARD_UNKNOWN
from settlement.claims.entry import StayEntry
from settlement.claims.standing import Standing, standing_of
from settlement.models import BenefitPolicy, Calculation, Claim
from settlement.models.claim_policy import LookUp

_STORED = CompiledInsert(Calculation)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """The outcome with what it rests on.  inputs: of JSON values, complete, so that it can be repeated years later.

    stay: None where no tier can be said; policy: None where none is in force.  year: what it had used before this stay.
    """

    inputs: dict[str, Any]
    stay: Stay | None
    result: Result
    policy: BenefitPolicy | None
    standing: Standing
    year: YearState

    @property
    def is_calculated(self) -> bool:
        return self.result.outcome is Outcome.CALCULATED

    def shown(self) -> dict[str, Any]:
        """As pages and prints show it; the same keys as a stored calculation's `result`."""
        result = self.result
        return {
            **result.as_dict(),
            "tier": self.standing.reason.as_dict(),
            "setlinfo": result.setlinfo.as_dict() if result.setlinfo else None,
            "follow_ups": [later.as_dict() for later in result.follow_ups],
        }

    def stored(self, *, by: Any, claim: Claim | None = None) -> Calculation:
        """Write down for good what was calculated."""
        policy, fund, personal = self.policy, self.result.fund, self.result.personal
        assert self.stay and fund is not None and personal is not None  # noqa: S101, PT018 - calculated
        return _STORED.add(
            Calculation(
                claim=claim,
                policy=policy,
                inputs=self.inputs,
                result=self.shown(),
                fund=fund,
                personal=personal,
                total=self.stay.total,
                made_by=by,
            )
        )

    def rests_on_the_same(self, calculation: Calculation) -> bool:
        """Whether only the year may have moved on: filing, insurance, stay and version are those of the calculation."""
        earlier = {**calculation.inputs, **YearState().inputs()}
        mine = {**self.inputs, **YearState().inputs()}
        return (earlier, calculation.policy_id) == (mine, self.policy and self.policy.pk)

    def agrees_with(self, calculation: Calculation) -> bool:
        """Whether it says what was stored: same inputs, same version, same amounts."""
        said = (calculation.inputs, calculation.result, calculation.policy_id)
        return said == (self.inputs, self.shown(), self.policy and self.policy.pk)


def work_out(
    person: InsuredPerson,
    entry: StayEntry,
    *,
    basis: SettlementWay = SettlementWay.MANUAL,
    year: YearState | None = None,
    rules_on: LookUp | None = None,
) -> Worked:
    """Work out a stay by the version of the benefits that its days pick.  Writes nothing.

    year: what the year had used; None reads it as it is now.  rules_on: as `standing_of` takes it.
    Raises Refused where the person's standing does not let the stay be paid at all.
    """
    standing = standing_of(
        person=person,
        treatment_area=entry.treatment_area,
        admitted_on=entry.admitted_on,
        category=entry.category,
        rules_on=rules_on,
    )
    policy = BenefitPolicy.objects.for_stay(
        person.area_id, admitted_on=entry.admitted_on, discharged_on=entry.discharged_on
    )
    if year is None:
        year = year_state(person, entry.admitted_on, Scheme.of(standing.participation.scheme), entry.service)
    stay = None
    if standing.tier is None:
        result = Result(outcome=Outcome.NOT_CONFIGURED, reasons=(standing.reason,))
    else:
        stay = year.applied_to(_stay(person, entry, standing, basis))
        if policy is None:
            result = Result(outcome=Outcome.NOT_CONFIGURED, reasons=(_no_policy(person, entry.admitted_on),))
        else:
            result = _saying_where(_calculated(stay, policy))
    inputs = _inputs(person, entry, standing, basis, year)
    return Worked(inputs=inputs, stay=stay, result=result, policy=policy, standing=standing, year=year)


def _calculated(stay: Stay, policy: BenefitPolicy) -> Result:
    """By the policy of the destination where the home area's says so."""
    rules = policy.rules_once()
    row = rules.destination_for(stay)
    if row is None:
        return calculate(stay, rules)
    elsewhere = BenefitPolicy.objects.for_stay(
        row.policy_area, admitted_on=stay.admitted_on, discharged_on=stay.discharged_on
    )
    return calculate(stay, rules, elsewhere.rules_once() if elsewhere else None)


def _saying_where(result: Result) -> Result:
    """What a question lacks, as staff can make it good."""
    if STANDARD_UNKNOWN not in result.reasons:
        return result
    text = _(
        "起付线一年收取一次，本年度首次住院的起付标准未登记：请参保地主管在参保人的“年度账户”中，"
        "用“系统启用前累计”填写“首次住院的起付标准”"
    )
    told = Reason(STANDARD_UNKNOWN.code, text)
    return replace(result, reasons=tuple(told if one == STANDARD_UNKNOWN else one for one in result.reasons))


def _stay(person: InsuredPerson, entry: StayEntry, standing: Standing, basis: SettlementWay) -> Stay:
    insured = standing.participation
    assert standing.tier is not None  # noqa: S101 - the caller has looked
    nothing = YearState()
    return Stay(
        area=person.area_id,
        scheme=Scheme.of(insured.scheme),
        employment=Employment.of(insured.employment) if insured.employment else None,
        hardship=Hardship.of(insured.hardship) if insured.hardship else None,
        civil_servant=insured.is_civil_servant,
        tier=standing.tier,
        scope=standing.scope,
        service=entry.service,
        level=entry.hospital_level,
        admitted_on=entry.admitted_on,
        discharged_on=entry.discharged_on,
        basis=basis,
        destination=entry.treatment_area.pk,
        total=entry.total,
        eligible=entry.eligible,
        cost=entry.cost,
        deductible_paid_this_year=nothing.deductible_paid_this_year,
        fund_paid_this_year=nothing.fund_paid_this_year,
    )


def _inputs(
    person: InsuredPerson, entry: StayEntry, standing: Standing, basis: SettlementWay, year: YearState
) -> dict[str, Any]:
    """The question as `manage.py calculate` reads it, with what the tier was taken from."""
    insured, cost = standing.participation, entry.cost
    parts = (
        {
            "fulamt_ownpay_amt": f"{cost.outside:.2f}",
            "overlmt_selfpay": f"{cost.above_limit:.2f}",
            "preselfpay_amt": f"{cost.self_paid:.2f}",
        }
        if cost
        else {}
    )
    return {
        "area": person.area_id,
        "scheme": insured.scheme,
        "employment": insured.employment or None,
        "hardship": insured.hardship or None,
        "civil_servant": insured.is_civil_servant,
        "tier": standing.tier and standing.tier.value,
        "scope": standing.scope.value,
        "service": entry.service.value,
        "hospital_level": entry.hospital_level.value,
        "admitted_on": entry.admitted_on.isoformat(),
        "discharged_on": entry.discharged_on.isoformat(),
        "basis": basis.value,
        "destination": entry.treatment_area.pk,
        "total": f"{entry.total:.2f}",
        "eligible": f"{entry.eligible:.2f}",
        **parts,
        **year.inputs(),
        "category": standing.category.value,
        "filing": standing.filing and standing.filing.number,
    }


def _no_policy(person: InsuredPerson, day: dt.date) -> Reason:
    return Reason(
        "no_policy_in_force",
        _("%(area)s在入院日期 %(day)s 没有施行的待遇政策，待遇未配置") % {"area": person.area.name, "day": day},
    )
