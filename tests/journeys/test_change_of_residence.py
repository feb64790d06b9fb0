"""Change of residence, by keyboard: refused with the day it becomes possible, then possible and done; on one sheet."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from filings.application import Seen
from filings.models import Filing, FilingChange
from filings.vocabulary import Category, Material
from hospitals.models import Area
from hospitals.periods import add_months
from hospitals.vocabulary import Role
from tests import factories as make
from tests.filings.conftest import asking, filed, moving
from tests.journeys.test_emergency_by_relative import tab_to
from tests.journeys.test_prints_fit_a_page import PAGES

SEEN = (Seen(Material.ID_DOCUMENT), Seen(Material.RESIDENCE_PERMIT))


def resettled(clerk: Any, name: str, filed_on: dt.date) -> Filing:
    """Of Tieling, living in Dalian since."""
    person = make.PersonFactory(area=Area.objects.get(code=make.TIELING), name=name)
    make.ParticipationFactory(person=person)
    asked = asking(Category.RESETTLED_RETIREE, destination="210200", filed_on=filed_on, materials=SEEN)
    return filed(clerk, person, asked)


def open_filing(page: Page, filing: Filing) -> None:
    """From the worklist, where the search box has the focus, to the filing's page."""
    page.goto("/")
    expect(page.get_by_label("查找参保人")).to_be_focused()
    page.keyboard.type(filing.person.id_number)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=filing.person.name)).to_be_visible()
    link = page.get_by_role("link", name=filing.number)
    for _ in range(60):
        if link.first.evaluate("link => link === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=filing.number)).to_be_visible()


@pytest.mark.clause("TL-10")
def test_change_is_refused_with_its_day_and_later_possible(shipped: None, sign_in: Any) -> None:
    today = timezone.localdate()
    clerk = make.staff(Role.CLERK, make.TIELING)
    fresh, old = resettled(clerk, "陈淑芬", today), resettled(clerk, "周海", add_months(today, -7))
    first = add_months(today, 6)
    page = sign_in(clerk)
    keyboard, decision = page.keyboard, page.locator("#decision")

    open_filing(page, fresh)
    expect(page.get_by_text(f"备案满 6 个月后方可变更，最早可在 {first} 办理")).to_be_visible()
    keyboard.press("c")
    expect(page.get_by_label("新就医地", exact=True)).to_be_focused()
    keyboard.type("沈阳市")
    tab_to(page, "变更原因")
    keyboard.type("随子女迁居")
    expect(decision).to_contain_text("不能变更")
    expect(decision).to_contain_text(str(first))
    expect(decision).to_contain_text("《铁岭市参保人员异地就医联网结算服务指南》三（四）")
    expect(page.get_by_role("button", name="提交变更")).to_be_disabled()
    keyboard.press("Enter")
    expect(page.get_by_label("变更原因")).to_have_value("随子女迁居")
    assert not FilingChange.objects.exists()

    open_filing(page, old)
    keyboard.press("c")
    expect(page.get_by_label("新就医地", exact=True)).to_be_focused()
    keyboard.type("沈阳市")
    tab_to(page, "变更原因")
    keyboard.type("随子女迁居")
    expect(decision).to_contain_text("可以变更")
    expect(decision).to_contain_text("本地待遇")
    keyboard.press("Enter")

    expect(page.get_by_text("已办理", exact=True)).to_be_visible()
    change = FilingChange.objects.get()
    old.refresh_from_db()
    following = change.successor
    assert following
    assert (old.status, old.end_on) == ("cancelled", today - dt.timedelta(days=1))
    assert (following.destination_id, following.start_on, following.status) == ("210100", today, "active")
    keyboard.press("r")
    expect(page.get_by_role("heading", name="异地就医备案变更登记表")).to_be_visible()


def test_form_fits_one_sheet_however_much_is_filled_in(shipped: None, sign_in: Any) -> None:
    clerk = make.staff(Role.CLERK, make.TIELING)
    today = timezone.localdate()
    old = resettled(clerk, "欧阳示例姓名", add_months(today, -7))
    change = moving(
        clerk, old, "210100", today, asked_on=today, reason="随子女迁居，" * 50, hospital_name="沈阳示例医院分院" * 12
    )
    page = sign_in(clerk)
    page.goto(f"/filings/changes/{change.pk}/print/")
    expect(page.get_by_text(change.number)).to_be_visible()
    assert len(PAGES.findall(page.pdf(prefer_css_page_size=True, print_background=True))) == 1
