"""The import as pages: upload, preview, confirm, undo; long lists through the worker."""

import io
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from hospitals import tasks
from hospitals.access import staff_name
from hospitals.hospital_lists import shown, verbs
from hospitals.models import Hospital, HospitalListImport
from hospitals.views import import_pages
from hospitals.views.imports import PAGES
from hospitals.vocabulary import ListStatus, Role
from tests import factories as make
from tests.hospitals.lists import DONGYING, TODAY, YANTAI, apply, listed, prepare, upload, whole_list


@pytest.fixture(autouse=True)
def directory(db: Any) -> None:
    prepare(DONGYING, YANTAI)


@pytest.fixture
def supervisor() -> Any:
    return make.staff(Role.SUPERVISOR, DONGYING)


@pytest.fixture
def client(signed_in: Any, supervisor: Any) -> Any:
    return signed_in(supervisor)


def send(client: Any, data: bytes, name: str = "名单.csv", **fields: str) -> Any:
    given = {"area": DONGYING, "strategy": "complete", "scope": "cross_province", **fields}
    return client.post("/hospitals/imports/new/", {**given, "file": SimpleUploadedFile(name, data)})


def newest() -> HospitalListImport:
    return HospitalListImport.objects.latest("pk")


def page(client: Any, found: HospitalListImport, query: str = "") -> str:
    reply = client.get(f"/hospitals/imports/{found.pk}/{query}")
    assert reply.status_code == 200
    return str(reply.content.decode())


def test_list_goes_from_upload_to_undone(client: Any, supervisor: Any) -> None:
    before = Hospital.objects.count()
    reply = send(client, listed("甲医院,二级", "广饶县中医院,三甲", heading="医院名称,级别"), strategy="add")
    found = newest()
    assert reply["Location"] == f"/hospitals/imports/{found.pk}/"
    assert (found.status, found.made_by, found.new, found.skipped) == (ListStatus.PREVIEWED, supervisor, 1, 1)
    assert "甲医院" in page(client, found)
    assert Hospital.objects.count() == before

    client.post(f"/hospitals/imports/{found.pk}/apply/")
    found.refresh_from_db()
    assert (found.status, found.applied_by) == (ListStatus.APPLIED, supervisor)
    assert Hospital.objects.get(name="甲医院").level == "2"
    assert "甲医院" in client.get("/hospitals/?text=甲医院").content.decode()

    client.post(f"/hospitals/imports/{found.pk}/undo/", {"reason": "名单有误"})
    found.refresh_from_db()
    assert (found.status, found.undo_reason) == (ListStatus.UNDONE, "名单有误")
    assert Hospital.objects.count() == before
    assert "名单有误" in page(client, found)


def test_changes_are_shown_field_by_field(client: Any) -> None:
    Hospital.objects.filter(name="利津县中心医院").update(withdrawn_on=TODAY)
    send(
        client,
        listed("广饶县中医院,三甲,东营市广饶县新址,利津县", "利津县中心医院,,,", heading="医院名称,级别,地址,县区"),
        strategy="update",
    )
    text = page(client, newest(), "?tab=changed")
    for before, after in (
        ("（空）", "三甲"),
        ("东营市广饶县城迎宾路249号", "东营市广饶县新址"),
        ("广饶县", "利津县"),
        (f"{TODAY} 退网", "在网"),
    ):
        assert f"<del>{before}</del> → <ins>{after}</ins>" in text


def test_faulty_list_cannot_be_confirmed_and_its_rows_come_back_as_a_file(client: Any) -> None:
    send(client, listed("甲医院,=1+1,四级", "乙医院,,二级", heading="医院名称,地址,级别"), strategy="add")
    found = newest()
    text = page(client, found)
    assert "不认识的医院级别" in text
    assert f"/hospitals/imports/{found.pk}/apply/" not in text
    client.post(f"/hospitals/imports/{found.pk}/apply/")
    found.refresh_from_db()
    assert found.status == ListStatus.PREVIEWED
    reply = client.get(f"/hospitals/imports/{found.pk}/faults/")
    rows = list(openpyxl.load_workbook(io.BytesIO(b"".join(reply.streaming_content))).active.values)
    assert rows == [
        ("医院名称", "地址", "级别", "原行号", "有误之处"),
        ("甲医院", "'=1+1", "四级", "2", "级别：不认识的医院级别"),
    ]


def test_list_without_faults_has_no_file_of_faults(client: Any) -> None:
    found = upload(whole_list(DONGYING))
    assert client.get(f"/hospitals/imports/{found.pk}/faults/").status_code == 404


