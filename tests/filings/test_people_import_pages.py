"""The import of people as pages: upload, preview, confirm; long lists through the worker; id numbers masked."""

import io
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from filings import tasks
from filings.models import InsuredPerson, PeopleListImport
from filings.people_lists import shown
from filings.views.people_imports import PAGES
from hospitals.access import staff_name
from hospitals.views import import_pages
from hospitals.vocabulary import ListStatus, Role
from tests import factories as make
from tests.filings.people_lists import HEADING, TODAY, imported, listed, number, people, upload

NEW = "/people/imports/new/"


@pytest.fixture(autouse=True)
def areas(db: Any) -> None:
    make.AreaFactory(code=make.WEIFANG)
    make.AreaFactory(code=make.TIELING)


@pytest.fixture
def clerk() -> Any:
    return make.staff(Role.CLERK)


@pytest.fixture
def client(signed_in: Any, clerk: Any) -> Any:
    return signed_in(clerk)


def send(client: Any, data: bytes, **fields: str) -> Any:
    return client.post(NEW, {"area": make.WEIFANG, **fields, "file": SimpleUploadedFile("名单.csv", data)})


def newest() -> PeopleListImport:
    return PeopleListImport.objects.latest("pk")


def page(client: Any, found: PeopleListImport, query: str = "") -> str:
    reply = client.get(f"/people/imports/{found.pk}/{query}")
    assert reply.status_code == 200
    return str(reply.content.decode())


def workbook_of(reply: Any) -> Any:
    return openpyxl.load_workbook(io.BytesIO(b"".join(reply.streaming_content)))


def post(client: Any, found: PeopleListImport, verb: str, **options: Any) -> Any:
    return client.post(f"/people/imports/{found.pk}/{verb}/", **options)


def test_list_goes_from_upload_to_applied(client: Any, clerk: Any) -> None:
    reply = send(client, listed(*people(2)))
    found = newest()
    assert reply["Location"] == f"/people/imports/{found.pk}/"
    assert (found.status, found.made_by, found.new) == (ListStatus.PREVIEWED, clerk, 2)
    assert not InsuredPerson.objects.exists()
    post(client, found, "apply")
    found.refresh_from_db()
    assert (found.status, found.applied_by) == (ListStatus.APPLIED, clerk)
    person = InsuredPerson.objects.get(id_number=number(1))
    assert f"/people/{person.pk}/" in page(client, found)
    assert found.file_name in client.get("/people/imports/").content.decode()


@pytest.mark.parametrize("tab", ["new", "changed", "same", "invalid"])
def test_id_numbers_are_masked_on_every_tab(client: Any, tab: str) -> None:
    wrong = number(9)[:17] + ("1" if number(9)[17] != "1" else "2")
    imported(*people(2))
    rows = [f"李大伟,{number(1)},职工,在职,2010-01-01", *people(1, start=2), *people(1, start=3)]
    found = upload(listed(*rows, f"王小明,{wrong},职工,退休,2010-01-01", f"王小明,{number(3)},,,"))
    assert (found.new, found.changed, found.same, found.invalid) == (1, 1, 1, 2)
    text = page(client, found, f"?tab={tab}")
    assert "370702********" in text
    for whole in (wrong, *(number(serial) for serial in (1, 2, 3))):
        assert whole not in text


def test_changes_are_shown_field_by_field(client: Any) -> None:
    imported(*people(1))
    found = upload(listed(f"王小明,{number(1)},职工,在职,2010-01-01,某公司", heading=f"{HEADING},单位"))
    text = page(client, found)
    for column, before, after in (("在职状态", "退休", "在职"), ("单位", "（空）", "某公司")):
        assert f"{column}：<del>{before}</del> → <ins>{after}</ins>" in text


def test_faulty_list_cannot_be_confirmed_and_its_rows_come_back_as_a_file(client: Any, clerk: Any) -> None:
    send(client, listed(*people(1), "=王小明,1,,,", f"李小明,{number(3)},工伤,,2010-01-01"))
    found = newest()
    text = page(client, found)
    assert "不认识的险种" in text
    assert f"/people/imports/{found.pk}/apply/" not in text
    post(client, found, "apply")
    found.refresh_from_db()
    assert found.status == ListStatus.PREVIEWED
    reply = post(client, found, "faults")
    assert reply["Cache-Control"] == "no-store"
    rows = list(workbook_of(reply).active.values)
    assert rows[0] == ("姓名", "身份证号", "险种", "人员类别", "参保日期", "原行号", "有误之处")
    assert rows[1][0] == "'=王小明"
    assert (rows[2][1], rows[2][2], rows[2][5]) == (number(3), "工伤", "4")
    assert rows[2][6] == "险种：不认识的险种，应为职工医保或居民医保"


