"""Uploads on their pages: the list, what was refused, put right and sent again or given up, the state on the case."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from filings import lapsing
from filings.models import Filing, InsuredPerson, Upload
from filings.register import change_person
from filings.uploads import correcting
from hospitals.access import RIGHTS, Right
from hospitals.reasons import Refused
from hospitals.vocabulary import Role
from tests import factories as make
from tests.filings import commitments, stays
from tests.filings.conftest import TODAY, cancelling, filed, moving
from tests.filings.platform_stub import Stub
from tests.filings.uploading import platforms, sent, without_pauses

pytestmark = pytest.mark.django_db
WORDS = "E1043 参保人姓名与证件号码不匹配"


@pytest.fixture
def stub() -> Iterator[Stub]:
    with platforms(Stub()) as made:
        yield made


@pytest.fixture
def refused(stub: Stub, clerk: User, insured: Any) -> Filing:
    """A filing whose person is called otherwise on the platform, and whose cancellation waits behind it."""
    filing = filed(clerk, insured())
    cancelling(clerk, filing)
    stub.refuse = lambda message: "" if message["input"]["psn_name"] == "王小明明" else WORDS
    sent()
    return filing


def page(client: Client, link: str) -> str:
    reply = client.get(link)
    assert reply.status_code == 200
    return reply.content.decode()


def renamed(person: InsuredPerson) -> None:
    person.refresh_from_db()
    clerk = make.staff(Role.CLERK, make.WEIFANG)
    change_person(by=clerk, person=person, version=person.version, name="王小明明", reason="与身份证一致")


@pytest.mark.clause("YT-10", "JN-06")
def test_refused_upload_is_put_right_and_sent_again(client: Client, stub: Stub, refused: Filing) -> None:
    upload = refused.uploads.earliest("pk")
    before = upload.msgid
    shown = page(client, upload.get_absolute_url())
    assert f"平台拒绝：{WORDS}" in shown
    assert "该参保人后面的上报须等这一件" in shown
    assert refused.person.id_number not in shown
    renamed(refused.person)
    assert "现在的信息" in page(client, upload.get_absolute_url())
    reply = client.post(
        f"{upload.get_absolute_url()}send_again/", {"reason": "已更正姓名", "version": upload.version}, follow=True
    )
    assert "已办理：重新上报" in reply.content.decode()
    without_pauses()
    for _turn in range(2):
        sent()
    first, second = refused.uploads.order_by("pk")
    assert (first.status, first.payload["psn_name"]) == ("acknowledged", "王小明明")
    assert first.msgid not in ("", before)
    assert list(stub.done) == [first.msgid, second.msgid]
    assert (second.status, second.payload["psn_name"]) == ("acknowledged", "王小明明")  # put right with it
    assert "已更正姓名" in page(client, upload.get_absolute_url())
    assert first.refusals.get().payload["psn_name"] != "王小明明"


def test_end_that_is_told_anew_stays_what_it_was(stub: Stub, clerk: User, insured: Any) -> None:
    """Though the filing is in effect again meanwhile."""
    commitment = commitments.committed(clerk, insured(make.TIELING))
    stub.refuse = lambda message: WORDS if message["infno"] == "A503" else ""
    commitments.lapsed(commitment)
    for _turn in range(2):
        sent()
    filing = commitments.filing_of(commitment)
    lapsing.reinstate(by=make.staff(Role.SUPERVISOR, *make.HOMES), filing=filing, reason="材料已补交")
    end = filing.uploads.get(infno="A503")
    before = end.payload
    assert end.status == "parked"
    assert before["enddate"]
    assert correcting.send_again(by=clerk, upload=end, reason="平台已修复").payload == before
    without_pauses()
    stub.refuse = lambda message: ""
    for _turn in range(2):
        sent()
    assert [message["infno"] for message in stub.done.values()] == ["A501", "A503", "A501"]


def test_changed_filing_told_anew_still_names_the_one_it_follows(stub: Stub, clerk: User, insured: Any) -> None:
    make.AreaFactory(code="310000")
    filing = filed(clerk, insured())
    moving(clerk, filing, "310000", TODAY + dt.timedelta(1))
    stub.refuse = lambda message: WORDS if message["infno"] == "A502" else ""
    for _turn in range(3):
        sent()
    changed = Upload.objects.get(infno="A502")
    assert correcting.send_again(by=clerk, upload=changed, reason="平台已修复").payload == changed.payload
    assert changed.payload["orig_trt_dcla_detl_sn"] == filing.number


def test_later_one_says_what_it_waits_for(client: Client, refused: Filing) -> None:
    first, second = refused.uploads.order_by("pk")
    shown = page(client, second.get_absolute_url())
    assert f'须等 <a href="{first.get_absolute_url()}">{first.number}</a>' in shown
    assert WORDS in shown


def test_given_up_with_a_reason_the_next_goes_on(client: Client, stub: Stub, refused: Filing) -> None:
    first, second = refused.uploads.order_by("pk")
    link = f"{first.get_absolute_url()}give_up/"
    reply = client.post(link, {"reason": " ", "version": first.version})
    assert reply.status_code == 422
    assert "不再上报须填写理由" in reply.content.decode()
    client.post(link, {"reason": "平台已有此人备案", "version": first.version})
    first.refresh_from_db()
    assert (first.status, first.end_reason) == ("given_up", "平台已有此人备案")
    stub.refuse = lambda message: ""
    sent()
    second.refresh_from_db()
    assert second.status == "acknowledged"


def test_what_another_changed_meanwhile_is_not_overwritten(client: Client, refused: Filing) -> None:
    first = refused.uploads.earliest("pk")
    reply = client.post(f"{first.get_absolute_url()}send_again/", {"reason": "重试", "version": first.version - 1})
    assert reply.status_code == 422
    assert "刚刚被他人改动" in reply.content.decode()


@pytest.mark.parametrize("status", ["waiting", "acknowledged"])
def test_only_what_was_refused_is_sent_again(stub: Stub, clerk: User, insured: Any, status: str) -> None:
    upload = filed(clerk, insured()).uploads.get()
    if status == "acknowledged":
        sent()
    for verb in (correcting.send_again, correcting.give_up):
        with pytest.raises(Refused, match="当前状态为"):
            verb(by=clerk, upload=upload, reason="重试")


@pytest.mark.clause("JN-06")
def test_those_refused_in_the_same_words_are_sent_again_together(client: Client, stub: Stub) -> None:
    for _number in range(3):
        make.FilingFactory(person__area__code=make.WEIFANG)
    other = make.FilingFactory(person__area__code=make.TIELING)
    stub.refuse = lambda message: "E2001 就医地未开通" if message["insuplc_admdvs"] == make.WEIFANG else WORDS
    sent()
    shown = page(client, "/uploads/refusals/")
    assert "E2001 就医地未开通" in shown
    assert WORDS in shown
    form = {"infno": "A501", "words": "E2001 就医地未开通", "reason": ""}
    assert client.post("/uploads/refusals/send/", form).status_code == 422
    reply = client.post("/uploads/refusals/send/", form | {"reason": "平台已开通"}, follow=True)
    assert "3 件已重新上报" in reply.content.decode()
    stub.refuse = lambda message: ""
    without_pauses()
    sent()
    assert Upload.objects.filter(status="acknowledged").count() == 3
    assert other.uploads.get().status == "parked"
    assert (
        "没有因此原因被拒的上报了" in client.post("/uploads/refusals/send/", form | {"reason": "再试"}).content.decode()
    )


def test_nobody_sends_again_what_they_do_not_see(signed_in: Any, stub: Stub) -> None:
    filing = make.FilingFactory(person__area__code=make.TIELING)
    stub.refuse = lambda message: WORDS
    sent()
    clerk = signed_in(make.staff(Role.CLERK, make.WEIFANG))
    form = {"infno": "A501", "words": WORDS, "reason": "重试"}
    assert clerk.post("/uploads/refusals/send/", form).status_code == 422
    assert filing.uploads.get().status == "parked"
    assert WORDS not in page(clerk, "/uploads/refusals/")


@pytest.mark.clause("YT-10")
def test_state_stands_on_the_filing_and_with_the_person(client: Client, stub: Stub, clerk: User, insured: Any) -> None:
    filing = filed(clerk, insured())
    links = (filing.get_absolute_url(), filing.person.get_absolute_url(), "/filings/")
    for link in links:
        assert "未上报" in page(client, link)
    stub.status = 503
    sent()
    for link in links:
        assert "上报中" in page(client, link)
    stub.status, stub.refuse = 200, lambda message: WORDS
    without_pauses()
    sent()
    for link in links:
        assert "上报被拒" in page(client, link)
    assert WORDS in page(client, links[0])
    assert "上报被拒待更正" in page(client, "/")
    assert filing.uploads.get().number in page(client, "/")


@pytest.mark.clause("DY-05")
def test_state_stands_on_the_registration(client: Client, stub: Stub, clerk: User) -> None:
    stays.network()
    registration = stays.registered(clerk, stays.of_dongying(clerk))
    assert "未上报" in page(client, registration.get_absolute_url())
    for _turn in range(2):
        sent()
    for link in (registration.get_absolute_url(), "/registrations/"):
        assert "已上报" in page(client, link)
    change = cancelling(clerk, registration.filing)
    assert "未上报" in page(client, change.get_absolute_url())


def test_list_says_which_platform_is_down_or_missing(client: Client, stub: Stub, clerk: User, insured: Any) -> None:
    filed(clerk, insured())
    stub.status = 503
    sent()
    shown = page(client, "/uploads/")
    assert "国家平台自" in shown
    assert "平台返回 HTTP 503" in shown
    assert "省内平台未配置" not in shown


def test_list_says_where_no_platform_is_configured(client: Client, settings: Any) -> None:
    settings.NATIONAL_PLATFORM_URL = ""
    assert "国家平台未配置" in page(client, "/uploads/")


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 3),
        ("status=parked", 1),
        ("status=unsent", 1),
        ("status=under_way", 0),
        ("status=acknowledged", 1),
        ("platform=in_province", 0),
        ("infno=A503", 1),
        (f"area={make.TIELING}", 0),
    ],
)
def test_list_is_filtered(client: Client, stub: Stub, refused: Filing, query: str, count: int) -> None:
    stub.refuse = lambda message: ""
    make.FilingFactory(person__area__code=make.WEIFANG)
    sent()
    assert f"共 {count} 条" in page(client, f"/uploads/?{query}")


def test_list_finds_by_number(client: Client, refused: Filing) -> None:
    assert "共 2 条" in page(client, f"/uploads/?text={refused.number}")
    assert "共 1 条" in page(client, f"/uploads/?text={refused.uploads.earliest('pk').number}")
    assert "共 1 条" in page(client, f"/uploads/?text={refused.changes.get().number}")
    assert "共 2 条" in page(client, f"/uploads/?text={refused.person.name}")


def test_list_is_exported(client: Client, refused: Filing) -> None:
    text = b"".join(client.get("/uploads/?export=csv")).decode("utf-8-sig")  # type: ignore[arg-type]
    assert "上报被拒" in text
    assert WORDS in text


@pytest.mark.parametrize("link", ["/uploads/", "/filings/", "/registrations/"])
def test_list_asks_the_same_number_of_questions(client: Client, stub: Stub, link: str) -> None:
    counts = []
    for rows in (1, 2, 27):
        for _number in range(rows):
            make.RegistrationFactory(person__area__code=make.WEIFANG)
        sent()
        with CaptureQueriesContext(connection) as queries:
            page(client, link)
        counts.append(len(queries))
    assert len(set(counts)) == 1


def test_rights_of_the_roles() -> None:
    may = {role for role in Role if Right.SEND_UPLOADS in RIGHTS[role]}
    assert may == {Role.CLERK, Role.REVIEWER, Role.SUPERVISOR}
