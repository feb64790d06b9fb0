"""The advance fund: fixed and changed by two, used by what is due, and warning from configured shares alone."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from hospitals.access import portal_account
from hospitals.models import Post
from hospitals.reasons import Refused
from hospitals.vocabulary import Role
from settlement.clearing import advances, months
from settlement.clearing.daily import gather_areas
from settlement.clearing.shown import warned_text
from settlement.clearing.words import AdvanceKind, Warned
from settlement.models import AdvanceChange, AdvanceFund, ClearingMonth
from tests import factories as make
from tests.settlement.clearing import APRIL, MARCH, Desk

pytestmark = pytest.mark.django_db
YEAR = {"starts_on": dt.date(2026, 1, 1), "ends_on": dt.date(2026, 12, 31)}


def text(reply, status=200):
    assert reply.status_code == status, reply.status_code
    return reply.content.decode()


@pytest.fixture
def desk(db):
    return Desk()


def fixed(desk, amount="1000.00", **period):
    fund = advances.fix_advance(
        by=desk.finance, area=desk.area, amount=Decimal(amount), source="示例文件", reason="年度核定", **YEAR | period
    )
    advances.approve_change(by=desk.supervisor, change=fund.changes.get())
    return fund


def warn(desk, yellow="0.7", red="0.9"):
    shares = {Warned.YELLOW: yellow and Decimal(yellow), Warned.RED: red and Decimal(red)}
    advances.set_warnings(by=desk.supervisor, area=desk.area, shares=shares, source="示例，非正式文件")


def change(desk, fund, kind, amount, by=None):
    given = {"amount": Decimal(amount), "source": "示例文件", "reason": "用款超出"}
    return advances.propose_change(by=by or desk.finance, fund=fund, kind=kind, **given)


def test_amount_counts_once_a_second_person_has_approved(desk):
    fund = advances.fix_advance(
        by=desk.finance, area=desk.area, amount=Decimal("1000.00"), source="示例文件", reason="年度核定", **YEAR
    )
    assert advances.use_of(fund).share is None
    with pytest.raises(Refused, match="没有“批准预付金、设置预警”的权限"):
        advances.approve_change(by=desk.second, change=fund.changes.get())
    both = make.staff(Role.FINANCE, make.QINGDAO)
    Post.objects.create(user=both, role=Role.SUPERVISOR, area=desk.area)
    own = change(desk, fund, AdvanceKind.RAISED, "5.00", by=both)
    with pytest.raises(Refused, match="由前面经手人以外"):
        advances.approve_change(by=both, change=own)
    advances.approve_change(by=desk.supervisor, change=fund.changes.get(kind="fixed"))
    assert advances.use_of(fund).amount == 1000
    raised = change(desk, fund, AdvanceKind.RAISED, "250.00")
    assert advances.use_of(fund).amount == 1000
    advances.approve_change(by=desk.supervisor, change=raised)
    refused = change(desk, fund, AdvanceKind.RAISED, "99.00")
    advances.refuse_change(by=desk.supervisor, change=refused, reason="资金不足")
    back = change(desk, fund, AdvanceKind.TAKEN_BACK, "50.00")
    advances.approve_change(by=desk.supervisor, change=back)
    assert advances.use_of(fund).amount == 1200


def test_no_more_is_taken_back_than_there_is(desk):
    back = change(desk, fixed(desk), AdvanceKind.TAKEN_BACK, "1000.01")
    with pytest.raises(Refused, match="超过预付金"):
        advances.approve_change(by=desk.supervisor, change=back)


def test_one_advance_a_period_and_fixed_once(desk):
    fund = fixed(desk)
    with pytest.raises(Refused, match="此期间已有预付金"):
        fixed(desk, starts_on=dt.date(2026, 12, 1), ends_on=dt.date(2027, 3, 1))
    with pytest.raises(Refused, match="已核定"):
        change(desk, fund, AdvanceKind.FIXED, "5.00")
    with pytest.raises(Refused, match="自某月一日起"):
        fixed(desk, starts_on=dt.date(2027, 1, 2), ends_on=dt.date(2027, 3, 1))
    fixed(desk, starts_on=dt.date(2027, 1, 1), ends_on=dt.date(2027, 3, 1))
    assert AdvanceFund.objects.count() == 2


def test_used_is_what_is_due_until_it_is_paid(desk):
    fund = fixed(desk)
    desk.settle(MARCH, 400)
    assert (advances.use_of(fund).used, advances.ungathered(fund)) == (0, 400)
    closed = desk.closed(MARCH)
    assert (advances.use_of(fund).used, advances.ungathered(fund)) == (400, 0)
    desk.settle(APRIL, 350)
    desk.gather(APRIL)
    assert (advances.use_of(fund).used, advances.use_of(fund).left) == (750, 250)
    today = timezone.localdate()
    months.pay(by=desk.finance, month=closed, paid_on=today, reference="拨付0001", on=today)
    assert advances.use_of(fund).used == 350


def test_nothing_is_warned_of_where_nothing_is_configured(desk):
    fund = fixed(desk)
    desk.settle(MARCH, 999)
    desk.gather()
    use = advances.use_of(fund)
    assert use.warned is None
    assert warned_text(use) == "已用 99.9%，预警比例未配置"


@pytest.mark.parametrize(
    ("used", "level"),
    [("699.99", None), ("700.00", "yellow"), ("899.99", "yellow"), ("900.00", "red"), ("1200.00", "red")],
)
def test_warns_from_the_configured_share_on(desk, used, level):
    fund = fixed(desk)
    warn(desk)
    desk.settle(MARCH, Decimal(used))
    desk.gather()
    warned = advances.use_of(fund).warned
    assert (warned.level if warned else None) == level


def test_shares_are_the_areas_own_numbers(desk):
    fund = fixed(desk)
    warn(desk, yellow=None, red="0.5")
    desk.settle(MARCH, 500)
    desk.gather()
    assert advances.use_of(fund).warned.level == "red"
    with pytest.raises(Refused, match="须低于"):
        warn(desk, yellow="0.9", red="0.9")
    with pytest.raises(Refused, match="没有"):
        advances.set_warnings(by=desk.finance, area=desk.area, shares={}, source="x")
    with pytest.raises(Refused, match="依据"):
        advances.set_warnings(by=desk.supervisor, area=desk.area, shares={Warned.RED: Decimal(1)}, source=" ")
    warn(desk, yellow=None, red=None)
    assert advances.use_of(fund).thresholds == []


def test_changes_are_kept_as_they_were(desk):
    fund = fixed(desk)
    one = fund.changes.get()
    for sql in (
        "UPDATE settlement_advancechange SET amount = 5 WHERE id = %s",
        "DELETE FROM settlement_advancechange WHERE id = %s",
        "UPDATE settlement_advancechange SET status = 'refused' WHERE id = %s",
    ):
        with pytest.raises(Exception, match=r"Cannot|Invalid"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [one.pk])
    with pytest.raises(IntegrityError, match="advance_takes_two"), transaction.atomic():
        AdvanceChange.objects.bulk_create(
            [
                AdvanceChange(
                    fund=fund,
                    area=desk.area,
                    kind="raised",
                    amount=5,
                    source="x",
                    reason="x",
                    status="approved",
                    made_by=desk.finance,
                    decided_by=desk.finance,
                    decided_at=timezone.now(),
                )
            ]
        )


def test_daily_run_gathers_what_is_settled_and_leaves_what_is_applied_for(desk):
    desk.settle(MARCH)
    applied = desk.applied(MARCH)
    desk.settle(MARCH, 90)
    desk.settle(APRIL, 70)
    on = dt.date(2026, 4, 20)
    assert gather_areas(on=on) == 1
    assert gather_areas(on=on) == 0
    applied.refresh_from_db()
    assert applied.count == 1
    april = ClearingMonth.objects.get(month=APRIL)
    assert (april.count, april.made_by) == (1, portal_account())


def test_advance_is_fixed_raised_and_warned_of_on_its_pages(desk, signed_in):
    finance, supervisor = signed_in(desk.finance), signed_in(desk.supervisor)
    today = timezone.localdate()
    form = {
        "area": make.QINGDAO,
        "starts_on": today.replace(day=1).isoformat(),
        "ends_on": (today + dt.timedelta(days=100)).isoformat(),
        "amount": "1,000.00",
        "source": "示例文件",
        "reason": "年度核定",
    }
    text(finance.post("/clearing/advances/new/", form | {"source": ""}), 422)
    finance.post("/clearing/advances/new/", form)
    fund = AdvanceFund.objects.get()
    page = text(finance.get(fund.get_absolute_url()))
    assert "待批准" in page
    assert "预警比例未配置" in page
    assert fund.number in text(supervisor.get("/"))
    one = fund.changes.get()
    link = f"/clearing/advances/changes/{one.pk}/"
    assert finance.post(f"{link}approve/", {"version": 1}).status_code == 403
    assert "须填写理由" in text(supervisor.post(f"{link}refuse/", {"version": 1}, follow=True))
    supervisor.post(f"{link}approve/", {"version": 1})
    assert supervisor.post(f"{link}delete/", {"version": 1}).status_code == 404
    warnings = {"yellow": "70", "red": "60", "source": "示例，非正式文件"}
    assert "须低于" in text(supervisor.post(f"{fund.get_absolute_url()}warnings/", warnings), 422)
    supervisor.post(f"{fund.get_absolute_url()}warnings/", warnings | {"red": "90"})
    assert 'name="yellow" value="70"' in text(supervisor.get(fund.get_absolute_url()))
    propose = f"{fund.get_absolute_url()}propose/"
    assert "已核定" in text(
        finance.post(propose, {"kind": "fixed", "amount": "5", "source": "示例", "reason": "示例"}), 422
    )
    finance.post(propose, {"kind": "raised", "amount": "100", "source": "示例文件", "reason": "用款超出"})
    assert fund.changes.count() == 2
    desk.settle(today, 920)
    gather_areas(on=today)
    page = text(finance.get(fund.get_absolute_url()))
    assert "92%" in page
    assert "红色预警" in page
    for client in (finance, supervisor):
        assert "已用 92%，红色预警" in text(client.get("/"))
    assert "92%" in text(finance.get("/clearing/advances/"))
    month = ClearingMonth.objects.get()
    assert "红色预警" in text(finance.get(month.get_absolute_url()))
