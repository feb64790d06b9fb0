"""A claim goes from the window to payment by three people."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from filings.vocabulary import Category, Employment
from hospitals.models import Area
from hospitals.vocabulary import Level, Role
from settlement.claims.desk import accept_claim
from settlement.claims.standing import UNFILED
from settlement.claims.steps import submit
from settlement.models import Claim
from tests import factories as make
from tests.settlement.office import TODAY, an_entry

LEVELS = ["", *Level]  # as the form lists them


@pytest.mark.clause("TL-03", "TL-05", "TL-13")
def test_claim_goes_from_window_to_payment_by_three_people(shipped: None, sign_in: Any) -> None:
    person = make.PersonFactory(area=Area.objects.get(code=make.TIELING), name="周海")
    make.ParticipationFactory(person=person, employment=Employment.ACTIVE)

    # the window, by keyboard alone: a scanner's Enter goes on to the next box
    page = sign_in(make.staff(Role.CLERK, make.TIELING, last_name="甲"))
    keyboard = page.keyboard
    keyboard.type(person.id_number)
    keyboard.press("Enter")
    expect(page.get_by_role("heading", name="周海")).to_be_visible()
    keyboard.press("b")
    expect(page.get_by_label("就医地")).to_be_focused()
    keyboard.type("沈阳市")
    for text, downs in (
        *(("沈阳示例医院", 0), ("", LEVELS.index(Level.THREE)), ("", 0), ("20260301", 0), ("20260312", 0)),
        *(("肺炎", 0), ("", 1 + UNFILED.index(Category.TEMPORARY)), ("", 1), ("", 0)),
    ):
        keyboard.press("Enter")
        keyboard.type(text)
        for _ in range(downs):
            keyboard.press("ArrowDown")
    keyboard.press("Enter")
    for text in ("11060125", "0000000001", "123456", "15000", "20260312"):
        keyboard.type(text)
        keyboard.press("Enter")
    expect(page.locator("[id='id_receipts-1-code']")).to_be_focused()
    for text in ("11060125", "0000000002", "654321", "10000.00"):
        keyboard.type(text)
        keyboard.press("Enter")
    page.get_by_label("医疗费总额").focus()
    keyboard.type("25000")
    keyboard.press("Enter")
    keyboard.type("20000.00")
    panel = page.locator("#calculation")
    expect(panel).to_contain_text("11,862.50")
    expect(panel).to_contain_text("《铁岭市参保人员异地就医联网结算服务指南》二2")
    expect(page.locator("#receipts-sum")).to_contain_text("25,000.00")
    page.get_by_label("原始票据", exact=True).focus()
    keyboard.press("Space")
    page.get_by_label("开户银行").focus()
    keyboard.type("示例银行")
    keyboard.press("Enter")
    keyboard.type("6222 0000 0000 0000 001")
    keyboard.press("Control+Enter")
    expect(page.get_by_text("已受理，报销编号")).to_be_visible()
    claim = Claim.objects.get()
    assert (claim.total, claim.calculation.fund) == (Decimal("25000.00"), Decimal("11862.50"))
    assert claim.receipts.count() == 2
    page.get_by_role("button", name="提交审核").click()
    expect(page.get_by_text("待审核", exact=True)).to_be_visible()

    # the reviewer sees and approves exactly this calculation
    page = sign_in(make.staff(Role.REVIEWER, make.TIELING, last_name="乙"))
    page.get_by_role("link", name=claim.number).click()
    expect(page.get_by_text("11,862.50").first).to_be_visible()
    page.get_by_role("button", name="审核通过").click()
    expect(page.get_by_text("待财务复核", exact=True)).to_be_visible()

    # finance releases, pays and prints
    page = sign_in(make.staff(Role.FINANCE, make.TIELING, last_name="丙"))
    page.get_by_role("link", name="手工报销").click()
    page.get_by_role("link", name="财务复核与支付").click()
    page.get_by_role("link", name=claim.number).click()
    page.get_by_role("button", name="财务放行").click()
    expect(page.get_by_text("待支付", exact=True)).to_be_visible()
    page.get_by_role("button", name="登记支付").click()
    page.get_by_label("银行流水号").fill("YH20260001")
    page.get_by_role("dialog").get_by_role("button", name="登记支付").click()
    expect(page.get_by_text("已支付", exact=True)).to_be_visible()
    page.keyboard.press("p")
    expect(page.get_by_role("heading", name="铁岭市医疗费用手工报销结算单")).to_be_visible()
    expect(page.get_by_text("壹万壹仟捌佰陆拾贰元伍角整")).to_be_visible()
    sheet = page.locator(".signatures")
    for name in ("甲", "乙", "丙"):
        expect(sheet).to_contain_text(name)
    assert page.pdf(format="A4").startswith(b"%PDF")
    claim.refresh_from_db()
    assert (claim.status, claim.payment_reference) == ("paid", "YH20260001")


def test_sent_back_claim_comes_back_with_what_was_entered(shipped: None, sign_in: Any) -> None:
    person = make.PersonFactory(area=Area.objects.get(code=make.TIELING), name="周海")
    make.ParticipationFactory(person=person, employment=Employment.ACTIVE)
    clerk, reviewer = (make.staff(role, make.TIELING) for role in (Role.CLERK, Role.REVIEWER))
    claim = claim_in_review(person, clerk)

    page = sign_in(reviewer)
    page.goto(f"/claims/{claim.pk}/")
    page.get_by_role("button", name="退回补正").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("理由")).to_be_focused()
    page.keyboard.type("票据金额与清单不符")
    dialog.get_by_role("button", name="退回补正").click()
    expect(page.get_by_text("已退回", exact=True)).to_be_visible()

    page = sign_in(clerk)
    page.get_by_role("link", name=claim.number).click()
    expect(page.get_by_text("票据金额与清单不符").first).to_be_visible()
    page.keyboard.press("e")
    expect(page.get_by_label("诊断")).to_have_value("肺炎")
    page.get_by_role("button", name="删除此张票据").click()
    row = page.locator("[data-rows=receipts] tbody tr")
    expect(row).to_have_count(1)
    expect(page.locator("#receipts-sum")).to_contain_text("不一致")
    row.get_by_role("textbox").nth(0).fill("11060125")
    row.get_by_role("textbox").nth(1).fill("0000000009")
    row.get_by_role("textbox").nth(3).fill("25000")
    expect(page.locator("#receipts-sum")).not_to_contain_text("不一致")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已保存")).to_be_visible()
    assert list(claim.receipts.values_list("number", flat=True)) == ["0000000009"]


def claim_in_review(person: Any, clerk: Any) -> Claim:
    claim = accept_claim(by=clerk, on=TODAY, person=person, hall=None, entry=an_entry(), request_token=uuid4())
    return submit(by=clerk, claim=claim, version=claim.version)
