"""Commitments and sanctions as staff meet them: pages, steps, prints."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from filings.models import Commitment, Filing, InsuredPerson
from filings.vocabulary import Measure
from hospitals.periods import add_months
from hospitals.vocabulary import Role
from tests import factories as make
from tests.filings.commitments import committed, completed, lapsed

pytestmark = pytest.mark.clause("TL-08")
Insured = Callable[..., InsuredPerson]
WAYS = ("370500", "370600", "370700", "370800", "211200")


@pytest.fixture
def person(insured: Insured) -> InsuredPerson:
    return insured(make.TIELING)


@pytest.fixture
def commitment(clerk: User, person: InsuredPerson) -> Commitment:
    """Signed today, with nothing handed in."""
    return committed(clerk, person, filed_on=timezone.localdate(), materials=())


@pytest.fixture
def broken(clerk: User, person: InsuredPerson) -> Commitment:
    """Signed seven months ago, and not kept."""
    return lapsed(committed(clerk, person, filed_on=add_months(timezone.localdate(), -7)))


@pytest.fixture
def supervisor(policies: None) -> User:
    return make.staff(Role.SUPERVISOR, make.TIELING)


def given(commitment: Commitment, **values: Any) -> dict[str, Any]:
    """The form as it stands, with what was typed for each item in turn: given=("on", "residence_permit")."""
    form: dict[str, Any] = {"version": commitment.version}
    for number, item in enumerate(commitment.items.all()):
        form |= {f"originals_{item.pk}": 1, f"copies_{item.pk}": 0}
        form |= {f"{name}_{item.pk}": typed[number] for name, typed in values.items()}
    return form


# one commitment


def test_materials_are_taken_in_on_the_page_until_complete(client: Client, commitment: Commitment, clerk: User) -> None:
    link = commitment.get_absolute_url()
    page = client.get(link).content.decode()
    assert re.search(r'type="checkbox"[^>]*autofocus', page)
    assert "未交" in page
    assert "剩 " in page
    reply = client.post(f"{link}hand-in/", given(commitment, given=("on", "")))
    assert (reply.status_code, reply["Location"]) == (302, link)
    commitment.refresh_from_db()
    assert commitment.is_open
    page = client.get(link).content.decode()
    assert "已收取，还有材料待补" in page
    assert "已收" in page
    second = given(commitment, given=("on", "household_register"), copies=(0, 1))
    assert client.post(f"{link}hand-in/", second).status_code == 302
    commitment.refresh_from_db()
    assert commitment.status == "complete"
    page = client.get(link).content.decode()
    assert "已补齐" in page
    assert "收取材料" not in page
    assert "户口簿（户籍证明）" in client.get(commitment.filing.get_absolute_url()).content.decode()  # type: ignore[union-attr]


def test_nothing_typed_is_lost_where_it_is_refused(client: Client, commitment: Commitment) -> None:
    link = f"{commitment.get_absolute_url()}hand-in/"
    wrong = given(commitment, given=("on", "property_certificate"), originals=("二", "1"))
    reply = client.post(link, wrong)
    page = reply.content.decode()
    assert reply.status_code == 422
    assert "份数应为整数" in page
    assert 'value="二"' in page
    assert re.search(r'<option value="property_certificate" selected', page)
    reply = client.post(link, given(commitment, given=("", "")))
    assert "请勾选收到的材料" in reply.content.decode()
    reply = client.post(link, given(commitment, given=("on", "")) | {"version": 9})
    assert "刚刚被他人改动" in reply.content.decode()
    reply = client.post(link, given(commitment, given=("on", "")) | {"version": "x"})
    assert reply.status_code == 422
    assert not commitment.items.exclude(material="").exists()


@pytest.mark.parametrize("choice", ["student_card", "<script>"])
def test_material_that_is_no_choice_is_said_so(choice: str, client: Client, commitment: Commitment) -> None:
    reply = client.post(f"{commitment.get_absolute_url()}hand-in/", given(commitment, given=("", choice)))
    assert reply.status_code == 422
    assert "<script>" not in reply.content.decode().partition('id="main"')[2]


def test_form_is_for_those_who_take_in_and_while_there_is_time(
    signed_in: Any, commitment: Commitment, person: InsuredPerson, clerk: User, supervisor: User
) -> None:
    assert "收取材料" not in signed_in(supervisor).get(commitment.get_absolute_url()).content.decode()
    other = make.ParticipationFactory(person__area=person.area).person
    overdue = committed(clerk, other, filed_on=add_months(timezone.localdate(), -7))
    page = signed_in(clerk).get(overdue.get_absolute_url()).content.decode()
    assert "收取材料" not in page
    assert "逾期 " in page


def test_lapsed_page_shows_every_consequence_with_its_clause(client: Client, broken: Commitment) -> None:
    page = client.get(broken.get_absolute_url()).content.decode()
    assert "逾期未补齐" in page
    assert "已取消" in page
    for measure in Measure:
        assert measure.label in page
    assert page.count("期限待确定") == 4
    assert "《铁岭市参保人员异地就医联网结算服务指南》三（二）3" in page
    assert "目前没有追回记录" in page


def test_other_apps_add_what_followed(client: Client, broken: Commitment, settings: Any) -> None:
    settings.COMMITMENT_PANELS = [
        "tests.filings.test_commitment_pages.nothing",
        "tests.filings.test_commitment_pages.some",
    ]
    page = client.get(broken.get_absolute_url()).content.decode()
    assert f"追回 {broken.pk}" in page
    assert "目前没有追回记录" not in page


def nothing(request: Any, commitment: Commitment) -> None:
    return None


def some(request: Any, commitment: Commitment) -> str:
    return f"追回 {commitment.pk}"


def test_problem_of_the_last_run_stands_on_the_page_and_in_the_list(client: Client, commitment: Commitment) -> None:
    due_on = timezone.localdate() - dt.timedelta(1)
    Commitment.objects.update(problem="清算月份已关账", signed_on=add_months(due_on, -6), due_on=due_on)
    assert "清算月份已关账" in client.get(commitment.get_absolute_url()).content.decode()
    commitment.refresh_from_db()
    assert commitment.number in client.get("/commitments/?band=failed").content.decode()


def test_letter_and_notice_name_what_when_and_what_follows(client: Client, commitment: Commitment) -> None:
    link = commitment.get_absolute_url()
    due_on = f"{commitment.due_on.year}年{commitment.due_on.month}月{commitment.due_on.day}日"
    for part, title in (("letter", "承诺补充书"), ("notice", "补正材料通知")):
        page = client.get(f"{link}{part}/").content.decode()
        for text in (title, commitment.number, due_on, "有效身份证件", "即时取消备案", "列为医保失信人员"):
            assert text in page
        assert commitment.person.id_number not in page
        assert "https://" not in page


def test_letter_lists_all_that_was_missing_and_the_notice_what_still_is(
    client: Client, clerk: User, commitment: Commitment
) -> None:
    first = commitment.items.earliest("pk")
    client.post(f"{commitment.get_absolute_url()}hand-in/", given(commitment, given=("on", "")))
    assert "有效身份证件" in client.get(f"{commitment.get_absolute_url()}letter/").content.decode()
    notice = client.get(f"{commitment.get_absolute_url()}notice/").content.decode()
    assert str(first) not in notice
    assert "居住证、户口簿（户籍证明）、本人名下房产证之一" in notice


def test_notice_of_one_closed_says_so(client: Client, clerk: User, broken: Commitment, insured: Insured) -> None:
    assert "已按下列规定处理" in client.get(f"{broken.get_absolute_url()}notice/").content.decode()
    kept = completed(
        clerk, committed(clerk, insured(make.TIELING), filed_on=timezone.localdate()), timezone.localdate()
    )
    assert "没有待补的材料" in client.get(f"{kept.get_absolute_url()}notice/").content.decode()


def test_filings_page_leads_to_the_commitment(client: Client, commitment: Commitment) -> None:
    page = client.get(commitment.filing.get_absolute_url()).content.decode()  # type: ignore[union-attr]
    assert commitment.get_absolute_url() in page
    assert commitment.number in page


def test_commitment_page_takes_few_queries(client: Client, broken: Commitment) -> None:
    client.get(broken.get_absolute_url())
    with CaptureQueriesContext(connection) as queries:
        client.get(broken.get_absolute_url())
    assert len(queries) <= 22, [query["sql"][:100] for query in queries]


# reinstating


def test_supervisor_reinstates_the_filing_on_its_page(
    signed_in: Any, client: Client, supervisor: User, broken: Commitment
) -> None:
    link = broken.filing.get_absolute_url()  # type: ignore[union-attr]
    filing = Filing.objects.get()
    assert "恢复备案" not in client.get(link).content.decode()
    assert client.post(f"{link}reinstate/", {"version": filing.version, "reason": "核实"}).status_code == 422
    lifts = signed_in(supervisor)
    assert "恢复备案" in lifts.get(link).content.decode()
    assert lifts.post(f"{link}reinstate/", {"version": filing.version, "reason": " "}).status_code == 422
    assert lifts.post(f"{link}reinstate/", {"version": filing.version, "reason": "材料已补交"}).status_code == 302
    filing.refresh_from_db()
    assert (filing.status, filing.end_on) == ("active", None)


def test_filing_cancelled_otherwise_offers_no_reinstating(
    signed_in: Any, supervisor: User, person: InsuredPerson
) -> None:
    filing = make.FilingFactory(
        person=person, status="cancelled", ended_by=supervisor, ended_at=timezone.now(), end_reason="返回居住"
    )
    assert "恢复备案" not in signed_in(supervisor).get(filing.get_absolute_url()).content.decode()


# sanctions


def test_supervisor_sets_names_and_lifts_on_the_page(signed_in: Any, supervisor: User, broken: Commitment) -> None:
    lifts = signed_in(supervisor)
    sanction = broken.sanctions.get(measure=Measure.RESTRICT_HOSPITALS)
    link = sanction.get_absolute_url()
    page = lifts.get(link).content.decode()
    for label in ("确定期限…", "指定医疗机构…", "解除…"):
        assert label in page
    last = add_months(timezone.localdate(), 6)
    period = {"version": 1, "ends_on": f"{last:%Y%m%d}", "reason": "情节较轻"}
    assert lifts.post(f"{link}set_period/", period).status_code == 302
    hospitals = {"version": 2, "hospitals": "北京示例医院\r\n天津示例医院", "reason": "就近"}
    assert lifts.post(f"{link}name_hospitals/", hospitals).status_code == 302
    page = lifts.get(link).content.decode()
    assert "北京示例医院、天津示例医院" in page
    assert "执行中" in page
    assert lifts.post(f"{link}lift/", {"version": 3, "reason": "材料已补交"}).status_code == 302
    sanction.refresh_from_db()
    assert (sanction.status, sanction.lifted_by, sanction.lifted_on) == ("lifted", supervisor, timezone.localdate())
    page = lifts.get(link).content.decode()
    assert "材料已补交" in page
    assert "解除…" not in page


def test_only_a_restriction_to_hospitals_names_them(signed_in: Any, supervisor: User, broken: Commitment) -> None:
    sanction = broken.sanctions.get(measure=Measure.DISHONEST)
    lifts = signed_in(supervisor)
    assert "指定医疗机构…" not in lifts.get(sanction.get_absolute_url()).content.decode()
    typed = {"version": 1, "hospitals": "北京示例医院", "reason": "就近"}
    reply = lifts.post(f"{sanction.get_absolute_url()}name_hospitals/", typed)
    assert reply.status_code == 422


@pytest.mark.parametrize(
    ("verb", "typed", "told"),
    [
        ("lift", {"reason": " "}, "须填写理由"),
        ("set_period", {"ends_on": "明年", "reason": "示例"}, "应如 2026-03-10"),
        ("set_period", {"ends_on": "2020-01-01", "reason": "缺<签字>"}, "最后一天不能早于开始日期"),
        ("name_hospitals", {"hospitals": "", "reason": "示例"}, "请填写医疗机构名称"),
        ("lift", {"version": 9, "reason": "示例"}, "刚刚被他人改动"),
    ],
)
def test_step_refused_opens_again_with_what_was_typed(
    verb: str, typed: dict[str, Any], told: str, signed_in: Any, supervisor: User, broken: Commitment
) -> None:
    sanction = broken.sanctions.get(measure=Measure.RESTRICT_HOSPITALS)
    reply = signed_in(supervisor).post(f"{sanction.get_absolute_url()}{verb}/", {"version": 1} | typed)
    page = reply.content.decode()
    assert reply.status_code == 422
    assert told in page
    assert re.search(rf'<dialog id="{verb}"[^>]*data-open', page)
    assert "缺<签字>" not in page


def test_step_that_is_none_is_not_found(signed_in: Any, supervisor: User, broken: Commitment) -> None:
    sanction = broken.sanctions.earliest("pk")
    lifts = signed_in(supervisor)
    assert lifts.post(f"{sanction.get_absolute_url()}delete/").status_code == 404
    assert lifts.get(f"{sanction.get_absolute_url()}lift/").status_code == 405


def test_clerk_sees_a_sanction_and_no_step(client: Client, broken: Commitment) -> None:
    sanction = broken.sanctions.earliest("pk")
    assert "解除…" not in client.get(sanction.get_absolute_url()).content.decode()
    assert client.post(f"{sanction.get_absolute_url()}lift/", {"version": 1, "reason": "示例"}).status_code == 403
