"""The pages of clearing: a month's whole way, its file, differences, lists, the print and the worklist."""

import io
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from hospitals.vocabulary import Role
from settlement.clearing import differences, months
from settlement.models import ClearingDifference, ClearingImport, ClearingMonth
from tests import clearing_factories as stored
from tests import factories as make
from tests.settlement.clearing import MARCH, Desk, elsewhere, file_of, row_of

pytestmark = pytest.mark.django_db


TOTALS = ("就医地", "险种", "类别", "人次", "医疗费总额", "基金支付总额")


def sheet(rows, kind):
    """A table as the platform sends it."""
    if kind == "csv":
        return "\n".join(",".join(row) for row in rows).encode("gb18030")
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def text(reply, status=200):
    assert reply.status_code == status, reply.status_code
    return reply.content.decode()


@pytest.fixture
def desk(db):
    return Desk()


@pytest.fixture
def finance(desk, signed_in):
    return signed_in(desk.finance)


def step(client, month, verb, status=302, **given):
    month.refresh_from_db()
    link = reverse("take_clearing_month", args=[month.pk, verb])
    reply = client.post(link, {"version": month.version, **given})
    return text(reply, status)


def uploaded(client, month, rows):
    file = SimpleUploadedFile("明细.csv", file_of(rows))
    return client.post("/clearing/files/new/", {"month": month.pk, "file": file}, follow=True)


def test_month_goes_its_way_on_the_pages(desk, finance, signed_in):
    one, two = desk.settle(MARCH, 800), desk.settle(MARCH, 90)
    assert "参保地" in text(finance.get("/clearing/new/"))
    reply = finance.post("/clearing/new/", {"area": make.QINGDAO, "month": "2026-03"})
    month = ClearingMonth.objects.get()
    assert reply["Location"] == month.get_absolute_url()
    page = text(finance.get(month.get_absolute_url()))
    for words in ("310 职工医保", "21 住院", "职工基本医疗保险统筹基金", "890.00", "未申请", "月结申报"):
        assert words in page
    step(finance, month, "apply")
    assert "不认识" in step(finance, month, "match_totals", 422, lines="天上 310 21 2 1290 890")
    step(finance, month, "match_totals", lines="110000 310 21 2 1290.00 890.00")
    assert "一致" in text(finance.get(month.get_absolute_url()))
    page = uploaded(finance, month, [row_of(one), elsewhere()])
    assert "对账：一致 1 笔，记入差异 2 笔" in text(page)
    assert two.number in text(finance.get(page.redirect_chain[-1][0] + "?tab=withdrawn"))
    finance.post(page.redirect_chain[-1][0] + "apply/")
    page = text(finance.get(month.get_absolute_url()))
    assert "仅平台有" in page
    assert "仅本地有" in page
    assert "还有2笔差异没有处理完" in step(finance, month, "finish", 422)
    for found in ClearingDifference.objects.all():
        link = f"/clearing/differences/{found.pk}/take/"
        finance.post(f"{link}take/", {"version": found.version})
        assert "须填写理由" in text(finance.post(f"{link}ask_platform/", {"version": 2}), 422)
        finance.post(f"{link}ask_platform/", {"version": found.version + 1, "reason": "已发函"})
        assert "由平台更正：已发函" in text(finance.get(found.get_absolute_url()))
    step(finance, month, "finish")
    assert "确认清算" not in text(finance.get(month.get_absolute_url()))
    other = signed_in(desk.second)
    assert "不能重开" in text(other.get(month.get_absolute_url()))
    step(other, month, "close")
    page = text(finance.get(month.get_absolute_url()))
    assert "已清算关闭" in page
    today = timezone.localdate().isoformat()
    step(finance, month, "pay", paid_on=today, reference="拨付0001")
    page = text(finance.get(month.get_absolute_url()))
    assert "已拨付" in page
    assert "撤销拨付登记" not in page  # another takes back what one has noted
    assert "撤销后该月仍为已清算" in text(other.get(month.get_absolute_url()))
    page = step(other, month, "take_back_payment", 422, reason="")
    assert "须填写理由" in page
    assert "data-open" in page
    step(other, month, "take_back_payment", reason="凭证号有误")
    page = text(finance.get(month.get_absolute_url()))
    for words in ("撤销拨付登记：凭证号有误", "拨付0001", "登记拨付…"):
        assert words in page


