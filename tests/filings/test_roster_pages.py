"""Rosters as pages: upload, preview, confirm; long ones through the worker; id numbers masked."""

import datetime as dt
import io
import re
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from filings import tasks
from filings.models import Filing, RosterImport
from filings.rosters import shown
from filings.views.rosters import PAGES
from hospitals.access import staff_name
from hospitals.views import import_pages
from hospitals.vocabulary import ListStatus, Role
from tests import factories as make
from tests.filings.rosters import EMPLOYER, brought_in, counts, listed, name_of, number, rows_for, workers

pytestmark = pytest.mark.clause("YT-02")
NEW = "/rosters/new/"


def send(client: Any, data: bytes, **fields: Any) -> Any:
    typed = {"area": make.YANTAI, "employer": EMPLOYER, "agent_name": "赵会计", **fields}
    return client.post(NEW, {**typed, "file": SimpleUploadedFile("花名册.csv", data)})


def newest() -> RosterImport:
    return RosterImport.objects.latest("pk")


def page(client: Any, found: RosterImport, query: str = "") -> str:
    reply = client.get(f"/rosters/{found.pk}/{query}")
    assert reply.status_code == 200
    return str(reply.content.decode())


def post(client: Any, found: RosterImport, verb: str, **options: Any) -> Any:
    return client.post(f"/rosters/{found.pk}/{verb}/", **options)


def tabs(text: str) -> list[str]:
    nav = text.partition('aria-label="名单内容"')[2].partition("</nav>")[0]
    return re.findall(r">([^<>]+)</a>", nav)


def test_roster_goes_from_upload_to_filings(client: Any, clerk: Any) -> None:
    people = workers(3)
    reply = send(client, listed(*rows_for(people[:2]), *rows_for(people[2:], "德国")), agent_phone="13900000000")
    found = newest()
    assert reply["Location"] == f"/rosters/{found.pk}/"
    assert (found.made_by, found.filed_on, found.hall, found.employer) == (clerk, timezone.localdate(), None, EMPLOYER)
    text = page(client, found, "?tab=new")
    assert tabs(text) == ["有误 1", "备案 2"]
    for said in (EMPLOYER, "赵会计 13900000000", "济南市", "本地待遇", "联网直接结算", "即时生效", "为 2 人备案"):
        assert said in text
    assert "文件未规定待遇档次，长期备案暂按本地待遇，待核定" in text
    assert not Filing.objects.exists()
    post(client, found, "apply")
    text = page(client, found, "?tab=new")
    for filing in Filing.objects.all():
        assert f'<a href="/filings/{filing.pk}/">{filing.number}</a>' in text
    assert "1 行有误，没有备案" in text
    listing = client.get("/rosters/").content.decode()
    assert EMPLOYER in listing
    assert "备案 2、有误 1" in listing


def test_rosters_are_reached_from_the_filings(client: Any, policies: None) -> None:
    assert 'href="/rosters/"' in client.get("/filings/").content.decode()
    assert 'href="/rosters/new/"' in client.get("/rosters/").content.decode()


def test_faults_show_row_column_value_cause_and_clause(client: Any) -> None:
    people = workers(2)
    data = listed(
        f"{rows_for(people)[0]},2020-01-01",
        rows_for(people[1:], "烟台")[0] + ",",
        heading="姓名,身份证号码,派驻地,派驻日期",
    )
    send(client, data)
    text = page(client, newest())
    cells = re.findall(r'<td[^>]*data-label="(行|列|内容|原因)"[^>]*>\s*(.*?)</td>', text, re.DOTALL)
    assert [value.strip() for _label, value in cells] == [
        *("2", "派驻日期", "2020-01-01", f"文件未规定可以补办，备案开始日期不能早于申请之日 {timezone.localdate()}"),
        *("3", "派驻地", "烟台", "就医地烟台市在参保地烟台市以内，不属于异地就医"),
    ]


