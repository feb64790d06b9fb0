"""The way back for a filing that lapsed with its commitment: by a supervisor, as it was, beside no other."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from filings.lapsing import reinstate
from filings.models import Commitment, Filing, InsuredPerson, Sanction
from hospitals.history import entries
from hospitals.reasons import Refused
from hospitals.vocabulary import Role
from tests import factories as make
from tests.filings.commitments import IDENTITY, PROOF, committed, filing_of, lapsed, put_into
from tests.filings.conftest import asking, cancelling, filed

pytestmark = pytest.mark.clause("TL-08")
DUE = dt.date(2026, 9, 10)
AFTER = DUE + dt.timedelta(1)


@pytest.fixture
def commitment(clerk: User, insured: Callable[..., InsuredPerson]) -> Commitment:
    return committed(clerk, insured(make.TIELING), filed_on=dt.date(2026, 3, 10))


@pytest.fixture
def supervisor(policies: None) -> User:
    return make.staff(Role.SUPERVISOR, make.TIELING)


def test_supervisor_reinstates_the_filing_as_it_was(commitment: Commitment, supervisor: User) -> None:
    lapsed(commitment)
    filing = reinstate(by=supervisor, filing=filing_of(commitment), reason="材料已补交，核实无误")
    assert (filing.status, filing.end_on, filing.ended_by, filing.end_reason) == ("active", None, None, "")
    assert Filing.objects.covering(AFTER).exists()
    entry = entries(filing)[0]
    assert (entry.action, entry.reason) == ("恢复备案", "材料已补交，核实无误")


def test_reinstated_filing_has_the_last_day_it_had(commitment: Commitment, supervisor: User) -> None:
    Filing.objects.update(end_on=DUE + dt.timedelta(90))
    lapsed(commitment)
    assert filing_of(commitment).end_on == DUE
    filing = reinstate(by=supervisor, filing=filing_of(commitment), reason="核实无误")
    assert filing.end_on == DUE + dt.timedelta(90)


def test_filing_is_not_reinstated_beside_another(commitment: Commitment, supervisor: User, clerk: User) -> None:
    lapsed(commitment)
    Sanction.objects.all().delete()
    other = filed(clerk, commitment.person, asking(filed_on=AFTER, materials=(*IDENTITY, *PROOF)))
    with pytest.raises(Refused, match=f"已有备案 {other.number}"):
        reinstate(by=supervisor, filing=filing_of(commitment), reason="核实无误")
    assert filing_of(commitment).status == "cancelled"


def test_filing_cancelled_otherwise_is_not_reinstated(commitment: Commitment, supervisor: User, clerk: User) -> None:
    lapsed(commitment)
    filing = reinstate(by=supervisor, filing=filing_of(commitment), reason="核实无误")
    cancelling(clerk, filing, AFTER)
    filing.refresh_from_db()
    with pytest.raises(Refused, match="不是因承诺到期取消的"):
        reinstate(by=supervisor, filing=filing, reason="核实无误")


def test_filing_that_was_never_in_effect_is_not_reinstated(
    commitment: Commitment, supervisor: User, reviewer: User
) -> None:
    put_into(commitment, "pending", reviewer)
    lapsed(commitment)
    with pytest.raises(Refused, match="取消时为“待审核”"):
        reinstate(by=supervisor, filing=filing_of(commitment), reason="核实无误")


def test_reinstating_asks_for_the_right_and_a_reason(commitment: Commitment, supervisor: User, clerk: User) -> None:
    lapsed(commitment)
    with pytest.raises(Refused, match="没有“解除失信处理、恢复备案”的权限"):
        reinstate(by=clerk, filing=filing_of(commitment), reason="核实无误")
    with pytest.raises(Refused, match="须填写理由"):
        reinstate(by=supervisor, filing=filing_of(commitment), reason=" ")
