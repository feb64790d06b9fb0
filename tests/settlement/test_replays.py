"""Replays of past settlements: what changes nothing replays to exactly nought; what changes is told, never written."""

import datetime as dt
import random
from dataclasses import replace

import pytest

from settlement.models import BenefitPolicy, Settlement
from settlement.replays.tally import Change, differences
from tests import factories as make
from tests.settlement.histories import YEAR, publish, random_history, random_people, random_rules, replayed

pytestmark = pytest.mark.django_db
SEEDS = range(8)


def lived(office, seed, *, people=5, events=9, elsewhere=make.YANTAI):
    """Random rules in force, and the years of some people under them."""
    dice = random.Random(seed)
    if elsewhere:
        publish(random_rules(dice, elsewhere))
    policy = publish(random_rules(dice, elsewhere=elsewhere))
    for person in random_people(dice, people):
        random_history(dice, office, person, events)
    return policy


@pytest.mark.parametrize("seed", SEEDS)
def test_version_in_force_and_an_unchanged_draft_replay_to_exactly_nought(office, seed):
    policy = lived(office, seed)
    draft = policy.next_version(starts_on=dt.date(YEAR + 1, 1, 1))
    for version in (policy, draft):
        tally = replayed(version)
        whole = tally.whole()
        assert list(differences(tally)) == []
        assert whole.before == whole.after
        kept = Settlement.objects.standing().count()
        assert whole.counts == {**dict.fromkeys(Change, 0), Change.SAME: kept}
        assert kept > 10
        assert not tally.gaps
