"""`manage.py calculate`: the format to the letter."""

import io
import json
import sys
import tomllib
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from settlement.models import BenefitPolicy
from settlement.policy_packs import load_benefits, read_benefits
from tests import shipped
from tests.factories import HOMES, QINGDAO, YANTAI, AreaFactory

pytestmark = pytest.mark.django_db

QUESTION = {
    "id": "1",
    "area": "211200",
    "scheme": "employee",
    "employment": "active",
    "tier": "referral",
    "scope": "cross_province",
    "service": "inpatient",
    "hospital_level": "3",
    "admitted_on": "2026-03-01",
    "discharged_on": "2026-03-12",
    "basis": "direct",
    "total": "25000.00",
    "eligible": "20000.00",
    "deductible_paid_this_year": "0.00",
    "fund_paid_this_year": "0.00",
    "hardship": None,
}
FORMS = tomllib.loads(Path("tests/cases/benefit_forms.toml").read_text("utf-8"))
KEYS = ["id", "outcome", "assumed", "deductible", "ratio", "fund", "personal", "lines", "warnings", "reasons"]


def printed(file):
    out = io.StringIO()
    call_command("calculate", file, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.fixture
def ask(tmp_path):
    shipped.benefit_policies(*HOMES)

    def answers(*lines):
        file = tmp_path / "questions.jsonl"
        file.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), "utf-8")
        return printed(str(file))

    return answers


@pytest.mark.clause("TL-03", "WF-09")
def test_example_of_the_format_is_answered_exactly(ask):
    (answer,) = ask(QUESTION)
    assert list(answer) == KEYS
    lines = answer.pop("lines")
    assert answer == {
        "id": "1",
        "outcome": "calculated",
        "assumed": False,
        "deductible": "1750.00",
        "ratio": "0.75",
        "fund": "13687.50",
        "personal": "11312.50",
        "warnings": ["最高支付限额未配置"],
        "reasons": [],
    }
    assert [list(line) for line in lines] == [["name", "amount", "text", "source"]] * 7


def test_answers_keep_order_and_bad_lines_do_not_stop_the_rest(ask):
    answers = ask(
        QUESTION | {"id": "a", "tier": "local"},
        "not json",
        QUESTION | {"id": "b", "area": "999999"},
        QUESTION | {"id": "c", "total": float("nan")},
        QUESTION | {"id": "d", "area": YANTAI},
        QUESTION | {"id": 5},
    )
    assert [(answer["id"], answer["outcome"]) for answer in answers] == [
        ("a", "not_configured"),
        (None, "invalid"),
        ("b", "invalid"),
        ("c", "invalid"),
        ("d", "not_configured"),
        (5, "calculated"),
    ]
    for answer in answers[:5]:
        assert answer["reasons"]
        assert all(list(reason) == ["code", "text", "source"] for reason in answer["reasons"])
    assert list(answers[2]) == KEYS
    assert "医疗费总额" in answers[3]["reasons"][0]["text"]


PACK = """
area = "370200"
version = 1
starts_on = 2026-01-01
document = "某市待遇办法"

"""


@pytest.mark.parametrize("name", list(FORMS["policies"]))
def test_new_area_is_configured_by_data_alone(ask, tmp_path, name):
    AreaFactory(code=QINGDAO)
    written = Path("tests/cases/benefit_forms.toml").read_text("utf-8").split(f"[policies.{name}.benefit]")[1]
    packs = tmp_path / "packs"
    packs.mkdir()
    (packs / "370200.toml").write_text(PACK + "[benefit]" + written.split("\n[")[0], "utf-8")
    load_benefits(packs)
    policy = BenefitPolicy.objects.get(area=QINGDAO)
    assert policy.rules() == read_benefits(packs / "370200.toml")
    year = {"stays_this_year": 0, "personal_eligible_this_year": "0.00", "paid_this_year": {}}
    (answer,) = ask(QUESTION | year | {"area": QINGDAO, "setlinfo": True})
    assert list(answer) == [*KEYS, "setlinfo", "follow_ups"]
    assert answer["outcome"] == "calculated"
    assert answer["setlinfo"]["medfee_sumamt"] == "25000.00"
    assert answer["setlinfo"]["fund_pay_sumamt"] == answer["fund"]


def test_standard_input_is_read(ask, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(QUESTION).encode())))
    assert [answer["fund"] for answer in printed("-")] == ["13687.50"]


def test_batch_reads_the_database_once_and_writes_nothing(ask):
    with CaptureQueriesContext(
        connection,
    ) as few:
        ask(QUESTION)
    with CaptureQueriesContext(connection) as many:
        ask(*[QUESTION] * 50)
    assert len(many) == len(few) == 14  # areas, versions and their twelve tables
    assert all(query["sql"].startswith("SELECT") for query in many)
