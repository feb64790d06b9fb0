"""manage.py assess: what another program gets."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from django.core.management import CommandError, call_command

from filings.models import FilingPolicy
from tests import shipped
from tests.factories import BEIJING, HOMES, QINGDAO
from tests.filings.test_questions import CANCEL, FILING

ROOT = Path(__file__).parents[2]


@pytest.fixture
def policies(db):
    shipped.filing_policies(*HOMES, QINGDAO, BEIJING)


@pytest.fixture
def ask(policies, tmp_path):
    def ask(*lines):
        file = tmp_path / "questions.jsonl"
        file.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))
        out = io.StringIO()
        call_command("assess", str(file), stdout=out)
        return [json.loads(line) for line in out.getvalue().splitlines()]

    return ask


def test_the_design_s_own_example_is_answered_to_the_letter(policies, tmp_path):
    (tmp_path / "one.jsonl").write_text(json.dumps(FILING))
    out = io.StringIO()
    call_command("assess", str(tmp_path / "one.jsonl"), stdout=out)
    assert out.getvalue() == (
        '{"id":"1","outcome":"accept","scope":"cross_province","tier":"local","settlement":"direct",'
        '"earliest_start_on":"2026-03-05","missing":[],"reasons":[]}\n'
    )


def test_missing_materials_are_one_of_groups_with_their_clause(ask):
    (answer,) = ask(FILING | {"area": "211200", "start_on": None})
    assert answer["outcome"] == "incomplete"
    assert answer["missing"] == [["residence_permit", "household_register", "property_certificate"]]
    assert answer["reasons"][0] == {
        "code": "material_missing",
        "text": "缺少居住证、户口簿（户籍证明）、本人名下房产证之一",
        "source": "《铁岭市参保人员异地就医联网结算服务指南》三（二）2",
    }


def test_cancellation_too_early_names_the_first_possible_day(ask):
    (answer,) = ask(CANCEL)
    assert list(answer) == ["id", "outcome", "possible_on", "reasons"]
    assert (answer["outcome"], answer["possible_on"]) == ("refuse", "2026-09-10")


def test_bad_lines_are_answered_in_their_place(ask):
    answers = ask(
        FILING | {"id": "a"},
        '{"id": "b", "kind":',
        FILING | {"id": "c", "area": "999999", "filed_on": "2026-02-30"},
        '["d"]',
        json.dumps(FILING | {"id": "e", "commitment": float("nan")}),
        FILING | {"id": 6},
    )
    assert [answer["id"] for answer in answers] == ["a", "b", "c", None, "e", 6]
    assert [answer["outcome"] for answer in answers] == [
        "accept",
        "invalid",
        "invalid",
        "invalid",
        "invalid",
        "accept",
    ]
    assert [reason["code"] for reason in answers[2]["reasons"]] == ["unknown_area", "malformed_date"]


@pytest.mark.parametrize("change", [{"area": QINGDAO}, {"filed_on": "2022-12-31", "start_on": None}])
def test_no_policy_in_force_is_refused(ask, change):
    (answer,) = ask(FILING | change)
    assert answer["outcome"] == "refuse"
    assert [reason["code"] for reason in answer["reasons"]] == ["no_policy_in_force"]


def test_draft_is_not_read(ask):
    draft = FilingPolicy.objects.get(area="211200").next_version(starts_on=policy_day(2025))
    draft.rule_rows.filter(category="temporary").update(handling="refuse")
    question = FILING | {"area": "211200", "category": "temporary", "start_on": None}
    assert ask(question)[0]["outcome"] == "automatic"
    draft.publish(by=None)
    assert ask(question)[0]["outcome"] == "refuse"
    assert ask(question | {"filed_on": "2024-12-31"})[0]["outcome"] == "automatic"


def policy_day(year):
    return FilingPolicy.objects.first().starts_on.replace(year=year)


def test_any_number_of_lines_costs_the_same_queries(policies, tmp_path, django_assert_num_queries):
    file = tmp_path / "questions.jsonl"
    for lines in (1, 30):
        file.write_text(f"{json.dumps(FILING)}\n" * lines)
        with django_assert_num_queries(11):
            call_command("assess", str(file), stdout=io.StringIO())


@pytest.mark.parametrize(("name", "cause"), [("nowhere", "不存在"), ("", "是文件夹")])
def test_unreadable_file_is_said_in_one_sentence(policies, tmp_path, name, cause):
    with pytest.raises(CommandError, match=cause):
        call_command("assess", str(tmp_path / name))


@pytest.mark.django_db(transaction=True)
def test_reader_that_has_had_enough_stops_the_command_quietly(settings):
    """As `manage.py assess - | head -1` does; also: standard input is read."""
    database = {name: quote(str(value), safe="") for name, value in settings.DATABASES["default"].items()}
    address = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
    process = subprocess.Popen(
        [sys.executable, "manage.py", "assess", "-"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": address, "PORTAL_ENVIRONMENT": "development"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdin.write(b"{}\n")
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["outcome"] == "invalid"
    process.stdout.close()
    process.stdin.write(b"{}\n" * 100)
    process.stdin.close()
    assert process.wait(timeout=60) == 0
    assert process.stderr.read() == b""
    process.stderr.close()