def test_unreadable_file_says_why(client: Any) -> None:
    send(client, b"%PDF\0")
    assert "这不是 xlsx、xls 或 csv 表格文件。" in page(client, newest())


def test_many_withdrawals_must_be_said(client: Any) -> None:
    send(client, whole_list(DONGYING, without=5))
    found = newest()
    assert "名单确实不再包含这 5 家医院" in page(client, found)
    reply = client.post(f"/hospitals/imports/{found.pk}/apply/", follow=True)
    assert "缺少 5 家在网医院" in reply.content.decode()
    assert not Hospital.objects.filter(withdrawn_on__isnull=False).exists()
    client.post(f"/hospitals/imports/{found.pk}/apply/", {"allow_many_withdrawals": "on"})
    assert Hospital.objects.filter(withdrawn_on__isnull=False).count() == 5


def test_directory_changed_meanwhile_asks_for_a_new_preview(client: Any) -> None:
    send(client, listed("甲医院"), strategy="add")
    found = newest()
    Hospital.objects.create(area_id=DONGYING, name="甲医院")
    reply = client.post(f"/hospitals/imports/{found.pk}/apply/", follow=True)
    assert "预览之后名录有改动，请重新预览" in reply.content.decode()
    client.post(f"/hospitals/imports/{found.pk}/preview/")
    found.refresh_from_db()
    assert (found.new, found.same) == (0, 1)


def test_file_that_was_imported_before_says_so(client: Any) -> None:
    first = apply(upload(listed("甲医院"), strategy="add"))
    send(client, listed("甲医院"), strategy="add")
    assert f'<a href="/hospitals/imports/{first.pk}/">导入过</a>' in page(client, newest())
    assert "导入过" not in page(client, first)


def test_undo_without_a_reason_is_refused_on_the_page(client: Any) -> None:
    found = apply(upload(listed("甲医院"), strategy="add"))
    reply = client.post(f"/hospitals/imports/{found.pk}/undo/", {"reason": ""}, follow=True)
    assert "撤销导入须填写理由" in reply.content.decode()


def test_discarded_list_is_put_away(client: Any) -> None:
    send(client, listed("甲医院"), strategy="add")
    client.post(f"/hospitals/imports/{newest().pk}/discard/")
    assert newest().status == ListStatus.DISCARDED


def test_form_takes_only_own_areas_and_says_what_is_missing(client: Any) -> None:
    reply = send(client, listed("甲医院"), area=YANTAI)
    assert reply.status_code == 422
    reply = client.post("/hospitals/imports/new/", {})
    assert reply.status_code == 422
    assert not HospitalListImport.objects.exists()


def test_steps_are_posted(client: Any) -> None:
    found = upload(listed("甲医院"))
    for verb in PAGES.steps:
        assert client.get(f"/hospitals/imports/{found.pk}/{verb.replace('_', '-')}/").status_code == 405


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SUPERVISOR])
def test_who_does_not_keep_the_directory_sees_and_cannot_act(signed_in: Any, role: Role) -> None:
    found = upload(listed("甲医院"), strategy="add")
    client = signed_in(make.staff(role, DONGYING))
    assert "/apply/" not in page(client, found)
    assert client.post(f"/hospitals/imports/{found.pk}/apply/").status_code == 403
    assert client.get("/hospitals/imports/new/").status_code == 403
    assert not Hospital.objects.filter(name="甲医院").exists()


def test_imports_of_another_area_are_not_found(signed_in: Any) -> None:
    found = upload(listed("甲医院"), strategy="add")
    client = signed_in(make.staff(Role.SUPERVISOR, YANTAI))
    for path in ("", "progress/", "faults/"):
        assert client.get(f"/hospitals/imports/{found.pk}/{path}").status_code == 404
    for verb in PAGES.steps:
        assert client.post(f"/hospitals/imports/{found.pk}/{verb.replace('_', '-')}/").status_code == 404
    assert found.file_name not in client.get("/hospitals/imports/").content.decode()


@pytest.mark.parametrize("count", [1, 3, 30])
def test_past_imports_take_the_same_queries_whatever_their_number(client: Any, count: int) -> None:
    for _ in range(count):
        HospitalListImport.objects.create(
            area_id=DONGYING, file_name="名单.csv", file_sha256="", made_by=make.UserFactory(), content=b"x"
        )
    client.get("/hospitals/imports/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/hospitals/imports/")
    assert len(queries) == 5, [query["sql"][:90] for query in queries]
    assert not [query for query in queries if '"content"' in query["sql"]]


