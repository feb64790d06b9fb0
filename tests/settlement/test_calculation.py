"""The calculation against the tables of the documents, worked out by hand."""

import datetime as dt
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from hospitals.reasons import Refused
from hospitals.rulebook import RuleBook
from settlement.calculation import BenefitRules, Outcome, Table, calculate, read
from settlement.calculation.pack import benefit_rules

POLICIES = Path("settlement/policies")
CASES = tomllib.loads(Path("tests/cases/benefit_tieling.toml").read_text("utf-8"))
AREAS = {"211200", "370600"}
BOOK = RuleBook([benefit_rules(tomllib.loads((POLICIES / "211200.toml").read_text("utf-8")))])


def answer(asked, book=BOOK):
    try:
        stay = read(asked, AREAS)
    except Refused as refused:
        return {"outcome": "invalid", "reasons": [reason.as_dict() for reason in refused.reasons]}
    return calculate(stay, book.in_force(stay.area, stay.admitted_on)).as_dict()


def ask(**changes):
    return answer(CASES["base"] | changes)


def texts(answered):
    return [reason["text"] for reason in answered["reasons"]]


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, id=case["name"], marks=pytest.mark.clause(*case["clauses"])) for case in CASES["case"]],
)
def test_case(case):
    asked = {key: value for key, value in (CASES["base"] | case["ask"]).items() if key not in case.get("without", ())}
    answered = answer(asked)
    assert {key: answered[key] for key in case["expect"]} == case["expect"]
    assert texts(answered) == case.get("says", [])


@pytest.mark.clause("WF-09", "TL-03")
def test_lines_explain_each_step_with_its_clause():
    document = "《铁岭市参保人员异地就医联网结算服务指南》"
    assert [tuple(line.values()) for line in ask()["lines"]] == [
        ("医疗费总额", "25000.00", "本次住院全部费用", ""),
        ("符合政策范围费用", "20000.00", "联网直接结算，按就医地支付范围认定", f"{document}三（五）"),
        ("起付标准", "1750.00", "职工医保三级标准1750.00元", f"{document}二2"),
        ("起付线以上", "18250.00", "20000.00 − 1750.00", ""),
        ("支付比例", "0.75", "职工医保在职，异地转诊待遇75%", f"{document}二2"),
        ("统筹基金支付", "13687.50", "18250.00 × 75%", f"{document}二2"),
        ("个人负担", "11312.50", "25000.00 − 13687.50", ""),
    ]


@pytest.mark.clause("TL-13")
def test_manual_reimbursement_takes_the_home_catalogue():
    line = ask(basis="manual")["lines"][1]
    assert line["text"] == "手工报销，按参保地支付范围认定"
    assert line["source"] == "《铁岭市参保人员异地就医联网结算服务指南》四1"


@pytest.mark.clause("TL-15")
def test_continuous_deductible_says_what_the_year_has_paid():
    answered = ask(scope="in_province", hardship="低保", deductible_paid_this_year="1000.00", eligible="700.00")
    line = answered["lines"][2]
    assert line["amount"] == "700.00"
    assert line["text"] == "职工医保三级标准1750.00元，连续计算，本年度已付1000.00元，以符合政策范围费用为限"
    assert line["source"].endswith("二2；《铁岭市参保人员异地就医联网结算服务指南》四3")


def test_all_faults_are_told_at_once():
    answered = ask(
        scheme="military",
        employment="dead",
        tier="gold",
        scope="abroad",
        service="spa",
        hospital_level="四级",
        basis="cash",
        hardship="rich",
        discharged_on="2026-01-01",
        total="-1.00",
        eligible="0.005",
        deductible_paid_this_year="NaN",
        fund_paid_this_year="",
    )
    assert answered["outcome"] == "invalid"
    named = ("险种", "在职状态", "待遇档次", "就医范围", "服务", "医院级别", "结算方式", "困难群体", "医疗费总额")
    named += ("符合政策范围费用", "本年度已付起付标准", "本年度基金已支付", "出院日期2026-01-01早于入院日期")
    for name in named:
        assert sum(text.startswith(name) for text in texts(answered)) == 1, name
    assert len(texts(answered)) == len(named)


@pytest.mark.parametrize("field", [field for field in CASES["base"] if field != "id"])
def test_missing_field_is_named(field):
    answered = answer({key: value for key, value in CASES["base"].items() if key != field})
    assert answered["outcome"] == "invalid"
    assert [f"（{field}）必须填写" in text for text in texts(answered)] == [True]


@pytest.mark.parametrize("field", ["total", "eligible", "deductible_paid_this_year", "fund_paid_this_year"])
@pytest.mark.parametrize(
    "amount",
    [
        "0.005",
        "1.000",
        "NaN",
        "nan",
        "Infinity",
        "-Infinity",
        "1e3",
        "-1.00",
        "-0.00",
        "+1.00",
        "",
        " ",
        " 1.00",
        "1.00\n",
        "1,000.00",
        "1.",
        ".50",
        "１.00",
        "٣",
        "1_000",
        "0x10",
        "一百",
        "100000000000000.00",
        100,
        0,
        100.0,
        float("nan"),
        True,
        None,
        ["1.00"],
        {"amount": "1.00"},
    ],
)
def test_bad_amount_is_refused_by_name(field, amount):
    answered = ask(**{"total": "99999999999999.99", field: amount})
    assert answered["outcome"] == "invalid"
    assert [f"（{field}）" in text for text in texts(answered)] == [True]


