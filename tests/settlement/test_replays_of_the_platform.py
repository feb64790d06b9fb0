"""What the platform computed (A601) stands in a replay: left out of before and after, said how many, and the year's."""

import datetime as dt
import itertools
import json
import random
from dataclasses import replace
from decimal import Decimal

import pytest
from django.core.management import call_command

from settlement.accounts.posting import reverse
from settlement.calculation import SettlementInfo
from settlement.direct_settlement import take_over
from settlement.models import Settlement
from settlement.replays.shown import LEFT_OUT, counts, tables
from settlement.replays.tally import Change, Column, Tally, differences
from settlement.vocabulary import ComputedBy
from tests import factories as make
from tests.settlement.histories import YEAR, publish, random_history, random_people, random_rules, replayed
from tests.settlement.office import Office, a_person, a_stay, open_office
from tests.settlement.test_replays import APRIL, MARCH, NEXT, column, draft_of, settle, simple, yuan

pytestmark = pytest.mark.django_db
serials = itertools.count(1)


def told(office, person, on, *, fund="9999.99", deductible="1.00"):
    """Taken over as the platform computed it: 10,000 eligible, its own fund and deductible."""
    paid, eligible, total = yuan(fund), yuan("10000"), yuan("12000")
    figures = SettlementInfo(
        medfee_sumamt=total,
        fulamt_ownpay_amt=yuan("2000"),
        overlmt_selfpay=yuan(0),
        preselfpay_amt=yuan(0),
        inscp_scp_amt=eligible,
        act_pay_dedc=yuan(deductible),
        pool_prop_selfpay=None,
        hifp_pay=paid,
        cvlserv_pay=yuan(0),
        hifmi_pay=yuan(0),
        hifob_pay=yuan(0),
        maf_pay=yuan(0),
        fund_pay_sumamt=paid,
        psn_part_amt=total - paid,
    )
    entry = replace(a_stay(), total=total, eligible=eligible, admitted_on=on, discharged_on=on)
    return take_over(
        by=office.supervisor, person=person, entry=entry, on=on, figures=figures, setl_id=f"A{next(serials):012d}"
    )


@pytest.mark.parametrize("seed", range(3))
def test_unchanged_version_replays_to_exactly_nought_beside_what_the_platform_computed(office, seed):
    dice = random.Random(300 + seed)
    policy = publish(random_rules(dice))
    for person in random_people(dice, 3):
        for _ in range(3):
            random_history(dice, office, person, 2)
            fund, deductible = Decimal(dice.randint(0, 999_999)).scaleb(-2), dice.randint(0, 900)
            told(office, person, dt.date(YEAR, dice.randint(1, 12), 5), fund=fund, deductible=deductible)
    platform = Settlement.objects.filter(computed_by=ComputedBy.PLATFORM)
    reversed_one = platform.first()
    reverse(by=office.supervisor, settlement=reversed_one, reason="平台更正", on=reversed_one.settled_on)
    for version in (policy, policy.next_version(starts_on=NEXT)):
        for whole_years in (True, False):
            tally = replayed(version, whole_years=whole_years)
            assert list(differences(tally)) == []
            standing = Settlement.objects.standing().filter(computed_by=ComputedBy.PORTAL)
            assert sum(tally.whole().counts.values()) == tally.whole().counts[Change.SAME] == standing.count()
            assert tally.left_out == platform.count() >= 10  # reversals too
            assert not tally.gaps


def test_platforms_figures_are_left_out_of_before_and_after_and_counted(office):
    publish(simple())
    settle(office, office.person, MARCH)  # 500, then 9,500 × 0.80
    told(office, a_person(), MARCH)
    tally = replayed(draft_of(simple(ratio="0.90")))
    assert column(tally, Column.TOTAL) == (yuan(12000), yuan(12000))
    assert column(tally, Column.BASIC) == (yuan(7600), yuan(8550))
    assert sum(tally.whole().counts.values()) == 1
    assert (tally.left_out, dict(counts(tally))[LEFT_OUT]) == (1, 1)
    assert tables(tally)[-1].rows == [(tables(tally)[-1].rows[0][0], 1)]
    assert [case.before[0] for case in tally.top] == [yuan(12000)]


def test_later_stays_feel_what_the_platform_computed_as_it_stands(office):
    publish(simple(ceiling="12000.00"))
    told(office, office.person, MARCH, fund="9000.00")
    settle(office, office.person, APRIL)  # 9,500 × 0.80, of which the ceiling leaves 3,000
    tally = replayed(draft_of(simple(ceiling="10000.00", ratio="0.10")))
    assert column(tally, Column.BASIC) == (yuan(3000), yuan(950))
    tally = replayed(draft_of(simple(ceiling="9500.00")))
    assert column(tally, Column.BASIC) == (yuan(3000), yuan(500))


def test_period_of_the_platforms_settlements_alone_replays_nothing(office):
    policy = publish(simple())
    told(office, office.person, MARCH)
    tally = replayed(policy)
    assert (tally.kinds, tally.top, tally.left_out) == ({}, [], 1)
    assert replayed(policy, since=NEXT).left_out == 0


def test_count_is_kept_with_the_result_and_older_results_are_read(office):
    policy = publish(simple())
    told(office, office.person, MARCH)
    kept = replayed(policy).as_dict()
    assert Tally.of_dict(json.loads(json.dumps(kept))).left_out == 1
    del kept["left_out"]
    assert LEFT_OUT not in dict(counts(Tally.of_dict(kept)))


@pytest.mark.django_db(transaction=True)
def test_command_says_how_many_are_left_out(capsys):
    office: Office = open_office()
    policy = publish(simple())
    settle(office, office.person, MARCH)
    told(office, a_person(), MARCH)
    call_command("replay_policy", policy=policy.pk, since=dt.date(YEAR, 1, 1), until=dt.date(YEAR, 12, 31))
    out = capsys.readouterr().out
    assert "无变化 1" in out
    assert f"{LEFT_OUT} 1" in out
    call_command("replay_policy", policy=policy.pk, since=dt.date(YEAR, 1, 1), until=dt.date(YEAR, 12, 31), json=True)
    assert json.loads(capsys.readouterr().out)["left_out"] == 1
    assert Settlement.objects.filter(area=make.TIELING).count() == 2
