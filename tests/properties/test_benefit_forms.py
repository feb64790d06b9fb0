"""What holds of every legal form of a benefit, whatever the numbers and however the bill is written."""

import dataclasses
import datetime as dt
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from filings.vocabulary import Employment, Hardship, Scheme, SettlementWay, Tier
from hospitals.vocabulary import Level, Scope, Service
from settlement.calculation import BenefitRules, Item, Outcome, Row, Stay, Table, calculate, cost_of
from settlement.calculation.rows import (
    ComponentRatio,
    ComponentRule,
    CountingRule,
    FollowUpRule,
    HardshipRule,
    LaterStayRule,
    ReductionRule,
)
from settlement.vocabulary import (
    CatalogueClass,
    Component,
    Counting,
    Lowering,
    Payer,
    Reduction,
    SegmentBase,
)

DAY = dt.date(2026, 3, 1)
FEN = Decimal("0.01")
SAID = {"section": st.just("一")}
YUAN = (Lowering.AMOUNT, Lowering.AMOUNT_EACH)


def fen(largest):
    return st.integers(0, largest).map(lambda amount: Decimal(amount).scaleb(-2))


def tables(row, most=1):
    return st.lists(row, max_size=most).map(tuple).map(Table)


amounts = st.one_of(fen(10**4), fen(10**7), fen(10**10))
shares = st.integers(0, 10**4).map(lambda number: Decimal(number).scaleb(-4))
ways = st.sampled_from(Lowering).flatmap(
    lambda way: st.builds(
        LaterStayRule,
        from_stay=st.integers(2, 4),
        lowering=st.just(way),
        number=fen(10**5) if way in YUAN else shares,
        floor=st.none() | fen(10**5),
        **SAID,
    )
)


@st.composite
def segments(draw, kind, **fixed):
    """A ratio, or several from rising amounts."""
    steps = sorted({Decimal(0), *draw(st.lists(fen(10**7), max_size=3))})
    return tuple(kind(above=above, number=draw(shares), section="一", **fixed) for above in steps)


@st.composite
def rule_sets(draw):
    components = draw(st.lists(st.sampled_from(Component), unique=True))
    return BenefitRules(
        area="211200",
        version=1,
        document="",
        starts_on=DAY,
        segment_base=draw(st.sampled_from(SegmentBase)),
        deductibles=Table((draw(st.builds(Row, number=fen(10**6), **SAID)),)),
        ratios=Table(draw(segments(Row))),
        ceilings=draw(tables(st.builds(Row, number=fen(10**8), **SAID))),
        counting=draw(tables(st.builds(CountingRule, counting=st.sampled_from(Counting), **SAID))),
        later_stays=draw(tables(ways)),
        reductions=draw(tables(st.builds(ReductionRule, reduction=st.sampled_from(Reduction), number=shares, **SAID))),
        components=Table(
            tuple(
                ComponentRule(
                    component=one, threshold=draw(fen(10**7)), ceiling=draw(st.none() | fen(10**8)), section=""
                )
                for one in components
            )
        ),
        component_ratios=Table(
            tuple(row for one in components for row in draw(segments(ComponentRatio, component=one)))
        ),
        hardships=tuple(
            HardshipRule(
                component=one,
                hardship=Hardship.EXTREME_POVERTY,
                threshold_factor=draw(shares),
                points=draw(shares),
                no_ceiling=draw(st.booleans()),
                section="",
            )
            for one in components
            if draw(st.booleans())
        ),
        follow_ups=tuple(
            FollowUpRule(component=one, payer=Payer.AGENCY, text="", section="")
            for one in components
            if draw(st.booleans())
        ),
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
        hardship=draw(st.none() | st.just(Hardship.EXTREME_POVERTY)),
        civil_servant=draw(st.booleans()),
        stays_this_year=draw(st.integers(0, 12)),
        deductible_standard_this_year=draw(amounts),
        personal_eligible_this_year=draw(amounts),
        paid_this_year=draw(st.dictionaries(st.sampled_from(Component), amounts)),
    )


def components_of(info):
    return [info.hifob_pay, info.hifmi_pay, info.cvlserv_pay, info.maf_pay]


@given(stays(), rule_sets())
def test_parts_make_the_total_and_none_is_negative(stay, rules):
    result = calculate(stay, rules)
    assert result.outcome is Outcome.CALCULATED
    info = result.setlinfo
    assert info.fund_pay_sumamt + info.psn_part_amt == info.medfee_sumamt == stay.total
    assert info.hifp_pay + sum(part or 0 for part in components_of(info)) == info.fund_pay_sumamt == result.fund
    later = sum(one.amount for one in result.follow_ups)
    assert result.personal - later >= stay.total - info.inscp_scp_amt >= stay.total - stay.eligible
    amounts = [value for value in (getattr(info, name) for name in info._fields) if value is not None]
    assert all(amount >= 0 for amount in amounts)
    assert all(amount == amount.quantize(FEN) for amount in (result.deductible, result.fund, result.personal))
    assert info.act_pay_dedc <= info.inscp_scp_amt
    assert info.hifp_pay <= info.inscp_scp_amt - info.act_pay_dedc