def test_refused_step_comes_back_with_its_reasons_and_what_was_typed(desk, finance):
    desk.settle()
    month = desk.finished()
    page = step(finance, month, "close", 422)
    assert "由前面经手人以外的人员办理" in page
    page = step(finance, month, "reject", 422, reason="")
    assert "须填写理由" in page
    assert "data-open" in page


def test_unknown_steps_are_not_found(desk, finance):
    found = desk.differing()
    for link in (f"/clearing/{found.month_id}/take/reopen/", f"/clearing/differences/{found.pk}/take/delete/"):
        assert finance.post(link, {"version": 1}).status_code == 404


def test_month_that_cannot_be_gathered_says_why(desk, finance):
    form = {"area": make.QINGDAO, "month": "2099年1月"}
    assert "尚未开始" in text(finance.post("/clearing/new/", form), 422)
    assert "应为年和月" in text(finance.post("/clearing/new/", form | {"month": "三月"}), 422)


@pytest.mark.parametrize(
    ("lines", "cause"),
    [
        ("110000 310 21 2 1290", "应有六项或七项"),
        ("110000 510 21 2 1290 890", "“510”不认识"),
        ("110000 310 41 2 1290 890", "“41”不认识"),
        ("110000 310 21 两 1290 890", "人次或金额不对"),
        ("110000 310 21 2 1290 8.901", "人次或金额不对"),
    ],
)
def test_totals_say_which_line_is_wrong(desk, finance, lines, cause):
    desk.settle()
    month = desk.applied()
    assert cause in step(finance, month, "match_totals", 422, lines=f"北京市 职工 住院 1 1000 800\n{lines}")


BOOKED = ("北京市", "职工医保", "21", "1", "1000.00", "799.99")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_totals_come_in_a_file(desk, finance, kind):
    desk.settle()
    month = desk.applied()
    headings = ("就医地", "险种类型", "清算类别", "人次", "医疗费总额", "基金支付总额")
    data = sheet([("平台总账",), headings, BOOKED, ("合计", "", "", "1", "1000.00", "799.99")], kind)
    step(finance, month, "match_totals", file=SimpleUploadedFile(f"总账.{kind}", data))
    page = text(finance.get(month.get_absolute_url()))
    assert "数据不一致" in page
    assert "799.99" in page


@pytest.mark.parametrize(
    ("rows", "cause"),
    [
        ((("就医地", "险种"), ("北京市", "310")), "没有找到表头"),
        ((TOTALS, BOOKED, ("天上", *BOOKED[1:]), ("青岛市", "510", *BOOKED[2:])), "第3行的“天上”不认识"),
        ((TOTALS, BOOKED, ("天上", *BOOKED[1:]), ("青岛市", "510", *BOOKED[2:])), "第4行的“510”不认识"),
        ((TOTALS, (*BOOKED[:5], "")), "第2行的人次或金额不对"),
        ((TOTALS, BOOKED, BOOKED), "同一险种、类别有两行"),
    ],
)
def test_file_of_totals_with_a_faulty_row_compares_nothing(desk, finance, rows, cause):
    desk.settle()
    month = desk.applied()
    page = step(finance, month, "match_totals", 422, file=SimpleUploadedFile("总账.csv", sheet(rows, "csv")))
    assert cause in page
    month.refresh_from_db()
    assert month.status == "10"
    assert not month.statements.filter(their_count__isnull=False).exists()


