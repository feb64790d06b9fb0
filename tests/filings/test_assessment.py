"""The documents' answers, case by case (tests/cases/filing_*.toml), and what holds of every answer."""

import datetime as dt
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filings.assessment import ChangeCase, FilingCase, Issuer, assess, assess_change, case_of, scope_between
from filings.assessment.packs import read_pack
from filings.vocabulary import VARIANTS, Category, Channel, Employment, Kind, Material, Occasion, Outcome, Scheme, Tier
from hospitals.periods import add_months
from hospitals.rulebook import RuleBook
from hospitals.vocabulary import Level
from tests.filings.places import AREAS

ROOT = Path(__file__).resolve().parents[2]
BEIJING = {
    "kind": "filing",
    "area": "370700",
    "scheme": "employee",
    "employment": "retired",
    "category": "long_term_resident",
    "destination": "110000",
    "filed_on": "2026-03-10",
    "channel": "counter",
}
PACKS = {pack.area: pack for pack in map(read_pack, sorted((ROOT / "filings/policies").glob("*.toml")))}
BOOK = RuleBook(PACKS.values())


def golden_cases():
    for path in sorted((ROOT / "tests/cases").glob("filing_*.toml")):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        for case in table["cases"]:
            question = {key: value for key, value in (table["common"] | case["question"]).items() if value != ""}
            marks = pytest.mark.clause(*case["clauses"])
            yield pytest.param(question, case["answer"], marks=marks, id=f"{path.stem}-{case['name']}")


def answer_to(question):
    case = case_of(question, AREAS)
    if issuer := question.get("issuer"):
        levels = [Level.of(issuer[key]) if key in issuer else None for key in ("level", "highest")]
        case = replace(case, issuer=Issuer(issuer["name"], *levels))
    if isinstance(case, FilingCase):
        return assess(case, BOOK.in_force(case.area, case.filed_on), AREAS)
    return assess_change(case, BOOK.in_force(case.area, case.on), AREAS)


@pytest.mark.parametrize(("question", "expected"), list(golden_cases()))
def test_answer_is_the_documents(question, expected):
    answer = answer_to(question).as_dict()
    reasons = answer["reasons"]
    found = answer | {
        "codes": [reason["code"] for reason in reasons],
        "sources": list(dict.fromkeys(reason["source"] for reason in reasons)),
        "texts": [text for text in expected.get("texts", ()) if any(text in reason["text"] for reason in reasons)],
    }
    assert {key: found[key] for key in expected} == {key: None if v == "" else v for key, v in expected.items()}


def test_start_defaults_to_filing_day_and_reaches_back_to_admission():
    assert answer_to(BEIJING).start_on == dt.date(2026, 3, 10)
    assert answer_to(BEIJING | {"admitted_on": "2026-03-07"}).start_on == dt.date(2026, 3, 7)
    assert answer_to(BEIJING | {"admitted_on": "2026-03-20"}).start_on == dt.date(2026, 3, 10)
    assert answer_to(BEIJING | {"start_on": "2026-03-12"}).start_on == dt.date(2026, 3, 12)


def test_basis_cites_the_clause_of_an_acceptance():
    answer = answer_to(BEIJING)
    assert answer.reasons == ()
    assert answer.basis.source == "《异地就医直接结算政策宣传》三"


def test_area_without_policy_is_refused_by_name_and_day():
    answer = answer_to(BEIJING | {"area": "370200"})
    assert answer.outcome is Outcome.REFUSE
    assert answer.reasons[0].code == "no_policy_in_force"
    assert answer.reasons[0].text == "青岛市（370200）在 2026-03-10 没有施行中的备案政策"


DAYS = st.dates(dt.date(2023, 1, 1), dt.date(2100, 12, 31))
SERVED = sorted(code for code, place in AREAS.items() if place.is_pool)


