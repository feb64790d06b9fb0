"""A person's page: filings on one scale of time, and what may be done next, with one key each."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.safestring import SafeString

from filings import desk, panels
from filings.arrivals import filing_for_admission
from filings.models import Filing, InsuredPerson
from filings.panels import NextStep, Panel
from filings.timeline import LEAST, WIDTH, timeline_of
from filings.vocabulary import Category, Channel
from hospitals.vocabulary import Role
from tests import factories as make
from tests.filings.conftest import filed_today, to_review

Insured = Callable[..., InsuredPerson]
TODAY = dt.date(2026, 3, 10)


def page_of(client: Client, person: InsuredPerson) -> str:
    return client.get(f"/people/{person.pk}/").content.decode()


def keys_on(page: str) -> list[str]:
    return re.findall(r'data-key="(.)"', page)


def steps_on(client: Client, person: InsuredPerson) -> dict[str, str]:
    """Label → why not, empty where it can be done."""
    return {step.label: step.why_not for step in client.get(f"/people/{person.pk}/").context["steps"]}


# the steps


def test_clerk_may_file_who_is_insured_and_not_filed(client: Client, insured: Insured) -> None:
    steps = steps_on(client, insured())
    assert next(iter(steps)) == "新建备案"
    assert steps == dict.fromkeys(steps, "")
    assert "取消备案" not in steps


def test_person_without_insurance_is_first_to_be_insured(client: Client, policies: None) -> None:
    person = make.PersonFactory()
    assert steps_on(client, person)["新建备案"] == "没有生效中的参保关系，请先登记"
    page = page_of(client, person)
    assert 'data-key="n"' not in page
    assert "新建备案：没有生效中的参保关系，请先登记" in page


def test_filed_person_may_be_changed_not_filed_again(client: Client, clerk: User, insured: Insured) -> None:
    person = insured()
    filing = filed_today(clerk, person)
    steps = steps_on(client, person)
    assert steps["新建备案"] == f"已有备案 {filing.number}（北京市，有效）"
    assert steps["取消备案"] == ""
    assert f'href="/filings/{filing.pk}/cancel/" data-key="x"' in page_of(client, person)


@pytest.mark.clause("TL-10")
def test_cancellation_that_is_locked_says_from_when(client: Client, clerk: User, insured: Insured) -> None:
    person = insured(make.TIELING)
    make.FilingFactory(person=person, filed_on=timezone.localdate())
    assert "备案满 6 个月后方可取消，最早可在" in steps_on(client, person)["取消备案"]
    assert 'data-key="x"' not in page_of(client, person)


def test_reviewer_reviews_what_somebody_else_took_in(signed_in: Any, clerk: User, insured: Insured) -> None:
    person = insured(make.YANTAI)
    filing = to_review(clerk, person)
    reviewer = signed_in(make.staff(Role.REVIEWER, make.YANTAI))
    assert steps_on(reviewer, person) == {"审核备案": "", "登记故障": ""}
    assert f'href="/filings/{filing.pk}/" data-key="v"' in page_of(reviewer, person)
    make.PostFactory(user=clerk, role=Role.REVIEWER, area=person.area)
    assert "以外的人员" in steps_on(signed_in(clerk), person)["审核备案"]


def test_returned_filing_is_handed_in_anew(client: Client, clerk: User, reviewer: User, insured: Insured) -> None:
    person = insured(make.YANTAI)
    filing = desk.send_back(by=reviewer, filing=to_review(clerk, person), reason="补正")
    assert f'href="/filings/{filing.pk}/resubmit/" data-key="t"' in page_of(client, person)
    assert steps_on(client, person)["撤回"] == ""


@pytest.mark.parametrize("role", [Role.HOTLINE, Role.FINANCE, Role.AUDITOR])
def test_who_only_reads_is_offered_nothing(role: Role, signed_in: Any, clerk: User, insured: Insured) -> None:
    person = insured()
    filing = filed_today(clerk, person)
    page = page_of(signed_in(make.staff(role)), person)
    assert keys_on(page) == (["g"] if role is Role.HOTLINE else [])  # who answers the telephone takes down failures
    sees_filings = role is Role.AUDITOR
    assert (filing.number in page) == sees_filings
    assert ("没有备案" in page, "异地备案</h2>" in page) == (False, sees_filings)


@pytest.mark.parametrize("role", Role)
def test_no_key_does_two_things(role: Role, signed_in: Any, clerk: User, reviewer: User, insured: Insured) -> None:
    empty, filed, returned = insured(), insured(), insured(make.YANTAI)
    filed_today(clerk, filed)
    desk.send_back(by=reviewer, filing=to_review(clerk, returned), reason="补正")
    member = signed_in(make.staff(role, make.WEIFANG, make.YANTAI))
    for person in (empty, filed, returned):
        keys = keys_on(page_of(member, person))
        assert len(keys) == len(set(keys)), keys
        assert "/" not in keys


def test_clerk_has_every_key_of_a_filed_person(client: Client, clerk: User, insured: Insured) -> None:
    person = insured()
    filed_today(clerk, person)
    assert {"c", "x", "z", "b", "h", "m", "e", "p", "k"} <= set(keys_on(page_of(client, person)))


# the panels


def test_panels_stand_in_their_order_with_their_steps(
    monkeypatch: pytest.MonkeyPatch, settings: Any, client: Client, insured: Insured
) -> None:
    def panel(name: str, order: int) -> Callable[[Any, Any], Panel]:
        step = NextStep(name, f"/{name}/", name[0], order=order)
        return lambda request, person: Panel(section=SafeString(f"<p>{name}</p>"), order=order, steps=(step,))

    monkeypatch.setattr(panels, "zebra", panel("zebra", 1), raising=False)
    monkeypatch.setattr(panels, "ant", panel("ant", 99), raising=False)
    monkeypatch.setattr(panels, "nothing", lambda request, person: None, raising=False)
    settings.PERSON_PANELS = ["filings.panels.ant", "filings.panels.nothing", "filings.panels.zebra"]
    page = page_of(client, insured())
    assert page.index("<p>zebra</p>") < page.index("<p>ant</p>")
    assert page.index('href="/zebra/"') < page.index('data-key="n"') < page.index('href="/ant/"')


def test_two_steps_of_one_key_are_a_mistake_that_shows() -> None:
    step = NextStep("甲", "/a/", "q")
    with pytest.raises(ValueError, match="share a key"):
        panels.in_order([step], [Panel(steps=(NextStep("乙", "/b/", "q"),))])


def test_panels_of_the_settings_are_there(rf: RequestFactory, clerk: User, insured: Insured) -> None:
    request = rf.get("/")
    request.user = clerk
    orders = [panel.order for panel in panels.panels_of(request, insured())]  # type: ignore[arg-type]
    assert orders == sorted(orders)
    assert orders


# the time line


def made(person: InsuredPerson, start: str, end: str | None = None, **values: Any) -> Filing:
    return make.FilingFactory(
        person=person,
        start_on=dt.date.fromisoformat(start),
        end_on=dt.date.fromisoformat(end) if end else None,
        **values,
    )


def ended(by: User) -> dict[str, Any]:
    return {"ended_by": by, "ended_at": "2026-01-01T00:00Z", "end_reason": "返回"}


def test_filings_stand_on_one_scale_the_latest_first(clerk: User, insured: Insured) -> None:
    person = insured()
    old = made(person, "2024-01-10", "2025-01-09", status="cancelled", **ended(clerk))
    stay = made(person, "2025-06-01", "2025-06-01", channel=Channel.AUTOMATIC, admitted_on=dt.date(2025, 6, 1))
    current = made(person, "2026-01-01")
    never = made(person, "2025-12-01", status="cancelled", **ended(clerk))
    line = timeline_of([old, never, current, stay], TODAY)
    assert [bar.filing for bar in line.bars] == [current, never, stay, old]
    bars = {bar.filing: bar for bar in line.bars}
    assert bars[old].x < bars[stay].x < bars[current].x < line.today < WIDTH
    assert bars[current].x + bars[current].width == WIDTH
    assert (bars[stay].width, bars[stay].kind) == (LEAST, "automatic over")
    assert (bars[never].width, bars[old].kind) == (0, "asked-for over")
    assert [year for _, year in line.years] == [2024, 2025, 2026]
    assert abs(bars[old].width - (bars[current].x - bars[old].x) * 365 / 722) <= 2


def test_status_says_whether_the_days_have_come_or_are_over(insured: Insured) -> None:
    person = insured()
    over, now, to_come = (
        made(person, "2025-01-01", "2025-02-01"),
        made(person, "2025-03-01", "2026-03-10"),
        made(person, "2026-03-11"),
    )
    told = {bar.filing: str(bar.status) for bar in timeline_of([over, now, to_come], TODAY).bars}
    assert "已结束" in told[over]
    assert "有效" in told[now]
    assert "未到开始日期" in told[to_come]


def test_years_of_a_long_line_are_told_as_far_as_there_is_room(insured: Insured) -> None:
    line = timeline_of([made(insured(), "1990-05-01")], TODAY)
    assert [year for _, year in line.years] == list(range(1991, 2027, 5))


def test_nobody_s_time_line_is_empty() -> None:
    line = timeline_of([], TODAY)
    assert line.bars == ()
    assert 0 < line.today < WIDTH


@pytest.mark.clause("TL-05")
def test_automatic_filing_is_marked_and_stands_beside(client: Client, insured: Insured) -> None:
    person, today = insured(make.TIELING), timezone.localdate()
    place = make.AreaFactory(code="310000")
    filing_for_admission(
        person=person, place=place, admitted_on=today, emergency=False, hospital_name="示例医院", on=today
    )
    page = page_of(client, person)
    assert '<span class="badge">自动</span>' in page
    assert f"{today} 至 未出院" in page
    assert 'class="automatic"' in page
    assert steps_on(client, person)["新建备案"] == ""


def test_current_filing_says_how_care_at_home_stands(client: Client, clerk: User, insured: Insured) -> None:
    person = insured()
    filed_today(clerk, person)
    assert "回参保地就医享受本地待遇，须提交户口簿" in page_of(client, person)
    outing = insured()
    filed_today(clerk, outing, Category.TEMPORARY)
    assert "回参保地就医" not in page_of(client, outing)


def test_more_filings_than_are_shown_are_told(client: Client, clerk: User, insured: Insured) -> None:
    person = insured()
    for _ in range(31):
        made(person, "2025-01-01", status="cancelled", **ended(clerk))
    page = page_of(client, person)
    assert page.count('class="period"') == 30
    assert "只列出最近的 30 件" in page


def test_page_takes_the_same_queries_whatever_the_person_has(client: Client, clerk: User, insured: Insured) -> None:
    taken = []
    for count in (1, 3, 30):
        person = insured()
        filed_today(clerk, person)
        for number in range(count - 1):
            made(person, f"20{10 + number % 15}-01-01", status="cancelled", **ended(clerk))
        make.ClaimFactory.create_batch(count, person=person)
        page_of(client, person)
        with CaptureQueriesContext(connection) as queries:
            assert page_of(client, person).count('class="period"') == count
        taken.append(len(queries))
    assert len(set(taken)) == 1, taken
    assert taken[0] <= 33
