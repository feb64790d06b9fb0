"""Scans on a filing: attached, looked at, taken off; by whom, and what is on record."""

import dataclasses
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from filings import desk
from filings.application import Seen
from filings.models import Filing, IdDisclosure, InsuredPerson, Scan
from filings.scans.files import ScanFile, read_scan
from filings.scans.verbs import MOST_SCANS, attach_scans, look_at, remove_scan
from filings.vocabulary import Category, Material
from hospitals.access import Right
from hospitals.history import entries
from hospitals.reasons import Refused
from hospitals.vocabulary import Role
from tests import factories as make
from tests.filings import scanned
from tests.filings.conftest import asking, filed, filed_for_review, filed_today, typed
from tests.filings.test_desk_at_once import at_once

Insured = Callable[..., InsuredPerson]
ID = Material.ID_DOCUMENT


def a_scan(name: str = "身份证.pdf") -> ScanFile:
    return read_scan(name, scanned.pdf())


def uploaded(name: str = "身份证.pdf", data: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, scanned.pdf() if data is None else data, content_type="text/html")


@pytest.fixture
def pending(clerk: User, insured: Insured) -> Filing:
    return filed_for_review(clerk, insured(make.YANTAI))


# the verbs


def test_scan_is_kept_under_a_random_name_for_its_owner_alone(clerk: User, pending: Filing) -> None:
    (scan,) = attach_scans(by=clerk, filing=pending, material=ID, files=[a_scan("../../../身份证.pdf")])
    assert (scan.file_name, scan.area_id, scan.hall, scan.person) == ("身份证.pdf", make.YANTAI, None, pending.person)
    assert "身份证" not in scan.stored_name
    path = Path(default_storage.path(scan.stored_name))
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert look_at(by=clerk, scan=scan).startswith(b"%PDF")
    assert entries(scan)[0].action == "上传扫描件"


def test_scanned_material_counts_as_handed_in_until_the_case_is_decided(
    clerk: User, reviewer: User, pending: Filing
) -> None:
    attach_scans(by=clerk, filing=pending, material=Material.MEDICAL_RECORD, files=[a_scan()])
    assert pending.materials.filter(material="medical_record", originals=0, copies=0).exists()
    desk.approve(by=reviewer, filing=pending)
    attach_scans(by=clerk, filing=pending, material=ID, files=[a_scan()])
    assert not pending.materials.filter(material="id_document").exists()


@pytest.mark.clause("TL-08")
def test_scan_of_what_is_promised_waits_until_it_is_handed_in(clerk: User, insured: Insured) -> None:
    filing = filed(clerk, insured(make.TIELING), materials=(Seen(ID),), commitment=True)
    with pytest.raises(Refused, match="居住证在承诺补充之列，请先登记补交"):
        attach_scans(by=clerk, filing=filing, material=Material.RESIDENCE_PERMIT, files=[a_scan()])
    assert attach_scans(by=clerk, filing=filing, material=ID, files=[a_scan()])


def test_the_same_file_is_kept_once_on_a_case(clerk: User, pending: Filing, insured: Insured) -> None:
    file = a_scan()
    attach_scans(by=clerk, filing=pending, material=ID, files=[file, file])
    assert attach_scans(by=clerk, filing=pending, material=Material.MEDICAL_RECORD, files=[file]) == []
    assert pending.scans.count() == 1
    elsewhere = filed(clerk, insured())
    assert len(attach_scans(by=clerk, filing=elsewhere, material=ID, files=[file])) == 1


def test_a_case_holds_at_most_so_many(clerk: User, pending: Filing) -> None:
    attach_scans(by=clerk, filing=pending, material=ID, files=[a_scan() for _ in range(MOST_SCANS - 1)])
    with pytest.raises(Refused, match="最多 20 个扫描件，已有 19 个"):
        attach_scans(by=clerk, filing=pending, material=ID, files=[a_scan(), a_scan()])
    assert pending.scans.count() == MOST_SCANS - 1


def test_refused_attachment_leaves_no_file(clerk: User, pending: Filing) -> None:
    before = set(Path(default_storage.path("")).rglob("*.pdf"))
    broken = dataclasses.replace(a_scan(), content_type="x" * 31, sha256="y")
    with pytest.raises(KeyError), transaction.atomic():
        attach_scans(by=clerk, filing=pending, material=ID, files=[a_scan(), broken])
    assert set(Path(default_storage.path("")).rglob("*.pdf")) == before


