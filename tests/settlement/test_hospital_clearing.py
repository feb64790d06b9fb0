"""From the month's application to the closed month (DY-13, DY-14)."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from hospitals.reasons import Refused
from hospitals.vocabulary import Role, Scope
from settlement.hospital_clearing import appealing, making, reviewing
from settlement.hospital_clearing.words import (
    DeductionSource,
    DeductionType,
    HospitalStatementStatus,
    ReviewExtent,
)
from settlement.models import HospitalDeduction, HospitalStatement, HospitalStatementLine
from tests import factories as make
from tests.settlement.hospital_clearing import AUGUST, OCTOBER, ON, SEPTEMBER, Desk, settled, term
from tests.settlement.inbound import dongying, hospital, recorded, reversed_

pytestmark = pytest.mark.django_db
IN_SEPTEMBER = dt.date(2025, 9, 5)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.mark.clause("DY-13")
def test_a_month_becomes_a_statement_for_each_hospital_in_province_and_cross_province_apart(desk):
    settled(desk, 1, 2)
    recorded(3, hospital=desk.hospital, insured_area=make.AreaFactory(code=make.WEIFANG))
    recorded(4, fund="5000.00", hospital=hospital())
    settled(desk, 5, on=IN_SEPTEMBER)
    assert desk.made() == making.Made(statements=3, settlements=4)
    assert desk.statement().fund_pay_sumamt == desk.statement().payable == Decimal("12000.00")
    assert desk.statement(scope=Scope.IN_PROVINCE).count == 1
    assert HospitalStatementLine.objects.count() == 4


def test_a_month_is_made_after_its_end_and_only_of_something(desk):
    with pytest.raises(Refused, match="尚未结束"):
        desk.made(on=dt.date(2025, 8, 31))
    with pytest.raises(Refused, match="没有待申报"):
        desk.made()
    with pytest.raises(Refused, match="权限"):
        making.make_statements(by=desk.finance, area=dongying(), month=AUGUST, on=ON)


def test_what_comes_while_applied_for_is_taken_in_and_what_comes_later_goes_to_the_next_month(desk):
    settled(desk, 1)
    desk.made()
    settled(desk, 2)
    desk.made()
    assert desk.statement().count == 2
    desk.in_review()
    settled(desk, 3)
    with pytest.raises(Refused, match="列入下一月份"):
        desk.made()
    desk.made(SEPTEMBER)
    assert (desk.statement().count, desk.statement(SEPTEMBER).count) == (2, 1)


def test_any_number_of_settlements_is_taken_in_with_the_same_number_of_statements(desk):
    asked = []
    for month, count in ((AUGUST, 1), (SEPTEMBER, 3), (OCTOBER, 30)):
        settled(desk, *range(count * 100, count * 101), on=month.replace(day=28))
        with CaptureQueriesContext(connection) as queries:
            assert desk.made(month).settlements == count
        asked.append(len(queries))
    assert len(set(asked[1:])) == 1  # the first asks for the posts of who makes it, too


def test_a_month_before_one_that_is_made_already_takes_in_nothing_more(desk):
    settled(desk, 1, on=IN_SEPTEMBER)
    desk.made(SEPTEMBER)
    settled(desk, 2)
    with pytest.raises(Refused, match="列入下一月份"):
        desk.made()
    desk.made(SEPTEMBER)
    assert desk.statement(SEPTEMBER).count == 2


def test_figures_of_the_hospital_that_differ_are_rejected_and_applied_for_again(desk):
    settled(desk, 1)
    desk.made(hospital=desk.hospital, scope=Scope.CROSS_PROVINCE, stated=making.Stated(2, Decimal("12000.00")))
    one = desk.statement()
    with pytest.raises(Refused, match="与结算不符"):
        reviewing.accept(by=desk.reviewer, statement=one, version=one.version)
    one = reviewing.reject(by=desk.reviewer, statement=one, version=one.version, reason="笔数不符")
    assert one.status == HospitalStatementStatus.REJECTED
    settled(desk, 2)
    one = making.renew(
        by=desk.clerk, statement=one, version=one.version, on=ON, stated=making.Stated(2, Decimal("12000.00"))
    )
    assert (one.status, one.count, one.reject_reason) == (HospitalStatementStatus.APPLIED, 2, "")
    assert (
        reviewing.accept(by=desk.reviewer, statement=one, version=one.version).status
        == HospitalStatementStatus.ACCEPTED
    )


@pytest.mark.clause("DY-14")
def test_a_hospital_is_paid_what_is_left_after_review_under_the_agreement(desk):
    first, _second = settled(desk, 1, 2)
    one = desk.in_review()
    with pytest.raises(Refused, match="还有 2 笔"):
        reviewing.complete(by=desk.reviewer, statement=one, version=one.version, on=ON)
    deduction = desk.deduct(one, first, "250.50")
    assert (deduction.reason, deduction.clause) == ("超限定支付范围用药", "服务协议第三十二条")
    one = desk.reviewed(one)
    assert (one.status, one.told_on, one.appeal_until) == (HospitalStatementStatus.REVIEWED, ON, None)
    assert one.payable == Decimal("11749.50")
    with pytest.raises(Refused, match="申诉期限未配置"):
        appealing.clear(by=desk.supervisor, statement=one, version=one.version, on=ON)
    one = desk.cleared(one)
    assert (one.status, one.payable) == (HospitalStatementStatus.CLEARED, Decimal("11749.50"))


@pytest.mark.clause("DY-14")
def test_deductions_of_a_settlement_never_exceed_what_the_funds_paid(desk):
    (only,) = settled(desk, 1)
    one = desk.in_review()
    desk.deduct(one, only, "5999.99")
    with pytest.raises(Refused, match="不能超过基金支付总额"):
        desk.deduct(one, only, "0.02")
    columns = {"det_type": "10", "source": "1", "reason": "x", "clause": "x", "made_by": desk.reviewer}
    with pytest.raises(DatabaseError), transaction.atomic():
        HospitalDeduction.objects.create(statement=one, settlement=only, amount=Decimal("0.02"), **columns)
    desk.deduct(one, only, "0.01")


def test_deductions_fit_what_they_are_made_of(desk):
    (only,) = settled(desk, 1)
    other = recorded(2, hospital=hospital())
    desk.made()
    one = desk.in_review()
    with pytest.raises(Refused, match="不在本清算单中"):
        desk.deduct(one, other)
    with pytest.raises(Refused, match="须对应一次结算"):
        desk.deduct(one, None)
    with pytest.raises(Refused, match="扣款合计不能超过本月应付"):
        desk.deduct(one, None, "6000.01", det_type=DeductionType.RESERVE)
    with pytest.raises(Refused, match="预留金不对应结算"):
        desk.deduct(one, only, det_type=DeductionType.RESERVE)
    with pytest.raises(Refused, match="已清算的月份中"):
        desk.deduct(one, only, source=DeductionSource.EARLIER_MONTH)
    with pytest.raises(Refused, match="依据的协议条款"):
        desk.deduct(one, only, clause=" ")
    made = desk.deduct(one, None, "60.00", det_type=DeductionType.RESERVE, source=DeductionSource.APPRAISAL)
    one.refresh_from_db()
    assert one.payable == Decimal("5940.00")
    one = reviewing.undo_deduction(by=desk.reviewer, deduction=made, version=one.version, reason="计算有误")
    assert one.payable == Decimal("6000.00")
    with pytest.raises(Refused, match="已撤销"):
        reviewing.undo_deduction(by=desk.reviewer, deduction=made, version=one.version, reason="计算有误")


def test_a_sample_is_drawn_once_and_all_of_it_looked_at(desk):
    settled(desk, *range(1, 8))
    desk.made()
    one = desk.statement()
    one = reviewing.accept(by=desk.reviewer, statement=one, version=one.version)
    options = {"by": desk.reviewer, "extent": ReviewExtent.SAMPLE}
    with pytest.raises(Refused, match="抽样笔数"):
        reviewing.begin(statement=one, version=one.version, sample=8, **options)
    one = reviewing.begin(statement=one, version=one.version, sample=3, **options)
    drawn = list(one.lines.filter(is_drawn=True))
    assert len(drawn) == 3
    one = reviewing.check(by=desk.reviewer, statement=one, version=one.version, line=drawn[0])
    with pytest.raises(Refused, match="还有 2 笔"):
        reviewing.complete(by=desk.reviewer, statement=one, version=one.version, on=ON)
    one = reviewing.check(by=desk.reviewer, statement=one, version=one.version)
    assert reviewing.complete(by=desk.reviewer, statement=one, version=one.version, on=ON).status == "40"


@pytest.mark.clause("DY-14")
def test_an_appeal_is_decided_by_another_and_gives_back_part_or_nothing(desk):
    term(5)
    first, second, third = settled(desk, 1, 2, 3)
    one = desk.in_review()
    part, refused, left = (desk.deduct(one, settlement) for settlement in (first, second, third))
    one = desk.reviewed(one)
    assert one.appeal_until == dt.date(2025, 11, 17)
    for deduction in (part, refused):
        one.refresh_from_db()
        appealing.appeal(by=desk.clerk, deduction=deduction, version=one.version, on=ON, grounds="病情需要")
    one.refresh_from_db()
    with pytest.raises(Refused, match="没有裁定"):
        appealing.clear(by=desk.supervisor, statement=one, version=one.version, on=dt.date(2025, 12, 1))
    with pytest.raises(Refused, match="已申诉"):
        appealing.appeal(by=desk.clerk, deduction=part, version=one.version, on=ON, grounds="再次申诉")
    both = make.staff(Role.SUPERVISOR, make.DONGYING)
    HospitalStatement.objects.filter(pk=one.pk).update(reviewed_by=both)
    with pytest.raises(Refused, match="以外的人员"):
        appealing.decide(by=both, deduction=part, version=one.version, returned=Decimal(0), decision="x")
    given = {"by": desk.supervisor, "version": one.version}
    with pytest.raises(Refused, match="退回不能超过扣款"):
        appealing.decide(deduction=part, returned=Decimal("100.01"), decision="采纳", **given)
    appealing.decide(deduction=part, returned=Decimal("40.00"), decision="部分采纳", **given)
    one.refresh_from_db()
    assert one.deducted == Decimal("260.00")
    appealing.decide(
        by=desk.supervisor, deduction=refused, version=one.version, returned=Decimal(0), decision="不予采纳"
    )
    one.refresh_from_db()
    with pytest.raises(Refused, match="可申诉至 2025-11-17"):
        appealing.clear(by=desk.supervisor, statement=one, version=one.version, on=ON)
    with pytest.raises(Refused, match="届满"):
        appealing.appeal(by=desk.clerk, deduction=left, version=one.version, on=dt.date(2025, 11, 18), grounds="逾期")
    one = appealing.clear(by=desk.supervisor, statement=one, version=one.version, on=dt.date(2025, 11, 18))
    assert (one.deducted, one.payable) == (Decimal("260.00"), Decimal("17740.00"))


def test_a_cleared_month_is_closed(desk):
    (only,) = settled(desk, 1)
    one = desk.cleared_month()
    settled(desk, 2)
    with pytest.raises(Refused, match="列入下一月份"):
        desk.made()
    with pytest.raises(Refused, match="当前状态"):
        desk.deduct(one, only)
    for change in ({"payable": 1}, {"deducted": 1, "payable": 5999}, {"month": OCTOBER}):
        with pytest.raises(DatabaseError), transaction.atomic():
            HospitalStatement.objects.filter(pk=one.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        HospitalStatementLine.objects.create(statement=one, settlement=recorded(9, hospital=desk.hospital))
    with pytest.raises(DatabaseError), transaction.atomic():
        HospitalStatementLine.objects.filter(statement=one).delete()


def test_deduction_of_a_closed_month_goes_to_the_next_open_one(desk):
    (august,) = settled(desk, 1)
    desk.cleared_month()
    settled(desk, 2, on=IN_SEPTEMBER)
    later = desk.in_review(SEPTEMBER)
    desk.deduct(later, august, "80.00", source=DeductionSource.EARLIER_MONTH, det_type=DeductionType.AUDIT)
    later = desk.cleared(desk.reviewed(later))
    assert (desk.statement().payable, later.payable) == (Decimal("6000.00"), Decimal("5920.00"))


def test_reversal_of_a_closed_month_comes_off_the_next_less_what_was_deducted(desk):
    august, _other = settled(desk, 1, 2)
    one = desk.in_review()
    desk.deduct(one, august, "500.00")
    one = desk.cleared(desk.reviewed(one))
    assert one.payable == Decimal("11500.00")
    reversed_(august, IN_SEPTEMBER)
    later = desk.in_review(SEPTEMBER)
    with pytest.raises(Refused, match="已冲正的结算不再扣款"):
        desk.deduct(later, august, source=DeductionSource.EARLIER_MONTH)
    later = desk.cleared(desk.reviewed(later))
    assert (later.fund_pay_sumamt, later.returned) == (Decimal("-6000.00"), Decimal("500.00"))
    assert later.payable == Decimal("-5500.00")
    settled(desk, 3, on=dt.date(2025, 10, 9))
    last = desk.cleared_month(OCTOBER)
    assert (last.carried_in, last.payable) == (Decimal("-5500.00"), Decimal("500.00"))
    assert one.payable + last.payable == Decimal("12000.00")  # two settlements stand


def test_months_of_a_hospital_are_cleared_in_their_order(desk):
    settled(desk, 1)
    desk.made()
    settled(desk, 2, on=IN_SEPTEMBER)
    later = desk.reviewed(desk.in_review(SEPTEMBER))
    with pytest.raises(Refused, match="2025年08月 的清算单尚未清算"):
        appealing.clear(by=desk.supervisor, statement=later, version=later.version, on=ON)


def test_maker_reviewer_and_whoever_clears_are_three(desk):
    settled(desk, 1)
    desk.made()
    one = desk.statement()
    make.PostFactory(user=desk.clerk, role=Role.REVIEWER, area=dongying())
    both = type(desk.clerk).objects.get(pk=desk.clerk.pk)
    with pytest.raises(Refused, match="以外的人员"):
        reviewing.accept(by=both, statement=one, version=one.version)
    one = desk.reviewed(desk.in_review())
    make.PostFactory(user=desk.reviewer, role=Role.SUPERVISOR, area=dongying())
    both = type(desk.clerk).objects.get(pk=desk.reviewer.pk)
    with pytest.raises(Refused, match="以外的人员"):
        appealing.clear(by=both, statement=one, version=one.version, on=ON)
    columns = {"status": "50", "cleared_by": desk.reviewer, "cleared_at": "2025-11-10T00:00Z"}
    with pytest.raises(DatabaseError), transaction.atomic():
        HospitalStatement.objects.filter(pk=one.pk).update(**columns)


def test_the_hospital_s_word_closes_its_time_to_appeal(desk):
    term(5)
    (only,) = settled(desk, 1)
    one = desk.in_review()
    deduction = desk.deduct(one, only)
    one = desk.reviewed(one)
    one = appealing.agree(by=desk.clerk, statement=one, version=one.version, on=ON)
    with pytest.raises(Refused, match="已于 2025-11-10 确认"):
        appealing.agree(by=desk.clerk, statement=one, version=one.version, on=ON)
    with pytest.raises(Refused, match="确认扣款"):
        appealing.appeal(by=desk.clerk, deduction=deduction, version=one.version, on=ON, grounds="x")
    assert desk.cleared(one).status == HospitalStatementStatus.CLEARED
