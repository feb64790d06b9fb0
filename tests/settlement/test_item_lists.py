"""Details of a claim from a workbook and back: every row checked, nothing written before it is confirmed."""

import io
import zipfile
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from hospitals.vocabulary import Role
from settlement.claims.contents import details_of
from settlement.models import Claim, ClaimItem
from settlement.vocabulary import CatalogueClass, Detail
from tests import factories as make
from tests.settlement.office import a_receipt, an_entry

HEADINGS = ("序号", "医保编码", "项目名称", "费用等级", "数量", "单价（元）", "自付比例", "限价", "金额")
ROWS = (
    (1, "XJ01CA0001", "注射用头孢（1g）", "甲", 2, 4000, None, None, 8000),
    (2, "XJ01CA0002", "造影", "乙类", 10, "500.00", "10%", None, "5,000.00"),
    (3, "", "床位", "01", 5, 500, None, 400, None),
    (4, "", "特需", "自费", 1, 0.1 + 0.2, None, None, "0.30"),
    (None, None, "退特需", "丙", 1, 9500, None, None, None),
)


def workbook(*rows, headings=HEADINGS) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["某医院住院费用明细清单"])
    for row in (headings, *rows):
        book.active.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def upload(client, claim, data, name="明细.xlsx"):
    return client.post(f"/claims/{claim.pk}/details/", {"file": SimpleUploadedFile(name, data)})


def token_in(reply) -> str:
    return reply.content.decode().split('name="token" value="')[1].split('"')[0]


def confirm(client, claim, token):
    return client.post(f"/claims/{claim.pk}/details/confirm/", {"token": token})


@pytest.mark.clause("WF-09")
def test_workbook_is_previewed_and_then_taken_in_whole(office, clerk):
    claim = office.accept()
    reply = upload(clerk, claim, workbook(*ROWS))
    page = reply.content.decode()
    assert (reply.status_code, "预览：5 行" in page, "25,000.30" in page) == (200, True, True)
    assert not ClaimItem.objects.exists()
    assert confirm(clerk, claim, token_in(reply))["Location"] == f"/claims/{claim.pk}/"
    claim.refresh_from_db()
    assert (claim.detail, claim.total, claim.version) == (Detail.BY_ITEM, Decimal("25000.30"), 2)
    assert (claim.outside, claim.above_limit, claim.self_paid, claim.eligible) == (
        Decimal("9500.30"),
        Decimal("500.00"),
        Decimal("500.00"),
        Decimal("14500.00"),
    )
    assert details_of(claim).items[0].name == "注射用头孢（1g）"
    assert claim.calculation.total == claim.total
    page = clerk.get(f"/claims/{claim.pk}/").content.decode()
    assert ("明细（5 行）" in page, "票据合计" in page) == (True, True)
    assert "导入明细" in page.split("办理记录")[1]


def test_details_go_out_and_come_in_the_same(office, clerk):
    claim, other = office.accept(), office.accept()
    confirm(clerk, claim, token_in(upload(clerk, claim, workbook(*ROWS))))
    claim.refresh_from_db()
    file = b"".join(clerk.get(f"/claims/{claim.pk}/details/export/").streaming_content)
    confirm(clerk, other, token_in(upload(clerk, other, file)))
    other.refresh_from_db()
    assert details_of(other) == details_of(claim)
    assert (other.total, other.eligible) == (claim.total, claim.eligible)


def test_template_has_the_headings_that_are_read(office, clerk):
    claim = office.accept()
    book = openpyxl.load_workbook(io.BytesIO(b"".join(clerk.get("/claims/details-template/").streaming_content)))
    book["费用明细"].append(["X1", "药", "甲", 1, 25000])
    file = io.BytesIO()
    book.save(file)
    assert "预览：1 行" in upload(clerk, claim, file.getvalue()).content.decode()


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        ((1, "", "", "甲", 1, 1, None, None, None), "项目名称", "必须填写"),
        ((1, "", "药", "丁", 1, 1, None, None, None), "费用等级", "没有“丁”这个值，可填甲、乙、丙"),
        ((1, "", "药", "乙", 1, 1, None, None, None), "自付比例", "必须填写"),
        ((1, "", "药", "乙", 1, 1, 10, None, None), "自付比例", "0 与 1 之间"),
        ((1, "", "药", "甲", "两", 1, None, None, None), "数量", "应为"),
        ((1, "", "药", "甲", 0, 1, None, None, None), "数量", "不能为零"),
        ((1, "", "药", "甲", 1, -1, None, None, None), "单价（元）", "应为"),
        ((1, "", "药", "甲", 1, "1e400", None, None, None), "单价（元）", "应为"),
        ((1, "", "药", "甲", 1, "0.0000001", None, None, None), "单价（元）", "六位小数"),
        ((1, "", "药", "甲", 99999999, 99999999, None, None, None), "单价（元）", "十四位"),
        ((1, "", "药", "甲", 3, 1.5, None, None, 4), "金额", "应为 4.50"),
        ((1, "", "药" * 101, "甲", 1, 1, None, None, None), "项目名称", "不能超过100字"),
        ((1, "C" * 51, "药", "甲", 1, 1, None, None, None), "医保编码", "不能超过50字"),
    ],
)
def test_faulty_row_is_named_as_the_spreadsheet_shows_it(office, clerk, row, column, said):
    claim = office.accept()
    reply = upload(clerk, claim, workbook(ROWS[0], row))
    page = reply.content.decode()
    fault = page.split("没有写入任何内容")[1].split("</tbody>")[0]
    assert (reply.status_code, 'name="token"' in page) == (422, False)
    assert 'class="number">4</td>' in fault
    assert (f">{column}</td>" in fault, said in fault) == (True, True)


