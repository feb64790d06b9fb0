"""Some hundreds of messages that are not as they should be, of every transaction; `make bench` sends 100,000."""

import itertools
import random

import pytest

from filings.platform.transactions import SHAPES
from settlement.models import Exchange, Settlement
from tests import factories as make
from tests.settlement.books import makes_sense
from tests.settlement.fuzzing import good_messages, is_proper, spoilt
from tests.settlement.platform import a_hospital, insured

pytestmark = pytest.mark.django_db
MESSAGES = 40  # of each transaction


@pytest.mark.parametrize("seed", range(3))
def test_spoilt_messages_get_a_proper_answer(ward, seed):
    chance = random.Random(seed)
    local = a_hospital(make.DONGYING, "H37050000001")
    people = [insured() for _ in range(2)]
    good = []
    for person in people:
        stay = ward.admitted(person)
        settled = ward.settle(person, stay).output["setlinfo"]["setl_id"] if not good else "JS2026031200000001"
        good += good_messages(ward, person, stay, settled, local.code)
    assert {message["infno"] for message in good} == set(SHAPES)
    for message in itertools.islice(itertools.cycle(good), MESSAGES * len(SHAPES) // 3):
        body = spoilt(chance, message)
        said = ward.post(body)
        assert is_proper(said.status, said.body), (body[:2_000], said.reply)
    for person in people:
        makes_sense(person)
    assert Exchange.objects.exists()
    assert not Settlement.objects.filter(reverses=None).exclude(exchanges__infcode=0).exists()


@pytest.mark.parametrize(("field", "value"), [("psn_cert_type", "%(a)s"), ("psn_name", "长" * 51)])
def test_visitor_that_fits_no_column_is_refused(ward, field, value):
    local = a_hospital(make.DONGYING, "H37050000001")
    (told,) = [one for one in good_messages(ward, insured(), "S1", "J1", local.code) if one["infno"] == "A603"]
    told["input"]["data"][field] = value
    assert ward.send(told).codes == ["malformed"]
