"""Replays of past settlements: what changes nothing replays to exactly nought; what changes is told, never written."""

import datetime as dt
import random
from dataclasses import replace
from decimal import Decimal

import pytest

from filings.vocabulary import Tier
from hospitals.vocabulary import Level
from settlement.accounts.posting import carry_in, reverse
from settlement.calculation import BenefitRules, Row, Table
from settlement.calculation.rows import CountingRule
from settlement.direct_settlement import settle_directly
from settlement.models import AccountEntry, BenefitPolicy, Settlement, YearAccount
from settlement.replays.shown import cases, tables
from settlement.replays.tally import BEYOND, NOTHING, TOP, Case, Change, Column, Tally, differences, fund_of
from settlement.vocabulary import Counting, Fund, VersionDay
from tests import factories as make
from tests.settlement.histories import YEAR, publish, random_history, random_people, random_rules, replayed
from tests.settlement.office import a_person, a_stay

pytestmark = pytest.mark.django_db
NEXT = dt.date(YEAR + 1, 1, 1)
MARCH, APRIL = dt.date(YEAR, 3, 10), dt.date(YEAR, 4, 10)


def yuan(amount):
    return Decimal(amount).quantize(Decimal("0.01"))


def lived(office, seed, *, people=4, events=8):
    """Random rules in force, and the years of some people under them."""
    dice = random.Random(seed)
    publish(random_rules(dice, make.YANTAI))
    policy = publish(random_rules(dice, elsewhere=make.YANTAI))
    for person in random_people(dice, people):
        random_history(dice, office, person, events)
    return policy


def draft_of(rules, area=make.TIELING):
    """A draft with other rules than those in force."""
    draft = BenefitPolicy.objects.in_force(area, dt.date(YEAR, 12, 31)).next_version(starts_on=NEXT)
    for name in ("deductibles", "ratios", "ceilings", "counting", "later_stays", "continuous", "reductions"):
        getattr(draft, name).all().delete()
    for name in ("destinations", "components", "component_ratios", "hardships", "follow_ups"):
        getattr(draft, name).all().delete()
    draft.add_rules(rules)
    return draft


def simple(*, deductible="500.00", ratio="0.80", ceiling="", counting=Counting.EACH_STAY, levels=(None,)):
    """Rules that are worked out in the head."""
    said = {"section": "一"}
    return BenefitRules(
        area=make.TIELING,
        version=1,
        document="示例",
        starts_on=dt.date(YEAR, 1, 1),
        deductibles=Table(tuple(Row(level=level, number=Decimal(deductible), **said) for level in levels)),
        ratios=Table(tuple(Row(level=level, number=Decimal(ratio), **said) for level in levels)),
        ceilings=Table((Row(number=Decimal(ceiling), **said),) if ceiling else ()),
        counting=Table((CountingRule(counting=counting, **said),)),
    )


def settle(office, person, on, *, eligible="10000.00", **changes):
    stay = replace(a_stay(), total=yuan("12000"), eligible=yuan(eligible), admitted_on=on, discharged_on=on, **changes)
    return settle_directly(by=office.supervisor, person=person, entry=stay, on=on)


def column(tally, which):
    whole, place = tally.whole(), list(Column).index(which)
    return whole.before[place], whole.after[place]


@pytest.mark.parametrize("seed", range(3))
def test_version_in_force_and_an_unchanged_draft_replay_to_exactly_nought(office, seed):
    policy = lived(office, seed)
    for version in (policy, policy.next_version(starts_on=NEXT)):
        tally = replayed(version)
        whole, standing = tally.whole(), Settlement.objects.standing().count()
        assert list(differences(tally)) == []
        assert whole.before == whole.after
        assert whole.counts == {**dict.fromkeys(Change, 0), Change.SAME: standing}
        assert standing > 8
        assert not tally.gaps