def test_who_may_not_file_here_attaches_and_takes_off_nothing(clerk: User, reviewer: User, pending: Filing) -> None:
    (scan,) = attach_scans(by=clerk, filing=pending, material=ID, files=[a_scan()])
    for stranger in (reviewer, make.staff(Role.CLERK, make.DONGYING)):
        with pytest.raises(Refused, match="办理备案"):
            attach_scans(by=stranger, filing=pending, material=ID, files=[a_scan()])
        with pytest.raises(Refused, match="办理备案"):
            remove_scan(by=stranger, scan=scan, reason="传错")
    with pytest.raises(Refused, match=Right.REVEAL_ID.label):
        look_at(by=make.staff(Role.HOTLINE, make.YANTAI), scan=scan)


def test_closed_case_takes_no_scan_and_gives_none_up(clerk: User, pending: Filing) -> None:
    (scan,) = attach_scans(by=clerk, filing=pending, material=ID, files=[a_scan()])
    desk.withdraw(by=clerk, filing=pending, reason="本人放弃")
    with pytest.raises(Refused, match="已撤回，不能再改动扫描件"):
        attach_scans(by=clerk, filing=pending, material=ID, files=[a_scan()])
    with pytest.raises(Refused, match="已撤回，不能再改动扫描件"):
        remove_scan(by=clerk, scan=scan, reason="传错")


def test_scan_is_taken_off_with_a_reason_and_stays_on_record(clerk: User, pending: Filing) -> None:
    (scan,) = attach_scans(by=clerk, filing=pending, material=ID, files=[a_scan()])
    with pytest.raises(Refused, match="须填写理由"):
        remove_scan(by=clerk, scan=scan, reason=" ")
    removed = remove_scan(by=clerk, scan=scan, reason=" 传错人 ")
    assert (removed.removed_by, removed.removal_reason) == (clerk, "传错人")
    assert not pending.scans.kept().exists()
    assert default_storage.exists(scan.stored_name)
    assert entries(pending, scan)[0].reason == "传错人"
    with pytest.raises(Refused, match="已移除"):
        remove_scan(by=clerk, scan=scan, reason="再来")


def test_removal_is_told_to_the_reviewer_who_has_the_case_open(clerk: User, reviewer: User, pending: Filing) -> None:
    (scan,) = attach_scans(by=clerk, filing=pending, material=ID, files=[a_scan()])
    remove_scan(by=clerk, scan=scan, reason="传错")
    with pytest.raises(Refused, match="刚刚被他人改动"):
        desk.approve(by=reviewer, filing=pending, version=pending.version)


def test_what_a_reviewer_decided_upon_stays(clerk: User, reviewer: User, pending: Filing) -> None:
    (before,) = attach_scans(by=clerk, filing=pending, material=ID, files=[a_scan()])
    desk.approve(by=reviewer, filing=pending)
    (after,) = attach_scans(by=clerk, filing=pending, material=ID, files=[a_scan()])
    with pytest.raises(Refused, match="审核时依据的扫描件不能移除"):
        remove_scan(by=clerk, scan=before, reason="传错")
    assert remove_scan(by=clerk, scan=after, reason="传错").removed_at


def test_database_keeps_what_was_scanned(clerk: User, pending: Filing) -> None:
    (scan,) = attach_scans(by=clerk, filing=pending, material=ID, files=[a_scan()])
    for change in ({"material": "medical_record"}, {"stored_name": "other"}, {"sha256": "0" * 64}):
        with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
            Scan.objects.filter(pk=scan.pk).update(**change)
    with pytest.raises(Exception, match="Cannot delete"), transaction.atomic():
        scan.delete()
    with pytest.raises(Exception, match="scan_removal_says_who_when_why"), transaction.atomic():
        Scan.objects.filter(pk=scan.pk).update(removal_reason="没有人")


@pytest.mark.django_db(transaction=True)
def test_two_who_attach_at_once_keep_one_of_a_file_and_never_too_many(clerk: User, insured: Insured) -> None:
    filing = filed_for_review(clerk, insured(make.YANTAI))
    file = a_scan()
    attach_scans(by=clerk, filing=filing, material=ID, files=[a_scan() for _ in range(MOST_SCANS - 2)])

    def attach(*more: ScanFile) -> Callable[[], Any]:
        return lambda: attach_scans(by=clerk, filing=filing, material=ID, files=[file, *more])

    answers = at_once(attach(), attach())
    assert sorted(map(len, answers)) == [0, 1]
    answers = at_once(attach(a_scan()), attach(a_scan()))
    assert [type(answer) for answer in answers].count(Refused) == 1
    assert filing.scans.count() == MOST_SCANS


