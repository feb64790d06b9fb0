"""A batch is paid by two of finance and the bank; what the bank cannot pay goes back to the counter and out again."""

import csv
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from hospitals.vocabulary import Role
from settlement.models import Claim, Payment, PaymentBatch
from settlement.vocabulary import ClaimStatus, PaymentStatus
from tests import factories as make
from tests.settlement.office import Office, a_person
from tests.settlement.payments import today


@pytest.mark.clause("TL-03")
def test_failed_payment_goes_back_to_the_counter_and_is_paid_by_the_next_batch(
    shipped: None, sign_in: Any, tmp_path: Path
) -> None:
    office = Office(person=a_person())
    good = office.claim_in(ClaimStatus.RELEASED)
    bad = office.claim_in(ClaimStatus.APPROVED)

    # finance releases what was approved, and gathers what is to be paid
    finance = sign_in(office.finance)
    finance.get_by_role("link", name=bad.number).click()
    finance.get_by_role("button", name="财务放行").click()
    expect(finance.get_by_text("待支付", exact=True)).to_be_visible()
    makes_a_batch(finance)
    expect(finance.get_by_text("已编制批次")).to_contain_text("2 笔")
    expect(finance.get_by_role("button", name="核对")).to_have_count(0)

    # another of finance confirms; whoever made the batch sends it
    deputy = sign_in(make.staff(Role.FINANCE, make.TIELING, last_name="副"))
    confirms(deputy)  # that two people are paid on one account
    finance.reload()
    finance.get_by_role("button", name="送出").click()
    expect(finance.get_by_text("已送出", exact=True)).to_be_visible()
    with finance.expect_download() as bank_file:
        finance.get_by_role("link", name="下载银行文件 csv").click()
    lines = read(bank_file.value.path())
    assert [row["付款编号"] for row in lines] == [payment.number for payment in payments()]

    # the bank pays one and cannot pay the other
    failed = payments().get(claim=bad)
    for row in lines:
        is_paid = row["付款编号"] != failed.number
        row |= {"结果": "成功", "银行流水号": "YH001"} if is_paid else {"结果": "失败", "失败原因": "账号户名不符"}
    takes_in(finance, lines, tmp_path)
    good.refresh_from_db(), bad.refresh_from_db()
    assert (good.status, bad.status) == (ClaimStatus.PAID, ClaimStatus.RELEASED)

    # the counter puts the account right
    clerk = sign_in(office.clerk)
    clerk.get_by_role("link", name=failed.number).click()
    expect(clerk.get_by_text("账号户名不符")).to_be_visible()
    clerk.get_by_label("银行账号").fill("6222 0000 0000 0000 777")
    clerk.get_by_label("登记原因").fill("本人更正账号")
    clerk.get_by_role("button", name="保存").click()
    expect(clerk.get_by_text("已更正，可编入下一批次")).to_be_visible()

    # and it goes out again
    makes_a_batch(finance)
    confirms(deputy)  # that the account is another than last time
    finance.reload()
    finance.get_by_role("button", name="送出").click()
    expect(finance.get_by_text("已送出", exact=True)).to_be_visible()
    again = payments().get(claim=bad, status=PaymentStatus.IN_TRANSIT)
    assert (again.attempt, again.payee_account) == (2, "6222000000000000777")
    with finance.expect_download() as bank_file:
        finance.get_by_role("link", name="下载银行文件 csv").click()
    takes_in(finance, [row | {"结果": "成功", "银行流水号": "YH002"} for row in read(bank_file.value.path())], tmp_path)
    finance.goto(bad.get_absolute_url())
    expect(finance.get_by_text("已支付", exact=True).first).to_be_visible()
    assert list(Claim.objects.values_list("status", flat=True)) == [ClaimStatus.PAID] * 2


def makes_a_batch(page: Page) -> None:
    page.goto("/payments/new/")
    page.get_by_role("button", name="编制").click()
    expect(page.get_by_text("草稿", exact=True)).to_be_visible()


def confirms(page: Page) -> None:
    """From the worklist; vouching for what the portal warns of."""
    page.goto("/")
    page.get_by_role("link", name=PaymentBatch.objects.latest("pk").number).click()
    page.get_by_role("button", name="核对…").click()
    page.get_by_role("dialog").get_by_label("以上提示已逐项核实").check()
    page.keyboard.press("Enter")
    expect(page.get_by_text("已核对", exact=True)).to_be_visible()


def takes_in(page: Page, rows: list[dict[str, str]], folder: Path) -> None:
    file = folder / f"{rows[0]['付款编号']}.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        headings = (*("付款编号", "收款人", "银行账号", "金额", "结果", "失败原因", "银行流水号"), "支付日期")
        writer = csv.DictWriter(out, headings, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(row | {"支付日期": str(today())} for row in rows)
    page.goto("/payments/results/new/")
    page.get_by_label("名单文件").set_input_files(file)
    page.get_by_role("button", name="上传并预览").click()
    expect(page.get_by_role("button", name=f"登记 {len(rows)} 笔结果")).to_be_visible()
    page.keyboard.press("y")
    expect(page.get_by_text("已登记", exact=True)).to_be_visible()


def read(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(file.read_text("utf-8-sig").splitlines()))


def payments() -> Any:
    return Payment.objects.order_by("position")
