"""What a claim is paid: the stay and the standing go through the calculation in force on the day of admission."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from filings.models import InsuredPerson
from filings.vocabulary import Employment, Hardship, Scheme, SettlementWay
from hospitals.reasons import Reason
from settlement.calculation import Outcome, Result, Stay, calculate
from settlement.claims.entry import NIL, StayEntry
from settlement.claims.standing import Standing, standing_of
from settlement.models import BenefitPolicy, Calculation, Claim
from settlement.vocabulary import ClaimStatus

DECIDED = (ClaimStatus.APPROVED, ClaimStatus.RELEASED, ClaimStatus.PAID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """The outcome with what it rests on.  inputs: of JSON values, complete, so that it can be repeated years later."""

    inputs: dict[str, Any]
    result: Result
    policy: BenefitPolicy | None
    standing: Standing

    @property
    def is_calculated(self) -> bool:
        return self.result.outcome is Outcome.CALCULATED

    def shown(self) -> dict[str, Any]:
        """As pages and prints show it; the same keys as a stored calculation's `result`."""
        return {**self.result.as_dict(), "tier": self.standing.reason.as_dict()}

    def store(self, claim: Claim, *, by: Any) -> Calculation | None:
        """Write it down for good; None where it could not be calculated."""
        result = self.result
        if self.policy is None or result.fund is None or result.personal is None:
            return None
        return Calculation.objects.create(
            claim=claim,
            policy=self.policy,
            inputs=self.inputs,
            result=self.shown(),
            fund=result.fund,
            personal=result.personal,
            total=claim.total,
            made_by=by,
        )

    def agrees_with(self, calculation: Calculation) -> bool:
        """Whether it says what was stored: same inputs, same version, same amounts."""
        said = (calculation.inputs, calculation.result, calculation.policy_id)
        return said == (self.inputs, self.shown(), self.policy and self.policy.pk)


def work_out(person: InsuredPerson, entry: StayEntry) -> Worked:
    """Work out a stay by the policy in force on the day of admission.  Writes nothing.

    Raises Refused where the person's standing does not let the stay be claimed at all.
    """
    standing = standing_of(
        person=person,
        treatment_area=entry.treatment_area,
        admitted_on=entry.admitted_on,
        category=entry.category,
    )
    policy = BenefitPolicy.objects.for_stay(
        person.area_id, admitted_on=entry.admitted_on, discharged_on=entry.discharged_on
    )
    inputs = _inputs(person, entry, standing)
    if standing.tier is None:
        result = Result(outcome=Outcome.NOT_CONFIGURED, reasons=(standing.reason,))
    elif policy is None:
        result = Result(outcome=Outcome.NOT_CONFIGURED, reasons=(_no_policy(person, entry.admitted_on),))
    else:
        result = calculate(_stay(person, entry, standing), policy.rules())
    return Worked(inputs=inputs, result=result, policy=policy, standing=standing)


def year_on_record(person: InsuredPerson, year: int, *, besides: Claim | None = None) -> tuple[Decimal, Decimal]:
    """What this system knows of a year of admission: the deductible charged and the fund's part of approved claims."""
    claims = Claim.objects.filter(person=person, status__in=DECIDED, admitted_on__year=year)
    if besides is not None:
        claims = claims.exclude(pk=besides.pk)
    charged = claims.values_list("calculation__result__deductible", flat=True)
    return sum(map(Decimal, charged), NIL), claims.aggregate(paid=Sum("calculation__fund"))["paid"] or NIL


def _stay(person: InsuredPerson, entry: StayEntry, standing: Standing) -> Stay:
    insured = standing.participation
    assert standing.tier is not None  # noqa: S101 - the caller has looked
    return Stay(
        area=person.area_id,
        scheme=Scheme.of(insured.scheme),
        employment=Employment.of(insured.employment) if insured.employment else None,
        hardship=Hardship.of(insured.hardship) if insured.hardship else None,
        tier=standing.tier,
        scope=standing.scope,
        service=entry.service,
        level=entry.hospital_level,
        admitted_on=entry.admitted_on,
        discharged_on=entry.discharged_on,
        basis=SettlementWay.MANUAL,
        destination=entry.treatment_area.pk,
        total=entry.total,
        eligible=entry.eligible,
        deductible_paid_this_year=entry.deductible_paid_this_year,
        fund_paid_this_year=entry.fund_paid_this_year,
    )


def _inputs(person: InsuredPerson, entry: StayEntry, standing: Standing) -> dict[str, Any]:
    """The question as `manage.py calculate` reads it, with what the tier was taken from."""
    insured = standing.participation
    return {
        "area": person.area_id,
        "scheme": insured.scheme,
        "employment": insured.employment or None,
        "hardship": insured.hardship or None,
        "tier": standing.tier and standing.tier.value,
        "scope": standing.scope.value,
        "service": entry.service.value,
        "hospital_level": entry.hospital_level.value,
        "admitted_on": entry.admitted_on.isoformat(),
        "discharged_on": entry.discharged_on.isoformat(),
        "basis": SettlementWay.MANUAL.value,
        "total": f"{entry.total:.2f}",
        "eligible": f"{entry.eligible:.2f}",
        "deductible_paid_this_year": f"{entry.deductible_paid_this_year:.2f}",
        "fund_paid_this_year": f"{entry.fund_paid_this_year:.2f}",
        "treatment_area": entry.treatment_area.pk,
        "category": standing.category.value,
        "filing": standing.filing and standing.filing.number,
    }


def _no_policy(person: InsuredPerson, day: dt.date) -> Reason:
    return Reason(
        "no_policy_in_force",
        _("%(area)s在入院日期 %(day)s 没有施行的待遇政策，待遇未配置") % {"area": person.area.name, "day": day},
    )