def test_more_taken_back_than_there_is_names_the_line(office, clerk):
    page = upload(clerk, office.accept(), workbook(ROWS[0], (2, "", "药", "甲", -3, 4000, None, None, None)))
    assert "药的退费数量大于收费数量" in page.content.decode()
    page = upload(clerk, office.accept(), workbook((1, "", "药", "甲", 1, 0, None, None, None)))
    assert "合计须大于零" in page.content.decode()


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("xl/workbook.xml", "")
        for number in range(6):
            archive.writestr(f"xl/{number}.xml", b"0" * 100_000_000)
    return file.getvalue()


def far_down() -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    book.active["A1048576"] = "=1"
    book.save(file)
    return file.getvalue()


HOSTILE = {
    "empty": (lambda: b"", "文件是空的"),
    "no table": (lambda: b"%PDF-1.7 not a table \x00\x01", "不是 xlsx、xls 或 csv"),
    "broken": (lambda: b"PK\x03\x04 broken", "损坏"),
    "bomb": (bomb, "解压后过大"),
    "far down": (far_down, "行"),
    "other headings": (lambda: workbook(headings=("甲", "乙")), "没有找到表头"),
    "too long": (lambda: workbook(*[(1, "", "药", "甲", 1, 1, None, None, None)] * 5001), "最多 5000 行"),
    "a page": (lambda: b"<html><table>", "网页格式"),
    "too large": (lambda: b"0" * (5 * 1024 * 1024 + 1), "超过 5 MB"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_file_is_refused_in_words(office, clerk, kind):
    made, said = HOSTILE[kind]
    claim = office.accept()
    reply = upload(clerk, claim, made())
    assert (reply.status_code, said in reply.content.decode()) == (422, True)
    claim.refresh_from_db()
    assert (claim.version, ClaimItem.objects.count()) == (1, 0)


def test_formula_in_a_name_goes_out_harmless(office, clerk):
    claim = office.accept()
    confirm(clerk, claim, token_in(upload(clerk, claim, workbook((1, "", "'=1+1", "甲", 1, 25000, None, None, None)))))
    book = b"".join(clerk.get(f"/claims/{claim.pk}/details/export/").streaming_content)
    cells = [cell.value for row in openpyxl.load_workbook(io.BytesIO(book)).active for cell in row]
    assert not any(str(cell).startswith("=") for cell in cells)


def test_preview_of_a_claim_changed_since_is_not_taken_in(office, clerk):
    claim, other = office.accept(), office.accept()
    token = token_in(upload(clerk, claim, workbook(*ROWS)))
    assert "预览的是另一报销件" in confirm(clerk, other, token).content.decode()
    assert "请先预览" in confirm(clerk, claim, token[:-2]).content.decode()
    office.take(claim, "enter")
    reply = confirm(clerk, claim, token)
    assert (reply.status_code, "刚刚被他人改动" in reply.content.decode()) == (422, True)
    assert not ClaimItem.objects.exists()


def test_import_beyond_the_counter_is_refused(office, clerk):
    claim = office.claim_in("in_review")
    reply = upload(clerk, claim, workbook(*ROWS))
    assert (reply.status_code, "导入明细</h2>" in reply.content.decode()) == (422, False)


def test_who_only_looks_sees_details_and_imports_nothing(office, clerk, signed_in):
    claim = office.accept()
    confirm(clerk, claim, token_in(upload(clerk, claim, workbook(*ROWS))))
    for role in (Role.REVIEWER, Role.AUDITOR):
        client = signed_in(make.staff(role, make.TIELING))
        page = client.get(f"/claims/{claim.pk}/details/").content.decode()
        assert ("造影" in page, "导入明细" in page) == (True, False)
        assert upload(client, claim, workbook(*ROWS)).status_code in (403, 404)
        reply = client.get(f"/claims/{claim.pk}/details/export/")
        assert reply.status_code == 200
        b"".join(reply.streaming_content)
    elsewhere = signed_in(make.staff(Role.CLERK, make.WEIFANG))
    assert elsewhere.get(f"/claims/{claim.pk}/details/").status_code == 404
    assert confirm(elsewhere, claim, "x").status_code == 404


def test_details_are_paged(office, clerk):
    claim = office.accept()
    rows = [(number, "", f"药{number}", "甲", 1, 100, None, None, None) for number in range(1, 251)]
    confirm(clerk, claim, token_in(upload(clerk, claim, workbook(*rows))))
    for page, shown in (("", "药100<"), ("2", "药200<"), ("3", "药250<"), ("x", "药1<"), ("99", "药250<")):
        assert shown in clerk.get(f"/claims/{claim.pk}/details/?page={page}").content.decode()
    page = clerk.get(f"/claims/{claim.pk}/").content.decode()
    assert ("此处为前 50 行" in page, "药51<" in page) == (True, False)


def test_imported_total_that_receipts_do_not_make_is_said(office, clerk):
    claim = office.accept(an_entry(receipts=(a_receipt("25000.30"),)))
    confirm(clerk, claim, token_in(upload(clerk, claim, workbook(*ROWS[:3]))))
    claim.refresh_from_db()
    page = clerk.get(f"/claims/{claim.pk}/").content.decode()
    assert "票据合计 25000.30 元，与医疗费总额 15500.00 元不一致" in page
    assert {item.catalogue for item in details_of(claim).items} == {CatalogueClass.A, CatalogueClass.B}
    assert Claim.objects.count() == 1
