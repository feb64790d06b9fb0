"""manage.py import_hospitals: its format and its exit status are what other programs rely on."""

import hashlib
import io
import json
import sys
from types import SimpleNamespace

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hospitals.hospital_lists import verbs
from hospitals.models import Hospital, HospitalListImport
from hospitals.reasons import Refused
from tests.hospitals.lists import DONGYING, YANTAI, listed, prepare, whole_list, written

KEYS = ["file_sha256", "rows", "new", "changed", "same", "withdrawn", "skipped", "applied", "invalid"]
JINING = "370800"

JINING_PRINTED = [
    ["济宁市异地就医联网结算医院（20家）", "", "", ""],
    ["序号", "医院名称", "序号", "医院名称"],
    ["1", "济宁医学院附属医院", "11", "兖州区人民医院"],
    ["2", "济宁市第一人民医院", "12", "兖州区中医院"],
    ["3", "济宁市中医院", "13", "嘉祥县人民医院"],
    ["4", "济宁市传染病医院", "14", "邹城市中医院"],
    ["5", "济宁市精神病防治院", "15", "鱼台县人民医院"],
    ["6", "济宁市肿瘤医院", "16", "汶上县人民医院"],
    ["7", "济宁市第二人民医院", "17", "汶上县中医院"],
    ["8", "金乡县人民医院", "18", "泗水县人民医院"],
    ["9", "金乡县中医院", "19", "曲阜市人民医院"],
    ["10", "微山县人民医院", "20", "梁山县人民医院"],
]


def run(path, *options, area=DONGYING):
    """(exit status, the object it printed)."""
    out = io.StringIO()
    status = 0
    try:
        call_command("import_hospitals", str(path), "--area", area, *options, stdout=out)
    except SystemExit as stop:
        status = stop.code
    return status, json.loads(out.getvalue())


@pytest.fixture
def directory(db):
    prepare(DONGYING, YANTAI, JINING)


@pytest.fixture
def file(tmp_path):
    def save(data, name="名单.csv"):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return save


def sheet(rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.clause("JN-02")
def test_printed_list_is_read_and_counted(directory, file):
    data = written(JINING_PRINTED)
    status, answer = run(file(data), area=JINING)
    assert status == 0
    assert list(answer) == KEYS
    assert answer == answer | {
        "file_sha256": hashlib.sha256(data).hexdigest(),
        "rows": 20,
        "new": 0,
        "changed": 0,
        "same": 20,
        "withdrawn": 0,
        "applied": False,
        "invalid": [],
    }


def test_list_into_an_empty_area_is_all_new(directory, file):
    Hospital.objects.filter(area=JINING).delete()
    path = file(written(JINING_PRINTED))
    status, answer = run(path, area=JINING)
    assert (status, answer["rows"], answer["new"], answer["applied"]) == (0, 20, 20, False)
    assert not Hospital.objects.filter(area=JINING).exists()
    status, applied = run(path, "--apply", area=JINING)
    assert (status, applied) == (0, answer | {"applied": True})
    names = Hospital.objects.filter(area=JINING).order_by("pk").values_list("name", "county_id")
    assert list(names)[9:11] == [("微山县人民医院", "370826"), ("兖州区人民医院", "370812")]
    assert run(path, "--apply", area=JINING)[1]["same"] == 20


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_counts_without_apply_are_those_that_apply_makes(directory, file, encoding):
    rows = [["编号", "机构名称", "医院等级", "联系电话"]]
    names = Hospital.objects.filter(area=DONGYING).values_list("name", flat=True)[:11]
    rows += [[str(number), name, "", ""] for number, name in enumerate(names, 1)]
    rows[1][3] = "0546-1"
    rows.append(["12", "甲医院", "三甲", ""])
    path = file(written(rows).decode().encode(encoding))
    status, before = run(path)
    assert status == 0
    assert (before["new"], before["changed"], before["same"], before["withdrawn"]) == (1, 1, 10, 2)
    assert not HospitalListImport.objects.exists()
    status, after = run(path, "--apply")
    assert (status, after) == (0, before | {"applied": True})
    assert HospitalListImport.objects.get().file_name == "名单.csv"
    assert run(path)[1] == before | {"new": 0, "changed": 0, "same": 12, "withdrawn": 0}


def test_faulty_rows_end_with_one_and_nothing_is_applied(directory, file):
    rows = [
        ["序号", "医院名称", "级别", "医保编码"],
        [1, "广饶县人民医院", "二级甲等", "H37052300001"],
        [2, "广饶县人民医院", "二级甲等", "H37052300001"],
        [3, None, "二级", "H37052300002"],
        [4, "利津县中心医院", "四级", "H37052200001"],
        [5, "东营市人民医院", "三级甲等", 37050200001],
    ]
    path = file(sheet(rows), "dongying.xlsx")
    for options in ((), ("--apply",)):
        status, answer = run(path, *options)
        assert (status, answer["rows"], answer["applied"]) == (1, 5, False)
        assert [(fault["row"], fault["column"], fault["value"]) for fault in answer["invalid"]] == [
            (3, "医院名称", "广饶县人民医院"),
            (4, "医院名称", ""),
            (5, "级别", "四级"),
            (6, "医保编码", "37050200001"),
        ]
        texts = [fault["text"] for fault in answer["invalid"]]
        assert texts[:3] == ["与第 2 行重复", "缺少医院名称", "不认识的医院级别"]
        assert "存成了数字" in texts[3]
    assert Hospital.objects.get(name="广饶县人民医院").code == ""
    assert not HospitalListImport.objects.exists()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0\1\2\3",
        b"PK\x03\x04junk",
        "姓名,电话\n王,1".encode(),
        "医院名称\n".encode(),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    ],
)
def test_unreadable_file_ends_with_two_and_says_why(directory, file, data):
    status, answer = run(file(data))
    assert status == 2
    assert list(answer) == [*KEYS, "error"]
    assert answer["error"].endswith("。")
    assert answer["file_sha256"] == hashlib.sha256(data).hexdigest()
    assert (answer["rows"], answer["applied"], answer["invalid"]) == (0, False, [])