@pytest.mark.parametrize("tab", ["new", "same", "invalid"])
def test_id_numbers_are_masked_on_every_tab(client: Any, clerk: Any, policies: None, tab: str) -> None:
    people = workers(2)
    wrong = number(9)[:17] + ("1" if number(9)[17] != "1" else "2")
    found = brought_in(listed(*rows_for(people[:1])), clerk)
    post(client, found, "apply")
    again = brought_in(listed(*rows_for(people), f"王九,{wrong},济南", f"王八,{number(8)},济南"), clerk)
    assert counts(again) == {"new": 1, "same": 1, "invalid": 2}
    text = page(client, again, f"?tab={tab}")
    assert "370602********" in text
    for whole in (wrong, number(8), *(person.id_number for person in people)):
        assert whole not in text


def test_faulty_rows_come_back_as_a_file_and_it_is_on_record_who_took_it(client: Any, clerk: Any) -> None:
    (person,) = workers(1)
    send(client, listed(*rows_for([person], "德国")))
    found = newest()
    assert client.get(f"/rosters/{found.pk}/faults/").status_code == 405
    reply = post(client, found, "faults")
    assert reply["Cache-Control"] == "no-store"
    book = openpyxl.load_workbook(io.BytesIO(b"".join(reply.streaming_content)))
    sheet: Any = book.active
    cause = "派驻地：没有找到“德国”，请输入城市名称、简拼或行政区划代码"
    assert list(sheet.values)[1] == (person.name, person.id_number, "德国", "2", cause)
    event = found.events.order_by("-pgh_id").first()
    assert event.pgh_context["user_name"] == staff_name(clerk)
    assert "下载有误的行（含完整证件号码）" in page(client, found)


def test_roster_with_nothing_to_file_offers_no_confirmation(client: Any, clerk: Any, policies: None) -> None:
    found = brought_in(listed(*rows_for(workers(1), "德国")), clerk)
    assert "/apply/" not in page(client, found)
    assert "没有可以备案的人员" in post(client, found, "apply", follow=True).content.decode()


def test_second_upload_of_a_file_says_so(client: Any, clerk: Any, policies: None) -> None:
    data = listed(*rows_for(workers(1)))
    first = brought_in(data, clerk)
    post(client, first, "apply")
    send(client, data)
    text = page(client, newest())
    assert f'<a href="/rosters/{first.pk}/">导入过</a>' in text
    assert tabs(text) == ["已有备案 1"]
    assert Filing.objects.get().number in text


@pytest.mark.parametrize("area", [make.WEIFANG, make.TIELING])
def test_area_that_takes_no_rosters_says_what_it_offers(client: Any, area: str) -> None:
    reply = send(client, listed(*rows_for(workers(1, area=area))), area=area)
    assert reply.status_code == 422
    text = reply.content.decode()
    assert "不受理花名册；可由参保人通过窗口、" in text
    assert not RosterImport.objects.exists()


def test_form_says_what_is_missing_and_keeps_what_was_typed(client: Any, policies: None) -> None:
    reply = client.post(NEW, {"area": make.YANTAI, "employer": EMPLOYER, "agent_phone": "12", "start_on": "三月"})
    text = reply.content.decode()
    assert reply.status_code == 422
    for said in (EMPLOYER, "不是有效的电话号码", "应如 2026-03-10 或 20260310", "三月"):
        assert said in text


def test_start_day_of_the_upload_counts(client: Any) -> None:
    later = timezone.localdate() + dt.timedelta(days=10)
    send(client, listed(*rows_for(workers(1))), start_on=f"{later:%Y%m%d}")
    post(client, newest(), "apply")
    assert Filing.objects.get().start_on == later


# --- halls and areas -------------------------------------------------------------------------------------------------


def test_clerk_of_one_hall_needs_not_say_which(signed_in: Any, policies: None) -> None:
    hall = make.HallFactory(area__code=make.YANTAI)
    client = signed_in(make.staff(Role.CLERK, hall=hall))
    assert 'name="hall"' not in client.get(NEW).content.decode()
    send(client, listed(*rows_for(workers(1))))
    assert newest().hall == hall
    assert hall.name in page(client, newest())
    post(client, newest(), "apply")
    assert Filing.objects.get().hall == hall


