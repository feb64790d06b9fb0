"""What is looked for is found as it is typed: in lists by their filters, anywhere by the search box."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from hospitals.vocabulary import Role
from tests import factories as make


def asked(page: Page) -> list[str]:
    """Addresses asked for from now on."""
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    return addresses


def test_filters_narrow_the_list_and_the_search_box_leaves_it_alone(transactional_db: None, sign_in: Any) -> None:
    for name in ("王小明", "李四"):
        make.PersonFactory(name=name)
    page = sign_in(make.staff(Role.CLERK))
    page.get_by_role("link", name="参保人", exact=True).click()
    rows = page.locator("table.rows tbody tr")
    expect(rows).to_have_count(2)
    page.get_by_label("姓名或简拼").press_sequentially("wxm")
    expect(rows).to_have_count(1)
    page.get_by_role("link", name="清除").click()
    expect(rows).to_have_count(2)
    page.get_by_label("参保地").select_option(index=1)
    expect(page).to_have_url(re.compile(f"area={make.WEIFANG}"))
    expect(rows).to_have_count(2)

    seen = asked(page)
    page.get_by_label("查找参保人").press_sequentially("ls")
    page.wait_for_timeout(800)
    assert seen == []
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="李四")).to_be_visible()


def test_search_box_is_at_hand_in_admin_too(transactional_db: None, sign_in: Any) -> None:
    make.PersonFactory(name="李四")
    page = sign_in(make.staff(Role.SUPERVISOR))
    page.get_by_role("link", name="管理后台").click()
    expect(page.get_by_role("heading", name="管理后台")).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_label("查找参保人")).to_be_focused()
    page.keyboard.type("ls")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="李四")).to_be_visible()