def test_totals_are_taken_from_a_file_or_pasted_but_not_both(desk, finance):
    desk.settle()
    month = desk.applied()
    file = SimpleUploadedFile("总账.csv", sheet([TOTALS, BOOKED], "csv"))
    assert "只取其一" in step(finance, month, "match_totals", 422, file=file, lines=" ".join(BOOKED))


def test_totals_are_told_where_they_differ(desk, finance):
    desk.settle()
    month = desk.applied()
    step(finance, month, "match_totals", lines="北京市\t职工医保\t住院\t1\t1000.00\t799.99\t12.00")
    page = text(finance.get(month.get_absolute_url()))
    assert "数据不一致" in page
    assert "799.99" in page
    assert "个人账户 12.00" in page
    assert "103" not in re.sub(r"<[^>]*>", "", page)  # the platform's code is for messages


def test_file_that_cannot_be_read_comes_back_with_the_form(desk, finance):
    month = desk.accepted()
    file = SimpleUploadedFile("x.csv", b"\x00\x01")
    page = text(finance.post("/clearing/files/new/", {"month": month.pk, "file": file}), 422)
    assert "不是 xlsx" in page
    assert not ClearingImport.objects.exists()


def test_faulty_rows_come_back_as_a_workbook(desk, finance):
    month = desk.accepted()
    page = uploaded(finance, month, [elsewhere(), elsewhere(), elsewhere("X")])
    assert "与第 2 行是同一结算" in text(page)
    reply = finance.post(page.redirect_chain[-1][0] + "faults/")
    assert b"".join(reply.streaming_content)[:2] == b"PK"


def test_given_up_file_keeps_no_rows(desk, finance):
    month = desk.accepted()
    page = uploaded(finance, month, [elsewhere()])
    finance.post(page.redirect_chain[-1][0] + "discard/")
    assert not ClearingImport.objects.get().details.exists()


def test_month_of_another_area_takes_no_file(desk, signed_in):
    month = desk.accepted()
    other = signed_in(make.staff(Role.FINANCE, make.TIELING))
    assert "选择一个有效的选项" in text(uploaded(other, month, [elsewhere()]), 422)


def test_long_file_is_for_the_worker(desk, finance, monkeypatch):
    from settlement import tasks
    from settlement.views.clearing_files import FilePages

    desk.settle()
    month = desk.accepted()
    monkeypatch.setattr(FilePages, "worker_rows", 0)
    page = text(uploaded(finance, month, [elsewhere()]))
    assert "正在读取" in page
    found = ClearingImport.objects.get()
    tasks.preview_clearing_file(list_import=found.pk)
    finance.post(found.get_absolute_url() + "apply/")
    found.refresh_from_db()
    assert found.get_status_display() == "正在对账"
    tasks.apply_clearing_file(list_import=found.pk, by=desk.finance.pk)
    assert month.differences.count() == 2


def test_difference_page_shows_both_sides_and_where_ours_stands(desk, finance):
    late = desk.settle(MARCH.replace(month=4))
    desk.gather(MARCH.replace(month=4))
    found = desk.differing([row_of(late)])
    page = text(finance.get(found.get_absolute_url()))
    assert "仅平台有" in page
    assert "列在 QS202604370200" in page
    assert "没有" in page


def test_worklist_tells_finance_and_the_second_person(desk, finance, signed_in):
    found = desk.differing()
    assert found.number in text(finance.get("/"))
    taken = differences.take(by=desk.finance, difference=found)
    other = signed_in(desk.second)
    assert found.number not in text(other.get("/"))
    differences.propose_carrying(by=desk.finance, difference=taken, reason="有争议")
    assert found.number in text(other.get("/"))
    assert found.number not in text(finance.get("/"))
    found.refresh_from_db()
    differences.confirm(by=desk.second, difference=found)
    month = months.finish(by=desk.finance, month=ClearingMonth.objects.get())
    assert month.number in text(other.get("/"))
    assert month.number not in text(finance.get("/"))
    months.close(by=desk.second, month=month)  # confirmed by one, it is for another to note the payment
    assert month.number in text(finance.get("/"))
    assert month.number not in text(other.get("/"))