@pytest.mark.parametrize("seed", range(2))
def test_version_that_took_over_within_the_year_replays_to_nought_from_its_first_day(office, seed):
    dice, july = random.Random(100 + seed), dt.date(YEAR, 7, 1)
    publish(random_rules(dice))
    later = publish(replace(random_rules(dice), starts_on=july, version_day=VersionDay.DISCHARGE))
    for person in random_people(dice, 3):
        random_history(dice, office, person, 8, plain=True)
    Settlement.objects.filter(settled_on__lt=july).earliest("pk")  # some were paid by the version before
    tally = replayed(later, since=july, whole_years=False)
    assert list(differences(tally)) == []
    assert tally.whole().counts[Change.SAME] > 3


@pytest.mark.parametrize("seed", range(2))
def test_replay_comes_to_what_the_portal_pays_where_the_rules_do_hold(office, seed):
    dice = random.Random(200 + seed)
    here, there = random_rules(dice), random_rules(dice, make.YANTAI)
    publish(here), publish(there)
    for area in (make.TIELING, make.YANTAI):  # the same years of the same people
        again = random.Random(seed)
        for person in random_people(again, 3, area):
            random_history(again, office, person, 8, plain=True)
    replay, real = (
        replayed(draft_of(there)).whole(),
        replayed(BenefitPolicy.objects.in_force(make.YANTAI, MARCH)).whole(),
    )
    assert replay.after == real.before
    assert replay.before != real.before
    assert sum(replay.counts.values()) == sum(real.counts.values()) > 5


def test_later_stays_of_the_year_feel_what_changes_earlier(office):
    publish(simple(counting=Counting.YEARLY))
    settle(office, office.person, MARCH)  # 500, then 9,500 × 0.80
    settle(office, office.person, APRIL)  # nothing, then 10,000 × 0.80
    tally = replayed(draft_of(simple(counting=Counting.YEARLY, deductible="12000.00", ceiling="5000.00")))
    assert column(tally, Column.DEDUCTIBLE) == (yuan(500), yuan(12000))  # 10,000 at the first, 2,000 at the second
    assert column(tally, Column.BASIC) == (yuan(15600), yuan(5000))  # 6,400 without the ceiling
    assert tally.whole().counts[Change.DOWN] == 2
    assert [case.rank for case in sorted(tally.top, reverse=True)] == [yuan(7600), yuan(3000)]


def test_reversal_takes_away_what_its_settlement_is_replayed_to(office):
    publish(simple(ceiling="9000.00"))
    first = settle(office, office.person, MARCH)
    reverse(by=office.supervisor, settlement=first, reason="录入有误", on=MARCH)
    settle(office, office.person, APRIL)
    tally = replayed(draft_of(simple(ratio="0.90", ceiling="9000.00")))
    assert column(tally, Column.BASIC) == (yuan(7600), yuan(8550))
    assert tally.whole().counts == {**dict.fromkeys(Change, 0), Change.UP: 1}
    assert len(tally.top) == 1


def test_what_was_carried_in_counts_before_and_after(office):
    publish(simple(ceiling="9000.00"))
    carry_in(
        by=office.supervisor, person=office.person, year=YEAR, fund=Fund.EMPLOYEE, reason="启用前", paid=yuan(8000)
    )
    settle(office, office.person, MARCH)
    tally = replayed(draft_of(simple(ceiling="8500.00")))
    assert column(tally, Column.BASIC) == (yuan(1000), yuan(500))


def test_period_holds_its_first_and_last_day_and_no_other(office):
    publish(simple())
    days = [MARCH + dt.timedelta(days=offset) for offset in range(-1, 3)]
    for day in days:
        settle(office, a_person(), day)
    tally = replayed(draft_of(simple(ratio="0.90")), since=days[1], until=days[2])
    assert tally.whole().counts[Change.UP] == 2
    assert replayed(draft_of(simple()), since=NEXT).kinds == {}


