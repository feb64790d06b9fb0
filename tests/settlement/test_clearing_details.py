"""Details beside the platform's: equal, ours only, theirs only, different; from a file and from a message."""

import io
from dataclasses import replace
from decimal import Decimal

import openpyxl
import pytest

from hospitals.access import portal_account
from hospitals.reasons import Refused
from settlement.accounts.posting import reverse
from settlement.clearing import differences, months
from settlement.clearing.files import verbs
from settlement.clearing.files.columns import COLUMNS
from settlement.clearing.words import Handling
from settlement.models import ClearingDifference, ClearingImport, PlatformDetail
from tests.settlement.clearing import HEADER, MARCH, ON, Desk, elsewhere, file_of, kinds, row_of, rows_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(db):
    return Desk()


@pytest.fixture
def one_of_each(desk):
    """(month, rows): an equal settlement, one of ours alone, one that differs, one of theirs alone."""
    equal, _ours, differing = desk.settle(MARCH, 800), desk.settle(MARCH, 90), desk.settle(MARCH, 70)
    rows = [row_of(equal), row_of(differing, fund_pay_sumamt=Decimal("60.00")), elsewhere()]
    return desk.accepted(), rows


def upload(desk, month, data, name="明细.csv"):
    found = verbs.upload(file=io.BytesIO(data), file_name=name, month=month, by=desk.finance, on=ON)
    return verbs.preview(list_import=found, by=desk.finance)


def causes(found):
    return [fault["text"] for row in found.steps.filter(action="invalid") for fault in row.faults]


def test_each_kind_of_difference_is_found_and_equal_rows_are_none(desk, one_of_each):
    month, rows = one_of_each
    found = desk.compare(month, rows)
    assert (found.same, found.new, found.withdrawn, found.changed) == (1, 1, 1, 1)
    assert kinds(month) == [("different", "open"), ("ours_only", "open"), ("theirs_only", "open")]
    differing = month.differences.get(kind="different")
    assert (differing.our_fund_pay_sumamt, differing.their_fund_pay_sumamt) == (Decimal("70.00"), Decimal("60.00"))
    assert (differing.fund_difference, differing.fee_difference) == (Decimal("-10.00"), 0)
    assert differing.differing == ["基金支付"]


def test_file_comes_to_what_the_message_comes_to(desk, one_of_each):
    month, rows = one_of_each
    found = upload(desk, month, file_of(rows))
    assert (found.status, found.rows, found.same, found.new, found.withdrawn, found.changed) == (
        *("previewed", 3, 1),
        *(1, 1, 1),
    )
    assert not ClearingDifference.objects.exists()
    verbs.apply(list_import=found, by=desk.finance)
    assert kinds(month) == [("different", "open"), ("ours_only", "open"), ("theirs_only", "open")]
    month.refresh_from_db()
    assert (month.status, month.details_id) == ("30", found.pk)


def test_workbook_and_other_encodings_are_read_alike(desk, one_of_each):
    month, rows = one_of_each
    headings = [column.heading for column in COLUMNS[1:]]
    text = file_of(rows, headings).decode("utf-8-sig")
    book = openpyxl.Workbook()
    for line in text.splitlines():
        book.active.append(line.split(","))
    out = io.BytesIO()
    book.save(out)
    for data in (text.encode("gb18030"), text.replace(",", "\t").encode(), out.getvalue()):
        found = upload(desk, month, data)
        assert (found.same, found.new, found.withdrawn, found.changed, found.invalid) == (1, 1, 1, 1, 0)


def test_order_of_rows_does_not_matter(desk, one_of_each):
    month, rows = one_of_each
    desk.compare(month, rows[::-1])
    assert kinds(month) == [("different", "open"), ("ours_only", "open"), ("theirs_only", "open")]


def test_reversal_is_equal_however_its_amounts_are_written(desk):
    made = desk.settle()
    contrary = reverse(by=portal_account(), settlement=made, reason="误传", on=MARCH)
    month = desk.accepted()
    positive = row_of(contrary, medfee_sumamt="1000.00", fund_pay_sumamt="800.00")
    found = upload(desk, month, file_of([row_of(made), positive]))
    assert (found.same, found.changed, found.new, found.withdrawn) == (2, 0, 0, 0)


def test_missing_mark_of_a_refund_is_a_difference(desk):
    made = desk.settle(fund=0, personal=0)
    contrary = reverse(by=portal_account(), settlement=made, reason="误传", on=MARCH)
    month = desk.compared(rows=[row_of(made), row_of(contrary, refd_setl_flag=False)])
    assert month.differences.get().differing == ["退费标志"]


