"""Several differences of one kind are worked off alike: each by itself, with a result a row."""

import re
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from hospitals.access import portal_account
from hospitals.reasons import Refused
from hospitals.vocabulary import Role
from settlement.accounts.posting import reverse
from settlement.clearing import differences, months
from settlement.clearing.differences import STEPS, Seen
from settlement.clearing.lifecycle import DIFFERENCE_LIFECYCLE
from settlement.clearing.together import MOST, work_off_together
from settlement.models import ClearingDifference
from tests import clearing_factories as stored
from tests import factories as make
from tests.settlement.clearing import APRIL, MARCH, Desk, elsewhere, in_month, row_of

pytestmark = pytest.mark.django_db
LINK = "/clearing/differences/together/"


@pytest.fixture
def desk(db):
    return Desk()


@pytest.fixture
def finance(desk, signed_in):
    return signed_in(desk.finance)


def ours_only(desk, count=3):
    """Settlements that the platform has not."""
    made = [desk.settle(fund=100 + number) for number in range(count)]
    desk.compared(rows=())
    return made, seen()


def seen():
    return [Seen(one, one.version) for one in ClearingDifference.objects.select_related("month").order_by("pk")]


def work(desk, verb, by=None, reason=""):
    return work_off_together(by=by or desk.finance, chosen=seen(), verb=verb, reason=reason)


def states():
    return list(ClearingDifference.objects.order_by("pk").values_list("status", "how"))


def text(reply, status=200):
    assert reply.status_code == status, reply.status_code
    return re.sub(r"\s+", " ", reply.content.decode())


def posted(*rows, **given):
    return {"difference": [f"{row.pk}:{row.version}" for row in rows], **given}


def test_steps_are_those_of_the_lifecycle_that_people_take():
    assert set(STEPS) == set(DIFFERENCE_LIFECYCLE.moves) - {"compare_equal", "compare_otherwise"}


def test_all_are_taken_and_worked_off_with_one_reason(desk):
    ours_only(desk)
    assert all(worked.refusal is None for worked in work(desk, "take"))
    done = work(desk, "ask_platform", reason="已发函〔2026〕3号")
    assert states() == [("resolved", "theirs_to_correct")] * 3
    assert {worked.difference.reason for worked in done} == {"已发函〔2026〕3号"}


def test_what_moves_money_is_confirmed_by_another(desk):
    made, _chosen = ours_only(desk)
    work(desk, "take")
    work(desk, "propose_carrying", reason="有争议")
    own = work(desk, "confirm")
    assert [str(worked.refusal) for worked in own] == ["复核同意须由前面经手人以外的人员办理"] * 3
    assert states() == [("proposed", "carried")] * 3
    assert all(worked.refusal is None for worked in work(desk, "confirm", by=desk.second))
    assert states() == [("resolved", "carried")] * 3
    month = ClearingDifference.objects.first().month
    assert not in_month(month).filter(pk__in=[one.pk for one in made]).exists()
    found = ClearingDifference.objects.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        ClearingDifference.objects.filter(pk=found.pk).update(resolved_by=found.handled_by)


def test_one_that_is_refused_keeps_none_of_the_others_waiting(desk):
    ours_only(desk)
    others = ClearingDifference.objects.order_by("pk")[1]
    differences.take(by=desk.second, difference=others)
    done = work(desk, "take")
    assert [worked.refusal is None for worked in done] == [True, False, True]
    assert "不能领取" in str(done[1].refusal)


def test_what_has_changed_since_it_was_seen_is_not_overwritten(desk):
    _made, chosen = ours_only(desk)
    first = chosen[0].difference
    differences.put_down(by=desk.finance, difference=differences.take(by=desk.finance, difference=first))
    done = work_off_together(by=desk.finance, chosen=chosen, verb="take")
    assert "刚刚被他人改动" in str(done[0].refusal)
    assert [status for status, _how in states()] == ["open", "taken", "taken"]


def test_kinds_are_not_mixed_and_nothing_is_touched_then(desk):
    made = desk.settle()
    desk.compared(rows=[row_of(made, fund_pay_sumamt=Decimal("1.00")), elsewhere()])
    with pytest.raises(Refused, match="同一种差异"):
        work(desk, "take")
    assert {status for status, _how in states()} == {"open"}
    with pytest.raises(Refused, match="请先勾选"):
        work_off_together(by=desk.finance, chosen=[], verb="take")
    with pytest.raises(Refused, match="一次最多"):
        work_off_together(by=desk.finance, chosen=seen() * MOST, verb="take")