def test_who_took_the_faulty_rows_is_on_record(client: Any, clerk: Any) -> None:
    found = upload(listed("王小明,1,,,"))
    assert client.get(f"/people/imports/{found.pk}/faults/").status_code == 405
    workbook_of(post(client, found, "faults"))
    event = found.events.order_by("-pgh_id").first()
    assert event.pgh_context["user_name"] == staff_name(clerk)
    assert "下载有误的行（含完整证件号码）" in page(client, found)


def test_list_without_faults_has_no_file_of_faults(client: Any) -> None:
    assert post(client, upload(listed(*people(1))), "faults").status_code == 404


def test_file_of_faults_put_right_comes_in_again(client: Any) -> None:
    found = upload(listed(f"王小明,{number(1)},职工,,2010-01-01"))
    book = workbook_of(post(client, found, "faults"))
    book.active["D2"] = "退休"
    corrected = io.BytesIO()
    book.save(corrected)
    send(client, corrected.getvalue())
    assert (newest().new, newest().invalid) == (1, 0), [row.faults for row in newest().steps.all()]


def test_unreadable_file_says_why(client: Any) -> None:
    send(client, b"%PDF\0")
    assert "这不是 xlsx、xls 或 csv 表格文件。" in page(client, newest())


def test_register_changed_meanwhile_asks_for_a_new_preview(client: Any) -> None:
    found = upload(listed(*people(1)))
    make.PersonFactory(id_number=number(1))
    reply = post(client, found, "apply", follow=True)
    assert "预览之后参保登记有改动，请重新预览" in reply.content.decode()
    post(client, found, "preview")
    found.refresh_from_db()
    assert (found.new, found.changed) == (0, 1)


def test_discarded_list_is_put_away(client: Any) -> None:
    found = upload(listed(*people(1)))
    post(client, found, "discard")
    assert newest().status == ListStatus.DISCARDED
    assert "王小明" not in page(client, found)


def test_form_takes_only_own_areas_and_says_what_is_missing(client: Any) -> None:
    assert send(client, listed(*people(1)), area=make.TIELING).status_code == 422
    assert client.post(NEW, {}).status_code == 422
    assert not PeopleListImport.objects.exists()


def test_clerk_of_one_hall_sees_and_does_not_import(signed_in: Any) -> None:
    hall = make.HallFactory(area__code=make.WEIFANG)
    client = signed_in(make.staff(Role.CLERK, hall=hall))
    found = upload(listed(*people(1)))
    assert "/apply/" not in page(client, found)
    assert "/people/imports/new/" not in client.get("/people/imports/").content.decode()
    assert client.get(NEW).status_code == 403
    post(client, found, "apply")
    assert not InsuredPerson.objects.exists()


def test_steps_are_posted(client: Any) -> None:
    found = upload(listed(*people(1)))
    for verb in PAGES.steps:
        assert client.get(f"/people/imports/{found.pk}/{verb.replace('_', '-')}/").status_code == 405


def test_imports_of_another_area_are_not_found(signed_in: Any) -> None:
    found = upload(listed("王小明,1,,,"))
    client = signed_in(make.staff(Role.SUPERVISOR, make.TIELING))
    for path in ("", "progress/"):
        assert client.get(f"/people/imports/{found.pk}/{path}").status_code == 404
    for verb in (*PAGES.steps, "faults"):
        assert post(client, found, verb.replace("_", "-")).status_code == 404
    assert found.file_name not in client.get("/people/imports/").content.decode()


@pytest.mark.parametrize("count", [1, 3, 30])
def test_past_imports_take_the_same_queries_whatever_their_number(client: Any, count: int) -> None:
    for _ in range(count):
        make.PeopleImportFactory(made_by=make.UserFactory(), content=b"x")
    client.get("/people/imports/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/people/imports/")
    assert len(queries) == 5, [query["sql"][:90] for query in queries]
    assert not [query for query in queries if '"content"' in query["sql"]]


@pytest.mark.parametrize("count", [1, 3, 30])
def test_preview_takes_the_same_queries_whatever_its_length(client: Any, count: int) -> None:
    found = upload(listed(*people(count)))
    page(client, found)
    with CaptureQueriesContext(connection) as queries:
        page(client, found)
    assert len(queries) == 6, [query["sql"][:90] for query in queries]


