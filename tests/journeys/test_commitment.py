"""A commitment from the letter to the lapse to the lifting, in a browser."""

import datetime as dt
import re
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import expect

from filings.models import Commitment, Filing
from hospitals.models import Area
from hospitals.periods import add_months
from hospitals.vocabulary import Role
from tests import factories as make
from tests.filings.commitments import committed


@pytest.mark.clause("TL-08")
def test_commitment_from_letter_to_lapse_to_lifting(shipped: None, sign_in: Any) -> None:
    person = make.PersonFactory(area=Area.objects.get(code=make.TIELING), name="陈淑芬")
    make.ParticipationFactory(person=person)
    clerk, supervisor = make.staff(Role.CLERK, make.TIELING), make.staff(Role.SUPERVISOR, make.TIELING)
    today = timezone.localdate()
    signed = add_months(today, -6) - dt.timedelta(days=3)  # late enough to be over, whatever the months' ends
    commitment = committed(clerk, person, filed_on=signed, materials=())
    Commitment.objects.filter(pk=commitment.pk).update(due_on=today + dt.timedelta(days=5))

    page = sign_in(clerk)
    queue = page.get_by_role("heading", name="30日内到期的承诺").locator("xpath=ancestor::section")
    queue.get_by_role("link", name=commitment.number).click()
    expect(page.get_by_text("剩 5 日")).to_be_visible()
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("p")
    expect(page.get_by_role("heading", name="承诺补充书")).to_be_visible()
    expect(page.get_by_text("即时取消备案")).to_be_visible()
    page.get_by_role("link", name="返回").click()

    # one of the two is handed in, by keyboard: the first tick has the focus
    expect(page.get_by_role("checkbox")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_text("已收取，还有材料待补")).to_be_visible()
    expect(page.get_by_text("已收", exact=True)).to_be_visible()

    # the other one is not, and the day passes
    Commitment.objects.filter(pk=commitment.pk).update(due_on=today - dt.timedelta(days=1))
    page.goto("/commitments/?band=overdue")
    expect(page.get_by_text("逾期 1 日")).to_be_visible()
    call_command("sweep_commitments")
    page.goto(commitment.get_absolute_url())
    expect(page.get_by_text("逾期未补齐", exact=True).first).to_be_visible()
    expect(page.get_by_text("已取消", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="收取材料")).to_have_count(0)

    # the person comes back, and is told
    page.goto(f"/filings/new/?person={person.pk}")
    page.get_by_label("异地长期居住人员", exact=True).check()
    page.get_by_label("就医地").fill("北京市")
    decision = page.locator("#decision")
    expect(decision).to_contain_text("不能备案")
    expect(decision).to_contain_text("限制办理异地就医备案")
    expect(page.get_by_role("button", name="提交备案")).to_be_disabled()

    # a supervisor gives one measure its period, lifts another, and reinstates the filing
    lifts = sign_in(supervisor)
    waiting = lifts.get_by_role("heading", name="期限待确定的失信处理").locator("xpath=ancestor::section")
    expect(waiting.get_by_role("listitem")).to_have_count(4)
    lifts.goto(commitment.get_absolute_url())
    lifts.get_by_role("link", name="暂停医保直接结算").click()
    lifts.get_by_role("button", name="确定期限…").click()
    last = add_months(today, 3)
    lifts.get_by_label("最后一天").fill(f"{last:%Y%m%d}")
    lifts.get_by_role("dialog").get_by_label("理由").fill("情节较轻")
    lifts.get_by_role("dialog").get_by_role("button", name="确定期限").click()
    expect(lifts.get_by_text("执行中")).to_be_visible()
    expect(lifts.get_by_text(f"{last}", exact=True).first).to_be_visible()
    lifts.goto(commitment.get_absolute_url())
    lifts.get_by_role("link", name="限制办理异地就医备案").click()
    lifts.get_by_role("button", name="解除…").click()
    lifts.get_by_role("dialog").get_by_label("理由").fill("材料已补交，核实无误")
    lifts.get_by_role("dialog").get_by_role("button", name="解除").click()
    expect(lifts.get_by_text("已解除", exact=True)).to_be_visible()
    lifts.goto(commitment.get_absolute_url())
    lifts.get_by_role("link", name="到备案页恢复备案").click()
    lifts.get_by_role("button", name="恢复备案…").click()
    lifts.get_by_role("dialog").get_by_label("理由").fill("材料已补交，核实无误")
    lifts.get_by_role("dialog").get_by_role("button", name="恢复备案").click()
    expect(lifts.get_by_text("有效", exact=True)).to_be_visible()
    filing = Filing.objects.get()
    assert (filing.status, filing.end_on) == ("active", None)
    assert set(commitment.sanctions.values_list("measure", "status")) == {
        *(("dishonest", "in_force"), ("suspend_direct", "in_force")),
        *(("restrict_hospitals", "in_force"), ("restrict_filing", "lifted")),
    }
    expect(lifts.get_by_text(re.compile("承诺到期"))).to_have_count(1)