@pytest.mark.parametrize("value", [7, True, 1.5, [], {}, ["211200"]])
@pytest.mark.parametrize("field", ["area", "scheme", "hospital_level", "admitted_on", "hardship"])
def test_value_of_another_type_is_refused_by_name(field, value):
    answered = ask(**{field: value})
    assert answered["outcome"] == "invalid"
    assert any(f"（{field}）" in text for text in texts(answered))


def test_stay_with_contradictions_is_invalid_without_a_question():
    stay = read(CASES["base"], AREAS)
    for changes in ({"employment": None}, {"discharged_on": dt.date(2026, 2, 1)}, {"eligible": Decimal("25000.01")}):
        fields = {name: getattr(stay, name) for name in stay.__slots__} | changes
        assert calculate(type(stay)(**fields), BOOK.in_force("211200", stay.admitted_on)).outcome is Outcome.INVALID


# A sixth agency, by data alone

SIXTH = """
area = "370600"
version = 1
starts_on = 2025-01-01
document = "某市待遇办法"

[[benefit.deductibles]]
scheme = "employee"
service = "inpatient"
number = "1000.00"
section = "第三条"

[[benefit.deductibles]]
scheme = "employee"
service = "inpatient"
level = { 3 = "1500.00", 3A = "2000.00" }
section = "第三条"

[[benefit.deductibles]]
scheme = "employee"
service = "inpatient"
scope = "in_province"
level = "3A"
number = "1800.00"
section = "第四条"

[[benefit.ratios]]
service = "inpatient"
number = "0.805"
section = "《示例数据》"
assumed = true

[[benefit.ceilings]]
scheme = "employee"
number = "60000.00"
section = "第五条"
"""


def sixth(**changes):
    rules = benefit_rules(tomllib.loads(SIXTH))
    return answer(CASES["base"] | {"area": "370600", "tier": "local"} | changes, RuleBook([rules]))


@pytest.mark.parametrize(
    ("changes", "deductible"),
    [
        ({"hospital_level": "1"}, "1000.00"),
        ({"hospital_level": "3"}, "1500.00"),
        ({"hospital_level": "3B"}, "1500.00"),
        ({"hospital_level": "3A"}, "2000.00"),
        ({"hospital_level": "3A", "scope": "in_province"}, "1800.00"),
        ({"hospital_level": "3", "scope": "in_province"}, "1500.00"),
    ],
)
def test_more_exact_row_wins(changes, deductible):
    assert sixth(**changes)["deductible"] == deductible


def test_sample_number_is_told():
    answered = sixth()
    assert answered["assumed"] is True
    assert answered["ratio"] == "0.805"
    assert answered["lines"][4]["text"] == "职工医保在职，本地待遇80.5%（示例，待核定）"
    assert answered["lines"][4]["source"] == "《示例数据》"
    assert answered["fund"] == "14892.50"
    assert answered["warnings"] == []


@pytest.mark.parametrize(
    ("paid", "fund", "left"),
    [
        ("0.00", "14892.50", "60000.00"),
        ("45107.50", "14892.50", "14892.50"),
        ("45107.51", "14892.49", "14892.49"),
        ("60000.00", "0.00", "0.00"),
        ("70000.00", "0.00", "0.00"),
    ],
)
def test_ceiling_cuts_what_the_year_has_no_room_for(paid, fund, left):
    answered = sixth(fund_paid_this_year=paid)
    assert (answered["fund"], answered["lines"][5]["amount"]) == (fund, left)
    assert answered["lines"][5]["text"] == f"年度限额60000.00元，本年度已支付{paid}元"
    assert answered["lines"][5]["source"] == "《某市待遇办法》第五条"
    assert answered["personal"] == f"{25000 - Decimal(fund):.2f}"


def test_version_is_chosen_by_the_day_of_admission():
    first, second = (
        BenefitRules(area="370600", version=version, document="", starts_on=starts_on, ends_on=ends_on)
        for version, starts_on, ends_on in (
            (1, dt.date(2025, 1, 1), dt.date(2025, 12, 31)),
            (2, dt.date(2026, 1, 1), None),
        )
    )
    book = RuleBook([second, first])
    assert book.in_force("370600", dt.date(2024, 12, 31)) is None
    assert book.in_force("370600", dt.date(2025, 12, 31)) is first
    assert book.in_force("370600", dt.date(2026, 1, 1)) is second
    assert book.in_force("370500", dt.date(2026, 1, 1)) is None
    stay = read(CASES["base"], AREAS)
    assert calculate(stay, first).outcome is Outcome.NOT_CONFIGURED


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ('"0.805"', "0.805"),
        ('"0.805"', '"1.01"'),
        ('"0.805"', '"-0.1"'),
        ('"0.805"', '"NaN"'),
        ('"60000.00"', '"60000.005"'),
        ('"60000.00"', '"-1.00"'),
        ('scope = "in_province"', 'scope = "abroad"'),
        ('scope = "in_province"', 'place = "near"'),
        ('scope = "in_province"\nlevel = "3A"\nnumber = "1800.00"', 'level = { 3A = "1800.00" }'),
        ('level = "3A"\nnumber = "1800.00"', 'level = "3A"'),
        ('level = "3A"\n', 'level = { 3A = "1800.00" }\n'),
        ("[[benefit.ceilings]]", "[[benefit.ceiling]]"),
    ],
)
def test_pack_that_is_not_understood_is_refused(written, instead):
    assert written in SIXTH
    with pytest.raises((ValueError, TypeError, KeyError)):
        benefit_rules(tomllib.loads(SIXTH.replace(written, instead)))


def test_empty_table_says_nothing():
    assert Table().find(read(CASES["base"], AREAS)) is None
