"""Referral: diseases on the area's list need no certificate (no document prints its list, so one is made up here)."""

from dataclasses import replace

import pytest

from filings.assessment import FilingAnswer, FilingRules, Issuer, ListedDisease, assess, case_of
from filings.assessment.packs import read_pack
from filings.policy_packs import SHIPPED
from filings.vocabulary import DiseaseList, Material
from hospitals.vocabulary import Level, Scope
from tests.filings.places import AREAS

TIELING = read_pack(SHIPPED / "211200.toml")
GUIDE = "《铁岭市参保人员异地就医联网结算服务指南》三（二）1"
LISTED = replace(
    TIELING,
    diseases=(
        ListedDisease(DiseaseList.REFERRAL, "脑干肿瘤", "三（二）1", code="D43.1"),
        ListedDisease(DiseaseList.REFERRAL, "主动脉夹层", "三（二）1", scope=Scope.IN_PROVINCE),
        ListedDisease(DiseaseList.CHRONIC, "高血压", "三（五）"),
    ),
)
QUESTION = {
    "kind": "filing",
    "area": "211200",
    "scheme": "employee",
    "employment": "active",
    "category": "referral",
    "destination": "110000",
    "filed_on": "2026-03-10",
    "channel": "counter",
    "materials": ["medical_record"],
}


def referral(rules: FilingRules = LISTED, **changes: object) -> FilingAnswer:
    return assess(case_of(QUESTION | changes, AREAS), rules, AREAS)


def codes(answer: FilingAnswer) -> list[str]:
    return [reason.code for reason in answer.reasons]


@pytest.mark.clause("TL-02")
@pytest.mark.parametrize("disease", ["脑干肿瘤", "D43.1"])
def test_listed_disease_is_filed_from_the_records(disease: str) -> None:
    answer = referral(disease=disease)
    assert (answer.outcome, answer.tier, codes(answer)) == ("accept", "referral", ["disease_listed"])
    assert answer.reasons[0].text == f"“{disease}”在转诊转院病种目录内，无需转诊证明"
    assert answer.reasons[0].source == GUIDE


@pytest.mark.clause("TL-02")
@pytest.mark.parametrize("channel", ["counter", "hospital", "mail"])
def test_agency_and_entrusted_hospital_file_alike(channel: str) -> None:
    assert referral(disease="脑干肿瘤", channel=channel).outcome == "accept"


@pytest.mark.clause("TL-02")
@pytest.mark.parametrize("disease", ["感冒", "高血压"])
def test_other_disease_needs_the_certificate(disease: str) -> None:
    answer = referral(disease=disease)
    assert (answer.outcome, [group.one_of for group in answer.missing]) == (
        "incomplete",
        [(Material.MEDICAL_RECORD, Material.REFERRAL_CERTIFICATE)],
    )
    assert f"“{disease}”不在转诊转院病种目录内，须提供转诊证明" in [reason.text for reason in answer.reasons]
    assert referral(disease=disease, materials=["referral_certificate"]).outcome == "accept"


@pytest.mark.clause("TL-02")
def test_disease_listed_for_the_province_counts_there_alone() -> None:
    assert referral(disease="主动脉夹层", destination="210100").outcome == "accept"
    assert referral(disease="主动脉夹层").outcome == "incomplete"


@pytest.mark.clause("TL-02")
def test_what_is_not_known_is_left_to_the_clerk() -> None:
    assert codes(referral()) == ["disease_unsaid"]
    unknown = referral(TIELING, disease="感冒")
    assert (unknown.outcome, codes(unknown)) == ("accept", ["list_not_configured"])


@pytest.mark.clause("DY-07")
def test_level_of_who_issued_counts_only_where_a_certificate_is_shown() -> None:
    dongying = read_pack(SHIPPED / "370500.toml")
    case = replace(
        case_of(QUESTION | {"area": "370500", "materials": []}, AREAS),
        issuer=Issuer("某院", Level.ONE, Level.THREE),
    )
    assert assess(case, dongying, AREAS).outcome == "incomplete"
    shown = replace(case, materials=frozenset({Material.REFERRAL_CERTIFICATE}))
    assert codes(assess(shown, dongying, AREAS)) == ["issuer_level"]