def test_twenty_take_about_the_statements_of_one_and_the_month_is_compared_once(desk):
    ours_only(desk, 21)
    work(desk, "take")
    work(desk, "propose_carrying", reason="有争议")
    statements = []
    for chosen in (seen()[:1], seen()[1:]):
        with CaptureQueriesContext(connection) as queries:
            done = work_off_together(by=desk.second, chosen=chosen, verb="confirm")
        assert all(worked.refusal is None for worked in done)
        assert sum("INSERT INTO settlement_clearingimportrow" in query["sql"] for query in queries) == 1
        statements.append(len(queries))
    assert states() == [("resolved", "carried")] * 21
    assert ClearingDifference.objects.first().month.count == 0
    assert statements[1] <= statements[0] <= 40, statements


@pytest.mark.parametrize("verb", [verb for verb in STEPS if verb != "confirm"])
def test_each_step_takes_the_statements_of_one(desk, verb):
    made, _chosen = ours_only(desk, 4)
    if verb != "take":
        work(desk, "take")
    if verb == "send_back":
        work(desk, "propose_accepting", reason="已核对")
    if verb == "reopen":
        work(desk, "ask_platform", reason="已核对")
    if verb == "correct_ours":
        for one in made:
            reverse(by=portal_account(), settlement=one, reason="误传", on=APRIL)
    by, statements = desk.second if verb == "send_back" else desk.finance, []
    for chosen in (seen()[:1], seen()[1:]):
        with CaptureQueriesContext(connection) as queries:
            done = work_off_together(by=by, chosen=chosen, verb=verb, reason="已核对")
        assert [worked.refusal for worked in done] == [None] * len(chosen)
        statements.append(len(queries))
    assert statements[1] <= statements[0], statements


def test_differences_of_several_months_are_worked_off_month_by_month(desk):
    desk.settle(MARCH), desk.settle(APRIL)
    desk.compared(MARCH, rows=())
    desk.compared(APRIL, rows=())
    assert all(worked.refusal is None for worked in work(desk, "take"))
    march = seen()[0].difference.month
    months.reject(by=desk.finance, month=march, reason="来函更正")
    done = work(desk, "ask_platform", reason="已发函")
    assert "清算月份“已驳回”" in str(done[0].refusal)
    assert done[1].refusal is None
    assert [status for status, _how in states()] == ["taken", "resolved"]


def test_who_does_not_clear_works_off_none(desk):
    ours_only(desk)
    done = work(desk, "take", by=desk.supervisor)
    assert all("没有“办理清算”的权限" in str(worked.refusal) for worked in done)
    assert {status for status, _how in states()} == {"open"}


# pages


def test_rows_are_ticked_and_worked_off_on_the_list(desk, finance):
    ours_only(desk)
    rows = list(ClearingDifference.objects.order_by("pk"))
    page = text(finance.get("/clearing/differences/"))
    assert f'value="{rows[0].pk}:{rows[0].version}"' in page
    assert "办理所选" in page
    assert "领取：已办理 2 笔" in text(finance.post(LINK, posted(*rows[:2], verb="take")))
    differences.take(by=desk.second, difference=rows[2])
    page = text(finance.post(LINK, posted(*rows, verb="ask_platform", reason="已发函")))
    assert "其余没有办理" in page
    assert "刚刚被他人改动" in page


def test_what_was_ticked_and_typed_comes_back_with_the_fault(desk, finance):
    ours_only(desk, 2)
    one, other = ClearingDifference.objects.order_by("pk")
    page = text(finance.post(LINK, posted(one, other, verb="ask_platform")), 422)
    assert "须填写理由" in page
    assert f'value="{other.pk}:{other.version}" checked' in page
    page = text(finance.post(LINK, {"verb": "take", "reason": "已核对"}), 422)
    assert "请先勾选差异" in page
    assert 'value="已核对"' in page
    assert text(finance.post(LINK, posted(one, verb="delete")), 422)


def test_differences_of_another_area_are_not_there(desk, signed_in):
    ours_only(desk, 1)
    found = ClearingDifference.objects.get()
    other = signed_in(make.staff(Role.FINANCE, make.TIELING))
    assert "请先勾选差异" in text(other.post(LINK, posted(found, verb="take")), 422)
    assert states() == [("open", "")]


def test_who_only_looks_ticks_nothing_and_exports_have_no_box(desk, signed_in, finance):
    stored.DifferenceFactory(month__area=desk.area)
    page = text(signed_in(make.staff(Role.AUDITOR, make.QINGDAO)).get("/clearing/differences/"))
    assert "办理所选" not in page
    assert 'name="difference"' not in page
    exported = b"".join(finance.get("/clearing/differences/?export=csv").streaming_content).decode("utf-8-sig")
    assert exported.startswith("差异编号")
