"""Months of clearing: what stands in which, from gathering to payment, and that a closed one is closed."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from filings.vocabulary import Scheme
from hospitals.access import RIGHTS, portal_account
from hospitals.history import entries
from hospitals.reasons import Refused
from hospitals.vocabulary import Role, Service
from settlement.accounts.posting import reverse
from settlement.clearing import advances, months
from settlement.clearing.comparing import Total, reconcile_totals
from settlement.clearing.lifecycle import MONTH_LIFECYCLE
from settlement.clearing.words import ClearingMonthStatus, Comparison
from settlement.models import ClearingEntry, ClearingMonth, ClearingStatement
from settlement.vocabulary import Fund
from tests import clearing_factories as stored
from tests import factories as make
from tests.settlement.clearing import APRIL, MARCH, MAY, ON, Desk, in_month, totals_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(db):
    return Desk()


@pytest.mark.clause("YT-13", "YT-17")
def test_statements_are_by_place_scheme_and_kind_with_sums_by_fund(desk):
    desk.settle(MARCH, 800)
    desk.settle(MARCH, 200, place="210100")
    desk.settle(MARCH, 70, service=Service.CHRONIC)
    desk.settle(MARCH, 30, service=Service.OUTPATIENT)
    desk.settle(MARCH, 55, scheme=Scheme.RESIDENT)
    desk.settle(MARCH, 45, place="370100")
    month = desk.gather()
    found = {
        (one.treatment_area_id, one.insutype, one.clr_type, one.scope): (one.count, one.fund_pay_sumamt)
        for one in month.statements.all()
    }
    assert found == {
        ("110000", "310", "21", "cross_province"): (1, 800),
        ("210100", "310", "21", "cross_province"): (1, 200),
        ("110000", "310", "11", "cross_province"): (2, 100),
        ("110000", "390", "21", "cross_province"): (1, 55),
        ("370100", "310", "21", "in_province"): (1, 45),
    }
    assert (month.count, month.fund_pay_sumamt, month.medfee_sumamt) == (6, 1200, 2400)
    resident = month.statements.get(scheme=Scheme.RESIDENT)
    assert resident.by_fund == {Fund.RESIDENT: Decimal("55.00")}


def test_gathering_again_takes_in_what_came_since_and_changes_nothing_else(desk):
    desk.settle()
    desk.gather()
    desk.settle(MARCH.replace(day=31))
    month = desk.gather()
    assert month.count == 2
    assert desk.gather().count == 2
    assert ClearingMonth.objects.count() == 1


def test_claims_by_hand_stand_in_no_month(desk, office):
    office.claim_in("approved")
    supervisor = make.staff(Role.FINANCE, make.TIELING)
    area = office.person.area
    month = months.gather_month(by=supervisor, area=area, month=dt.date(2026, 3, 1), on=ON)
    assert month.count == 0


def test_settlement_belongs_to_the_month_of_its_settlement(desk):
    desk.settle(MARCH.replace(day=31))
    april = desk.settle(APRIL)
    assert list(in_month(desk.gather(APRIL))) == [april]
    assert desk.gather(MARCH).count == 1


def test_reversal_of_a_closed_month_goes_to_the_next_with_contrary_amounts(desk):
    made = desk.settle()
    march = desk.closed()
    contrary = reverse(by=portal_account(), settlement=made, reason="误传", on=MARCH)
    april = desk.gather(APRIL)
    assert list(in_month(april)) == [contrary]
    assert (april.count, april.fund_pay_sumamt) == (1, -800)
    march.refresh_from_db()
    assert (march.count, march.fund_pay_sumamt) == (1, 800)


def test_late_settlement_of_a_closed_month_goes_to_the_first_open_one(desk):
    desk.settle()
    desk.closed()
    late = desk.settle(MARCH)
    desk.settle(MAY)
    assert desk.gather(MAY).count == 1
    assert list(in_month(desk.gather(APRIL))) == [late]


def test_closed_month_cannot_be_gathered_again(desk):
    desk.settle()
    desk.closed()
    for month in (MARCH, dt.date(2026, 2, 1)):
        with pytest.raises(Refused, match="已清算"):
            desk.gather(month)


def test_month_to_come_is_not_gathered_and_one_that_runs_not_applied_for(desk):
    with pytest.raises(Refused, match="尚未开始"):
        desk.gather(dt.date(2026, 7, 1))
    running = desk.gather(dt.date(2026, 6, 1))
    with pytest.raises(Refused, match="尚未结束"):
        months.apply_for(by=desk.finance, month=running, on=ON)


def test_only_finance_gathers_and_the_portal(desk):
    with pytest.raises(Refused, match="没有“办理清算”的权限"):
        desk.gather(by=desk.supervisor)
    assert desk.gather(by=portal_account()).made_by == portal_account()


def test_totals_are_compared_statement_by_statement(desk):
    desk.settle(MARCH, 800)
    desk.settle(MARCH, 90, service=Service.CHRONIC)
    desk.settle(MARCH, 60, scheme=Scheme.RESIDENT)
    month = desk.applied()
    said = {(one.scheme.value, one.clr_type.value): one for one in totals_of(month)}
    equal, differing = said["employee", "21"], said["employee", "11"]
    wrong = Total(
        treatment_area=differing.treatment_area,
        scheme=differing.scheme,
        clr_type=differing.clr_type,
        count=differing.count,
        medfee_sumamt=differing.medfee_sumamt,
        fund_pay_sumamt=Decimal("90.01"),
    )
    unknown = Total(
        treatment_area=make.AreaFactory(code="210100"),
        scheme=Scheme.EMPLOYEE,
        clr_type=equal.clr_type,
        count=1,
        medfee_sumamt=Decimal("10.00"),
        fund_pay_sumamt=Decimal("5.00"),
    )
    month = reconcile_totals(by=desk.finance, month=month, totals=[equal, wrong, unknown])
    found = {(one.treatment_area_id, one.scheme, one.clr_type): one for one in month.statements.all()}
    assert {key: (one.comparison, one.stmt_rslt) for key, one in found.items()} == {
        ("110000", "employee", "21"): (Comparison.EQUAL, "0"),
        ("110000", "employee", "11"): (Comparison.DIFFERENT, "103"),
        ("110000", "resident", "21"): (Comparison.OURS_ONLY, "102"),
        ("210100", "employee", "21"): (Comparison.THEIRS_ONLY, "101"),
    }
    assert month.status == "20"


def test_totals_that_name_a_statement_twice_are_refused(desk):
    desk.settle()
    month = desk.applied()
    with pytest.raises(Refused, match="有两行"):
        reconcile_totals(by=desk.finance, month=month, totals=totals_of(month) * 2)


def test_details_come_after_totals(desk):
    desk.settle()
    with pytest.raises(Refused, match="不能对明细账"):
        desk.compare(desk.applied())


def test_month_is_finished_by_one_and_closed_by_another(desk):
    desk.settle()
    month = desk.finished()
    with pytest.raises(Refused, match="由前面经手人以外"):
        months.close(by=desk.finance, month=month)
    closed = months.close(by=desk.second, month=month)
    assert (closed.status, closed.closed_by, closed.finished_by) == ("50", desk.second, desk.finance)


def test_month_is_not_closed_over_an_earlier_one_or_over_what_came_late(desk):
    desk.settle(MARCH)
    desk.settle(APRIL)
    april = desk.finished(APRIL)
    with pytest.raises(Refused, match="有新到结算1笔"):
        months.close(by=desk.second, month=april)
    march = desk.finished(MARCH)
    with pytest.raises(Refused, match="须先清算2026年3月"):
        months.close(by=desk.second, month=april)
    desk.settle(MARCH)
    with pytest.raises(Refused, match="有新到结算1笔"):
        months.close(by=desk.second, month=march)
    renewed = months.renew(by=desk.finance, month=march)
    assert (renewed.count, renewed.status) == (2, "30")
    assert renewed.differences.get().kind == "ours_only"


def test_supervisor_reopens_nothing_and_nobody_else_does(desk):
    desk.settle()
    month = desk.closed()
    for by in (desk.finance, desk.second, desk.supervisor):
        for verb, given in (("renew", {}), ("reject", {"reason": "有误"}), ("finish", {})):
            with pytest.raises(Refused):
                getattr(months, verb)(by=by, month=month, **given)


def test_rejected_month_is_renewed(desk):
    desk.settle()
    month = months.reject(by=desk.second, month=desk.finished(), reason="就医地来函更正")
    assert (month.status, month.finished_by) == ("70", None)
    assert months.renew(by=desk.finance, month=month).status == "30"


def test_payment_is_written_down_once_by_another_than_who_closed(desk):
    desk.settle()
    month = desk.closed()
    today = timezone.localdate(month.closed_at)
    given = {"paid_on": today, "reference": "拨付0001", "on": today + dt.timedelta(days=1)}
    with pytest.raises(Refused, match="由前面经手人以外"):
        months.pay(by=desk.second, month=month, **given)
    with pytest.raises(Refused, match="不能早于清算日期"):
        months.pay(by=desk.finance, month=month, **given | {"paid_on": ON - dt.timedelta(days=400)})
    assert months.pay(by=desk.finance, month=month, **given).status == "60"
    with pytest.raises(Refused, match="不能登记拨付"):
        months.pay(by=desk.finance, month=month, **given)


def paid(desk, month, reference="拨付0001"):
    today = timezone.localdate()
    return months.pay(by=desk.finance, month=month, paid_on=today, reference=reference, on=today)


@pytest.mark.parametrize("verb", MONTH_LIFECYCLE.moves)
@pytest.mark.parametrize("status", ClearingMonthStatus)
def test_step_is_open_just_from_its_sources_and_to_who_clears(desk, verb, status):
    month, move = stored.MonthFactory(area=desk.area), MONTH_LIFECYCLE.moves[verb]
    month.status = status.value
    for role in Role:
        refusal = MONTH_LIFECYCLE.refusal(month, verb, make.staff(role, make.QINGDAO), "理由")
        assert (refusal is None) == (status in move.sources and move.right in RIGHTS[role]), role
    assert MONTH_LIFECYCLE.refusal(month, verb, make.staff(Role.FINANCE, make.TIELING), "理由")


def test_payment_noted_in_error_is_taken_back_by_another_with_its_reason_and_noted_anew(desk):
    desk.settle()
    month = paid(desk, desk.closed())
    with pytest.raises(Refused, match="由前面经手人以外"):
        months.take_back_payment(by=desk.finance, month=month, reason="凭证号有误")
    with pytest.raises(Refused, match="须填写理由"):
        months.take_back_payment(by=desk.second, month=month, reason=" ")
    with pytest.raises(Refused, match="刚刚被他人改动"):
        months.take_back_payment(by=desk.second, month=month, reason="凭证号有误", version=month.version - 1)
    month = months.take_back_payment(by=desk.second, month=month, reason="凭证号有误", version=month.version)
    assert (month.status, month.paid_by, month.paid_at, month.paid_on, month.reference) == ("50", None, None, None, "")
    assert (month.closed_by, month.fund_pay_sumamt) == (desk.second, 800)
    with pytest.raises(Refused, match="不能撤销拨付登记"):
        months.take_back_payment(by=desk.second, month=month, reason="凭证号有误")
    assert CLOSED in broken("UPDATE settlement_clearingmonth SET adjustment = 1 WHERE id = %s", month.pk)
    assert paid(desk, month, "拨付0002").reference == "拨付0002"
    said = [(entry.action, entry.reason) for entry in entries(month)][:2]
    assert said == [("登记拨付", ""), ("撤销拨付登记", "凭证号有误")]


def test_months_after_one_whose_payment_is_taken_back_stand(desk):
    march_made = desk.settle()
    desk.settle(APRIL)
    march, april = paid(desk, desk.closed()), paid(desk, desk.closed(APRIL))
    march = months.take_back_payment(by=desk.second, month=march, reason="退票")
    april.refresh_from_db()
    assert (april.status, april.count, april.fund_pay_sumamt) == ("60", 1, 800)
    contrary = reverse(by=portal_account(), settlement=march_made, reason="误传", on=MARCH)
    for closed in (MARCH, APRIL):
        with pytest.raises(Refused, match="已清算"):
            desk.gather(closed)
    may = desk.closed(MAY)
    assert list(in_month(may)) == [contrary]
    assert paid(desk, march).payable == 800


def test_payment_taken_back_uses_the_advance_again(desk):
    desk.settle()
    month = paid(desk, desk.closed())
    given = {"starts_on": MARCH, "ends_on": MAY - dt.timedelta(days=1), "source": "示例文件", "reason": "核定"}
    fund = advances.fix_advance(by=desk.finance, area=desk.area, amount=Decimal(1000), **given)
    assert advances.use_of(fund).used == 0
    months.take_back_payment(by=desk.second, month=month, reason="退票")
    assert advances.use_of(fund).used == 800


# what the database keeps by itself

CLOSED = "已清算，不能改动"


def broken(sql, *values):
    with pytest.raises(IntegrityError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    return str(error.value)


def test_nothing_enters_leaves_or_changes_a_closed_month(desk):
    made = desk.settle()
    month = desk.closed()
    statement = month.statements.get()
    late = desk.settle(MARCH)
    entry = "INSERT INTO settlement_clearingentry (settlement_id, statement_id) VALUES (%s, %s)"
    assert CLOSED in broken(entry, late.pk, statement.pk)
    assert CLOSED in broken("DELETE FROM settlement_clearingentry WHERE settlement_id = %s", made.pk)
    assert CLOSED in broken("UPDATE settlement_clearingstatement SET count = 2 WHERE id = %s", statement.pk)
    assert CLOSED in broken("UPDATE settlement_clearingmonth SET fund_pay_sumamt = 1 WHERE id = %s", month.pk)
    with pytest.raises(IntegrityError, match=CLOSED), transaction.atomic():
        ClearingStatement.objects.create(
            month=month, area=desk.area, treatment_area=desk.area, scheme="employee", clr_type="11", scope="in_province"
        )


def test_settlement_stands_where_it_belongs_and_once(desk):
    made = desk.settle(APRIL)
    desk.settle(MARCH)
    march = desk.gather(MARCH).statements.get()
    entry = "INSERT INTO settlement_clearingentry (settlement_id, statement_id) VALUES (%s, %s)"
    assert "与清算单不符" in broken(entry, made.pk, march.pk)  # it lies before its month
    april = desk.gather(APRIL).statements.get()
    assert "settlement_clearingentry_pkey" in broken(entry, made.pk, april.pk)
    given = {"scheme": "employee", "clr_type": "21", "scope": "in_province"}
    other = ClearingStatement.objects.create(month=april.month, area=desk.area, treatment_area=desk.area, **given)
    ClearingEntry.objects.filter(settlement=made).delete()
    assert "与清算单不符" in broken(entry, made.pk, other.pk)


def test_database_closes_no_month_whose_statements_are_not_its_settlements(desk):
    desk.settle()
    month = desk.finished()
    month.statements.update(hifp_pay=700, fund_pay_sumamt=700, psn_part_amt=300)
    close = (
        "UPDATE settlement_clearingmonth SET status = '50', closed_by_id = %s, closed_at = now(),"
        " fund_pay_sumamt = 700 WHERE id = %s"
    )
    assert "与结算明细不符" in broken(close, desk.second.pk, month.pk)
    month.statements.update(hifp_pay=800, fund_pay_sumamt=800, psn_part_amt=200)
    assert "与结算明细不符" in broken(close, desk.second.pk, month.pk)
    good = close.replace("fund_pay_sumamt = 700", "fund_pay_sumamt = 800")
    assert "clearing_takes_two" in broken(good, desk.finance.pk, month.pk)
    with connection.cursor() as cursor:
        cursor.execute(good, [desk.second.pk, month.pk])