def test_long_tab_is_paged(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shown, "PAGE", 4)
    names = [f"王{letter}" for letter in "甲乙丙丁戊己庚辛壬癸"]
    found = upload(listed(*(f"{name},{number(serial)}" for serial, name in enumerate(names)), heading="姓名,身份证号"))
    seen, link = [], "?tab=new"
    while link:
        text = page(client, found, link)
        seen += [name for name in names if name in text]
        link = text.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
        link = link if "after=" in link and 'rel="next"' in text else ""
    assert seen == names


# --- through the worker ----------------------------------------------------------------------------------------------


@pytest.fixture
def long_list(monkeypatch: pytest.MonkeyPatch) -> bytes:
    monkeypatch.setattr(import_pages, "WORKER_BYTES", 100)
    monkeypatch.setattr(PAGES, "worker_rows", 20)
    return listed(*people(30))


def jobs(name: str) -> list[dict[str, Any]]:
    return [job.args for job in ProcrastinateJob.objects.filter(task_name=name)]


def test_long_list_is_read_and_applied_by_the_worker(client: Any, clerk: Any, long_list: bytes) -> None:
    send(client, long_list)
    found = newest()
    assert found.status == ListStatus.READING
    (job,) = jobs("preview_people_list")
    assert f"/people/imports/{found.pk}/progress/" in page(client, found)
    assert "HX-Refresh" not in client.get(f"/people/imports/{found.pk}/progress/")
    tasks.preview_people(**job)
    tasks.preview_people(**job)
    assert client.get(f"/people/imports/{found.pk}/progress/")["HX-Refresh"] == "true"
    post(client, found, "apply")
    found.refresh_from_db()
    assert (found.status, InsuredPerson.objects.count()) == (ListStatus.APPLYING, 0)
    (job,) = jobs("apply_people_list")
    tasks.apply_people(**job)
    tasks.apply_people(**job)
    found.refresh_from_db()
    assert (found.status, found.applied_by, InsuredPerson.objects.count()) == (ListStatus.APPLIED, clerk, 30)
    event = InsuredPerson.objects.latest("pk").events.get()
    assert event.pgh_context["user_name"] == staff_name(clerk)


def test_jobs_carry_no_personal_data(client: Any, long_list: bytes) -> None:
    send(client, long_list)
    (job,) = jobs("preview_people_list")
    assert set(job) == {"list_import", "on"}


def test_worker_puts_a_stale_plan_back_with_the_reason(client: Any, long_list: bytes) -> None:
    send(client, long_list)
    found = newest()
    tasks.preview_people(list_import=found.pk, on=TODAY.isoformat())
    post(client, found, "apply")
    make.PersonFactory(id_number=number(1))
    (job,) = jobs("apply_people_list")
    tasks.apply_people(**job)
    found.refresh_from_db()
    assert (found.status, found.problem) == (ListStatus.PREVIEWED, "预览之后参保登记有改动，请重新预览")


def test_plan_taken_back_from_the_worker_is_not_applied(client: Any, long_list: bytes) -> None:
    send(client, long_list)
    found = newest()
    tasks.preview_people(list_import=found.pk, on=TODAY.isoformat())
    post(client, found, "apply")
    post(client, found, "put-back")
    (job,) = jobs("apply_people_list")
    tasks.apply_people(**job)
    found.refresh_from_db()
    assert (found.status, InsuredPerson.objects.count()) == (ListStatus.PREVIEWED, 0)


@pytest.mark.parametrize(
    ("verb", "state", "says"),
    [("preview", ListStatus.UNREADABLE, "读取时出错"), ("apply", ListStatus.PREVIEWED, "导入时出错，未作任何改动")],
)
def test_worker_that_fails_leaves_a_sentence(
    client: Any, long_list: bytes, monkeypatch: pytest.MonkeyPatch, verb: str, state: str, says: str
) -> None:
    def broken(**_: Any) -> None:
        raise MemoryError

    send(client, long_list)
    found = newest()
    if verb == "apply":
        tasks.preview_people(list_import=found.pk, on=TODAY.isoformat())
        post(client, found, "apply")
    monkeypatch.setattr(tasks.verbs, verb, broken)
    (job,) = jobs(f"{verb}_people_list")
    with pytest.raises(MemoryError):
        getattr(tasks, f"{verb}_people")(**job)
    found.refresh_from_db()
    assert (found.status, found.problem[: len(says)]) == (state, says)