@given(stays(), rule_sets(), amounts)
def test_more_eligible_cost_never_pays_the_person_more_than_it_costs_nor_the_fund_less(stay, rules, more):
    more = min(more, stay.total - stay.eligible)
    before = calculate(stay, rules)
    after = calculate(dataclasses.replace(stay, eligible=stay.eligible + more), rules)
    assert before.fund <= after.fund <= before.fund + more


@given(stays(), rule_sets(), amounts)
def test_a_larger_bill_never_leaves_the_person_with_less_to_pay(stay, rules, more):
    larger = dataclasses.replace(stay, total=stay.total + more, eligible=stay.eligible + more)
    assert calculate(larger, rules).personal >= calculate(stay, rules).personal


@given(stays(), rule_sets())
def test_no_fund_passes_its_ceiling(stay, rules):
    result = calculate(stay, rules)
    for ceiling in rules.ceilings.rows:
        paid = stay.fund_paid_this_year
        assert paid + result.setlinfo.hifp_pay <= max(ceiling.number, paid)
    later = {one.component: one.amount for one in result.follow_ups}
    now = dict(zip(Component, components_of(result.setlinfo), strict=True))
    for row in rules.components.rows:
        hardship = rules.hardship_for(row.component, stay)
        if row.ceiling is None or (hardship and hardship.no_ceiling):
            continue
        paid = stay.paid_this_year.get(row.component, Decimal(0))
        due = later.get(row.component, now[row.component])
        assert paid + due <= max(row.ceiling, paid)


@given(stays(), rule_sets())
def test_direct_settlement_and_follow_up_come_to_what_manual_reimbursement_pays(stay, rules):
    direct = calculate(dataclasses.replace(stay, basis=SettlementWay.DIRECT), rules)
    manual = calculate(dataclasses.replace(stay, basis=SettlementWay.MANUAL), rules)
    assert direct.fund + sum(one.amount for one in direct.follow_ups) == manual.fund
    assert manual.follow_ups == ()


@given(stays(), rule_sets())
def test_amounts_of_the_funds_in_the_lines_come_to_the_total(stay, rules):
    result = calculate(stay, rules)
    paid = [Decimal(line.amount) for line in result.lines if line.name.endswith("支付")]
    assert sum(paid) == result.fund
    assert (result.lines[-1].name, Decimal(result.lines[-1].amount)) == ("个人负担", result.personal)


# Itemised lines

items = st.builds(
    Item,
    catalogue=st.sampled_from(CatalogueClass),
    quantity=st.integers(1, 10**6).map(lambda number: Decimal(number).scaleb(-4)),
    price=st.integers(0, 10**9).map(lambda number: Decimal(number).scaleb(-6)),
    self_pay=shares,
    limit=st.none() | st.integers(0, 10**9).map(lambda number: Decimal(number).scaleb(-6)),
    code=st.sampled_from(("", "A1", "B2")),
)
bills = st.lists(items, max_size=8)


@given(bills)
def test_parts_of_a_bill_make_its_total_and_none_is_negative(bill):
    cost = cost_of(bill)
    assert cost.outside + cost.above_limit + cost.self_paid + cost.eligible == cost.total
    parts = (cost.outside, cost.above_limit, cost.self_paid, cost.eligible)
    assert all(part >= 0 and part == part.quantize(FEN) for part in parts)


@given(bills, st.randoms())
def test_order_of_the_lines_changes_nothing(bill, random):
    shuffled = list(bill)
    random.shuffle(shuffled)
    assert cost_of(shuffled) == cost_of(bill)


@given(bills, st.data())
def test_splitting_the_lines_changes_nothing(bill, data):
    split = []
    for item in bill:
        part = data.draw(st.integers(0, int(item.quantity * 10**4))) * Decimal("0.0001")
        split += [dataclasses.replace(item, quantity=quantity) for quantity in (part, item.quantity - part)]
    assert cost_of(split) == cost_of(bill)


@given(bills, bills)
def test_what_is_taken_back_leaves_nothing_behind(bill, taken_back):
    back = [dataclasses.replace(item, quantity=-item.quantity) for item in taken_back]
    assert cost_of([*bill, *taken_back, *back]) == cost_of(bill)


@given(stays(), rule_sets(), bills)
def test_a_bill_and_its_totals_are_paid_alike(stay, rules, bill):
    cost = cost_of(bill)
    totals = dataclasses.replace(stay, total=cost.total, eligible=cost.eligible)
    by_items, by_totals = calculate(dataclasses.replace(totals, cost=cost), rules), calculate(totals, rules)
    assert (by_items.fund, by_items.personal) == (by_totals.fund, by_totals.personal)
    info = by_items.setlinfo
    parts = (info.fulamt_ownpay_amt, info.overlmt_selfpay, info.preselfpay_amt, info.inscp_scp_amt)
    assert sum(parts) == info.medfee_sumamt
