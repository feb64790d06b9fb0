"""A refused admission becomes a ticket becomes a manual claim."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from filings.models import Upload
from filings.vocabulary import Category, Employment, Tier
from hospitals.vocabulary import Role
from settlement.models import Claim, Ticket
from tests import factories as make
from tests.settlement.platform import a_hospital
from tests.settlement.tickets import stored_exchange

NUMBER, REFUSED = "110101196001010016", "SYS_0502 平台交易超时，请稍后重试"


@pytest.mark.clause("WF-18", "JN-05")
def test_refused_admission_becomes_a_ticket_becomes_a_manual_claim(shipped: None, sign_in: Any) -> None:
    area = make.AreaFactory(code=make.TIELING)
    person = make.PersonFactory(area=area, name="李志远", id_number=NUMBER)
    make.ParticipationFactory(person=person, employment=Employment.ACTIVE)
    filing = make.FilingFactory(
        person=person,
        category=Category.REFERRAL,
        tier=Tier.REFERRAL,
        employment=Employment.ACTIVE,
        filed_on="2026-02-01",
    )
    assert Upload.objects.filter(filing=filing).exists()
    a_hospital(phone="010-88880000")
    stored_exchange(make.TIELING, person=person, err_msg=REFUSED)

    clerk = sign_in(make.staff(Role.CLERK, make.TIELING))
    clerk.keyboard.type(NUMBER)
    clerk.keyboard.press("Enter")
    expect(clerk.get_by_text(REFUSED).first).to_be_visible()
    clerk.get_by_role("button", name="建工单").click()

    # every check is there, in its order, and the platform has not the filing yet
    expect(clerk.get_by_role("heading", name=re.compile("^GD"))).to_be_visible()
    expect(clerk.locator("blockquote")).to_have_text(REFUSED)
    rows = clerk.locator("section", has=clerk.get_by_role("heading", name="检查")).locator("tbody tr")
    labels = [text.split(" ", 1)[1] for text in rows.locator("td:first-child").all_inner_texts()]
    assert labels[:2] == ["备案", "医院与开通业务"]
    assert labels[-3:] == ["外伤与第三方标志", "备案上报", "平台通信"]
    expect(clerk.locator("tr.marked")).to_contain_text("尚未受理")

    clerk.get_by_role("button", name="等待答复…").click()
    dialog = clerk.get_by_role("dialog")
    dialog.get_by_label("等谁答复").select_option("hospital")
    dialog.get_by_label("说了什么").fill("请医院重发一次")
    dialog.get_by_role("button", name="等待答复").click()
    expect(clerk.get_by_text("010-88880000").first).to_be_visible()

    clerk.get_by_role("button", name="转手工报销…").click()
    clerk.get_by_role("dialog").get_by_label("未能解决的原因").fill(
        "重发仍超时，医院与参保地均未能解决，患者已全额垫付"
    )
    clerk.get_by_role("dialog").get_by_role("button", name="转手工报销").click()

    # the claim form, with what the ticket knows
    expect(clerk.get_by_role("heading", name="受理手工报销")).to_be_visible()
    ticket = Ticket.objects.get()
    expect(clerk.get_by_label("故障工单号")).to_have_value(ticket.number)
    expect(clerk.get_by_label("手工报销原因")).to_have_value("system_failure")
    expect(clerk.get_by_label("入院日期")).to_have_value("2026-03-12")
    clerk.get_by_label("出院日期").fill("20260320")
    clerk.get_by_label("诊断").fill("肺炎")
    clerk.locator("#id_receipts-0-code").fill("11060125")
    clerk.locator("#id_receipts-0-number").fill("0000000001")
    clerk.locator("#id_receipts-0-amount").fill("25000")
    clerk.get_by_label("医疗费总额").fill("25000")
    clerk.get_by_label("符合政策范围费用").fill("20000")
    clerk.get_by_label("开户银行").fill("示例银行")
    clerk.get_by_label("银行账号").fill("6222000000000000000")
    clerk.get_by_role("button", name="受理", exact=True).click()

    expect(clerk.get_by_role("heading", name=re.compile("^BX"))).to_be_visible()
    clerk.get_by_role("link", name=ticket.number).click()
    expect(clerk.get_by_role("link", name=Claim.objects.get().number)).to_be_visible()
    clerk.keyboard.press("p")
    expect(clerk.get_by_role("heading", name="异地就医直接结算故障工单")).to_be_visible()