def test_stays_outside_the_period_are_replayed_with_their_year_or_stand_as_recorded(office):
    publish(simple(counting=Counting.TOPPED_UP))
    settle(office, office.person, MARCH)
    settle(office, office.person, APRIL)
    draft = draft_of(simple(counting=Counting.TOPPED_UP, deductible="800.00"))
    assert column(replayed(draft, since=APRIL), Column.DEDUCTIBLE) == (yuan(0), yuan(0))
    assert column(replayed(draft, since=APRIL, whole_years=False), Column.DEDUCTIBLE) == (yuan(0), yuan(300))


def test_case_that_a_draft_does_not_configure_is_counted_apart_and_uses_what_is_on_record(office):
    publish(simple(ceiling="9000.00"))
    settle(office, office.person, MARCH, hospital_level=Level.TWO)
    settle(office, office.person, APRIL, hospital_level=Level.ONE)
    tally = replayed(draft_of(simple(ratio="0.90", ceiling="9000.00", levels=(Level.ONE,))))
    whole = tally.whole()
    assert whole.counts == {**dict.fromkeys(Change, 0), Change.UNKNOWN: 1, Change.SAME: 1}
    assert (fund_of(whole.unknown), fund_of(whole.before), fund_of(whole.after)) == (yuan(7600), *[yuan(1400)] * 2)
    ((cause, (count, fund)),) = tally.gaps.items()
    assert "起付标准未配置" in cause
    assert (count, fund) == (1, yuan(7600))


def test_reduction_is_replayed_from_the_cost_before_it(office):
    """What is on record as eligible has the reduction taken off already."""
    policy = BenefitPolicy.objects.in_force(make.TIELING, MARCH)
    office.file(tier=Tier.TEMPORARY, category="temporary")
    settled = settle(office, office.person, MARCH)
    contrary = reverse(by=office.supervisor, settlement=settled, reason="录入有误", on=MARCH)
    assert (settled.eligible, contrary.eligible) == (yuan(10000), yuan(-10000))
    assert list(differences(replayed(policy))) == []


def test_nothing_is_written(office):
    policy = lived(office, 9, people=2, events=5)
    draft = draft_of(random_rules(random.Random(77)))
    tables_read = (Settlement, AccountEntry, YearAccount)
    before = [list(model.objects.order_by("pk").values_list()) for model in tables_read]
    replayed(draft), replayed(policy)
    assert [list(model.objects.order_by("pk").values_list()) for model in tables_read] == before


def test_result_is_kept_whole_as_json(office):
    lived(office, 11, people=2, events=5)
    tally = replayed(draft_of(random_rules(random.Random(3))))
    again = Tally.of_dict(tally.as_dict())
    assert (again.kinds, again.gaps, again.top) == (tally.kinds, tally.gaps, sorted(tally.top, reverse=True))
    assert [table.rows for table in tables(again)] == [table.rows for table in tables(tally)]


def test_only_the_cases_that_change_most_are_kept():
    halves = Tally(), Tally()
    for number in range(TOP * 3):
        halves[number % 2].offer(Case(Decimal(number), number, NOTHING, NOTHING))
    halves[0].merge(halves[1])
    assert [case.settlement for case in sorted(halves[0].top)] == list(range(TOP * 2, TOP * 3))


def test_causes_beyond_what_can_be_read_are_counted_together():
    tally = Tally()
    for number in range(500):
        tally.count("kind", 1, NOTHING, None, f"原因{number}")
    assert sum(count for count, _fund in tally.gaps.values()) == 500
    assert tally.gaps[BEYOND][0] == 300


def test_cases_are_shown_to_whoever_sees_them_and_names_are_masked(office):
    publish(simple())
    settled = settle(office, office.person, MARCH)
    tally = replayed(draft_of(simple(ratio="0.90")))
    (row,) = cases(tally, office.supervisor).rows
    assert row[:2] == (settled.number, "王**")
    assert row[8:11] == (yuan(7600), yuan(8550), yuan(950))
    assert cases(tally, make.staff("supervisor", make.WEIFANG)).rows == []
