"""Clearing for tests, as the database holds it; the verbs make the real ones."""

import datetime as dt
from decimal import Decimal

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from hospitals.vocabulary import ListStatus
from settlement.models import (
    AdvanceChange,
    AdvanceFund,
    ClearingDifference,
    ClearingImport,
    ClearingMonth,
    ClearingStatement,
)
from tests.factories import BEIJING, AreaFactory, UserFactory


class MonthFactory(DjangoModelFactory):
    """A month that is gathered; the area has as many as are asked for, one after the other."""

    class Meta:
        model = ClearingMonth

    area = factory.SubFactory(AreaFactory)
    month = factory.Sequence(lambda n: dt.date(2000 + n // 12 % 100, n % 12 + 1, 1))
    gathered_at = factory.LazyFunction(timezone.now)
    made_by = factory.SubFactory(UserFactory)


class StatementFactory(DjangoModelFactory):
    class Meta:
        model = ClearingStatement

    month = factory.SubFactory(MonthFactory)
    area = factory.SelfAttribute("month.area")
    treatment_area = factory.SubFactory(AreaFactory, code=BEIJING)
    scheme, clr_type, scope = "employee", "21", "cross_province"


class DifferenceFactory(DjangoModelFactory):
    """An open one of a settlement that the platform alone has."""

    class Meta:
        model = ClearingDifference

    month = factory.SubFactory(MonthFactory)
    area = factory.SelfAttribute("month.area")
    kind = "theirs_only"
    setl_id = factory.Sequence(lambda n: f"X{n:010d}")
    their_medfee_sumamt, their_fund_pay_sumamt = Decimal("100.00"), Decimal("80.00")


class FileFactory(DjangoModelFactory):
    """The platform's details, previewed, with a faulty row."""

    class Meta:
        model = ClearingImport

    month = factory.SubFactory(MonthFactory)
    area = factory.SelfAttribute("month.area")
    file_name = "明细.csv"
    status = ListStatus.PREVIEWED
    taken_on = dt.date(2026, 4, 2)
    columns = factory.LazyFunction(lambda: [["setl_id", "结算编号"]])
    rows = invalid = 1


class AdvanceFactory(DjangoModelFactory):
    """Without a change; each of an area is for a month of its own."""

    class Meta:
        model = AdvanceFund

    area = factory.SubFactory(AreaFactory)
    starts_on = factory.Sequence(lambda n: dt.date(2000 + n // 12 % 100, n % 12 + 1, 1))
    ends_on = factory.LazyAttribute(lambda fund: fund.starts_on + dt.timedelta(days=27))
    made_by = factory.SubFactory(UserFactory)


class AdvanceChangeFactory(DjangoModelFactory):
    class Meta:
        model = AdvanceChange

    fund = factory.SubFactory(AdvanceFactory)
    area = factory.SelfAttribute("fund.area")
    kind, amount = "fixed", Decimal("1000.00")
    source, reason = "示例文件", "年度核定"
    made_by = factory.SubFactory(UserFactory)