# the pages


def test_scans_come_in_with_the_counters_form(client: Client, insured: Insured) -> None:
    person = insured(make.TIELING)
    values = typed(material=["residence_permit"])
    files = {"scan_id_document": [uploaded("正面.pdf"), uploaded("反面.png", scanned.png())]}
    reply = client.post(f"/filings/new/?person={person.pk}", values | files)
    assert reply.status_code == 302
    filing = Filing.objects.get()
    assert {scan.file_name for scan in filing.scans.all()} == {"正面.pdf", "反面.png"}
    assert {seen.material for seen in filing.materials.all()} == {"id_document", "residence_permit"}
    again = client.post(f"/filings/new/?person={person.pk}", values | {"scan_id_document": uploaded()})
    assert again["Location"] == reply["Location"]


def test_hostile_file_at_the_counter_is_told_at_its_field_and_nothing_is_filed(
    client: Client, insured: Insured
) -> None:
    person = insured(make.TIELING)
    values = typed(material=["id_document", "residence_permit"], note="随女儿居住")
    files = {"scan_id_document": [uploaded("x.pdf", b"<script>alert(1)</script>"), uploaded()]}
    reply = client.post(f"/filings/new/?person={person.pk}", values | files)
    page = reply.content.decode()
    assert reply.status_code == 422
    assert "“x.pdf”不是扫描件，只接受 PDF、JPEG、PNG" in page
    assert "选好的扫描件没有保存，请重新选择" in page
    assert "随女儿居住" in page
    assert not Filing.objects.exists()
    assert not Scan.objects.exists()


def test_too_many_files_at_the_counter_are_refused(client: Client, insured: Insured) -> None:
    values = typed(material=["id_document", "residence_permit"])
    files = {"scan_id_document": [uploaded() for _ in range(MOST_SCANS + 1)]}
    reply = client.post(f"/filings/new/?person={insured(make.TIELING).pk}", values | files)
    assert "扫描件一件最多 20 个" in reply.content.decode()
    assert not Filing.objects.exists()


def test_scans_are_attached_shown_and_taken_off_on_the_filings_page(client: Client, pending: Filing) -> None:
    link = f"/filings/{pending.pk}/"
    reply = client.post(f"{link}scans/", {"material": "id_document", "scans": [uploaded("一.pdf"), uploaded("二.pdf")]})
    assert reply["Location"] == f"{link}#scans"
    page = client.get(link).content.decode()
    assert "已上传 2 个扫描件" in page
    for text in ("一.pdf", "二.pdf", "移除…"):
        assert text in page
    scan = pending.scans.first()
    assert scan
    client.post(f"/scans/{scan.pk}/remove/", {"reason": ""})
    assert "须填写理由" in client.get(link).content.decode()
    client.post(f"/scans/{scan.pk}/remove/", {"reason": "传错人"})
    page = client.get(link).content.decode()
    assert "已移除扫描件" in page
    assert "传错人" in page  # in the history
    assert 'file-name" type="submit" title="查看将被记录">一.pdf' not in page
    assert client.post(f"/scans/{scan.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"material": "id_document"}, "请选择文件"),
        ({"material": "nonsense"}, "nonsense"),
        ({"material": "id_document", "scans": uploaded("x.pdf", b"PK\x03\x04")}, "“x.pdf”不是扫描件"),
        ({"material": "id_document", "scans": uploaded("x.pdf", b"")}, "“x.pdf”是空文件"),
    ],
)
def test_bad_upload_is_told_on_the_filings_page(
    values: dict[str, Any], told: str, client: Client, pending: Filing
) -> None:
    reply = client.post(f"/filings/{pending.pk}/scans/", values)
    assert reply.status_code == 422
    assert told in reply.content.decode()
    assert not pending.scans.exists()


def test_same_file_again_is_said_and_not_kept_twice(client: Client, pending: Filing) -> None:
    data = scanned.pdf()
    for _ in range(2):
        client.post(f"/filings/{pending.pk}/scans/", {"material": "id_document", "scans": uploaded(data=data)})
    assert "1 个本件已有，未重复保存" in client.get(f"/filings/{pending.pk}/").content.decode()
    assert pending.scans.count() == 1