def test_clerk_of_two_halls_says_which(signed_in: Any, policies: None) -> None:
    first, second = (make.HallFactory(area__code=make.YANTAI) for _ in range(2))
    member = make.staff(Role.CLERK, hall=first)
    make.PostFactory(user=member, role=Role.CLERK, area=second.area, hall=second)
    client, data = signed_in(member), listed(*rows_for(workers(1)))
    assert "请选择受理窗口" in send(client, data).content.decode()
    send(client, data, hall=second.pk)
    assert newest().hall == second


def test_clerk_of_a_hall_sees_the_rosters_of_that_hall(signed_in: Any, clerk: Any, policies: None) -> None:
    first, second = (make.HallFactory(area__code=make.YANTAI) for _ in range(2))
    data = listed(*rows_for(workers(1)))
    whole = brought_in(data, clerk, employer="全市公司")
    one = brought_in(data, make.staff(Role.CLERK, hall=first), hall=first, employer="一厅公司")
    client = signed_in(make.staff(Role.CLERK, hall=second))
    for found in (whole, one):
        assert client.get(f"/rosters/{found.pk}/").status_code == 404
        assert post(client, found, "apply").status_code == 404
    listing = client.get("/rosters/").content.decode()
    assert "全市公司" not in listing
    assert "一厅公司" not in listing
    assert "一厅公司" in signed_in(clerk).get("/rosters/").content.decode()


def test_earlier_import_of_another_hall_is_not_named(signed_in: Any, clerk: Any, policies: None) -> None:
    hall, data = make.HallFactory(area__code=make.YANTAI), listed(*rows_for(workers(1)))
    earlier = brought_in(data, clerk)
    post(signed_in(clerk), earlier, "apply")
    client = signed_in(make.staff(Role.CLERK, hall=hall))
    send(client, data)
    text = page(client, newest())
    assert "导入过" not in text
    filing = Filing.objects.get()
    assert filing.number in text
    assert filing.get_absolute_url() not in text


def test_who_does_not_file_sees_and_cannot_act(signed_in: Any, clerk: Any, policies: None) -> None:
    found = brought_in(listed(*rows_for(workers(1)), *rows_for(workers(1, start=5), "德国")), clerk)
    client = signed_in(make.staff(Role.REVIEWER, make.YANTAI))
    text = page(client, found)
    assert "/apply/" not in text
    assert "/faults/" not in text
    for verb in (*PAGES.steps, "faults"):
        assert post(client, found, verb.replace("_", "-")).status_code == 403
    assert not Filing.objects.exists()


def test_rosters_of_another_area_are_not_found(signed_in: Any, clerk: Any, policies: None) -> None:
    found = brought_in(listed(*rows_for(workers(1), "德国")), clerk)
    client = signed_in(make.staff(Role.CLERK, make.TIELING))
    for path in ("", "progress/"):
        assert client.get(f"/rosters/{found.pk}/{path}").status_code == 404
    for verb in (*PAGES.steps, "faults"):
        assert post(client, found, verb.replace("_", "-")).status_code == 404
    assert EMPLOYER not in client.get("/rosters/").content.decode()


# --- in sets and in parts --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3, 30])
def test_rosters_take_the_same_queries_whatever_their_number(client: Any, policies: None, count: int) -> None:
    for _ in range(count):
        make.RosterFactory(area__code=make.YANTAI, made_by=make.UserFactory(), content=b"x")
    client.get("/rosters/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/rosters/")
    assert len(queries) == 6, [query["sql"][:90] for query in queries]
    assert not [query for query in queries if '"content"' in query["sql"]]


@pytest.mark.parametrize("tab", ["new", "same", "invalid"])
def test_page_takes_the_same_queries_whatever_the_rows(client: Any, clerk: Any, policies: None, tab: str) -> None:
    taken = {}
    for count, start in ((1, 0), (3, 10), (30, 100)):
        good, bad = workers(count, start=start), workers(count, start=start + 1000)
        found = brought_in(listed(*rows_for(good), *rows_for(bad, "德国")), clerk)
        if tab == "same":
            post(client, found, "apply")
            found = brought_in(listed(*rows_for(good)), clerk)
        page(client, found, f"?tab={tab}")
        with CaptureQueriesContext(connection) as queries:
            page(client, found, f"?tab={tab}")
        taken[count] = len(queries)
    assert taken[1] == taken[3] == taken[30] < 12, taken


