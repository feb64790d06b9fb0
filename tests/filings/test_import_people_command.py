"""manage.py import_people: what it prints, its exit status, and that no id number stands in it."""

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from filings.models import InsuredPerson, PeopleListImport
from tests import factories as make
from tests.filings.people_lists import listed, number, people

KEYS = ["file_sha256", "rows", "new", "changed", "same", "applied", "invalid"]


@pytest.fixture(autouse=True)
def weifang(db: Any) -> None:
    make.AreaFactory(code=make.WEIFANG)


def run(path: Path, *options: str, area: str = make.WEIFANG) -> tuple[Any, dict[str, Any]]:
    """(exit status, the object it printed)."""
    out, status = io.StringIO(), 0
    try:
        call_command("import_people", str(path), "--area", area, *options, stdout=out)
    except SystemExit as stop:
        status = stop.code  # type: ignore[assignment]
    return status, json.loads(out.getvalue())


@pytest.fixture
def file(tmp_path: Path) -> Any:
    def save(data: bytes, name: str = "名单.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return save


def test_without_apply_nothing_is_written(file: Any) -> None:
    data = listed(*people(3))
    status, answer = run(file(data))
    assert (status, list(answer)) == (0, KEYS)
    assert answer == {
        "file_sha256": hashlib.sha256(data).hexdigest(),
        "rows": 3,
        "new": 3,
        "changed": 0,
        "same": 0,
        "applied": False,
        "invalid": [],
    }
    assert not InsuredPerson.objects.exists()
    assert not PeopleListImport.objects.exists()


def test_apply_makes_what_was_counted_and_again_changes_nothing(file: Any) -> None:
    path = file(listed(*people(3)))
    assert run(path, "--apply")[1]["applied"]
    assert InsuredPerson.objects.count() == 3
    found = PeopleListImport.objects.get()
    assert (found.status, found.made_by, found.file_name) == ("applied", None, "名单.csv")
    status, answer = run(path, "--apply")
    assert (status, answer["new"], answer["same"], answer["applied"]) == (0, 0, 3, True)


def test_faulty_rows_stop_the_list_and_hide_the_number(file: Any) -> None:
    wrong = number(5)[:17] + ("1" if number(5)[17] != "1" else "2")
    status, answer = run(file(listed(*people(2), f"王小明,{wrong},职工,退休,2010-01-01")), "--apply")
    (fault,) = answer["invalid"]
    assert (status, answer["applied"]) == (1, False)
    assert (fault["row"], fault["column"], fault["cell"]) == (4, "身份证号", "B4")
    assert fault["value"] == wrong[:6] + "********" + wrong[-4:]
    assert not InsuredPerson.objects.exists()


@pytest.mark.parametrize(
    ("data", "area", "says"),
    [
        (b"%PDF\0", make.WEIFANG, "这不是 xlsx、xls 或 csv 表格文件。"),
        (b"a,b\n1,2", make.WEIFANG, "没有找到表头：表中应有“姓名”、“证件号码”一列。"),
        (listed(*people(1)), "999999", "没有代码为 999999 的统筹区。"),
    ],
)
def test_what_cannot_be_read_says_why(file: Any, data: bytes, area: str, says: str) -> None:
    status, answer = run(file(data), area=area)
    assert (status, answer["error"]) == (2, says)


def test_missing_file_says_so(tmp_path: Path) -> None:
    status, answer = run(tmp_path / "无.csv")
    assert status == 2
    assert answer["error"].startswith("无法打开文件")
