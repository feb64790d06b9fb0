"""Messages made up at random: always an answer in the platform's language, never a 500, never half a thing."""

import json
from typing import Any

import pytest
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from filings.platform.signing import is_signed, signed
from settlement.gateway.dispatch import HANDLERS
from settlement.gateway.persons import number_of
from settlement.models import AccountEntry, Admission, Settlement
from tests import factories as make
from tests.settlement.platform import JINAN, SHENYANG, Ward, a_bill, a_hospital, insured
from tests.shipped import policies

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(["0.01", "-1", "1e9", "\x00", "2026-03-12", "2026-02-30", "1", "0", "H11010100001"]),
)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner))
QUICKLY = how(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))


def changed(draw: Any, value: Any) -> Any:
    """One place of a good message says something else, or nothing."""
    if isinstance(value, dict) and value and draw(st.integers(0, 4)):
        key = draw(st.sampled_from(sorted(value)))
        if not draw(st.integers(0, 5)):
            return {name: one for name, one in value.items() if name != key}
        return {**value, key: changed(draw, value[key])}
    return draw(VALUES)


class Story:
    """A stay that the hospital has told of, and whatever it says next."""

    def __init__(self) -> None:
        policies(*make.HOMES, make.BEIJING, SHENYANG, JINAN)
        a_hospital()
        self.ward = Ward()
        self.person = insured()
        self.stay = self.ward.admitted(self.person)

    def answers(self, body: str | bytes) -> dict[str, Any]:
        said = self.ward.post(body)
        assert said.status in (200, 413, 415)
        assert is_signed(said.reply, settings.PLATFORM_KEY)
        assert "Traceback" not in said.body.decode()
        assert said.reply["infcode"] == 0 or said.codes[0] != "system_error", said.reply
        assert AccountEntry.objects.count() == Settlement.objects.count()
        assert Admission.objects.filter(status="settled").count() == Settlement.objects.standing().count()
        return said.reply

    def a_message(self, infno: str) -> dict[str, Any]:
        known = {"mdtrt_id": self.stay, "psn_no": number_of(self.person), "begntime": "2026-03-12"}
        bill = {**a_bill(self.person, self.stay), **known, "certno": self.person.id_number, "endtime": "2026-03-20"}
        slip = {"fixmedins_code": "P1", "fixmedins_name": "药店", "slip_no": "1", "charge_date": "2026-03-12"}
        day = {"stmt_begndate": "2026-03-20", "stmt_enddate": "2026-03-20", "fixmedins_setl_cnt": 1, "rows": []}
        told = {**bill, **slip, **day, "fund_pay_sumamt": "0.00", "psn_part_amt": "25000.00", "setl_id": "A1"}
        told |= {"begndate": "2026-03-12", "enddate": "2026-03-20", "setl_time": "2026-03-20"}
        return self.ward.message(infno, dict.fromkeys(("data", "mdtrtinfo", "adminfo", "dscginfo"), told))


@pytest.fixture
def story(db: None) -> Story:
    return Story()


@QUICKLY
@given(st.data())
def test_a_good_message_changed_in_one_place_is_answered(story: Story, data: Any) -> None:
    infno = data.draw(st.sampled_from(sorted(HANDLERS)))
    message = changed(data.draw, story.a_message(infno))
    if isinstance(message, dict):
        message = signed(message, settings.PLATFORM_KEY)
    story.answers(json.dumps(message))


@QUICKLY
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_bytes_are_answered(story: Story, body: bytes) -> None:
    story.answers(body or b" ")


@QUICKLY
@given(st.data())
def test_a_message_cut_off_is_answered(story: Story, data: Any) -> None:
    body = json.dumps(signed(story.a_message("2304"), settings.PLATFORM_KEY))
    assert story.answers(body[: data.draw(st.integers(1, len(body) - 1))])["infcode"] == -1