@pytest.mark.parametrize(
    ("row", "cause"),
    [
        ({"setl_id": ""}, "缺少结算编号"),
        ({"setl_id": "J" * 41}, "超过 40 个字"),
        ({"medfee_sumamt": "1.234"}, "应为金额"),
        ({"fund_pay_sumamt": ""}, "应为金额"),
        ({"acct_pay": "=1+1"}, "应为金额"),
    ],
)
def test_faulty_row_is_told_with_its_row_and_stops_the_file(desk, one_of_each, row, cause):
    month, rows = one_of_each
    found = upload(desk, month, file_of([*rows, replace(elsewhere("X1"), **row)]))
    assert found.invalid == 1
    assert any(cause in text for text in causes(found))
    assert found.steps.get(action="invalid").number == 5
    with pytest.raises(Refused, match="有1行有误"):
        verbs.apply(list_import=found, by=desk.finance)


def test_settlement_named_twice_is_told(desk, one_of_each):
    month, rows = one_of_each
    found = upload(desk, month, file_of([*rows, rows[0]]))
    assert causes(found) == ["与第 2 行是同一结算"]


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"", "空的"),
        ("姓名,金额\n王,1\n".encode(), "没有找到表头"),
        (",".join(HEADER).encode(), "没有数据"),
        (b'setl_id,medfee_sumamt,fund_pay_sumamt\nX,"1,2\n', "引号不成对"),
        (b"\x00\x01\x02\x03", "不是"),
        (b"PK\x03\x04broken", "损坏"),
    ],
)
def test_file_that_cannot_be_read_leaves_nothing(desk, one_of_each, data, cause):
    month, _rows = one_of_each
    with pytest.raises(Refused, match=cause):
        upload(desk, month, data)
    assert not ClearingImport.objects.exists()
    assert not PlatformDetail.objects.exists()


def test_confirming_what_was_previewed_before_the_month_changed_is_refused(desk, one_of_each):
    month, rows = one_of_each
    found = upload(desk, month, file_of(rows))
    desk.settle()
    months.renew(by=desk.finance, month=month)
    with pytest.raises(Refused, match="请重新预览"):
        verbs.apply(list_import=found, by=desk.finance)
    again = verbs.preview(list_import=found, by=desk.finance)
    verbs.apply(list_import=again, by=desk.finance)
    assert month.differences.count() == 4


def test_second_file_takes_the_place_of_the_first(desk, one_of_each):
    month, rows = one_of_each
    first = desk.compare(month, rows)
    second = desk.compare(month, rows_of(month))
    month.refresh_from_db()
    assert month.details == second
    assert not first.details.exists()
    assert kinds(month) == [("different", "resolved"), ("ours_only", "resolved"), ("theirs_only", "resolved")]
    assert {one.how for one in month.differences.all()} == {Handling.EQUAL_NOW}
    desk.compare(month, rows)
    assert kinds(month) == [("different", "open"), ("ours_only", "open"), ("theirs_only", "open")]


def test_difference_keeps_its_way_while_its_facts_stand(desk, one_of_each):
    month, rows = one_of_each
    desk.compare(month, rows)
    desk.work_off(month.differences.get(kind="different"), "ask_platform")
    taken = differences.take(by=desk.finance, difference=month.differences.get(kind="ours_only"))
    desk.compare(month, rows)
    assert kinds(month) == [("different", "resolved"), ("ours_only", "taken"), ("theirs_only", "open")]
    changed = [replace(row, fund_pay_sumamt=Decimal("61.00")) if row is rows[1] else row for row in rows]
    desk.compare(month, changed)
    assert kinds(month) == [("different", "open"), ("ours_only", "taken"), ("theirs_only", "open")]
    taken.refresh_from_db()
    assert taken.handled_by == desk.finance


def test_month_with_open_differences_is_not_finished(desk, one_of_each):
    month, rows = one_of_each
    desk.compare(month, rows)
    month.refresh_from_db()
    with pytest.raises(Refused, match="还有3笔差异"):
        months.finish(by=desk.finance, month=month)


def test_imported_settlement_makes_the_difference_vanish(desk):
    month = desk.compared(rows=[elsewhere()])
    late = desk.settle()
    PlatformDetail.objects.filter(list_import=month.details).update(
        setl_id=late.number, medfee_sumamt=late.medfee_sumamt, fund_pay_sumamt=late.fund_pay_sumamt
    )
    month = months.renew(by=desk.finance, month=month)
    assert month.count == 1
    assert [one.how for one in month.differences.all()] == [Handling.EQUAL_NOW]


def test_nobody_else_takes_a_file_in(desk, one_of_each):
    month, rows = one_of_each
    with pytest.raises(Refused, match="没有“办理清算”的权限"):
        verbs.upload(file=io.BytesIO(file_of(rows)), file_name="x.csv", month=month, by=desk.supervisor, on=ON)
