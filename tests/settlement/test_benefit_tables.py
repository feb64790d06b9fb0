"""A draft's tables out as a workbook and in again: every row checked, shown before it is taken, taken once."""

import contextlib
import datetime as dt
import io
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from hospitals.reasons import Refused
from hospitals.vocabulary import Role
from settlement.benefit_tables import verbs
from settlement.benefit_tables.planning import Step, read_plan
from settlement.models import BenefitPolicy, CeilingRow
from tests import shipped
from tests.factories import HOMES, TIELING, WEIFANG, staff
from tests.settlement.test_policy_admin import page

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    shipped.benefit_policies(*HOMES, "210100")
    return BenefitPolicy.objects.get(area=TIELING).next_version(starts_on=dt.date(2027, 1, 1))


@pytest.fixture
def supervisor(signed_in):
    return signed_in(staff(Role.SUPERVISOR, TIELING))


def given_out(policy):
    reply = verbs.give_out(policy)
    with contextlib.closing(reply.file_to_stream):
        return openpyxl.load_workbook(io.BytesIO(b"".join(reply)))


def saved(book):
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def edited(policy, change):
    book = given_out(policy)
    change(book)
    return saved(book)


def steps(plan):
    return [(table.sheet.title, change.step) for table in plan.tables for change in table.changes]


def test_workbook_has_a_sheet_a_table_and_numbers_are_numbers(draft):
    book = given_out(draft)
    assert book.sheetnames[:4] == ["起付标准", "支付比例", "最高支付限额", "起付线收取方式"]
    assert len(book.sheetnames) == 12
    header, first = list(book["起付标准"].iter_rows(values_only=True))[:2]
    assert header == (
        *("险种", "在职状态", "待遇档次", "就医范围", "服务", "医院级别"),
        *("起付标准（元）", "条款", "示例"),
    )
    assert first == ("职工医保", None, "异地转诊待遇", None, "住院", "一级", 750, "二2", None)


def test_workbook_unchanged_changes_nothing(draft):
    before = draft.rules()
    plan = read_plan(draft, saved(given_out(draft)))
    assert (plan.faults, plan.notes, plan.changes) == ([], [], 0)
    assert sum(table.same for table in plan.tables) == 16 + 14 + 4 + 1
    assert draft.rules() == before


def test_changed_new_and_missing_rows_are_shown_and_then_taken_exactly(draft):
    by = staff(Role.SUPERVISOR, TIELING)
    sheet_of = given_out(draft)
    number = [cell.value for cell in sheet_of["起付标准"][1]].index("起付标准（元）")

    def change(book):
        book["起付标准"].cell(2, number + 1).value = 800
        book["支付比例"].delete_rows(2)
        header = [cell.value for cell in book["最高支付限额"][1]]
        row = {"险种": "职工医保", "年度限额（元）": 60000, "条款": "五"}
        book["最高支付限额"].append([row.get(name, "") for name in header])

    data = edited(draft, change)
    plan, token = verbs.preview(policy=draft, data=data)
    assert plan.faults == []
    assert sorted(steps(plan)) == [
        ("支付比例", Step.REMOVED),
        ("最高支付限额", Step.NEW),
        ("起付标准", Step.CHANGED),
    ]
    assert draft.deductibles.filter(number=800).count() == 0
    assert verbs.apply(policy=draft, data=data, token=token, file_name="待遇.xlsx", by=by) == 3
    assert draft.deductibles.filter(number=800).count() == 1
    assert draft.ratios.count() == 13
    ceiling = draft.ceilings.get()
    assert (ceiling.scheme, ceiling.employment, ceiling.number) == ("employee", "", Decimal("60000.00"))
    assert ceiling.events.get().pgh_context["action"] == "导入待遇表"
    assert read_plan(draft, data).changes == 0
    with pytest.raises(Refused, match="已有变动"):
        verbs.apply(policy=draft, data=data, token=token, file_name="待遇.xlsx", by=by)


def test_sheet_that_is_not_there_is_left_alone_and_one_without_rows_is_emptied(draft):
    def change(book):
        del book["起付标准"]
        book["支付比例"].delete_rows(2, 100)
        book.create_sheet("说明")

    plan = read_plan(draft, edited(draft, change))
    assert set(steps(plan)) == {("支付比例", Step.REMOVED)}
    assert len(steps(plan)) == 14
    assert plan.notes == ["工作表“说明”未读取（不认识的名称）"]


