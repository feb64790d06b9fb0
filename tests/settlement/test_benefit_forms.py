"""Every legal form of a benefit, as data alone: an agency that nobody has heard of, worked out by hand."""

import datetime as dt
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from hospitals.reasons import Refused
from settlement.calculation import BenefitBook, Outcome, Result, read
from settlement.calculation.pack import benefit_rules
from settlement.management.commands.calculate import with_setlinfo
from tests.factories import QINGDAO

CASES = tomllib.loads(Path("tests/cases/benefit_forms.toml").read_text("utf-8"))
HEAD = {"area": QINGDAO, "version": 1, "document": "某市待遇办法", "starts_on": CASES["base"]["admitted_on"]}
AREAS = {QINGDAO, "210000", "210100", "211200"}


def book(*policies, **head):

    given = HEAD | {"starts_on": dt.date(2026, 1, 1)} | head
    return BenefitBook(benefit_rules(given | policy) for policy in policies)


def answer(asked, policies):
    try:
        result = policies.calculate(read(asked, AREAS))
    except Refused as refused:
        result = Result(outcome=Outcome.INVALID, reasons=refused.reasons)
    return result.as_dict() | with_setlinfo(result)


def ask(policy, **changes):
    return answer(CASES["base"] | changes, book(CASES["policies"][policy]))


def known(value):
    return None if value == "none" else value


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case["name"], marks=pytest.mark.clause(*case["clauses"]) if "clauses" in case else ())
        for case in CASES["case"]
    ],
)
def test_case(case):
    asked = {key: value for key, value in CASES["base"].items() if key not in case.get("without", ())} | case["ask"]
    answered = answer(asked, book(CASES["policies"][case["policy"]]))
    assert [reason["text"] for reason in answered["reasons"]] == case.get("says", [])
    expected = {"outcome": "calculated"} | case.get("expect", {})
    assert {key: answered[key] for key in expected} == {key: known(value) for key, value in expected.items()}
    national = case.get("national", {})
    assert {key: answered["setlinfo"][key] for key in national} == {key: known(national[key]) for key in national}
    lines = {line["name"]: line["amount"] for line in answered["lines"]}
    assert lines | case.get("lines", {}) == lines
    if "later" in case:
        later = [[one["component"], one["payer"], one["amount"] or "none"] for one in answered["follow_ups"]]
        assert later == case["later"]


def test_lines_say_how_the_year_counts_the_deductible():
    line = ask("year", deductible_paid_this_year="400.00")["lines"][2]
    assert line["text"] == "职工医保三级标准1000.00元，一年收取一次，不足补齐，本年度已付400.00元"
    assert line["source"] == "《某市待遇办法》一；《某市待遇办法》三"
    line = ask("year", tier="referral", stays_this_year=2)["lines"][2]
    assert line["text"] == "职工医保三级标准1000.00元，本年度第3次住院，每多一次降低标准的20%，不低于400.00元"


def test_lines_say_each_segment_and_the_reduction():
    lines = ask("away", tier="temporary", total="30000.00", eligible="21000.00")["lines"]
    assert [tuple(line.values()) for line in lines[4:7]] == [
        (
            "支付比例",
            "0.68",
            "职工医保在职，临时外出待遇0元至10000元部分85%，异地按80%折算为68%",
            "《某市待遇办法》二；《某市待遇办法》四",
        ),
        (
            "支付比例",
            "0.72",
            "职工医保在职，临时外出待遇10000元至30000元部分90%，异地按80%折算为72%",
            "《某市待遇办法》二；《某市待遇办法》四",
        ),
        ("统筹基金支付", "14000.00", "10000.00 × 68%＋10000.00 × 72%", "《某市待遇办法》二；《某市待遇办法》四"),
    ]


def test_lines_say_what_a_component_rests_on():
    known_year = {"personal_eligible_this_year": "0.00", "paid_this_year": {}}
    answered = ask("on_top", scheme="resident", hardship="特困", total="70000.00", eligible="61000.00", **known_year)
    assert [tuple(line.values()) for line in answered["lines"][-3:]] == [
        (
            "居民大病保险支付",
            "13000.00",
            "本年度个人负担累计0.00元，本次25000.00元，超过5000.00元部分：20000.00 × 65%，按特困人员",
            "《某市待遇办法》四；《某市待遇办法》四（二）",
        ),
        ("基金支付总额", "49000.00", "36000.00 ＋ 13000.00", ""),
        ("个人负担", "21000.00", "70000.00 − 49000.00", ""),
    ]


@pytest.mark.clause("DY-10")
def test_line_says_who_pays_later():
    known_year = {"personal_eligible_this_year": "0.00", "paid_this_year": {}}
    line = ask("followed_up", scheme="resident", total="70000.00", eligible="61000.00", **known_year)["lines"][-2]
    said = "居民大病保险：居民大病保险后续医疗费用由保险公司进行补偿；按政策应付9000.00元"
    assert tuple(line.values()) == ("后续结算", "0.00", said, "《某市待遇办法》七4")


def test_component_with_half_its_numbers_is_not_configured():
    policy = tomllib.loads("""
[benefit]
deductibles = [{ number = "1000.00", section = "一" }]
ratios = [{ number = "0.60", section = "二" }]
components = [{ component = "serious_illness", threshold = "10000.00", section = "四" }]
component_ratios = [{ component = "large_amount", number = "0.80", section = "五" }]
""")
    answered = answer(CASES["base"], book(policy))
    assert answered["outcome"] == "not_configured"
    texts = [reason["text"] for reason in answered["reasons"]]
    assert texts == ["职工大额医疗费用补助起付标准未配置", "居民大病保险支付比例未配置"]


