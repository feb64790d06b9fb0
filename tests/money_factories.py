"""Payments, findings and replays for tests, as the database holds them; the verbs make the real ones."""

import datetime as dt
from decimal import Decimal
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from filings.models import InsuredPerson
from hospitals.vocabulary import ListStatus
from settlement.models import (
    BenefitPolicy,
    Finding,
    FollowUpDue,
    HospitalResultImport,
    InboundListImport,
    Payment,
    PaymentBatch,
    PolicyReplay,
    ResultImport,
)
from settlement.replays.tally import Tally
from settlement.vocabulary import BatchKind, BatchStatus, FindingKind, PaymentStatus, ReplayStatus
from tests.factories import AreaFactory, ClaimFactory, PersonFactory, UserFactory
from tests.settlement.booked import booked, owed


def a_due(person: InsuredPerson) -> FollowUpDue:
    """What a stay settled at the hospital left to be paid later."""
    settlement = booked(person, {"hifp_pay": 600}, personal=400, later=[owed(amount="80.00")])
    return settlement.follow_ups.get()


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
    due = factory.LazyAttribute(lambda payment: a_due(payment.person))
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


class HospitalResultFactory(ResultFactory):
    """The same of payments to hospitals."""

    class Meta:
        model = HospitalResultImport


class InboundImportFactory(DjangoModelFactory):
    """A list of inbound settlements, previewed, with a faulty row."""

    class Meta:
        model = InboundListImport

    area = factory.SubFactory(AreaFactory)
    file_name = "结算.csv"
    status = ListStatus.PREVIEWED
    columns = factory.LazyFunction(lambda: [["setl_id", "结算ID"]])
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


class FindingFactory(DjangoModelFactory):
    """An open one of two claims of one stay, as the database holds it; accepting the second makes the real ones."""

    class Meta:
        model = Finding

    claim = factory.SubFactory(ClaimFactory)
    area = factory.SelfAttribute("claim.area")
    hall = factory.SelfAttribute("claim.hall")
    person = factory.SelfAttribute("claim.person")
    kind = FindingKind.SAME_STAY
    other_claim = factory.SubFactory(ClaimFactory, person=factory.SelfAttribute("..person"))
    text = "示例疑点"
    facts = factory.LazyFunction(list)


class BenefitDraftFactory(DjangoModelFactory):
    """A draft without rows."""

    class Meta:
        model = BenefitPolicy

    area = factory.SubFactory(AreaFactory)
    version = factory.Sequence(lambda n: n + 100)
    starts_on = dt.date(2027, 1, 1)
    document = "示例文件"


class ReplayFactory(DjangoModelFactory):
    """A replay that is done, of no settlement at all; the verbs make the real ones."""

    class Meta:
        model = PolicyReplay

    policy = factory.SubFactory(BenefitDraftFactory)
    area = factory.SelfAttribute("policy.area")
    since, until = dt.date(2025, 1, 1), dt.date(2025, 12, 31)
    status = ReplayStatus.DONE
    result = factory.LazyFunction(lambda: Tally().as_dict())
    finished_at = factory.LazyFunction(timezone.now)
    made_by = factory.SubFactory(UserFactory)
