"""A relative files an emergency for somebody in hospital, by keyboard and with a mistake first; another reviews it."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from filings.identity import made_up_number
from filings.models import Filing, Scan
from filings.vocabulary import Relation
from hospitals.models import Area
from hospitals.vocabulary import Role
from tests import factories as make
from tests.filings import scanned

RELATIVE = made_up_number("370602", dt.date(1960, 2, 3), 7)


def tab_to(page: Page, label: str) -> None:
    """Tab on until the field has the focus, as somebody without a mouse does."""
    wanted = page.get_by_label(label, exact=True).first
    for _ in range(30):
        if wanted.evaluate("field => field === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{label} is not reached by Tab")


@pytest.mark.clause("YT-04", "YT-11", "YT-14")
def test_relative_files_an_emergency_and_somebody_else_reviews_it(shipped: None, sign_in: Any) -> None:
    person = make.PersonFactory(area=Area.objects.get(code=make.YANTAI), name="姜丽")
    make.ParticipationFactory(person=person)
    admitted = timezone.localdate() - dt.timedelta(1)
    page = sign_in(make.staff(Role.CLERK, make.YANTAI, last_name="甲"))
    keyboard, decision = page.keyboard, page.locator("#decision")
    keyboard.type(person.id_number)
    keyboard.press("Enter")
    expect(page.get_by_role("heading", name="姜丽")).to_be_visible()
    keyboard.press("n")
    expect(page.get_by_role("radio").first).to_be_focused()
    while not page.get_by_label("异地急诊抢救人员").is_checked():
        keyboard.press("ArrowDown")
    keyboard.press("Tab")
    keyboard.type("青岛市")
    expect(decision).to_contain_text("缺急诊住院证明")
    expect(page.get_by_label("科室病区")).to_be_visible()
    tab_to(page, "入院日期")
    keyboard.type(f"{admitted:%Y%m%d}")
    tab_to(page, "就医医院")
    keyboard.type("青岛大学附属医院")
    tab_to(page, "科室病区")
    keyboard.type("急诊重症病区")
    tab_to(page, "急诊住院证明")
    keyboard.press("Space")

    # the brief condition is forgotten: told, and nothing is lost
    expect(decision).to_contain_text("待补充登记")
    expect(decision).to_contain_text("请填写简要病情")
    expect(page.get_by_role("button", name="提交备案")).to_be_disabled()
    keyboard.press("Enter")
    expect(page.get_by_label("就医医院")).to_have_value("青岛大学附属医院")
    expect(page.get_by_label("科室病区")).to_have_value("急诊重症病区")
    page.get_by_label("简要病情").focus()
    keyboard.type("突发胸痛两小时，急性心肌梗死")
    expect(decision).to_contain_text("需审核")
    expect(page.get_by_role("checkbox", name="急诊住院证明")).to_be_checked()

    # who came
    summary = page.locator("#agent summary")
    for _ in range(10):
        if summary.evaluate("one => one === document.activeElement"):
            break
        keyboard.press("Tab")
    keyboard.press("Enter")
    tab_to(page, "代办人姓名")
    keyboard.type("姜大山")
    tab_to(page, "与参保人关系")
    for _ in range(1 + list(Relation).index(Relation.PARENT)):
        keyboard.press("ArrowDown")
    tab_to(page, "代办人电话")
    keyboard.type("13900000001")
    tab_to(page, "代办人身份证号码")
    keyboard.type(RELATIVE[:-1])
    expect(decision).to_contain_text("身份证号码应为18位，现为17位")
    keyboard.type(RELATIVE[-1])
    expect(decision).to_contain_text("需审核")
    keyboard.press("Enter")

    expect(page.get_by_text("待审核", exact=True)).to_be_visible()
    filing = Filing.objects.get()
    assert (filing.agent_name, filing.agent_relation, filing.agent_id_number) == ("姜大山", "parent", RELATIVE)
    assert (filing.ward, filing.admitted_on, filing.start_on) == ("急诊重症病区", admitted, admitted)
    expect(page.get_by_text("姜大山（父母）")).to_be_visible()
    assert RELATIVE not in page.content()

    # the certificate is scanned while the relative waits
    page.get_by_label("文件").set_input_files(
        {"name": "急诊证明.png", "mimeType": "image/png", "buffer": scanned.png()}
    )
    page.get_by_role("button", name="上传").click()
    expect(page.get_by_text("已上传 1 个扫描件")).to_be_visible()

    # reviewed by somebody else
    page = sign_in(make.staff(Role.REVIEWER, make.YANTAI, last_name="乙"))
    page.get_by_role("link", name=filing.number).click()
    expect(page.get_by_text("突发胸痛两小时，急性心肌梗死")).to_be_visible()
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="急诊证明.png").click()
    scan = opened.value
    expect(scan.locator("img")).to_be_visible()
    assert scan.locator("img").evaluate("img => img.naturalWidth") == 2
    scan.close()
    assert Scan.objects.get().person.disclosures.get().by.last_name == "乙"
    page.get_by_role("button", name="审核通过").click()
    expect(page.get_by_text("有效", exact=True)).to_be_visible()
    page.keyboard.press("r")
    for text in ("异地就医备案回执", "姜大山（父母）", "青岛大学附属医院，急诊重症病区"):
        expect(page.get_by_text(text)).to_be_visible()


def test_files_chosen_stay_chosen_while_the_case_is_typed(shipped: None, sign_in: Any) -> None:
    person = make.PersonFactory(area=Area.objects.get(code=make.TIELING))
    make.ParticipationFactory(person=person)
    page = sign_in(make.staff(Role.CLERK, make.TIELING))
    page.goto(f"/filings/new/?person={person.pk}")
    page.get_by_label("异地长期居住人员", exact=True).check()
    page.get_by_label("就医地").fill("北京市")
    decision = page.locator("#decision")
    expect(decision).to_contain_text("缺有效身份证件")
    expect(page.get_by_text("签承诺补充书先予备案，")).to_be_visible()
    page.locator("#materials summary").click()
    page.locator("#scan_id_document").set_input_files(
        {"name": "身份证.pdf", "mimeType": "application/pdf", "buffer": scanned.pdf()}
    )
    expect(page.locator("#material_id_document")).to_be_checked()
    expect(decision).not_to_contain_text("缺有效身份证件")
    page.get_by_label("异地安置退休人员").check()  # asks for the same
    expect(page.locator("#commitment")).to_be_visible()
    page.locator("#commitment").check()
    expect(decision).to_contain_text("承诺补齐")
    page.get_by_label("异地就读学生").check()  # asks for other materials too
    expect(page.locator("#material_student_card")).to_be_visible()
    assert page.locator("#scan_id_document").evaluate("field => field.files.length") == 1
    page.get_by_label("异地长期居住人员", exact=True).check()
    expect(page.locator("#material_residence_permit")).to_be_visible()
    page.locator("#material_residence_permit").check()
    expect(page.locator("#commitment")).to_have_count(0)
    expect(decision).to_contain_text("可直接备案")
    page.get_by_role("button", name="提交备案").click()
    expect(page.get_by_role("button", name="身份证.pdf")).to_be_visible()
    filing = Filing.objects.get()
    assert {seen.material for seen in filing.materials.all()} == {"id_document", "residence_permit"}