@pytest.mark.parametrize(
    ("sheet", "column", "value", "text"),
    [
        ("起付标准", "险种", "军人医保", "没有这个值，可填职工医保、居民医保"),
        ("起付标准", "起付标准（元）", "很多", "应为数字"),
        ("起付标准", "起付标准（元）", None, "必须填写"),
        ("起付标准", "起付标准（元）", -1, "大于或等于0"),
        ("起付标准", "起付标准（元）", 0.005, "小数"),
        ("起付标准", "条款", None, "不能为空"),
        ("起付标准", "示例", "也许", "应填“是”或留空"),
        ("支付比例", "支付比例", 75, "小于或等于1"),
        ("支付比例", "支付比例", "NaN", "应为数字"),
        ("就医地执行其他政策", "就医地代码", "999999", "没有这个行政区划代码"),
    ],
)
def test_cell_that_cannot_stand_is_told_with_sheet_row_and_column(draft, sheet, column, value, text):
    def change(book):
        index = [cell.value for cell in book[sheet][1]].index(column)
        book[sheet].cell(2, index + 1).value = value

    data = edited(draft, change)
    plan, token = verbs.preview(policy=draft, data=data)
    (fault,) = plan.faults
    assert (fault.sheet, fault.row, fault.column) == (sheet, 2, column)
    assert text in fault.text
    before = draft.rules()
    with pytest.raises(Refused, match="表中有误"):
        verbs.apply(policy=draft, data=data, token=token, file_name="待遇.xlsx", by=staff(Role.SUPERVISOR, TIELING))
    assert draft.rules() == before


def test_two_rows_for_the_same_people_are_told(draft):
    def change(book):
        rows = book["起付标准"]
        rows.append([cell.value for cell in rows[2]])

    (fault,) = read_plan(draft, edited(draft, change)).faults
    assert (fault.row, fault.text) == (18, "与第 2 行是同一对象")


def test_what_only_the_tables_together_show_is_told(draft):
    def change(book):
        rows = book["支付比例"]
        header = [cell.value for cell in rows[1]]
        row = {"分段起点（元）": 10000, "支付比例": 0.9, "条款": "二2"}
        rows.append([row.get(name, "") for name in header])

    (fault,) = read_plan(draft, edited(draft, change)).faults
    assert fault.text == "分段支付比例须从 0 元起（二2）"


def test_formula_in_a_text_comes_back_as_it_was(draft):
    CeilingRow.objects.create(policy=draft, number=1, section="=HYPERLINK(一)")
    assert read_plan(draft, saved(given_out(draft))).changes == 0


def test_draft_changed_since_the_preview_is_not_overwritten(draft):
    data = edited(draft, lambda book: book["支付比例"].delete_rows(2))
    _plan, token = verbs.preview(policy=draft, data=data)
    CeilingRow.objects.create(policy=draft, number=1, section="五")
    with pytest.raises(Refused, match="已有变动"):
        verbs.apply(policy=draft, data=data, token=token, file_name="待遇.xlsx", by=staff(Role.SUPERVISOR, TIELING))
    with pytest.raises(Refused, match="请先预览"):
        verbs.apply(policy=draft, data=data, token="made up", file_name="待遇.xlsx", by=None)


def test_published_and_proposed_versions_take_no_workbook(draft):
    published = BenefitPolicy.objects.get(area=TIELING, version=1)
    data = saved(given_out(published))
    with pytest.raises(Refused, match="已发布，不能导入"):
        verbs.preview(policy=published, data=data)
    draft.propose(by=staff(Role.SUPERVISOR, TIELING))
    with pytest.raises(Refused, match="待发布，不能导入"):
        verbs.preview(policy=draft, data=data)


@pytest.mark.parametrize("data", [b"", b"not a workbook", b"\xff\xd8\xff", "起付标准,条款\n750,二\n".encode()])
def test_file_that_is_no_such_workbook_is_refused(draft, data):
    with pytest.raises(Refused):
        verbs.preview(policy=draft, data=data)


def test_supervisor_imports_a_workbook_in_admin(supervisor, draft):
    reply = supervisor.get(page(draft, "export"))
    data = b"".join(reply.streaming_content)
    book = openpyxl.load_workbook(io.BytesIO(data))
    book["支付比例"].delete_rows(2)
    assert supervisor.get(page(draft, "import")).status_code == 200
    reply = supervisor.post(page(draft, "import"), {"file": SimpleUploadedFile("待遇.xlsx", saved(book))})
    assert "确认导入 1 行改动" in reply.content.decode()
    assert draft.ratios.count() == 14
    confirm = reply.context["confirm"].initial
    assert supervisor.post(page(draft, "confirm"), confirm)["Location"] == page(draft)
    assert draft.ratios.count() == 13


def test_faulty_workbook_is_shown_row_by_row_in_admin(supervisor, draft):
    def change(book):
        book["支付比例"].cell(3, 1).value = "军人医保"

    file = SimpleUploadedFile("待遇.xlsx", edited(draft, change))
    text = supervisor.post(page(draft, "import"), {"file": file}).content.decode()
    assert "有 1 处有误" in text
    assert "军人医保" in text
    assert "确认导入" not in text
    text = supervisor.post(page(draft, "import"), {"file": SimpleUploadedFile("x.xlsx", b"x")}).content.decode()
    assert "没有找到工作表" in text


def test_supervisor_of_another_area_neither_exports_nor_imports(signed_in, draft):
    elsewhere = signed_in(staff(Role.SUPERVISOR, WEIFANG))
    for step in ("export", "import", "confirm"):
        assert elsewhere.get(page(draft, step)).status_code == 404
