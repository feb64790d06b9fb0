"""A supervisor tries a draft on past settlements, watches it run, and takes the result away."""

import csv
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import expect

from hospitals.vocabulary import Role
from settlement import tasks
from settlement.models import BenefitPolicy, PolicyReplay
from settlement.replays import reading, verbs
from settlement.replays.workers import replay_all
from tests import factories as make
from tests.settlement.office import Office, a_person
from tests.settlement.test_replays import MARCH, NEXT, settle

PEOPLE = 3


@pytest.mark.clause("TL-03", "TL-19")
def test_draft_is_tried_on_past_settlements(shipped: None, sign_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office(person=a_person())
    for _ in range(PEOPLE):
        settle(office, a_person(), MARCH)
    draft = BenefitPolicy.objects.in_force(make.TIELING, MARCH).next_version(starts_on=NEXT)
    raised = draft.ratios.filter(tier="temporary", employment="active")
    assert raised.update(number="0.70") == 1

    page = sign_in(make.staff(Role.SUPERVISOR, make.TIELING))
    page.get_by_role("link", name="政策试算").click()
    expect(page.get_by_text("还没有做过试算")).to_be_visible()
    page.get_by_role("link", name="新建试算").click()
    page.get_by_label("待遇政策").select_option(str(draft.pk))
    page.get_by_label("结算日期起").fill("2026-03-01")
    page.get_by_label("结算日期止").fill("2026-03-31")
    page.keyboard.press("Enter")
    expect(page.get_by_role("progressbar")).to_be_visible()
    replay = PolicyReplay.objects.get()

    def watched(database: str, question: Any, *, report: Any) -> Any:
        """By worker processes, as ever; each word of theirs stands on the page."""

        def told(done: int, total: int) -> None:
            report(done, total)
            expect(page.get_by_text(f"{done} / {total} 笔")).to_be_visible()

        return replay_all(database, question, report=told)

    monkeypatch.setattr(reading, "PIECE", 1)
    monkeypatch.setattr(verbs, "TOLD_EVERY", 0)
    monkeypatch.setattr(verbs, "replay_all", watched)
    tasks.replay_policy(replay=replay.pk, attempt=replay.attempt)

    # 10,000 eligible less 1,750, at 65 % and at 70 %
    expect(page.get_by_text("已完成", exact=True)).to_be_visible()
    whole = page.locator("section", has=page.get_by_role("heading", name="合计", exact=True))
    for text in ("16,087.50", "17,325.00", "1,237.50"):
        expect(whole).to_contain_text(text)
    tiers = page.locator("section", has=page.get_by_role("heading", name="待遇档次"))
    expect(tiers).to_contain_text("临时外出待遇")
    cases = page.locator("section", has=page.get_by_role("heading", name="变动最大的结算"))
    expect(cases.locator("tbody tr")).to_have_count(PEOPLE)
    expect(cases).to_contain_text("5,362.50")
    with page.expect_download() as book:
        page.get_by_role("link", name="导出 Excel").click()
    assert "变动最大的结算" in openpyxl.load_workbook(BytesIO(book.value.path().read_bytes())).sheetnames
    with page.expect_download() as text_file:
        page.get_by_role("link", name="导出 CSV").click()
    rows = list(csv.reader(text_file.value.path().read_text("utf-8-sig").splitlines()))
    assert ["合计", "统筹基金支付", "差额", "1237.50"] in rows
