"""What holds of a year's settlements in whatever order they come, whatever the numbers: the year folded by hand."""

import dataclasses
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from settlement.accounts.bookkeeping import COLUMN_OF
from settlement.calculation import Table, calculate
from settlement.calculation.rows import CountingRule
from settlement.vocabulary import Component, Counting
from tests.properties.test_benefit_forms import fen, rule_sets, stays

NIL = Decimal(0)
NOTHING = {
    "deductible_paid_this_year": NIL,
    "fund_paid_this_year": NIL,
    "personal_eligible_this_year": NIL,
    "stays_this_year": 0,
    "deductible_standard_this_year": None,
    "paid_this_year": {},
}
EACH_STAY = {"counting": Table(), "later_stays": Table()}
costs = st.lists(st.tuples(st.one_of(fen(10**5), fen(10**7)), fen(10**6)), min_size=2, max_size=6)


SLOW = settings(suppress_health_check=[HealthCheck.too_slow])


def year_of(stay, rules, eligible_and_more):
    """The year after these stays, as settlements are posted; each with what it paid."""
    year, paid = dict(NOTHING), []
    for eligible, more in eligible_and_more:
        asked = dataclasses.replace(stay, eligible=eligible, total=eligible + more, **year)
        result = calculate(asked, rules)
        info = result.setlinfo
        owed = {one.component: one.amount or NIL for one in result.follow_ups}
        year = {
            "deductible_paid_this_year": year["deductible_paid_this_year"] + info.act_pay_dedc,
            "fund_paid_this_year": year["fund_paid_this_year"] + info.hifp_pay,
            "personal_eligible_this_year": year["personal_eligible_this_year"] + info.inscp_scp_amt - info.hifp_pay,
            "stays_this_year": year["stays_this_year"] + 1,
            "deductible_standard_this_year": year["deductible_standard_this_year"] or result.standard,
            "paid_this_year": {
                one: year["paid_this_year"].get(one, NIL) + (getattr(info, COLUMN_OF[one]) or NIL) + owed.get(one, NIL)
                for one in Component
            },
        }
        paid.append(result.fund)
    return year, paid


@SLOW
@given(stays(), rule_sets(), costs, st.randoms())
def test_year_of_each_stays_deductible_is_the_same_in_any_order(stay, rules, costs, random):
    """To the fen: basic fund, personal eligible and every component, up to their ceilings."""
    rules = dataclasses.replace(rules, **EACH_STAY)
    shuffled = list(costs)
    random.shuffle(shuffled)
    assert year_of(stay, rules, shuffled)[0] == year_of(stay, rules, costs)[0]


@SLOW
@given(stays(), rule_sets(), costs)
def test_year_never_passes_a_ceiling_and_pays_no_more_than_it_cost(stay, rules, costs):
    year, paid = year_of(stay, rules, costs)
    for row in rules.ceilings.rows:
        assert year["fund_paid_this_year"] <= row.number
    for row in rules.components.rows:
        hardship = rules.hardship_for(row.component, stay)
        if row.ceiling is not None and not (hardship and hardship.no_ceiling):
            assert year["paid_this_year"][row.component] <= row.ceiling
    assert sum(year["paid_this_year"].values()) <= year["personal_eligible_this_year"]
    assert sum(paid) <= sum(eligible for eligible, _more in costs)


@SLOW
@given(stays(), rule_sets(), costs, st.sampled_from((Counting.YEARLY, Counting.TOPPED_UP)), st.randoms())
def test_deductible_of_a_year_is_the_same_in_any_order_and_at_most_its_standard(stay, rules, costs, counting, random):
    """Of one standard; what the fund pays then depends on which stay bears it, and is not the same in any order."""
    rules = dataclasses.replace(rules, counting=Table((CountingRule(counting=counting, section="一"),)))
    shuffled = list(costs)
    random.shuffle(shuffled)
    charged = year_of(stay, rules, costs)[0]["deductible_paid_this_year"]
    assert year_of(stay, rules, shuffled)[0]["deductible_paid_this_year"] == charged
    assert charged <= rules.deductibles.rows[0].number