@pytest.mark.parametrize(
    ("data", "content_type", "disposition"),
    [
        (scanned.pdf(), "application/pdf", "attachment"),
        (scanned.png(), "image/png", "inline"),
        (scanned.jpeg(), "image/jpeg", "inline"),
    ],
)
def test_scan_is_served_sealed_and_the_look_is_on_record(
    data: bytes, content_type: str, disposition: str, client: Client, clerk: User, pending: Filing
) -> None:
    (scan,) = attach_scans(by=clerk, filing=pending, material=ID, files=[read_scan("证 明.html", data)])
    reply = client.post(f"/scans/{scan.pk}/")
    assert (reply.content, reply["Content-Type"]) == (data, content_type)
    assert reply["Content-Disposition"].startswith(disposition)
    assert ".html" not in reply["Content-Disposition"]
    assert reply["X-Content-Type-Options"] == "nosniff"
    assert reply["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert reply["Cache-Control"] == "no-store"
    look = IdDisclosure.objects.get()
    assert (look.person, look.by, look.scan) == (pending.person, clerk, scan)
    assert "查看扫描件" in client.get(pending.person.get_absolute_url()).content.decode()
    assert client.get(f"/scans/{scan.pk}/").status_code == 405


def test_scan_whose_file_is_lost_is_said(client: Client, pending: Filing) -> None:
    scan = make.ScanFactory(filing=pending)
    reply = client.post(f"/scans/{scan.pk}/", follow=True)
    assert "扫描件文件缺失" in reply.content.decode()
    assert not IdDisclosure.objects.exists()


def test_scan_of_another_hall_or_area_is_not_found(signed_in: Any, clerk: User, insured: Insured) -> None:
    person = insured()
    here, there = make.HallFactory(area=person.area), make.HallFactory(area=person.area)
    owner = make.staff(Role.CLERK, hall=here)
    filing = desk.file_person(by=owner, person=person, application=asking(), request_token=uuid.uuid4(), hall=here)
    (scan,) = attach_scans(by=owner, filing=filing, material=ID, files=[a_scan()])
    for stranger in (make.staff(Role.CLERK, hall=there), make.staff(Role.CLERK, make.TIELING)):
        client = signed_in(stranger)
        assert client.post(f"/scans/{scan.pk}/").status_code == 404
        assert client.post(f"/scans/{scan.pk}/remove/", {"reason": "x"}).status_code == 404
        assert client.post(f"/filings/{filing.pk}/scans/", {}).status_code == 404
    assert signed_in(owner).post(f"/scans/{scan.pk}/").status_code == 200


def test_reviewer_sees_scans_and_changes_none(signed_in: Any, clerk: User, pending: Filing) -> None:
    attach_scans(by=clerk, filing=pending, material=ID, files=[a_scan("某人身份证.pdf")])
    reviews = signed_in(make.staff(Role.REVIEWER, make.YANTAI)).get(f"/filings/{pending.pk}/").content.decode()
    assert "某人身份证.pdf" in reviews
    assert "移除…" not in reviews
    assert "上传</button>" not in reviews


def test_filing_page_takes_the_same_queries_whatever_the_number_of_scans(
    client: Client, clerk: User, pending: Filing
) -> None:
    taken = set()
    for count in (1, 3, 20):
        more = [a_scan() for _ in range(count - pending.scans.count())]
        attach_scans(by=clerk, filing=pending, material=ID, files=more)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/filings/{pending.pk}/").content.decode().count(".pdf</button>") == count
        taken.add(len(queries))
    assert len(taken) == 1


def test_resubmission_keeps_the_scans(client: Client, clerk: User, reviewer: User, insured: Insured) -> None:
    filing = filed_today(
        clerk, insured(make.YANTAI), Category.REFERRAL, materials=(Seen(Material.REFERRAL_APPROVAL_FORM),)
    )
    attach_scans(by=clerk, filing=filing, material=Material.REFERRAL_APPROVAL_FORM, files=[a_scan()])
    filing = desk.send_back(by=reviewer, filing=filing, reason="缺签字")
    values = typed(category="referral", material=["referral_approval_form"], version=filing.version)
    files = {"scan_referral_approval_form": uploaded("签字.pdf")}
    assert client.post(f"/filings/{filing.pk}/resubmit/", values | files).status_code == 302
    assert filing.scans.kept().count() == 2