def test_civil_servant_without_a_configured_subsidy_is_told():
    assert ask("away", civil_servant=True)["warnings"] == ["最高支付限额未配置", "公务员医疗补助未配置，未计算"]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("destination", "999999", "没有“999999”这个行政区划代码"),
        ("civil_servant", "是", "应为 true 或 false"),
        ("stays_this_year", -1, "应为不小于零的整数"),
        ("stays_this_year", True, "应为不小于零的整数"),
        ("stays_this_year", "1", "应为不小于零的整数"),
        ("deductible_standard_this_year", 400, "应为带引号的金额"),
        ("personal_eligible_this_year", "-1.00", "不能为负"),
        ("paid_this_year", "0.00", "应为各项金额"),
        ("paid_this_year", {"gold": "0.00"}, "没有“gold”这一项"),
        ("paid_this_year", {"serious_illness": "0.005"}, "本年度居民大病保险已支付（serious_illness）最多精确到分"),
        ("fulamt_ownpay_amt", "1e3", "应为金额"),
        ("items", "药", "应为列表"),
        ("items", ["药"], "第1行应为对象"),
        ("items", [{"class": "丁", "quantity": "1", "price": "1"}], "第1行目录类别（class）没有“丁”这个值"),
        ("items", [{"class": "甲", "quantity": "1"}], "第1行单价（price）必须填写"),
        ("items", [{"class": "甲", "quantity": 1, "price": "1"}], "第1行数量（quantity）应为文字"),
        ("items", [{"class": "甲", "quantity": "1.00001", "price": "1"}], "第1行数量（quantity）应为最多八位整数"),
        ("items", [{"class": "甲", "quantity": "1", "price": "-1"}], "第1行单价（price）应为最多八位整数"),
        (
            "items",
            [{"class": "乙", "quantity": "1", "price": "1", "self_pay": "1.5"}],
            "先行自付比例（self_pay）应为0 与 1",
        ),
        ("items", [{"class": "甲", "quantity": "99999999", "price": "99999999"}], "整数部分最多十四位"),
    ],
)
def test_further_field_that_is_not_understood_is_refused_by_name(field, value, said):
    answered = ask("away", **{field: value})
    assert answered["outcome"] == "invalid"
    texts = [reason["text"] for reason in answered["reasons"]]
    assert sum(said in text for text in texts) == 1, texts


# Which version, and whose

ADMITTED = "2026-06-25"
DISCHARGED = "2026-07-05"


@pytest.mark.parametrize(
    ("first_day", "second_day", "version"),
    [
        ("admission", "admission", 1),
        ("admission", "discharge", 2),
        ("discharge", "discharge", 2),
        ("discharge", "admission", 1),
    ],
)
def test_which_day_picks_the_version_is_policy(first_day, second_day, version):

    policy = CASES["policies"]["away"]["benefit"]
    first = HEAD | {"starts_on": dt.date(2026, 1, 1), "benefit": policy | {"version_day": first_day}}
    second = HEAD | {"starts_on": dt.date(2026, 7, 1), "version": 2, "benefit": policy | {"version_day": second_day}}
    policies = BenefitBook(map(benefit_rules, (first, second)))
    stay = read(CASES["base"] | {"admitted_on": ADMITTED, "discharged_on": DISCHARGED}, AREAS)
    assert policies.calculate(stay).version == version


PROVINCIAL = HEAD | {"area": "210000", "document": "省直医保待遇办法"}
TIELING = benefit_rules(tomllib.loads(Path("settlement/policies/211200.toml").read_text("utf-8")))
TO_SHENYANG = {"area": "211200", "tier": "referral", "scope": "in_province", "destination": "210100"}


@pytest.mark.clause("TL-13")
def test_referral_to_shenyang_is_settled_by_the_provincial_policy_once_that_is_there():

    policy = CASES["policies"]["away"]
    provincial = benefit_rules(PROVINCIAL | {"starts_on": dt.date(2026, 1, 1)} | policy)
    policies = BenefitBook([TIELING, provincial])
    result = policies.calculate(read(CASES["base"] | TO_SHENYANG, AREAS))
    assert (result.area, result.version, result.fund) == ("210000", 1, Decimal("14800.00"))
    first, standard = result.lines[0], result.lines[3]
    assert first.text == "本次住院全部费用；转诊至沈阳市的住院费用直接结算执行省直医保有关规定"
    assert first.source == "《铁岭市参保人员异地就医联网结算服务指南》四1"
    assert standard.source == "《省直医保待遇办法》一"


@pytest.mark.clause("TL-13")
@pytest.mark.parametrize(
    ("changes", "fund"),
    [
        ({}, None),
        ({"basis": "manual"}, "13687.50"),
        ({"tier": "temporary"}, "11862.50"),
        ({"destination": "210200"}, "13687.50"),
        ({"destination": None}, "13687.50"),
    ],
)
def test_without_a_provincial_policy_only_direct_settlement_of_a_referral_to_shenyang_waits(changes, fund):
    areas = AREAS | {"210200"}
    answered = BenefitBook([TIELING]).calculate(read(CASES["base"] | TO_SHENYANG | changes, areas)).as_dict()
    assert answered["fund"] == fund
    if fund is None:
        assert answered["outcome"] == "not_configured"
        (reason,) = answered["reasons"]
        assert reason["text"] == "转诊至沈阳市的住院费用直接结算执行省直医保有关规定：210000的待遇政策未配置"
        assert reason["source"] == "《铁岭市参保人员异地就医联网结算服务指南》四1"
