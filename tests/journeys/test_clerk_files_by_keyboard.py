"""A clerk files a person without touching the mouse."""

from typing import Any

import pytest
from playwright.sync_api import expect

from filings.models import Filing
from hospitals.models import Area
from hospitals.vocabulary import Role
from tests import factories as make


@pytest.mark.clause("WF-01", "WF-02", "WF-17")
def test_clerk_finds_files_and_prints_by_keyboard_alone(shipped: None, sign_in: Any) -> None:
    weifang = Area.objects.get(code=make.WEIFANG)
    person = make.PersonFactory(area=weifang, name="李为民")
    make.ParticipationFactory(person=person)
    page = sign_in(make.staff(Role.CLERK, make.WEIFANG))
    keyboard = page.keyboard

    expect(page.get_by_label("查找参保人")).to_be_focused()
    keyboard.type(person.id_number)
    keyboard.press("Enter")
    expect(page.get_by_role("heading", name="李为民")).to_be_visible()
    assert person.id_number not in page.url
    assert person.id_number not in page.content()

    keyboard.press("n")
    expect(page.get_by_role("heading", name="新建备案")).to_be_visible()
    expect(page.get_by_role("radio").first).to_be_focused()
    keyboard.press("ArrowDown")
    expect(page.get_by_label("异地长期居住人员")).to_be_checked()
    keyboard.press("Tab")
    keyboard.type("北京市")
    decision = page.locator("#decision")
    expect(decision).to_contain_text("可直接备案")
    expect(decision).to_contain_text("本地待遇")
    expect(decision).to_contain_text("《异地就医直接结算政策宣传》三")
    keyboard.press("Enter")

    expect(page.get_by_text("有效", exact=True)).to_be_visible()
    filing = Filing.objects.get()
    assert (filing.destination_id, filing.status, filing.tier) == ("110000", "active", "local")
    keyboard.press("r")
    expect(page.get_by_role("heading", name="异地就医备案回执")).to_be_visible()
    expect(page.get_by_text(filing.number)).to_be_visible()


def test_wrong_destination_is_said_at_the_field_and_nothing_is_lost(shipped: None, sign_in: Any) -> None:
    person = make.PersonFactory(area=Area.objects.get(code=make.WEIFANG))
    make.ParticipationFactory(person=person)
    page = sign_in(make.staff(Role.CLERK, make.WEIFANG))
    page.goto(f"/filings/new/?person={person.pk}")
    page.get_by_label("异地长期居住人员").check()
    page.get_by_label("就医地").fill("潍坊市")
    page.get_by_label("备注").fill("随女儿居住")
    expect(page.locator("#decision")).to_contain_text("不属于异地就医")
    expect(page.get_by_role("button", name="提交备案")).to_be_disabled()
    page.get_by_label("就医地").fill("北京市")
    expect(page.locator("#decision")).to_contain_text("可直接备案")
    expect(page.get_by_label("备注")).to_have_value("随女儿居住")
