"""A direct settlement in the books with given amounts, whatever the policy would say."""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from filings.models import Filing, InsuredPerson
from filings.vocabulary import Category, Employment, Scheme, SettlementWay, Tier
from hospitals.access import portal_account
from hospitals.vocabulary import Level, Scope, Service
from settlement.accounts.posting import StayRecord, post
from settlement.accounts.year import hold_year, year_state
from settlement.calculation import FollowUp, Outcome, Result, SettlementInfo, Stay
from settlement.models import BenefitPolicy, Calculation, Settlement
from settlement.vocabulary import Component
from tests import factories as make

ADMITTED, DISCHARGED = dt.date(2026, 3, 1), dt.date(2026, 3, 12)
NIL = Decimal("0.00")
COMPONENTS = ("cvlserv_pay", "hifmi_pay", "hifob_pay", "maf_pay")


@transaction.atomic
def booked(
    person: InsuredPerson,
    funds: Mapping[str, Any],
    *,
    personal: Any = 200,
    filing: Filing | None = None,
    later: Iterable[FollowUp] = (),
    scheme: str = Scheme.EMPLOYEE,
    admitted_on: dt.date = ADMITTED,
    discharged_on: dt.date = DISCHARGED,
    settled_on: dt.date = DISCHARGED,
    by: User | None = None,
    category: Category = Category.TEMPORARY,
    place: str = make.BEIJING,
    service: Service = Service.INPATIENT,
) -> Settlement:
    """funds: what each paid, by its national name, yuan.  personal: what was left to the person."""
    by = by or portal_account()
    paid = {name: Decimal(funds.get(name, 0)) for name in ("hifp_pay", *COMPONENTS)}
    fund, left = sum(paid.values(), NIL), Decimal(personal)
    hold_year(person, admitted_on)
    year = year_state(person, admitted_on, Scheme.of(scheme), service)
    stay = Stay(
        area=person.area_id,
        scheme=Scheme.of(scheme),
        employment=Employment.ACTIVE if scheme == Scheme.EMPLOYEE else None,
        tier=Tier.TEMPORARY,
        scope=Scope.IN_PROVINCE if place[:2] == person.area_id[:2] else Scope.CROSS_PROVINCE,
        service=service,
        level=Level.THREE,
        admitted_on=admitted_on,
        discharged_on=discharged_on,
        basis=SettlementWay.DIRECT,
        total=fund + left,
        eligible=fund + left,
        deductible_paid_this_year=NIL,
        fund_paid_this_year=NIL,
    )
    info = SettlementInfo(
        medfee_sumamt=fund + left,
        fulamt_ownpay_amt=None,
        overlmt_selfpay=None,
        preselfpay_amt=None,
        inscp_scp_amt=fund + left,
        act_pay_dedc=NIL,
        pool_prop_selfpay=None,
        fund_pay_sumamt=fund,
        psn_part_amt=left,
        **paid,
    )
    policy = BenefitPolicy.objects.filter(area=person.area).first() or BenefitPolicy.objects.create(
        area=person.area, version=1, starts_on=dt.date(2026, 1, 1), document="示例文件"
    )
    calculation = Calculation.objects.create(
        policy=policy,
        inputs=year.inputs(),
        result={},
        fund=fund,
        personal=left,
        total=fund + left,
        made_by=by,
    )
    record = StayRecord(
        person=person,
        category=category,
        treatment_area=make.AreaFactory(code=place),
        hospital_name="北京示例医院",
        filing=filing,
    )
    result = Result(outcome=Outcome.CALCULATED, deductible=NIL, standard=NIL, setlinfo=info, follow_ups=tuple(later))
    made = post(by=by, on=settled_on, record=record, stay=year.applied_to(stay), result=result, calculation=calculation)
    made.refresh_from_db()
    return made


def owed(component: str = Component.CIVIL_SERVANT, payer: str = "agency", amount: Any = None) -> FollowUp:
    return FollowUp(
        component=Component(component),  # type: ignore[call-arg]
        payer=payer,  # type: ignore[arg-type]
        text="定期结算后发放",
        source="《示例》七4",
        amount=None if amount is None else Decimal(amount),
    )