def test_long_tab_is_paged(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shown, "PAGE", 4)
    found = upload(listed(*(f"第{number}医院" for number in range(10))), strategy="add")
    seen, link = [], "?tab=new"
    while link:
        text = page(client, found, link)
        seen += [name for number in range(10) if (name := f"第{number}医院") in text]
        link = text.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
        link = link if "after=" in link and 'rel="next"' in text else ""
    assert seen == [f"第{number}医院" for number in range(10)]


# --- through the worker ----------------------------------------------------------------------------------------------


@pytest.fixture
def long_list(monkeypatch: pytest.MonkeyPatch) -> bytes:
    monkeypatch.setattr(import_pages, "WORKER_BYTES", 100)
    monkeypatch.setattr(PAGES, "worker_rows", 20)
    return listed(*(f"第{number}医院" for number in range(30)))


def jobs(name: str) -> list[dict[str, Any]]:
    return [job.args for job in ProcrastinateJob.objects.filter(task_name=name)]


def test_long_list_is_read_and_applied_by_the_worker(client: Any, supervisor: Any, long_list: bytes) -> None:
    send(client, long_list, strategy="add")
    found = newest()
    assert found.status == ListStatus.READING
    assert jobs("preview_hospital_list") == [{"list_import": found.pk}]
    assert f"/hospitals/imports/{found.pk}/progress/" in page(client, found)
    assert "HX-Refresh" not in client.get(f"/hospitals/imports/{found.pk}/progress/")
    tasks.preview_list(list_import=found.pk)
    assert client.get(f"/hospitals/imports/{found.pk}/progress/")["HX-Refresh"] == "true"

    client.post(f"/hospitals/imports/{found.pk}/apply/")
    found.refresh_from_db()
    assert found.status == ListStatus.APPLYING
    assert not Hospital.objects.filter(name="第1医院").exists()
    (job,) = jobs("apply_hospital_list")
    tasks.apply_list(**job)
    tasks.apply_list(**job)
    found.refresh_from_db()
    assert (found.status, found.applied_by) == (ListStatus.APPLIED, supervisor)
    assert Hospital.objects.filter(name__startswith="第").count() == 30
    event = Hospital.objects.get(name="第1医院").events.get()
    assert event.pgh_context["user_name"] == staff_name(supervisor)


def test_worker_puts_a_stale_plan_back_with_the_reason(client: Any, long_list: bytes) -> None:
    send(client, long_list, strategy="add")
    found = newest()
    tasks.preview_list(list_import=found.pk)
    client.post(f"/hospitals/imports/{found.pk}/apply/")
    Hospital.objects.create(area_id=DONGYING, name="丙医院")
    (job,) = jobs("apply_hospital_list")
    tasks.apply_list(**job)
    found.refresh_from_db()
    assert (found.status, found.problem) == (ListStatus.PREVIEWED, "预览之后名录有改动，请重新预览")


def test_plan_taken_back_from_the_worker_is_not_applied(client: Any, long_list: bytes) -> None:
    send(client, long_list, strategy="add")
    found = newest()
    tasks.preview_list(list_import=found.pk)
    client.post(f"/hospitals/imports/{found.pk}/apply/")
    client.post(f"/hospitals/imports/{found.pk}/put-back/")
    (job,) = jobs("apply_hospital_list")
    tasks.apply_list(**job)
    found.refresh_from_db()
    assert found.status == ListStatus.PREVIEWED
    assert not Hospital.objects.filter(name="第1医院").exists()


def test_worker_that_fails_leaves_a_sentence(client: Any, long_list: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    send(client, long_list, strategy="add")
    found = newest()

    def broken(**_: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(tasks.verbs, "preview", broken)
    with pytest.raises(MemoryError):
        tasks.preview_list(list_import=found.pk)
    found.refresh_from_db()
    assert (found.status, found.problem[:5]) == (ListStatus.UNREADABLE, "读取时出错")


def test_progress_is_told_while_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, str]] = []
    found = upload(listed("甲医院"), strategy="add")
    update = QuerySet.update

    def noted(rows: QuerySet[Any], **values: Any) -> int:
        if "stage" in values:
            told.append((values["progress"], values["stage"]))
        return update(rows, **values)

    monkeypatch.setattr(QuerySet, "update", noted)
    verbs.preview(list_import=found, by=None)
    assert told == [(10, "读取文件"), (40, "核对各行"), (60, "比对名录"), (80, "写入预览")]
