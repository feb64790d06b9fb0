"""Mr Li of Weifang files for Beijing, is admitted, discharged and settled there, and the month is cleared.

Two windows: the portal, and the simulator as a process of its own that plays the hospital.
"""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from config.simulator.hospitals import PATIENTS
from hospitals.models import Area
from hospitals.vocabulary import Role
from settlement.demo_benefits import load as load_sample_benefits
from settlement.models import ClearingMonth, Settlement
from tests import factories as make
from tests.settlement.platform import a_hospital
from tests.simulator.running import KEY, simulator

BILL = {"医疗费总额": "25000", "全自费": "2000", "超限价自费": "1000", "先行自付": "2000"}


@pytest.mark.clause("YT-13", "WF-09", "DY-06")
def test_a_stay_elsewhere_from_filing_to_clearing(
    shipped: None, sign_in: Any, browser: Browser, live_server: Any, settings: Any, tmp_path: Path
) -> None:
    settings.PLATFORM_KEY = KEY
    load_sample_benefits()
    li = PATIENTS["李为民"]
    person = make.PersonFactory(area=Area.objects.get(pk=make.WEIFANG), name=li.name, id_number=li.certno)
    make.ParticipationFactory(person=person, employment="retired")
    a_hospital(name="北京示例医院")
    today = timezone.localdate()
    with simulator(tmp_path, {"GATEWAY_URL": f"{live_server.url}/gateway/"}) as port:
        hospital = browser.new_context(locale="zh-CN", base_url=f"http://127.0.0.1:{port}").new_page()

        hospital.goto("/")
        hospital.get_by_label("入院诊断").fill("冠心病")
        hospital.get_by_label("入院日期").fill(str(today))
        clerk = sign_in(make.staff(Role.CLERK, make.WEIFANG))
        files_for_beijing(clerk, li.certno)

        hospital.get_by_role("button", name="入院", exact=True).click()
        expect(hospital.get_by_text("门户应答：成功")).to_be_visible()
        steps(hospital, "出院", {"出院日期": str(today)})
        steps(hospital, "结算", BILL)
        expect(hospital.get_by_text('"setl_id"').first).to_be_visible()
        hospital.context.close()

    # retired, level three, local tier of the sample: (20,000 − 1,000) × 90 %
    settlement = Settlement.objects.get()
    assert (settlement.fund_pay_sumamt, settlement.psn_part_amt, settlement.tier) == (17100, 7900, "local")
    clerk.goto(person.get_absolute_url())
    stays = clerk.locator("section", has=clerk.get_by_role("heading", name="异地住院"))
    expect(stays).to_contain_text("北京示例医院")
    expect(stays).to_contain_text("已结算")

    cleared(sign_in, settlement, today, tmp_path)


def files_for_beijing(clerk: Page, certno: str) -> None:
    expect(clerk.get_by_label("查找参保人")).to_be_focused()
    clerk.keyboard.type(certno)
    clerk.keyboard.press("Enter")
    expect(clerk.get_by_role("heading", name="李为民")).to_be_visible()
    clerk.keyboard.press("n")
    expect(clerk.get_by_role("radio").first).to_be_focused()
    clerk.keyboard.press("ArrowDown")
    clerk.keyboard.press("Tab")
    clerk.keyboard.type("北京市")
    expect(clerk.locator("#decision")).to_contain_text("可直接备案")
    clerk.keyboard.press("Enter")
    expect(clerk.get_by_text("有效", exact=True)).to_be_visible()


def steps(hospital: Page, step: str, said: dict[str, str]) -> None:
    """A step of the one stay there is."""
    hospital.goto("/")
    hospital.get_by_role("link", name=step, exact=True).click()
    for label, text in said.items():
        hospital.get_by_label(label).fill(text)
    hospital.get_by_role("button", name=step).click()
    expect(hospital.get_by_text("门户应答：成功")).to_be_visible()


def cleared(sign_in: Any, settlement: Settlement, today: dt.date, folder: Path) -> None:
    """Gathered, applied for, compared in total and in detail, finished; closed by another person."""
    finance = sign_in(make.staff(Role.FINANCE, make.WEIFANG))
    finance.goto("/clearing/new/")
    finance.get_by_label("清算月份").fill(f"{today:%Y-%m}")
    finance.keyboard.press("Enter")
    expect(finance.get_by_text("17,100.00").first).to_be_visible()
    month = ClearingMonth.objects.get()
    applied_on = month.month + dt.timedelta(days=40)  # a month is applied for when it is over
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.utils.timezone.localdate", lambda *at: applied_on)
        finance.get_by_role("button", name="月结申报").click()
        finance.get_by_role("button", name="对总账…").click()
        finance.get_by_label("平台总账").fill("110000 310 21 1 25000.00 17100.00")
        finance.get_by_role("dialog").get_by_role("button", name="对总账").click()
        expect(finance.get_by_text("已办理：对总账")).to_be_visible()
        details = folder / "details.csv"
        details.write_text(f"结算编号,医疗费总额,基金支付总额\n{settlement.number},25000.00,17100.00\n", "utf-8")
        finance.get_by_role("link", name="对明细账").click()
        finance.get_by_label("平台明细").set_input_files(details)
        finance.get_by_role("button", name="上传并预览").click()
        finance.get_by_role("button", name="对账：一致 1 笔").click()
        finance.goto(month.get_absolute_url())
        expect(finance.get_by_text("与平台明细全部一致")).to_be_visible()
        finance.get_by_role("button", name="审核完成").click()
        deputy = sign_in(make.staff(Role.FINANCE, make.WEIFANG))
        deputy.goto(month.get_absolute_url())
        deputy.get_by_role("button", name="确认清算…").click()
        deputy.get_by_role("dialog").get_by_role("button", name="确认清算").click()
        expect(deputy.get_by_text("该月已清算关闭")).to_be_visible()
