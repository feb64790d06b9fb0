"""What was paid twice is found and asked back by two, comes in instalments, and the rest is written off."""

from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from hospitals.vocabulary import Role
from settlement.models import Recoupment
from settlement.vocabulary import ClaimStatus, RecoupmentStatus
from tests import factories as make
from tests.settlement.finding import direct
from tests.settlement.office import Office, a_person
from tests.settlement.payments import today


@pytest.mark.clause("DY-16")
def test_what_was_paid_twice_comes_back_in_part_and_the_rest_is_written_off(shipped: None, sign_in: Any) -> None:
    office = Office(person=a_person())
    claim = office.claim_in(ClaimStatus.PAID)
    direct(office)  # the hospital settles the very stay that the person was paid for

    # one reviewer looks into it and asks for the fund's money
    reviewer = sign_in(office.reviewer)
    reviewer.get_by_role("link", name=claim.findings.get().number).click()
    asked(reviewer, "确认疑点…", "确认疑点", 理由="同一次住院已由医院直接结算")
    reviewer.get_by_role("link", name="提出追回").click()
    expect(reviewer.get_by_label("职工基本医疗保险统筹基金")).to_be_focused()
    reviewer.keyboard.type("3000")
    reviewer.get_by_label("追回理由").fill("重复享受待遇")
    reviewer.get_by_role("button", name="提出追回").click()
    expect(reviewer.get_by_text("待提出、更正以外的人员确认")).to_be_visible()
    expect(reviewer.get_by_role("button", name="确认追回")).to_have_count(0)
    recoupment = Recoupment.objects.get()

    # another confirms it
    second = sign_in(office.second)
    second.get_by_role("link", name=recoupment.number).click()
    asked(second, "确认追回…", "确认追回", 缴款期限=str(today()))
    expect(second.get_by_text("追回中", exact=True)).to_be_visible()

    # finance agrees on instalments and takes the first of them in
    finance = sign_in(office.finance)
    finance.get_by_role("link", name="基金追回").click()
    finance.get_by_role("link", name=recoupment.number).click()
    asked(finance, "分期…", "分期", 首期应缴日期=str(today()), 期数="3")
    expect(finance.get_by_role("heading", name="缴款安排")).to_be_visible()
    finance.get_by_role("button", name="登记收款…").click()
    dialog = finance.get_by_role("dialog")
    expect(dialog.get_by_label("收款金额")).to_be_focused()
    expect(dialog.get_by_label("收款金额")).to_have_value("1000.00")
    dialog.get_by_label("凭证号").fill("SK0001")
    finance.keyboard.press("Enter")
    expect(finance.get_by_role("cell", name="SK0001")).to_be_visible()
    expect(finance.locator(".verdict")).to_have_text("2,000.00 元")

    # the rest cannot be had: whoever says so does not decide it
    asked(finance, "提出核销…", "提出核销", 理由="参保人去世，无遗产")
    expect(finance.get_by_text("待主管批准")).to_be_visible()
    expect(finance.get_by_role("button", name="批准核销")).to_have_count(0)
    supervisor = sign_in(make.staff(Role.SUPERVISOR, make.TIELING))
    supervisor.get_by_role("link", name=recoupment.number).click()
    supervisor.get_by_role("button", name="批准核销…").click()
    expect(supervisor.get_by_role("dialog")).to_contain_text("核销未追回的 2,000.00 元：参保人去世，无遗产")
    supervisor.keyboard.press("Escape")
    expect(supervisor.get_by_role("dialog")).to_have_count(0)
    asked(supervisor, "批准核销…", "批准核销")
    expect(supervisor.get_by_text("已核销 2,000.00 元")).to_be_visible()
    recoupment.refresh_from_db()
    assert (recoupment.status, recoupment.received) == (RecoupmentStatus.WRITTEN_OFF, Decimal("1000.00"))


def asked(page: Page, opener: str, step: str, **typed: str) -> None:
    """A step by its dialog; what it asks for, by label."""
    page.get_by_role("button", name=opener).click()
    dialog = page.get_by_role("dialog")
    for label, text in typed.items():
        dialog.get_by_label(label).fill(text)
    dialog.get_by_role("button", name=step, exact=True).click()
    expect(dialog).to_have_count(0)
