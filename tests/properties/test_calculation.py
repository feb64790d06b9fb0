"""What holds of every stay, whatever the numbers."""

import dataclasses
import datetime as dt
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from filings.vocabulary import Employment, Hardship, Scheme, SettlementWay, Tier
from hospitals.vocabulary import Level, Scope, Service
from settlement.calculation import BenefitRules, ContinuousDeductible, Outcome, Row, Stay, Table, calculate

DAY = dt.date(2026, 3, 1)
FEN = Decimal("0.01")


def fen(largest):
    return st.integers(0, largest).map(lambda amount: Decimal(amount).scaleb(-2))


def rows(numbers, most=1):
    return st.lists(st.builds(Row, number=numbers, section=st.just("")), max_size=most).map(tuple).map(Table)


amounts = st.one_of(fen(10**4), fen(10**7), fen(10**16 - 1))
ratios = st.integers(0, 10**4).map(lambda number: Decimal(number).scaleb(-4))
rule_sets = st.builds(
    BenefitRules,
    area=st.just("211200"),
    version=st.just(1),
    document=st.just(""),
    starts_on=st.just(DAY),
    deductibles=st.builds(Row, number=fen(10**6), section=st.just("")).map(lambda row: Table((row,))),
    ratios=st.builds(Row, number=ratios, section=st.just("")).map(lambda row: Table((row,))),
    ceilings=rows(fen(10**7)),
    continuous=st.lists(
        st.builds(
            ContinuousDeductible,
            hardship=st.sampled_from(Hardship),
            tier=st.sampled_from(Tier),
            scope=st.sampled_from(Scope),
            section=st.just(""),
        )
    ).map(tuple),
)


@st.composite
def stays(draw):
    low, high = sorted((draw(amounts), draw(amounts)))
    scheme = draw(st.sampled_from(Scheme))
    return Stay(
        area="211200",
        scheme=scheme,
        employment=draw(st.sampled_from(Employment)) if scheme is Scheme.EMPLOYEE else None,
        tier=draw(st.sampled_from(Tier)),
        scope=draw(st.sampled_from(Scope)),
        service=draw(st.sampled_from(Service)),
        level=draw(st.sampled_from(Level)),
        admitted_on=DAY,
        discharged_on=DAY,
        basis=draw(st.sampled_from(SettlementWay)),
        total=high,
        eligible=low,
        deductible_paid_this_year=draw(amounts),
        fund_paid_this_year=draw(amounts),
        hardship=draw(st.none() | st.sampled_from(Hardship)),
    )


@given(stays(), rule_sets)
def test_parts_make_the_total_and_none_is_negative(stay, rules):
    result = calculate(stay, rules)
    assert result.outcome is Outcome.CALCULATED
    assert result.fund + result.personal == stay.total
    assert 0 <= result.deductible <= stay.eligible
    assert 0 <= result.fund <= stay.eligible - result.deductible
    assert result.personal >= stay.total - stay.eligible
    assert all(amount == amount.quantize(FEN) for amount in (result.deductible, result.fund, result.personal))


@given(stays(), rule_sets)
def test_fund_is_within_half_a_fen_of_the_exact_share(stay, rules):
    result = calculate(stay, rules)
    exact = (stay.eligible - result.deductible) * result.ratio
    for ceiling in rules.ceilings.rows:
        exact = min(exact, max(ceiling.number - stay.fund_paid_this_year, Decimal(0)))
    assert abs(result.fund - exact) <= FEN / 2
    assert exact - result.fund != FEN / 2  # half a fen goes up


@given(stays(), rule_sets, amounts)
def test_more_eligible_cost_never_lowers_the_fund_nor_pays_more_than_it_costs(stay, rules, more):
    more = min(more, stay.total - stay.eligible)
    before = calculate(stay, rules).fund
    after = calculate(dataclasses.replace(stay, eligible=stay.eligible + more), rules).fund
    assert before <= after <= before + more + FEN


@given(stays(), rule_sets, amounts)
def test_more_paid_by_the_fund_this_year_never_raises_the_fund(stay, rules, more):
    after = dataclasses.replace(stay, fund_paid_this_year=stay.fund_paid_this_year + more)
    assert calculate(after, rules).fund <= calculate(stay, rules).fund


@given(stays(), rule_sets, amounts)
def test_continuous_deductible_never_charges_more_than_the_standard_in_a_year(stay, rules, paid):
    stay = dataclasses.replace(stay, deductible_paid_this_year=paid)
    standard = rules.deductibles.rows[0].number
    charged = calculate(stay, rules).deductible
    if rules.continuous_for(stay):
        assert paid + charged <= max(standard, paid)
    else:
        assert charged == min(standard, stay.eligible)


@given(stays(), rule_sets)
def test_last_two_lines_are_the_parts(stay, rules):
    result = calculate(stay, rules)
    fund, personal = result.lines[-2:]
    assert (fund.name, Decimal(fund.amount)) == ("统筹基金支付", result.fund)
    assert (personal.name, Decimal(personal.amount)) == ("个人负担", result.personal)
