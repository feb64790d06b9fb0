"""Clearing with hospitals for tests: staff of Dongying, and statements brought to a state by the verbs."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from hospitals.models import Hospital
from hospitals.vocabulary import Role, Scope
from settlement.hospital_clearing import appealing, making, paying, reviewing
from settlement.hospital_clearing.words import DeductionSource, DeductionType, HospitalStatementStatus, ReviewExtent
from settlement.models import (
    HospitalAccount,
    HospitalClearingTerm,
    HospitalDeduction,
    HospitalPayment,
    HospitalPaymentBatch,
    HospitalStatement,
    HospitalStatementLine,
    InboundSettlement,
)
from tests import factories as make
from tests.settlement.inbound import dongying, hospital, recorded

AUGUST, SEPTEMBER, OCTOBER = (dt.date(2025, month, 1) for month in (8, 9, 10))
ON = dt.date(2025, 11, 10)


@dataclass
class Desk:
    """Who clears with hospitals in Dongying, and one hospital."""

    clerk: User = field(default_factory=lambda: make.staff(Role.CLERK, make.DONGYING))
    reviewer: User = field(default_factory=lambda: make.staff(Role.REVIEWER, make.DONGYING))
    supervisor: User = field(default_factory=lambda: make.staff(Role.SUPERVISOR, make.DONGYING))
    finance: User = field(default_factory=lambda: make.staff(Role.FINANCE, make.DONGYING))
    second: User = field(default_factory=lambda: make.staff(Role.FINANCE, make.DONGYING))
    hospital: Hospital = field(default_factory=hospital)

    def made(self, month: dt.date = AUGUST, on: dt.date = ON, **options: Any) -> making.Made:
        return making.make_statements(by=self.clerk, area=dongying(), month=month, on=on, **options)

    def statement(self, month: dt.date = AUGUST, scope: str = Scope.CROSS_PROVINCE) -> HospitalStatement:
        return HospitalStatement.objects.get(hospital=self.hospital, month=month, scope=scope)

    def in_review(self, month: dt.date = AUGUST) -> HospitalStatement:
        if not HospitalStatement.objects.filter(hospital=self.hospital, month=month).exists():
            self.made(month)
        one = self.statement(month)
        one = reviewing.accept(by=self.reviewer, statement=one, version=one.version)
        return reviewing.begin(by=self.reviewer, statement=one, version=one.version, extent=ReviewExtent.ALL)

    def deduct(
        self, statement: HospitalStatement, settlement: InboundSettlement | None, amount: str = "100.00", **given: Any
    ) -> HospitalDeduction:
        options = {
            "det_type": DeductionType.REVIEW,
            "source": DeductionSource.MANUAL,
            "reason": "超限定支付范围用药",
            "clause": "服务协议第三十二条",
        }
        statement.refresh_from_db()
        return reviewing.deduct(
            by=self.reviewer,
            statement=statement,
            version=statement.version,
            settlement=settlement,
            amount=Decimal(amount),
            **options | given,
        )

    def reviewed(self, statement: HospitalStatement, on: dt.date = ON) -> HospitalStatement:
        statement.refresh_from_db()
        if statement.lines.filter(checked_by=None).exists():
            statement = reviewing.check(by=self.reviewer, statement=statement, version=statement.version)
        return reviewing.complete(by=self.reviewer, statement=statement, version=statement.version, on=on)

    def cleared(self, statement: HospitalStatement, on: dt.date = ON) -> HospitalStatement:
        """The hospital has said yes."""
        statement.refresh_from_db()
        if statement.deductions.exists() and not statement.agreed_on:
            statement = appealing.agree(by=self.clerk, statement=statement, version=statement.version, on=on)
        return appealing.clear(by=self.supervisor, statement=statement, version=statement.version, on=on)

    def cleared_month(self, month: dt.date = AUGUST) -> HospitalStatement:
        return self.cleared(self.reviewed(self.in_review(month)))

    def account(self, of: Hospital | None = None, by: User | None = None) -> Any:
        place = of or self.hospital
        return paying.keep_account(
            by=by or self.finance,
            hospital=place,
            name=place.name,
            bank="示例银行营业部",
            account="62220000000000001",
            reason="医院书面告知",
        )

    def drafted(self) -> HospitalPaymentBatch:
        return paying.make_batch(by=self.finance, area=dongying(), scope=Scope.CROSS_PROVINCE, on=ON)

    def confirmed(self) -> HospitalPaymentBatch:
        self.account()
        batch = self.drafted()
        return paying.confirm(by=self.second, batch=batch, version=batch.version)


def term(days: int | None) -> HospitalClearingTerm:
    return HospitalClearingTerm.objects.create(area=dongying(), appeal_days=days, source="示例")


def settled(desk: Desk, *numbers: int, on: dt.date = dt.date(2025, 8, 25), **given: Any) -> list[InboundSettlement]:
    return [recorded(number, hospital=desk.hospital, settled_on=on, **given) for number in numbers]


def stored_inbound(area: str) -> InboundSettlement:
    """A settlement at a hospital of an area, of somebody insured in Chongqing."""
    number = InboundSettlement.objects.count() + 1
    return recorded(number, hospital=make.HospitalFactory(area__code=area))


def stored_statement(area: str, status: HospitalStatementStatus = HospitalStatementStatus.APPLIED) -> HospitalStatement:
    """A statement of one settlement, as the database holds it in a state before payment."""
    settlement = stored_inbound(area)
    one = HospitalStatement.objects.create(
        area=settlement.area,
        hospital=settlement.hospital,
        scope=settlement.scope,
        month=AUGUST,
        applied_on=ON,
        made_by=make.UserFactory(),
        count=1,
        medfee_sumamt=settlement.medfee_sumamt,
        fund_pay_sumamt=settlement.fund_pay_sumamt,
        payable=settlement.fund_pay_sumamt,
    )
    HospitalStatementLine.objects.create(statement=one, settlement=settlement, is_drawn=True)
    said = {
        "20": {"accepted_by": make.UserFactory(), "accepted_at": timezone.now()},
        "30": {"extent": "all"},
        "40": {"reviewed_by": make.UserFactory(), "reviewed_at": timezone.now(), "told_on": ON},
        "50": {"cleared_by": make.UserFactory(), "cleared_at": timezone.now()},
    }
    for state, columns in said.items():
        if state <= status:
            HospitalStatement.objects.filter(pk=one.pk).update(status=state, **columns)
    one.refresh_from_db()
    return one


def stored_deduction(area: str) -> HospitalDeduction:
    one = stored_statement(area, HospitalStatementStatus.IN_REVIEW)
    return HospitalDeduction.objects.create(
        statement=one,
        settlement=one.lines.get().settlement,
        det_type=DeductionType.REVIEW,
        source=DeductionSource.MANUAL,
        amount=Decimal("100.00"),
        reason="超限定支付范围用药",
        clause="服务协议第三十二条",
        made_by=make.UserFactory(),
    )


def stored_payment(area: str) -> HospitalPayment:
    """In a draft."""
    one = stored_statement(area, HospitalStatementStatus.CLEARED)
    account = HospitalAccount.objects.create(
        area=one.area,
        hospital=one.hospital,
        name=one.hospital.name,
        bank="示例银行",
        account="62220000000000001",
        reason="示例",
        made_by=make.UserFactory(),
    )
    batch = HospitalPaymentBatch.objects.create(
        area=one.area, scope=one.scope, made_on=ON, made_by=make.UserFactory(), count=1, total=one.payable
    )
    return HospitalPayment.objects.create(batch=batch, statement=one, account=account, amount=one.payable)
