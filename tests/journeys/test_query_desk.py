"""The hotline answers five queries by keyboard, each within two keystrokes beside what is typed."""

import datetime as dt
from typing import Any

import pytest
from playwright.sync_api import expect

from hospitals.vocabulary import Role
from settlement.models import CallerAnswer, CallerVerification
from tests import factories as make
from tests.settlement.booked import booked
from tests.settlement.calls import known_person


@pytest.mark.clause("DY-11", "JN-07")
def test_hotline_answers_within_two_keystrokes(shipped: None, sign_in: Any) -> None:
    person = known_person(make.DONGYING, name="宋玉珍")
    filing = make.FilingFactory(person=person)
    booked(person, {"hifp_pay": 600}, personal=400)
    page = sign_in(make.staff(Role.HOTLINE, make.DONGYING))
    keyboard, answer, words = page.keyboard, page.locator("#answer"), page.locator("#words")
    page.goto("/query/")

    # Anybody may ask: one key answers for the caller's own area, Enter or a pause in typing for another.
    keyboard.press("1")
    expect(answer).to_contain_text("胜利油田中心医院")
    expect(words).to_be_focused()
    keyboard.type("济宁市肿瘤")
    expect(answer).to_contain_text("济宁市肿瘤医院")
    expect(answer).not_to_contain_text("胜利油田中心医院")
    keyboard.press("Escape")
    expect(words).not_to_be_focused()
    expect(words).to_have_value("济宁市肿瘤")
    words.fill("")
    keyboard.press("Alt+2")
    expect(answer).to_contain_text("0546-6378656")
    keyboard.press("Alt+4")
    expect(answer).to_contain_text("2017-08-01 起")
    expect(answer).to_contain_text("异地转诊人员")

    # What is personal waits for the caller to be verified.
    keyboard.press("Alt+5")
    expect(answer).to_contain_text("只答复核验过的来电人")
    keyboard.type(person.id_number)
    keyboard.press("Enter")
    expect(page.get_by_label("所报参保人姓名")).to_be_focused()
    expect(page.get_by_label("所报证件号码")).to_have_value(person.id_number)
    expect(words).to_have_value("")
    assert person.id_number not in page.url
    keyboard.type("宋玉珍")
    page.get_by_label("所报后四位").focus()
    keyboard.type("0000")
    keyboard.press("Enter")
    expect(answer).to_contain_text("核验未通过，不符：社会保障卡号后四位")
    assert filing.number not in page.content()
    expect(page.get_by_label("所报参保人姓名")).to_be_focused()
    page.get_by_label("所报后四位").fill("1234")
    keyboard.press("Enter")
    expect(answer).to_contain_text("已核验来电人：宋玉珍")
    expect(answer).to_contain_text(filing.number)

    # From then on each is one key, until the call is ended.
    keyboard.press("3")
    expect(answer).to_contain_text("1,000.00")
    keyboard.press("5")
    expect(answer).to_contain_text(filing.number)
    keyboard.press("e")
    expect(answer).to_contain_text("通话已结束")
    keyboard.press("3")
    expect(answer).to_contain_text("只答复核验过的来电人")

    assert list(CallerVerification.objects.order_by("pk").values_list("proof_matches", flat=True)) == [False, True]
    assert list(CallerAnswer.objects.values_list("query", flat=True)) == ["filing", "cost", "filing"]
    ended = CallerVerification.objects.latest("pk").ended_at
    assert ended is not None
    assert ended - CallerVerification.objects.latest("pk").made_at < dt.timedelta(minutes=5)


@pytest.mark.clause("DY-11", "JN-07")
def test_each_of_the_five_is_one_key_from_anywhere_and_two_from_the_box(shipped: None, sign_in: Any) -> None:
    person = known_person(make.DONGYING, name="宋玉珍")
    filing = make.FilingFactory(person=person)
    booked(person, {"hifp_pay": 600}, personal=400)
    page = sign_in(make.staff(Role.HOTLINE, make.DONGYING))
    page.goto("/query/")
    page.keyboard.press("5")
    page.keyboard.type(person.id_number)
    page.keyboard.press("Enter")
    page.get_by_label("所报参保人姓名").fill("宋玉珍")
    page.get_by_label("所报后四位").fill("1234")
    page.keyboard.press("Enter")
    expect(page.locator("#answer")).to_contain_text(filing.number)

    said = {
        "1": "胜利油田中心医院",
        "2": "0546-6378656",
        "3": "1,000.00",
        "4": "2017-08-01 起",
        "5": filing.number,
    }
    for key, words in said.items():
        page.goto("/query/")
        page.keyboard.press(key)
        expect(page.locator("#answer")).to_contain_text(words)
    for key, words in said.items():
        page.goto("/query/")
        page.locator("#words").focus()
        page.keyboard.press("Escape")
        page.keyboard.press(key)
        expect(page.locator("#answer")).to_contain_text(words)