def test_missing_file_and_folder_end_with_two(directory, tmp_path):
    for path, cause in ((tmp_path / "没有.csv", "不存在"), (tmp_path, "是文件夹，不是文件")):
        status, answer = run(path)
        assert (status, answer["file_sha256"]) == (2, None)
        assert answer["error"] == f"无法打开文件：{cause}。"


@pytest.mark.parametrize("area", ["370000", "370523", "999999", "x", ""])
def test_area_that_pools_nothing_ends_with_two(directory, file, area):
    status, answer = run(file(listed("甲医院")), area=area)
    assert (status, answer["error"]) == (2, f"没有代码为 {area} 的统筹区。")


def test_too_many_withdrawals_need_force(directory, file):
    path = file(whole_list(DONGYING, without=5))
    status, answer = run(path)
    assert (status, answer["withdrawn"]) == (0, 5)
    assert "缺少 5 家在网医院" in answer["warning"]
    status, answer = run(path, "--apply")
    assert (status, answer["applied"]) == (1, False)
    assert "缺少 5 家在网医院" in answer["error"]
    assert not Hospital.objects.filter(withdrawn_on__isnull=False).exists()
    status, answer = run(path, "--apply", "--force")
    assert (status, answer["applied"], answer["withdrawn"]) == (0, True, 5)
    assert Hospital.objects.filter(withdrawn_on__isnull=False).count() == 5


def test_add_and_update_say_what_they_skipped(directory, file):
    path = file(listed("甲医院,1", "广饶县中医院,2", heading="医院名称,电话"))
    assert run(path, "--strategy", "add")[1] == run(path, "--strategy", "add")[1] | {
        "new": 1,
        "skipped": 1,
        "changed": 0,
    }
    status, answer = run(path, "--strategy", "update", "--apply")
    assert (status, answer["new"], answer["changed"], answer["skipped"], answer["withdrawn"]) == (0, 0, 1, 1, 0)
    assert not Hospital.objects.filter(name="甲医院").exists()


def test_scope_of_services_can_be_said(directory, file):
    path = file(listed("甲医院,住院", heading="医院名称,开通业务"))
    run(path, "--strategy", "add", "--scope", "in_province", "--apply")
    assert Hospital.objects.get(name="甲医院").services.get().scope == "in_province"


def test_list_from_standard_input(directory, monkeypatch):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(whole_list(YANTAI))))
    assert run("-", area=YANTAI)[1]["same"] == 7


def test_other_list_being_imported_is_refused_and_leaves_nothing(directory, file, monkeypatch):
    def busy(area):
        raise Refused.because("busy", "该统筹区正在导入另一份名单，请稍后再试")

    monkeypatch.setattr(verbs, "lock_area", busy)
    status, answer = run(file(listed("甲医院")), "--strategy", "add", "--apply")
    assert (status, answer["applied"], answer["error"]) == (1, False, "该统筹区正在导入另一份名单，请稍后再试。")
    assert not HospitalListImport.objects.exists()


def test_without_apply_nothing_at_all_is_written(directory, file):
    with CaptureQueriesContext(connection) as queries:
        run(file(whole_list(DONGYING)))
    assert not [query["sql"] for query in queries if query["sql"].split()[0] not in ("SELECT", "SAVEPOINT", "RELEASE")]


def test_area_must_be_given(directory, file):
    with pytest.raises(CommandError):
        call_command("import_hospitals", str(file(listed("甲医院"))))
