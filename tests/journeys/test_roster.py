"""A clerk takes an employer's roster of 300 in: faults told, the good ones filed by the worker, the faulty mended."""

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.utils import timezone
from playwright.sync_api import expect

from filings.models import Filing
from filings.vocabulary import Category
from hospitals.vocabulary import Role
from tests import factories as make
from tests.filings.golden_roster import COUNT, FAULTS, FIRST, SAME, golden_roster
from tests.filings.rosters import EMPLOYER
from tests.processes import PROJECT, environment

GOOD = COUNT - len(FAULTS) - len(SAME)


def work_off_the_queue() -> None:
    """A worker of its own, until nothing is left to do."""
    subprocess.run(
        [
            sys.executable,
            "manage.py",
            "procrastinate",
            "worker",
            "--queues",
            "lists",
            "--one-shot",
            "--delete-jobs",
            "always",
        ],
        cwd=PROJECT,
        env=environment(),
        check=True,
        capture_output=True,
        timeout=300,
    )


@pytest.mark.clause("YT-02")
def test_roster_of_three_hundred_is_filed_and_its_faults_mended(shipped: None, sign_in: Any, tmp_path: Path) -> None:
    clerk = make.staff(Role.CLERK, make.YANTAI)
    file = tmp_path / "花名册.xlsx"
    file.write_bytes(golden_roster(clerk, timezone.localdate()))
    page = sign_in(clerk)

    page.get_by_role("link", name="异地备案").press("Enter")
    page.get_by_role("link", name="花名册").press("Enter")
    bring_in(page, file)
    expect(page.get_by_text(f"有 {len(FAULTS)} 行有误，不会备案，其余各行不受影响")).to_be_visible()
    expect(page.get_by_text("就医地烟台市在参保地烟台市以内，不属于异地就医").first).to_be_visible()
    page.get_by_role("link", name=f"备案 {GOOD}").press("Enter")
    expect(page.get_by_role("cell", name="联网直接结算").first).to_be_visible()
    assert not Filing.objects.filter(channel="employer").exists()

    page.keyboard.press("y")
    expect(page.get_by_text("正在备案").first).to_be_visible()
    work_off_the_queue()
    expect(page.get_by_text("已办理", exact=True)).to_be_visible()
    expect(page.get_by_text(f"有 {len(FAULTS)} 行有误，没有备案")).to_be_visible()
    assert Filing.objects.filter(channel="employer", category=Category.POSTED_WORKER).count() == GOOD

    with page.expect_download() as download:
        page.get_by_role("button", name="下载有误的行").press("Enter")
    mended = mend(Path(download.value.path()), tmp_path / "改正.xlsx")
    page.get_by_role("link", name="全部导入").press("Enter")
    bring_in(page, mended)
    expect(page.get_by_role("link", name="备案 2")).to_be_visible()
    page.keyboard.press("y")
    expect(page.get_by_text("已备案。")).to_be_visible()
    assert Filing.objects.filter(channel="employer").count() == GOOD + 2

    page.get_by_role("link", name="备案 2").press("Enter")
    page.get_by_role("cell", name="BA").first.get_by_role("link").press("Enter")
    expect(page.get_by_text("异地工作人员花名册").first).to_be_visible()


def bring_in(page: Any, file: Path) -> None:
    """From the list of rosters to the preview."""
    expect(page.get_by_role("heading", name="花名册", exact=True)).to_be_visible()
    page.keyboard.press("n")
    expect(page.get_by_label("单位名称")).to_be_focused()
    page.keyboard.type(EMPLOYER)
    page.keyboard.press("Tab")
    page.keyboard.type("赵会计")
    page.keyboard.press("Tab")
    page.keyboard.type("13900000000")
    page.get_by_label("名单文件").set_input_files(file)
    page.get_by_role("button", name="上传并预览").press("Enter")
    expect(page.get_by_role("heading", name=file.name)).to_be_visible()


def mend(faulty: Path, mended: Path) -> Path:
    """The employer puts two places right."""
    book = openpyxl.load_workbook(io.BytesIO(faulty.read_bytes()))
    sheet: Any = book.active
    heading = [cell.value for cell in sheet[1]]
    place, number = heading.index("派驻地") + 1, heading.index("原行号") + 1
    for row in range(2, sheet.max_row + 1):
        if int(sheet.cell(row=row, column=number).value) - FIRST in (67, 91):
            sheet.cell(row=row, column=place, value="济南市")
    book.save(mended)
    return mended
