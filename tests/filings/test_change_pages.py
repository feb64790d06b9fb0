"""Changes and cancellations on their pages: asked beside the decision, reviewed, printed."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from filings import desk
from filings.application import Seen
from filings.models import Filing, FilingChange, InsuredPerson
from filings.vocabulary import Category, Material
from hospitals.periods import add_months
from hospitals.vocabulary import Role
from tests import factories as make
from tests.filings.conftest import HTMX, TOKEN, cancelling, filed_today, moving, to_review

Insured = Callable[..., InsuredPerson]
LONG_TERM = (Seen(Material.ID_DOCUMENT), Seen(Material.RESIDENCE_PERMIT))
DAY = dt.timedelta(days=1)


def entered(**values: Any) -> dict[str, Any]:
    """A cancellation as the clerk types it; with a destination, a change."""
    today = timezone.localdate().isoformat()
    return {"on": today, "channel": "counter", "reason": "返回居住", "request_token": TOKEN, "version": 1} | values


def is_open_to_submit(page: str) -> bool:
    button = re.search(r'<button[^>]*form="change_form"[^>]*>', page)
    assert button
    return "disabled" not in button[0]


def today_of(change: Callable[..., FilingChange], *args: Any, **values: Any) -> FilingChange:
    day = timezone.localdate()
    return change(*args, on=day, asked_on=day, **values)


@pytest.fixture
def referral(clerk: User, reviewer: User, insured: Insured) -> Filing:
    """Of Yantai, approved: what becomes of it is reviewed."""
    return desk.approve(by=reviewer, filing=to_review(clerk, insured(make.YANTAI)))


# asking


def test_cancellation_is_asked_on_a_page_with_its_day_filled_in(client: Client, clerk: User, insured: Insured) -> None:
    filing = filed_today(clerk, insured())
    page = client.get(f"/filings/{filing.pk}/").content.decode()
    assert f'href="/filings/{filing.pk}/change/" data-key="c"' in page
    assert f'href="/filings/{filing.pk}/cancel/" data-key="x"' in page
    assert page.count("可随时") == 2
    form = client.get(f"/filings/{filing.pk}/cancel/").content.decode()
    assert f'value="{timezone.localdate()}"' in form
    assert "《异地就医直接结算政策宣传》八（五）" in form
    assert not is_open_to_submit(form)
    reply = client.post(f"/filings/{filing.pk}/cancel/", entered())
    change = FilingChange.objects.get()
    assert (reply.status_code, reply["Location"]) == (302, f"/filings/changes/{change.pk}/")
    filing.refresh_from_db()
    assert (filing.status, filing.end_on, filing.end_reason) == ("cancelled", timezone.localdate(), "返回居住")
    again = client.post(f"/filings/{filing.pk}/cancel/", entered())
    assert again["Location"] == f"/filings/changes/{change.pk}/"


@pytest.mark.clause("TL-10")
def test_locked_filing_tells_the_first_day_before_and_after_it_is_asked_for(
    client: Client, clerk: User, insured: Insured
) -> None:
    filing = filed_today(clerk, insured(make.TIELING), materials=LONG_TERM)
    first = str(add_months(timezone.localdate(), 6))
    link = f"/filings/{filing.pk}/"
    page = client.get(link).content.decode()
    assert "备案满 6 个月后方可取消" in page
    assert "备案满 6 个月后方可变更" in page
    assert page.count(first) == 2
    reply = client.post(f"{link}cancel/", entered(reason="返回<居住>"))
    page = reply.content.decode()
    assert reply.status_code == 422
    assert f"最早可在 {first} 办理" in page
    assert "《铁岭市参保人员异地就医联网结算服务指南》三（四）" in page
    assert "返回&lt;居住&gt;" in page
    assert not is_open_to_submit(page)
    assert not FilingChange.objects.exists()


@pytest.mark.clause("WF-16")
def test_cost_told_at_the_desk_locks_the_filing(client: Client, clerk: User, insured: Insured) -> None:
    filing = filed_today(clerk, insured())
    link = f"/filings/{filing.pk}/cancel/"
    reply = client.post(link, entered(has_cost_there="on"))
    assert reply.status_code == 422
    assert "已发生医疗费用" in reply.content.decode()
    assert client.post(link, entered()).status_code == 302


def test_decision_follows_what_is_typed(client: Client, clerk: User, insured: Insured) -> None:
    filing = filed_today(clerk, insured())

    def panel(**values: Any) -> str:
        link = f"/filings/{filing.pk}/change/decision/"
        reply = client.post(link, entered(**values), headers=HTMX)
        assert reply.status_code == 200
        assert not reply.content.decode().lstrip().startswith("<!doctype")
        return reply.content.decode()

    assert "请填写新就医地" in panel()
    assert "没有找到" in panel(destination="无此城市")
    assert "新就医地与原备案相同" in panel(destination="北京市")
    assert "变更日期：应如 2026-03-10" in panel(destination="济南", on="昨天")
    good = panel(destination="济南")
    for text in ("可以变更", "省内跨市", "本地待遇", "可随时变更"):
        assert text in good
    assert is_open_to_submit(good)
    assert not FilingChange.objects.exists()


def test_change_of_place_links_both_filings(client: Client, clerk: User, insured: Insured) -> None:
    filing = filed_today(clerk, insured())
    reply = client.post(f"/filings/{filing.pk}/change/", entered(destination="济南", hospital_name="省立医院"))
    change = FilingChange.objects.get()
    following = change.successor
    assert following
    assert following.hospital_name == "省立医院"
    page = client.get(reply["Location"]).content.decode()
    for text in (change.number, filing.number, following.number, "济南市", "已办理"):
        assert text in page
    old, new = (client.get(case.get_absolute_url()).content.decode() for case in (filing, following))
    assert f'href="{following.get_absolute_url()}"' in old
    assert f'href="{filing.get_absolute_url()}"' in new
    assert "变更而来" in new


def test_materials_asked_for_are_ticked_as_they_were_seen(client: Client, clerk: User, insured: Insured) -> None:
    seen = (Seen(Material.ID_DOCUMENT), Seen(Material.HOUSEHOLD_REGISTER, 1, 2))
    filing = filed_today(clerk, insured(make.TIELING), materials=seen)
    page = client.get(f"/filings/{filing.pk}/change/").content.decode()
    boxes = dict(re.findall(r'name="material" value="(\w+)"([^>]*)>', page))
    assert {code for code, rest in boxes.items() if "checked" in rest} == {"id_document", "household_register"}
    assert {"residence_permit", "property_certificate"} <= set(boxes)
    assert "户口簿（户籍证明）（原件 1 份，复印件 2 份）" in page


def test_agent_half_told_is_said_at_the_field(client: Client, clerk: User, insured: Insured) -> None:
    filing = filed_today(clerk, insured())
    half = entered(agent_name="李四", agent_id_number="110101199003071234")
    page = client.post(f"/filings/{filing.pk}/cancel/", half)
    assert page.status_code == 422
    assert "请选择与参保人的关系" in page.content.decode()
    assert "李四" in page.content.decode()
    told = entered(agent_name="李四", agent_relation="child", agent_phone="13900000000")
    assert client.post(f"/filings/{filing.pk}/cancel/", told).status_code == 302
    assert "李四（子女）" in client.get(FilingChange.objects.get().get_absolute_url()).content.decode()


def test_filing_with_a_change_that_waits_offers_no_other(client: Client, clerk: User, referral: Filing) -> None:
    change = today_of(moving, clerk, referral)
    page = client.get(f"/filings/{referral.pk}/").content.decode()
    assert 'data-key="c"' not in page
    assert change.number in page
    reply = client.post(f"/filings/{referral.pk}/cancel/", entered(version=referral.version))
    assert reply.status_code == 422
    assert change.number in reply.content.decode()


def test_filing_not_in_effect_leads_back_with_the_reason(client: Client, clerk: User, insured: Insured) -> None:
    filing = filed_today(clerk, insured())
    today_of(cancelling, clerk, filing)
    reply = client.get(f"/filings/{filing.pk}/change/", follow=True)
    assert reply.redirect_chain[0][0] == f"/filings/{filing.pk}/"
    assert "不能变更就医地" in reply.content.decode()


# review


@pytest.mark.clause("YT-11")
def test_change_is_sent_back_corrected_and_approved(
    signed_in: Any, client: Client, reviewer: User, clerk: User, referral: Filing
) -> None:
    seen = {"material": ["referral_approval_form"]}
    asked = entered(destination="济南", version=referral.version)
    short = client.post(f"/filings/{referral.pk}/change/", asked)
    assert (short.status_code, "缺少异地转诊审批表" in short.content.decode()) == (422, True)
    made = client.post(f"/filings/{referral.pk}/change/", asked | seen)
    link = made["Location"]
    own = client.get(link).content.decode()
    assert "须审核" in own
    assert "审核通过" not in own
    checks = signed_in(reviewer)
    assert "审核通过" in checks.get(link).content.decode()
    empty = checks.post(f"{link}send_back/", {"version": 1, "reason": " "})
    assert (empty.status_code, "须填写理由" in empty.content.decode()) == (422, True)
    assert re.search(r'<dialog id="send_back"[^>]*data-open', empty.content.decode())
    assert checks.post(f"{link}send_back/", {"version": 1, "reason": "应为青岛"}).status_code == 302
    form = client.get(f"{link}resubmit/").content.decode()
    assert "应为青岛" in form
    assert is_open_to_submit(form)
    assert 'value="济南市（370100）"' in form
    assert re.search(r'value="referral_approval_form"[^>]*checked', form)
    corrected = entered(destination="东营", version=2, **seen)
    decision = re.search(r'hx-post="([^"]+)"', form)
    assert decision
    fragment = client.post(decision[1], corrected, headers=HTMX).content.decode()
    assert is_open_to_submit(fragment)
    assert client.post(f"{link}resubmit/", corrected).status_code == 302
    assert client.post(f"{link}approve/", {"version": 3}).status_code == 422
    assert checks.post(f"{link}approve/", {"version": 3}).status_code == 302
    change = FilingChange.objects.get()
    assert change.successor
    assert (change.status, change.successor.destination_id) == ("done", make.DONGYING)


def test_change_not_returned_is_not_corrected(client: Client, clerk: User, referral: Filing) -> None:
    link = today_of(moving, clerk, referral).get_absolute_url()
    reply = client.get(f"{link}resubmit/", follow=True)
    assert reply.redirect_chain[0][0] == link
    assert "不能重新提交" in reply.content.decode()


def test_case_is_taken_put_down_and_released_on_its_page(
    signed_in: Any, client: Client, clerk: User, reviewer: User, referral: Filing, insured: Insured
) -> None:
    other = make.staff(Role.REVIEWER, make.YANTAI, last_name="赵", first_name="敏")
    first, second = signed_in(reviewer), signed_in(other)
    supervisor = signed_in(make.staff(Role.SUPERVISOR, make.YANTAI))
    filing, change = to_review(clerk, insured(make.YANTAI)), today_of(moving, clerk, referral)
    for case in (filing, change):
        link = case.get_absolute_url()
        page = second.get(link).content.decode()
        assert re.search(r'data-key="t">领取', page)
        assert second.post(f"{link}hold/take/").status_code == 302
        assert re.search(r'data-key="t">放回', second.get(link).content.decode())
        late = first.post(f"{link}hold/take/", follow=True).content.decode()
        assert "此件已由赵敏领取" in late
        assert "审核通过" not in late
        assert first.post(f"{link}approve/", {"version": 1}).status_code == 422
        assert supervisor.post(f"{link}hold/release/").status_code == 302
        assert first.post(f"{link}hold/take/").status_code == 302
        assert first.post(f"{link}hold/put_down/").status_code == 302
        assert second.post(f"{link}approve/", {"version": 1}).status_code == 302
        assert first.post(f"{link}hold/nonsense/").status_code == 404


def test_change_of_another_area_or_hall_is_not_found(signed_in: Any, clerk: User, referral: Filing) -> None:
    change = today_of(moving, clerk, referral)
    hall = make.HallFactory(area=referral.area)
    for stranger in (make.staff(Role.CLERK, make.DONGYING), make.staff(Role.CLERK, hall=hall)):
        elsewhere = signed_in(stranger)
        for path in ("", "print/", "resubmit/"):
            assert elsewhere.get(f"/filings/changes/{change.pk}/{path}").status_code == 404
        assert elsewhere.post(f"/filings/{referral.pk}/cancel/", entered()).status_code == 404
        assert elsewhere.post(f"/filings/{referral.pk}/cancel/decision/", entered()).status_code == 404
        assert elsewhere.post(f"/filings/changes/{change.pk}/withdraw/", {"reason": "x"}).status_code == 404
    own = signed_in(clerk).post(f"/filings/{referral.pk}/change/decision/?change=9" + "9" * 20, entered())
    assert own.status_code == 404


@pytest.mark.parametrize("verb", ["nonsense", "resubmitted", "take"])
def test_step_that_is_none_is_not_found(verb: str, client: Client, clerk: User, referral: Filing) -> None:
    change = today_of(moving, clerk, referral)
    assert client.post(f"/filings/changes/{change.pk}/{verb}/").status_code == 404
    assert client.get(f"/filings/changes/{change.pk}/withdraw/").status_code == 405


# paper


@pytest.mark.clause("YT-03")
def test_form_of_cancellation_says_what_is_not_paid_and_masks_the_number(
    client: Client, clerk: User, insured: Insured
) -> None:
    person = insured(make.YANTAI)
    filing = filed_today(clerk, person, Category.POSTED_WORKER, materials=(Seen(Material.ROSTER),))
    asked = client.get(f"/filings/{filing.pk}/cancel/").content.decode()
    assert "文件未限制" in asked
    beside = client.post(f"/filings/{filing.pk}/cancel/decision/", entered()).content.decode()
    assert "取消后在原就医地（北京市）发生的医疗费用不予支付" in beside
    change = today_of(cancelling, clerk, filing)
    page = client.get(f"/filings/changes/{change.pk}/print/").content.decode()
    for text in (
        "异地就医备案注销（取消）登记表",
        change.number,
        filing.number,
        "北京市",
        "不予支付",
        "返回参保地居住",
    ):
        assert text in page
    assert "《烟台城镇基本医疗保险异地就医管理结算流程》一（一）" in page
    assert person.id_number not in page


def test_form_of_a_change_names_both_filings(client: Client, clerk: User, insured: Insured) -> None:
    filing = filed_today(clerk, insured())
    change = today_of(moving, clerk, filing)
    assert change.successor
    page = client.get(f"/filings/changes/{change.pk}/print/").content.decode()
    for text in ("异地就医备案变更登记表", filing.number, change.successor.number, "济南市", "本地待遇"):
        assert text in page
