"""Payments for tests, as the database holds them; the verbs make the real ones."""

import datetime as dt
from decimal import Decimal
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from hospitals.vocabulary import Level, ListStatus, Scope, Service
from settlement.models import (
    BenefitPolicy,
    Calculation,
    FollowUpDue,
    Payment,
    PaymentBatch,
    ResultImport,
    Settlement,
)
from settlement.vocabulary import BatchKind, BatchStatus, Component, Payer, PaymentStatus
from tests.factories import BEIJING, AreaFactory, PersonFactory, UserFactory


class SettledFactory(DjangoModelFactory):
    """A stay settled at the hospital."""

    class Meta:
        model = Settlement

    person = factory.SubFactory(PersonFactory)
    area = factory.SelfAttribute("person.area")
    way, year, scheme, category, tier = "direct", 2026, "employee", "referral", "referral"
    scope, service, hospital_level = Scope.CROSS_PROVINCE, Service.INPATIENT, Level.THREE
    treatment_area = factory.SubFactory(AreaFactory, code=BEIJING)
    hospital_name = "北京示例医院"
    admitted_on, discharged_on = dt.date(2026, 3, 1), dt.date(2026, 3, 12)
    medfee_sumamt, fund_pay_sumamt, psn_part_amt = Decimal(1000), Decimal(600), Decimal(400)
    inscp_scp_amt, hifp_pay = Decimal(900), Decimal(600)
    settled_on = factory.LazyFunction(timezone.localdate)
    made_by = factory.SubFactory(UserFactory)

    @factory.lazy_attribute
    def calculation(self) -> Calculation:
        policy = BenefitPolicy.objects.filter(area=self.area).first() or BenefitPolicy.objects.create(
            area=self.area, version=99, starts_on=dt.date(2026, 1, 1), document="示例文件"
        )
        amounts = {"total": self.medfee_sumamt, "fund": self.fund_pay_sumamt, "personal": self.psn_part_amt}
        return Calculation.objects.create(policy=policy, inputs={}, result={}, made_by=self.made_by, **amounts)


class DueFactory(DjangoModelFactory):
    class Meta:
        model = FollowUpDue

    settlement = factory.SubFactory(SettledFactory)
    component = Component.CIVIL_SERVANT
    payer = Payer.AGENCY
    amount = Decimal("80.00")
    text = "定期结算后发放"
    source = "《示例》七4"


class BatchFactory(DjangoModelFactory):
    """A draft of the civil servants' subsidy."""

    class Meta:
        model = PaymentBatch

    area = factory.SubFactory(AreaFactory)
    kind = BatchKind.CIVIL_SERVANT
    period_from, period_to = dt.date(2026, 1, 1), dt.date(2026, 3, 31)
    made_on = dt.date(2026, 4, 1)
    made_by = factory.SubFactory(UserFactory)


class PaymentFactory(DjangoModelFactory):
    """A payment in a draft."""

    class Meta:
        model = Payment

    person = factory.SubFactory(PersonFactory)
    area = factory.SelfAttribute("person.area")
    batch = factory.SubFactory(BatchFactory, area=factory.SelfAttribute("..area"), count=1, total=Decimal("80.00"))
    due = factory.SubFactory(DueFactory, settlement__person=factory.SelfAttribute("...person"))
    position = factory.Sequence(lambda n: n + 1)
    payee_name, payee_bank, payee_account = "王小明", "示例银行", "622200000000"
    id_tail = "1234"
    amount = Decimal("80.00")


class ResultFactory(DjangoModelFactory):
    """A file of results, previewed, with a faulty row."""

    class Meta:
        model = ResultImport

    area = factory.SubFactory(AreaFactory)
    file_name = "回盘.csv"
    status = ListStatus.PREVIEWED
    taken_on = dt.date(2026, 4, 2)
    columns = factory.LazyFunction(lambda: [["number", "付款编号"], ["outcome", "结果"]])
    rows = invalid = 1


def failed_payment(**options: Any) -> Payment:
    """A payment that was sent and failed, past the verbs."""
    payment: Payment = PaymentFactory(**options)
    batches = PaymentBatch.objects.filter(pk=payment.batch_id)
    now = timezone.now()
    batches.update(status=BatchStatus.CONFIRMED, confirmed_by=UserFactory(), confirmed_at=now)
    Payment.objects.filter(pk=payment.pk).update(status=PaymentStatus.IN_TRANSIT)
    batches.update(status=BatchStatus.SENT, sent_by=UserFactory(), sent_at=now, file_sha256="0" * 64)
    Payment.objects.filter(pk=payment.pk).update(status=PaymentStatus.FAILED, failure="账号户名不符")
    batches.update(status=BatchStatus.CLOSED, closed_at=now)
    payment.refresh_from_db()
    return payment
