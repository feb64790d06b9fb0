"""A supervisor imports a hospital list: faults first, then the mended list, then undone as one step."""

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import expect

from hospitals.models import Hospital
from hospitals.vocabulary import Role
from tests import factories as make

HEADER = ("序号", "医院名称", "级别", "地址")


def workbook(path: Path, *rows: tuple[object, ...]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(("东营市异地就医联网结算医院",))
    sheet.append(HEADER)
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


@pytest.mark.clause("DY-12")
def test_supervisor_imports_a_list_and_takes_it_back(shipped: None, sign_in: Any, tmp_path: Path) -> None:
    hospitals = list(Hospital.objects.filter(area=make.DONGYING).order_by("pk").values_list("name", "address"))
    assert len(hospitals) == 13
    shipped_rows = [(n, name, "", address) for n, (name, address) in enumerate(hospitals, start=1)]
    faulty = workbook(tmp_path / "有误.xlsx", *shipped_rows, (14, "东营市新医院", "四级", ""))
    mended = workbook(tmp_path / "改正.xlsx", *shipped_rows, (14, "东营市新医院", "三级", "东营市东营区示例路1号"))
    page = sign_in(make.staff(Role.SUPERVISOR, make.DONGYING))

    page.get_by_role("link", name="联网医院").click()
    page.get_by_role("link", name="导入名单").click()
    page.get_by_label("名单文件").set_input_files(faulty)
    page.get_by_role("button", name="上传并预览").click()
    expect(page.get_by_text("不认识的医院级别")).to_be_visible()
    expect(page.get_by_role("button", name="确认导入")).to_have_count(0)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载有误的行").click()
    rows = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes())).active
    assert rows is not None
    assert any("不认识的医院级别" in str(cell.value) for row in rows.iter_rows() for cell in row)

    page.get_by_role("link", name="联网医院").click()
    page.get_by_role("link", name="导入名单").click()
    page.get_by_label("名单文件").set_input_files(mended)
    page.get_by_role("button", name="上传并预览").click()
    expect(page.get_by_text("东营市新医院")).to_be_visible()
    page.get_by_role("button", name="确认导入").click()
    expect(page.get_by_text("已导入").first).to_be_visible()
    assert Hospital.objects.networked().filter(area=make.DONGYING).count() == 14

    page.get_by_role("button", name="撤销导入").click()
    page.get_by_label("理由").fill("名单有误")
    page.get_by_role("dialog").get_by_role("button", name="撤销导入").click()
    expect(page.get_by_text("已撤销").first).to_be_visible()
    assert Hospital.objects.networked().filter(area=make.DONGYING).count() == 13
