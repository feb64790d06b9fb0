"""What the platform tells of people from elsewhere at our hospitals (DY-13)."""

import dataclasses
import datetime as dt
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from hospitals.reasons import Refused
from hospitals.vocabulary import Scope
from settlement.inbound.recording import contrary_of, record_inbound_settlement
from settlement.models import InboundSettlement
from tests import factories as make
from tests.settlement.inbound import DAY, recorded, reversed_, told

pytestmark = pytest.mark.django_db


@pytest.mark.clause("DY-13")
def test_the_person_insured_in_chongqing_who_settled_in_dongying_on_25_august_is_on_record():
    settlement = recorded()
    assert (settlement.area_id, settlement.insured_area_id, settlement.scope) == (
        make.DONGYING,
        "500000",
        Scope.CROSS_PROVINCE,
    )
    assert settlement.settled_on == DAY
    assert settlement.masked_id_number == f"500103********{settlement.id_number[-4:]}"
    assert recorded(2, insured_area=make.AreaFactory(code=make.WEIFANG)).scope == Scope.IN_PROVINCE


def test_what_is_told_twice_is_one_row():
    first = told()
    assert record_inbound_settlement(told=first) == record_inbound_settlement(told=first)
    assert InboundSettlement.objects.count() == 1


def test_what_is_told_otherwise_is_refused_and_overwrites_nothing():
    first = told()
    kept = record_inbound_settlement(told=first)
    with pytest.raises(Refused, match="内容与此次不同"):
        record_inbound_settlement(told=dataclasses.replace(first, name="他人"))
    kept.refresh_from_db()
    assert kept.name == first.name


def test_a_reversal_is_a_row_of_its_own_once():
    settlement = recorded()
    back = reversed_(settlement)
    assert (back.reverses, back.fund_pay_sumamt) == (settlement, -settlement.fund_pay_sumamt)
    assert reversed_(settlement) == back
    assert not InboundSettlement.objects.standing().exists()
    with pytest.raises(Refused, match="内容与此次不同"):
        record_inbound_settlement(told=contrary_of(settlement, setl_id="R2", settled_on=DAY))


def test_a_reversal_of_what_is_not_here_or_of_other_amounts_is_refused():
    settlement = recorded()
    back = contrary_of(settlement, setl_id="R1", settled_on=DAY)
    with pytest.raises(Refused, match="没有就诊ID"):
        record_inbound_settlement(told=dataclasses.replace(back, reversed_setl_id="X"))
    other = dataclasses.replace(back, act_pay_dedc=Decimal("-1.00"))
    with pytest.raises(Refused, match="须与原结算相反"):
        record_inbound_settlement(told=other)


def test_a_reversal_is_not_older_than_what_it_takes_back():
    settlement = recorded()
    with pytest.raises(Refused, match="不能早于原结算日期"):
        reversed_(settlement, DAY - dt.timedelta(days=1))


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"setl_id": ""}, "须有就诊ID"),
        ({"discharged_on": dt.date(2025, 8, 1)}, "不能早于入院日期"),
        ({"fulamt_ownpay_amt": Decimal("-1.00")}, "不能为负"),
        ({"hifp_pay": Decimal("1.00")}, "各项基金之和"),
        ({"psn_part_amt": Decimal("1.00")}, "不等于医疗费总额"),
        ({"acct_pay": Decimal("4000.01")}, "个人账户支付"),
        ({"act_pay_dedc": Decimal("1.001")}, "两位小数"),
    ],
)
def test_faults_of_what_is_told_are_named(change, text):
    with pytest.raises(Refused, match=text):
        record_inbound_settlement(told=dataclasses.replace(told(), **change))
    assert not InboundSettlement.objects.exists()


def test_somebody_insured_here_is_nobody_from_elsewhere():
    with pytest.raises(Refused, match="参保地即本统筹区"):
        record_inbound_settlement(told=told(insured_area=make.AreaFactory(code=make.DONGYING)))


def test_the_database_keeps_it_as_it_was_told():
    settlement = recorded()
    reversal = reversed_(settlement)
    for statement in (
        "UPDATE settlement_inboundsettlement SET name = 'x'",
        "DELETE FROM settlement_inboundsettlement",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    columns = {field.attname: getattr(reversal, field.attname) for field in InboundSettlement._meta.fields}
    columns.pop("id")
    for change in ({"reverses_id": reversal.pk}, {"psn_part_amt": 0, "medfee_sumamt": -6000}):
        with pytest.raises(IntegrityError), transaction.atomic():
            InboundSettlement.objects.create(**(columns | {"reverses_id": None} | change))
