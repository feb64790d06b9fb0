"""Hospitals in admin: lists imported through django-import-export meet the same checks as on the pages."""

import re
import secrets
import tempfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from hospitals import hospital_admin
from hospitals.carried_files import LARGEST
from hospitals.models import Hospital, HospitalListImport
from hospitals.vocabulary import ListStatus, Role
from tests import factories as make
from tests.hospitals.lists import DONGYING, YANTAI, listed, prepare, whole_list

FILES = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
IMPORT = "/admin/hospitals/hospital/import/"


@pytest.fixture(autouse=True)
def directory(db: Any) -> None:
    prepare(DONGYING, YANTAI)


@pytest.fixture
def client(signed_in: Any) -> Any:
    return signed_in(make.staff(Role.SUPERVISOR, DONGYING))


def preview(client: Any, data: bytes, **fields: str) -> str:
    given = {"area": DONGYING, "strategy": "add", "format": "0", "resource": "", **fields}
    reply = client.post(IMPORT, {**given, "import_file": SimpleUploadedFile("名单.csv", data)})
    assert reply.status_code == 200
    return str(reply.content.decode())


def confirm(client: Any, page: str, **changes: str) -> str:
    form = page.partition("process_import")[2].partition("</form>")[0]
    given = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    given.pop("confirm", None)
    reply = client.post("/admin/hospitals/hospital/process_import/", {**given, **changes}, follow=True)
    assert reply.status_code == 200
    return str(reply.content.decode())


def test_list_is_previewed_and_imported_once_with_its_record(client: Any) -> None:
    data = listed("甲医院,二级,", "广饶县中医院,,0546-1", heading="医院名称,级别,电话")
    page = preview(client, data, strategy="update")
    assert "（空） → 0546-1" in page
    assert not HospitalListImport.objects.exists()
    assert Hospital.objects.get(name="广饶县中医院").phone == ""
    confirm(client, page)
    assert Hospital.objects.get(name="广饶县中医院").phone == "0546-1"
    assert not Hospital.objects.filter(name="甲医院").exists()
    found = HospitalListImport.objects.get()
    assert (found.status, found.changed, found.skipped, found.file_name) == (ListStatus.APPLIED, 1, 1, "名单.csv")


def test_faults_are_those_of_the_check(client: Any) -> None:
    page = preview(client, listed("甲医院,四级", heading="医院名称,级别"))
    assert "<td>四级</td>" in page
    assert "级别：不认识的医院级别" in page
    assert "process_import" not in page


@pytest.mark.ignore_template_errors  # import-export's own template asks for what is not there
def test_unreadable_file_says_why(client: Any) -> None:
    assert "这不是 xlsx、xls 或 csv 表格文件。" in preview(client, b"%PDF\0")


def test_preview_that_nobody_confirms_leaves_nothing_behind(
    client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    settings.STORAGES = {**settings.STORAGES, "default": {**FILES, "OPTIONS": {"location": str(tmp_path / "files")}}}
    assert "process_import" in preview(client, listed("甲医院"))
    assert not list(tmp_path.rglob("*"))
    assert not HospitalListImport.objects.exists()
    assert "甲" not in "".join(map(str, client.session.items()))


def test_preview_is_confirmed_as_it_was_or_not_at_all(client: Any) -> None:
    page = preview(client, listed("甲医院"))
    other = preview(client, listed("乙医院"))
    content, signature = (re.search(r'name="import_file_name" value="([^"]+)"', seen)[1] for seen in (page, other))  # type: ignore[index]
    forged = content.partition(":")[0] + ":" + signature.partition(":")[2]
    assert "预览已失效，请重新上传。" in confirm(client, page, import_file_name=forged)
    assert not Hospital.objects.filter(name="甲医院").exists()
    confirm(client, page)
    assert Hospital.objects.filter(name="甲医院").exists()


@pytest.mark.ignore_template_errors
def test_large_file_is_for_the_page(client: Any) -> None:
    rows = [f"第{n}医院,{secrets.token_urlsafe(780)}" for n in range(1000)]  # nothing in it that could be compressed
    fits = listed(*rows[:950], heading="医院名称,其他")
    assert LARGEST * 0.9 < len(fits) < LARGEST
    confirm(client, preview(client, fits))
    assert Hospital.objects.filter(name="第949医院").exists()
    assert "请在“名单导入”页面导入" in preview(client, listed(*rows, heading="医院名称,其他"))


def test_directory_changed_since_the_preview_is_refused(client: Any) -> None:
    page = preview(client, listed("甲医院"))
    Hospital.objects.create(area_id=DONGYING, name="甲医院")
    assert "预览之后名录有改动，请重新预览。" in confirm(client, page)
    assert not HospitalListImport.objects.exists()


def test_too_many_withdrawals_and_long_lists_are_for_the_page(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    page = preview(client, whole_list(DONGYING, without=5), strategy="complete")
    assert "缺少 5 家在网医院" in page
    assert "Traceback" not in page
    monkeypatch.setattr(hospital_admin, "LONGEST", 3)
    assert "请在“名单导入”页面导入" in preview(client, whole_list(DONGYING), strategy="complete")


def test_other_areas_are_not_offered_nor_taken(client: Any) -> None:
    assert "process_import" not in preview(client, listed("甲医院"), area=YANTAI)
    page = preview(client, listed("甲医院"))
    confirm(client, page, area=YANTAI)
    assert not Hospital.objects.filter(name="甲医院").exists()


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SUPERVISOR])
def test_nobody_else_imports(signed_in: Any, role: Role) -> None:
    client = signed_in(make.staff(role, DONGYING))
    assert client.get(IMPORT).status_code in (302, 403)


def test_hospitals_elsewhere_are_seen_and_not_changed(client: Any) -> None:
    elsewhere = Hospital.objects.filter(area=YANTAI).earliest("pk")
    own = Hospital.objects.filter(area=DONGYING).earliest("pk")
    for hospital, status in ((own, 302), (elsewhere, 403)):
        link = f"/admin/hospitals/hospital/{hospital.pk}/change/"
        assert client.get(link).status_code == 200
        fields = ("area_id", "name", "code", "level", "level_text", "address", "phone", "batch", "source")
        given = {name.removesuffix("_id"): getattr(hospital, name) for name in fields}
        services = {"services-TOTAL_FORMS": "0", "services-INITIAL_FORMS": "0"}
        reply = client.post(link, {**given, **services, "county": hospital.county_id or "", "phone": "1"})
        assert reply.status_code == status
    assert Hospital.objects.get(pk=elsewhere.pk).phone == ""


def test_export_is_plain_and_harmless(client: Any) -> None:
    Hospital.objects.filter(name="广饶县中医院").update(address="=1+1")
    reply = client.post("/admin/hospitals/hospital/export/", {"format": "0", "resource": "0"})
    text = reply.content.decode()
    assert "广饶县中医院" in text
    assert ",=1+1" not in text
