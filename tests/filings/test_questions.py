"""Questions as other programs put them: every fault is told at once, by the field's Chinese name."""

import datetime as dt

import pytest

from filings.assessment import ChangeCase, FilingCase, case_of
from filings.vocabulary import Channel, Employment, Kind, Material, Scheme
from hospitals.reasons import Refused
from tests.filings.places import AREAS

FILING = {
    "id": "1",
    "kind": "filing",
    "area": "370700",
    "scheme": "employee",
    "employment": "retired",
    "category": "long_term_resident",
    "variant": None,
    "destination": "110000",
    "filed_on": "2026-03-10",
    "start_on": "2026-03-06",
    "admitted_on": None,
    "discharge_settled": False,
    "channel": "counter",
    "materials": ["id_document"],
    "commitment": False,
}
CANCEL = FILING | {
    "kind": "cancel",
    "filing_start_on": "2026-03-06",
    "filing_filed_on": "2026-03-10",
    "has_cost_there": True,
    "on": "2026-04-01",
}
FILING_REQUIRED = ("kind", "area", "scheme", "employment", "category", "destination", "filed_on", "channel")


def faults(question):
    with pytest.raises(Refused) as refused:
        case_of(question, AREAS)
    return [(reason.code, reason.text) for reason in refused.value.reasons]


def test_filing_becomes_a_case():
    case = case_of(FILING | {"from_another_program": 1}, AREAS)
    assert isinstance(case, FilingCase)
    assert (case.scheme, case.employment, case.channel) == (Scheme.EMPLOYEE, Employment.RETIRED, Channel.COUNTER)
    assert (case.filed_on, case.start_on, case.admitted_on) == (dt.date(2026, 3, 10), dt.date(2026, 3, 6), None)
    assert case.materials == {Material.ID_DOCUMENT}


def test_cancellation_becomes_a_case():
    case = case_of(CANCEL, AREAS)
    assert isinstance(case, ChangeCase)
    assert (case.kind, case.has_cost_there, case.on) == (Kind.CANCEL, True, dt.date(2026, 4, 1))


def test_form_data_with_dates_becomes_the_same_case():
    form = FILING | {"filed_on": dt.date(2026, 3, 10), "start_on": dt.date(2026, 3, 6), "materials": {"id_document"}}
    assert case_of(form, AREAS) == case_of(FILING, AREAS)


@pytest.mark.parametrize("key", FILING_REQUIRED)
@pytest.mark.parametrize("absent", ["left out", "null", "empty"])
def test_required_field_missing_is_named(key, absent):
    question = {k: v for k, v in FILING.items() if k != key} | {"null": {key: None}, "empty": {key: ""}}.get(absent, {})
    ((code, text),) = faults(question)
    assert code == "missing_field"
    assert f"（{key}）必须填写" in text


@pytest.mark.parametrize("key", ["area", "category", "filing_filed_on", "has_cost_there", "on"])
def test_cancellation_field_missing_is_named(key):
    ((code, text),) = faults({k: v for k, v in CANCEL.items() if k != key})
    assert code == "missing_field"
    assert f"（{key}）" in text


@pytest.mark.parametrize(
    ("key", "value", "code", "said"),
    [
        ("area", "999999", "unknown_area", "参保地（area）没有“999999”这个行政区划代码"),
        ("destination", "北京", "unknown_area", "就医地（destination）"),
        ("area", 370700, "wrong_type", "参保地（area）应为文字"),
        ("area", ["370700"], "wrong_type", "参保地（area）"),
        ("filed_on", "2026-02-30", "malformed_date", "申请日期（filed_on）“2026-02-30”不是有效的日期"),
        ("filed_on", "0001-01-01", "malformed_date", "申请日期（filed_on）"),
        ("filed_on", 20260310, "wrong_type", "申请日期（filed_on）"),
        ("start_on", "2026/03/06", "malformed_date", "备案开始日期（start_on）"),
        ("admitted_on", float("nan"), "wrong_type", "入院日期（admitted_on）"),
        ("kind", "renew", "unknown_value", "事项（kind）"),
        ("scheme", "rural", "unknown_value", "险种（scheme）"),
        ("category", "旅游", "unknown_value", "备案类别（category）"),
        ("variant", "native_place", "unknown_value", "细分（variant）"),
        ("variant", "nonsense", "unknown_value", "细分（variant）"),
        ("channel", "telegram", "unknown_value", "办理渠道（channel）"),
        ("discharge_settled", "true", "wrong_type", "是否已出院自费结算（discharge_settled）"),
        ("discharge_settled", 1, "wrong_type", "是否已出院自费结算（discharge_settled）"),
        ("commitment", [], "wrong_type", "是否签承诺补充书（commitment）"),
        ("materials", "id_document", "wrong_type", "材料（materials）应为列表"),
        ("materials", ["id_document", "身份证"], "unknown_value", "材料（materials）没有“身份证”这个值"),
        ("materials", [["id_document"]], "unknown_value", "材料（materials）"),
        ("materials", {"id_document": 1}, "wrong_type", "材料（materials）"),
    ],
)
def test_faulty_field_is_named(key, value, code, said):
    ((found, text),) = faults(FILING | {key: value})
    assert found == code
    assert text.startswith(said)


def test_all_faults_are_told_at_once():
    told = faults(FILING | {"area": "999999", "destination": "", "filed_on": "2026-02-30", "materials": ["x", "y"]})
    assert [code for code, _ in told] == [
        "unknown_area",
        "missing_field",
        "malformed_date",
        "unknown_value",
        "unknown_value",
    ]


def test_change_before_the_filing_is_a_fault():
    assert faults(CANCEL | {"on": "2026-03-09"}) == [
        ("before_filing", "办理日期（on）不能早于原备案申请日期 2026-03-10")
    ]


def test_resident_needs_no_employment():
    assert case_of(FILING | {"scheme": "resident", "employment": None}, AREAS).employment is None
