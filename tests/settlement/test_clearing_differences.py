"""Differences are worked off: who may, how, and what each way does to the money."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from hospitals.access import portal_account
from hospitals.reasons import Refused
from settlement.accounts.posting import reverse
from settlement.clearing import differences, months
from settlement.clearing.lifecycle import DIFFERENCE_LIFECYCLE
from settlement.clearing.words import ClearingDifferenceStatus
from settlement.models import ClearingDifference
from tests.settlement.clearing import APRIL, MARCH, Desk, elsewhere, in_month, row_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(db):
    return Desk()


def test_difference_is_worked_off_by_who_has_taken_it(desk):
    taken = differences.take(by=desk.finance, difference=desk.differing())
    for verb in ("ask_platform", "propose_accepting", "propose_carrying"):
        with pytest.raises(Refused, match="已由"):
            getattr(differences, verb)(by=desk.second, difference=taken, reason="已核对")
    with pytest.raises(Refused, match="须填写理由"):
        differences.ask_platform(by=desk.finance, difference=taken, reason=" ")
    back = differences.put_down(by=desk.finance, difference=taken)
    assert (back.status, back.handled_by) == ("open", None)
    with pytest.raises(Refused, match="没有“办理清算”的权限"):
        differences.take(by=desk.supervisor, difference=back)


def test_platform_is_asked_and_the_month_pays_what_the_books_say(desk):
    asked = desk.work_off(desk.differing(), "ask_platform")
    assert (asked.status, asked.how, asked.reason, asked.resolved_by) == (
        *("resolved", "theirs_to_correct"),
        *("已核对", desk.finance),
    )
    month = months.finish(by=desk.finance, month=asked.month)
    assert month.payable == 800


@pytest.mark.parametrize("verb", ["propose_accepting", "propose_carrying"])
def test_money_moves_by_two(desk, verb):
    taken = differences.take(by=desk.finance, difference=desk.differing())
    proposed = getattr(differences, verb)(by=desk.finance, difference=taken, reason="已核对")
    with pytest.raises(Refused, match="由前面经手人以外"):
        differences.confirm(by=desk.finance, difference=proposed)
    back = differences.send_back(by=desk.second, difference=proposed, reason="请补充来函")
    assert (back.status, back.handled_by, back.how) == ("taken", desk.finance, "")


@pytest.mark.parametrize(("sides", "adjustment"), [("ours", "-800.00"), ("theirs", "500.00"), ("both", "20.50")])
def test_accepted_difference_adds_what_the_platform_has_more(desk, sides, adjustment):
    if sides == "theirs":
        found = desk.differing([elsewhere()])
    else:
        made = desk.settle()
        row = row_of(made, fund_pay_sumamt=Decimal("820.50"), medfee_sumamt=Decimal("1020.50"))
        found = desk.differing([row]) if sides == "both" else ClearingDifference(pk=0)
        if sides == "ours":
            desk.compared(rows=())
            found = ClearingDifference.objects.get()
    accepted = desk.work_off(found, "propose_accepting")
    month = months.finish(by=desk.finance, month=accepted.month)
    assert month.adjustment == Decimal(adjustment)
    assert month.payable == month.fund_pay_sumamt + Decimal(adjustment)
    assert months.close(by=desk.second, month=month).status == "50"


def test_carried_settlement_leaves_for_the_next_month_at_once(desk):
    stays = desk.settle()
    disputed = desk.settle(fund=90)
    desk.compared(rows=[row_of(stays)])
    carried = desk.work_off(ClearingDifference.objects.get(), "propose_carrying")
    month = carried.month
    month.refresh_from_db()
    assert list(in_month(month)) == [stays]
    assert month.fund_pay_sumamt == 800
    months.close(by=desk.second, month=months.finish(by=desk.finance, month=month))
    assert list(in_month(desk.gather(APRIL))) == [disputed]


def test_carried_before_the_next_month_is_gathered_or_after(desk):
    disputed = desk.settle()
    desk.gather(APRIL)
    carried = desk.work_off(desk.differing(()), "propose_carrying")
    april = desk.gather(APRIL)
    assert list(in_month(april)) == [disputed]
    with pytest.raises(Refused, match="已"):
        differences.take(by=desk.finance, difference=carried)


def test_carried_difference_of_amounts_is_none_of_this_month_any_more(desk):
    made = desk.settle()
    row = row_of(made, fund_pay_sumamt=Decimal("700.00"))
    carried = desk.work_off(desk.differing([row]), "propose_carrying")
    assert (carried.kind, carried.status) == ("different", "resolved")
    assert ClearingDifference.objects.count() == 1
    desk.compare(carried.month, [row])
    carried.refresh_from_db()
    assert (carried.status, carried.how) == ("resolved", "carried")


def test_reopened_the_carried_settlement_comes_back(desk):
    made = desk.settle()
    carried = desk.work_off(desk.differing([row_of(made, fund_pay_sumamt=Decimal("700.00"))]), "propose_carrying")
    again = differences.reopen(by=desk.finance, difference=carried, reason="就医地已更正")
    assert (again.status, again.how, again.handled_by) == ("open", "", None)
    assert list(in_month(again.month)) == [made]
    assert ClearingDifference.objects.count() == 1


def test_corrected_by_reversal_names_it(desk):
    found = differences.take(by=desk.finance, difference=desk.differing())
    with pytest.raises(Refused, match="尚未冲正"):
        differences.correct_ours(by=desk.finance, difference=found, reason="重复上传")
    contrary = reverse(by=portal_account(), settlement=found.settlement, reason="重复上传", on=APRIL)
    done = differences.correct_ours(by=desk.finance, difference=found, reason="重复上传")
    assert (done.how, done.correction) == ("ours_corrected", contrary)


def test_what_the_platform_alone_has_is_corrected_by_importing_it(desk):
    found = differences.take(by=desk.finance, difference=desk.differing([elsewhere()]))
    with pytest.raises(Refused, match="补录该结算"):
        differences.correct_ours(by=desk.finance, difference=found, reason="漏传")


def test_differences_rest_while_the_month_is_not_in_review(desk):
    done = desk.work_off(desk.differing(), "ask_platform")
    months.finish(by=desk.finance, month=done.month)
    with pytest.raises(Refused, match="审核完成"):
        differences.reopen(by=desk.finance, difference=done, reason="再核")


def test_reason_longer_than_its_column_is_refused(desk):
    taken = differences.take(by=desk.finance, difference=desk.differing())
    with pytest.raises(Refused, match="不能超过300字"):
        differences.ask_platform(by=desk.finance, difference=taken, reason="长" * 301)


@pytest.mark.parametrize("status", ClearingDifferenceStatus)
@pytest.mark.parametrize("verb", DIFFERENCE_LIFECYCLE.moves)
def test_step_is_open_from_just_its_states(desk, status, verb):
    found = ClearingDifference(area_id=desk.area.pk, status=status, handled_by=desk.finance)
    by = desk.second if verb in ("confirm", "send_back") else desk.finance
    refusal = DIFFERENCE_LIFECYCLE.refusal(found, verb, by, reason="已核对")
    assert (refusal is None) == (status in DIFFERENCE_LIFECYCLE.moves[verb].sources)


def test_database_keeps_differences_of_a_closed_month(desk):
    done = desk.work_off(desk.differing(), "ask_platform")
    months.close(by=desk.second, month=months.finish(by=desk.finance, month=done.month))
    with pytest.raises(IntegrityError, match="已清算"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE settlement_clearingdifference SET reason = 'x' WHERE id = %s", [done.pk])


def test_database_closes_no_month_with_an_open_difference(desk):
    """Whoever goes round the verbs."""
    desk.settle()
    month = desk.finished()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO settlement_clearingdifference (month_id, area_id, kind, setl_id, mdtrt_id, psn_no, msgid,"
            " their_medfee_sumamt, their_refd_setl_flag, status, how, reason, made_at, version)"
            " VALUES (%s, %s, 'theirs_only', 'X', '', '', '', 1, false, 'open', '', '', now(), 1)",
            [month.pk, month.area_id],
        )
    with pytest.raises(IntegrityError, match="还有差异"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE settlement_clearingmonth SET status = '50', closed_by_id = %s, closed_at = now() WHERE id = %s",
            [desk.second.pk, month.pk],
        )


def test_late_row_of_a_carried_settlement_is_compared_with_the_next_month(desk):
    made = desk.settle()
    carried = desk.work_off(desk.differing(()), "propose_carrying")
    months.close(by=desk.second, month=months.finish(by=desk.finance, month=carried.month))
    april = desk.compared(APRIL, rows=[replace(row_of(made))])
    assert april.details.same == 1
    assert not april.differences.exists()
    assert april.month > MARCH