@st.composite
def cases(draw):
    category = draw(st.sampled_from(Category))
    filed_on = draw(DAYS)
    near = st.none() | st.integers(-400, 400).map(lambda days: filed_on + dt.timedelta(days=days))
    return FilingCase(
        area=draw(st.sampled_from(sorted(PACKS))),
        scheme=draw(st.sampled_from(Scheme)),
        employment=draw(st.sampled_from(Employment)),
        category=category,
        variant=draw(st.sampled_from((None, *VARIANTS.get(category, ())))),
        destination=draw(st.sampled_from(sorted(AREAS))),
        filed_on=filed_on,
        start_on=draw(near),
        admitted_on=draw(near),
        discharge_settled=draw(st.booleans()),
        channel=draw(st.sampled_from(Channel)),
        materials=draw(st.frozensets(st.sampled_from(Material))),
        commitment=draw(st.booleans()),
        occasion=draw(st.none() | st.sampled_from(Occasion)),
    )


def ask(case):
    return assess(case, PACKS[case.area], AREAS)


@given(cases())
def test_every_answer_explains_itself(case):
    answer = ask(case)
    assert answer == ask(case)
    if answer.outcome in (Outcome.ACCEPT, Outcome.REVIEW):
        assert answer.basis.text
        assert answer.basis.source
    else:
        assert answer.reasons
    assert all(reason.code and reason.text for reason in answer.reasons)
    assert (answer.outcome is Outcome.REFUSE) == (answer.tier is None) == (answer.settlement is None)
    assert bool(answer.missing) == (answer.outcome is Outcome.INCOMPLETE or answer.complete_by is not None)


@given(cases())
def test_accepted_start_lies_within_what_is_allowed(case):
    answer = ask(case)
    if answer.start_on:
        assert answer.earliest_start_on is None or answer.start_on >= answer.earliest_start_on
        assert case.admitted_on is None or answer.start_on <= case.admitted_on


@given(cases(), st.sampled_from(Material))
def test_one_more_material_never_makes_the_answer_worse(case, material):
    before, after = ask(case), ask(replace(case, materials=case.materials | {material}))
    order = [Outcome.REFUSE, Outcome.INCOMPLETE, Outcome.REVIEW, Outcome.ACCEPT]
    if before.outcome in order:
        assert order.index(after.outcome) >= order.index(before.outcome)
        assert set(after.missing) <= set(before.missing)
    else:
        assert after == before


@given(cases(), st.integers(0, 500))
def test_filing_later_never_moves_the_earliest_day_back(case, days):
    before = ask(case).earliest_start_on
    after = ask(replace(case, filed_on=case.filed_on + dt.timedelta(days=days))).earliest_start_on
    assert (before is None) == (after is None)
    assert before is None or before <= after


@given(st.sampled_from(sorted(AREAS)), st.sampled_from(sorted(AREAS)))
def test_scope_is_the_same_both_ways(one, other):
    assert scope_between(one, other, AREAS) is scope_between(other, one, AREAS)


@given(
    st.sampled_from(sorted(PACKS)),
    st.sampled_from(Category),
    st.sampled_from([Kind.CHANGE, Kind.CANCEL]),
    DAYS,
    st.integers(0, 400),
    st.booleans(),
)
def test_change_is_possible_from_the_day_named_and_not_before(area, category, kind, filed_on, days, has_cost):
    on = filed_on + dt.timedelta(days=days)
    case = ChangeCase(kind, area, category, filed_on, has_cost, on)
    answer = assess_change(case, PACKS[area], AREAS)
    assert answer.possible_on in (filed_on, add_months(filed_on, 6))
    assert (answer.outcome is Outcome.ACCEPT) == (on >= answer.possible_on)
    assert bool(answer.reasons) == (answer.outcome is Outcome.REFUSE)


@pytest.mark.clause("TL-19")
def test_tieling_knows_all_three_tiers():
    assert {rule.tier for rule in PACKS["211200"].rules} == set(Tier)