def test_sheet_has_totals_capitals_and_room_for_signatures(desk, finance):
    desk.settle()
    month = desk.finished()
    page = text(finance.get(f"/clearing/{month.pk}/sheet/"))
    for words in ("异地就医医疗费用清算单", "未经清算确认", "捌佰元整", "清算确认：", "经办机构（章）"):
        assert words in page


def test_sheet_of_a_month_that_is_below_nought(desk, finance):
    from hospitals.access import portal_account
    from settlement.accounts.posting import reverse as take_back

    made = desk.settle()
    desk.closed()
    take_back(by=portal_account(), settlement=made, reason="误传", on=MARCH)
    month = desk.gather(MARCH.replace(month=4))
    assert "应收回 捌佰元整" in text(finance.get(f"/clearing/{month.pk}/sheet/"))


@pytest.mark.parametrize(
    ("query", "there"),
    [
        ("setlym=2026-03", True),
        ("setlym=202604", False),
        ("setlym=x", False),
        ("kind=ours_only", True),
        ("kind=different", False),
        ("status=unresolved", True),
        ("status=resolved", False),
        ("how=carried", False),
        ("words=欧", False),
    ],
)
def test_differences_are_filtered(desk, finance, query, there):
    found = desk.differing()
    assert (found.number in text(finance.get(f"/clearing/differences/?{query}"))) == there


def test_differences_are_found_by_number_and_exported(desk, finance):
    found = desk.differing()
    for words in (found.number, found.setl_id, desk.person.name):
        assert found.number in text(finance.get("/clearing/differences/", {"words": words}))
    exported = b"".join(finance.get("/clearing/differences/?export=csv").streaming_content).decode("utf-8-sig")
    assert found.setl_id in exported
    assert "仅本地有" in exported


def test_statements_and_their_settlements_are_listed_and_exported(desk, finance):
    made = desk.settle()
    month = desk.gather()
    page = text(finance.get("/clearing/statements/?place=北京&scheme=employee&clr_type=21"))
    assert "北京市" in page
    statement = month.statements.get()
    page = text(finance.get(statement.get_absolute_url()))
    assert made.number in page
    assert made.number not in text(finance.get(f"{statement.get_absolute_url()}?kind=reversal"))
    exported = finance.get(f"{statement.get_absolute_url()}?export=csv")
    assert made.number in b"".join(exported.streaming_content).decode("utf-8-sig")


@pytest.mark.parametrize(
    ("path", "factory"),
    [
        ("/clearing/", stored.MonthFactory),
        ("/clearing/statements/", stored.StatementFactory),
        ("/clearing/differences/", stored.DifferenceFactory),
        ("/clearing/files/", stored.FileFactory),
        ("/clearing/advances/", stored.AdvanceFactory),
        ("/", stored.DifferenceFactory),
    ],
)
def test_list_takes_the_same_queries_at_one_three_and_thirty_rows(signed_in, path, factory):
    client = signed_in(make.staff(Role.FINANCE))
    counts = []
    for more in (1, 2, 27):
        for _ in range(more):
            factory()
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        counts.append(len(queries))
    assert len(set(counts)) == 1, counts


def test_month_takes_the_same_queries_for_many_statements(desk, finance):
    counts = []
    month = desk.gather()
    for number, place in enumerate(("110000", "210100", "370100", "370500", "370600")):
        desk.settle(place=place)
        month = desk.gather()
        finance.get(month.get_absolute_url())
        with CaptureQueriesContext(connection) as queries:
            finance.get(month.get_absolute_url())
        counts.append(len(queries))
        assert month.statements.count() == number + 1
    assert len(set(counts)) == 1, counts