def test_long_tab_is_paged(client: Any, clerk: Any, policies: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shown, "PAGE", 4)
    found = brought_in(listed(*rows_for(workers(10))), clerk)
    seen, link = [], "?tab=new"
    while link:
        text = page(client, found, link)
        seen += [serial for serial in range(10) if f">{name_of(serial)}<" in text]
        link = text.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
        link = link if "after=" in link and 'rel="next"' in text else ""
    assert seen == list(range(10))


# --- through the worker ----------------------------------------------------------------------------------------------


@pytest.fixture
def long_roster(policies: None, monkeypatch: pytest.MonkeyPatch) -> bytes:
    monkeypatch.setattr(import_pages, "WORKER_BYTES", 100)
    monkeypatch.setattr(PAGES, "worker_rows", 5)
    return listed(*rows_for(workers(6)))


def jobs(name: str) -> list[dict[str, Any]]:
    return [job.args for job in ProcrastinateJob.objects.filter(task_name=name)]


def test_long_roster_is_read_and_filed_by_the_worker(client: Any, clerk: Any, long_roster: bytes) -> None:
    send(client, long_roster)
    found = newest()
    assert found.status == ListStatus.READING
    (job,) = jobs("preview_roster")
    assert job == {"list_import": found.pk}
    assert f"/rosters/{found.pk}/progress/" in page(client, found)
    tasks.preview_roster(**job)
    tasks.preview_roster(**job)
    assert client.get(f"/rosters/{found.pk}/progress/")["HX-Refresh"] == "true"
    post(client, found, "apply")
    found.refresh_from_db()
    assert (found.status, Filing.objects.count()) == (ListStatus.APPLYING, 0)
    (job,) = jobs("apply_roster")
    assert set(job) == {"list_import", "by"}
    tasks.apply_roster(**job)
    tasks.apply_roster(**job)
    found.refresh_from_db()
    assert (found.status, found.applied_by, Filing.objects.count()) == (ListStatus.APPLIED, clerk, 6)
    assert {filing.made_by for filing in Filing.objects.all()} == {clerk}


def test_roster_taken_back_from_the_worker_is_not_filed(client: Any, long_roster: bytes) -> None:
    send(client, long_roster)
    found = newest()
    tasks.preview_roster(list_import=found.pk)
    post(client, found, "apply")
    post(client, found, "put-back")
    (job,) = jobs("apply_roster")
    tasks.apply_roster(**job)
    found.refresh_from_db()
    assert (found.status, Filing.objects.count()) == (ListStatus.PREVIEWED, 0)


def test_worker_whose_clerk_lost_the_post_puts_the_roster_back(client: Any, clerk: Any, long_roster: bytes) -> None:
    send(client, long_roster)
    found = newest()
    tasks.preview_roster(list_import=found.pk)
    post(client, found, "apply")
    clerk.posts.all().delete()
    (job,) = jobs("apply_roster")
    tasks.apply_roster(**job)
    found.refresh_from_db()
    assert (found.status, found.problem) == (ListStatus.PREVIEWED, "您没有“办理备案”的权限")


def test_worker_that_fails_says_what_holds(client: Any, long_roster: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: Any) -> None:
        raise MemoryError

    send(client, long_roster)
    found = newest()
    tasks.preview_roster(list_import=found.pk)
    post(client, found, "apply")
    monkeypatch.setattr("filings.rosters.carrying.file_person", broken)
    (job,) = jobs("apply_roster")
    with pytest.raises(MemoryError):
        tasks.apply_roster(**job)
    found.refresh_from_db()
    assert (found.status, found.problem) == (ListStatus.PREVIEWED, tasks.BROKEN_OFF)
