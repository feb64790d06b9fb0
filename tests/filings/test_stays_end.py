"""Stays elsewhere: their end, the next one, and measures against a person."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from filings import sanctions
from filings.application import Seen
from filings.arrivals import close_arrival
from filings.coverage import covering_filing
from filings.models import InsuredPerson
from filings.vocabulary import Material, Measure
from hospitals.history import entries
from hospitals.reasons import Reason, Refused
from hospitals.vocabulary import Role, Service
from tests import factories as make
from tests.filings.arrivals import (
    ADMITTED,
    JINAN,
    SHANGHAI,
    SHENYANG,
    arrives,
    codes,
)
from tests.filings.commitments import due, lapsed
from tests.filings.conftest import asking, cancelling, filed

Insured = Callable[..., InsuredPerson]


@pytest.fixture(autouse=True)
def places(policies: None) -> None:
    for code in (SHENYANG, JINAN, SHANGHAI):
        make.AreaFactory(code=code)


# the end of a stay


def test_discharge_ends_the_filing_and_the_last_word_counts(insured: Insured) -> None:
    person = insured(make.TIELING)
    filing = arrives(person).filing
    assert filing is not None
    closed = close_arrival(filing=filing, discharged_on=dt.date(2026, 3, 20))
    assert (closed.end_on, closed.status, closed.version) == (dt.date(2026, 3, 20), "active", 2)
    assert close_arrival(filing=filing, discharged_on=dt.date(2026, 3, 20)).version == 2
    assert close_arrival(filing=filing, discharged_on=dt.date(2026, 3, 22)).end_on == dt.date(2026, 3, 22)
    assert entries(closed)[0].who == "系统"
    with pytest.raises(Refused, match="早于入院日期"):
        close_arrival(filing=filing, discharged_on=dt.date(2026, 3, 11))


def test_discharge_leaves_a_filing_that_was_asked_for(clerk: User, insured: Insured) -> None:
    filing = filed(clerk, insured())
    assert close_arrival(filing=filing, discharged_on=ADMITTED).end_on is None


def test_next_stay_begins_on_the_day_the_last_one_ends(insured: Insured) -> None:
    person = insured(make.TIELING)
    first = arrives(person)
    assert first.filing is not None
    day = ADMITTED + dt.timedelta(8)
    open_still = arrives(person, SHANGHAI, admitted_on=day)
    assert codes(open_still) == ["stay_open"]
    assert first.filing.number in open_still.reasons[0].text
    close_arrival(filing=first.filing, discharged_on=day)
    assert arrives(person, SHANGHAI, admitted_on=day).made


def test_visit_of_a_day_ends_with_it_and_stands_in_nobodys_way(insured: Insured) -> None:
    person = insured(make.TIELING)
    assert arrives(person).made
    visit = arrives(person, SHANGHAI, admitted_on=ADMITTED + dt.timedelta(1), service=Service.OUTPATIENT)
    assert visit.filing is not None
    assert visit.filing.end_on == ADMITTED + dt.timedelta(1)


def test_stay_stands_beside_filings_that_are_asked_for(clerk: User, insured: Insured) -> None:
    person = insured()
    assert arrives(person, emergency=True).made
    assert filed(clerk, person, asking(filed_on=ADMITTED + dt.timedelta(1))).status == "active"


def test_cancelled_automatic_filing_covers_nothing_and_may_be_made_again(clerk: User, insured: Insured) -> None:
    person = insured()
    first = arrives(person, emergency=True).filing
    assert first is not None
    cancelling(clerk, first, ADMITTED)
    assert covering_filing(person, first.destination, ADMITTED) is None
    again = arrives(person, emergency=True)
    assert again.made
    assert again.filing != first


# measures against a person

SUSPENDED = Reason("suspended", "暂停医保直接结算")


@pytest.mark.clause("TL-08")
def test_suspended_person_is_covered_and_settles_by_hand(insured: Insured) -> None:
    arrival = arrives(insured(make.TIELING), measures={Measure.SUSPEND_DIRECT: SUSPENDED})
    assert (arrival.made, arrival.tier, arrival.settlement) == (True, "temporary", "manual")
    assert arrival.reasons[0] == SUSPENDED


@pytest.mark.clause("TL-08")
def test_person_who_may_not_be_filed_gets_no_filing_by_itself(clerk: User, insured: Insured) -> None:
    person = insured(make.TIELING)
    against = {Measure.RESTRICT_FILING: Reason("restricted", "限制办理异地就医备案")}
    assert codes(arrives(person, measures=against)) == ["restricted"]
    seen = (Seen(Material.ID_DOCUMENT), Seen(Material.RESIDENCE_PERMIT))
    filed(clerk, person, asking(materials=seen))
    assert arrives(person, measures=against).is_covered


@pytest.mark.clause("TL-08")
def test_broken_promise_holds_at_the_hospital_until_a_supervisor_lifts_it(clerk: User, insured: Insured) -> None:
    person = insured(make.TIELING)
    lapsed(due(clerk, person, ADMITTED))
    assert codes(arrives(person)) == ["restrict_filing"]
    supervisor = make.staff(Role.SUPERVISOR, make.TIELING)
    held = {sanction.measure: sanction for sanction in person.sanctions.all()}
    sanctions.lift(by=supervisor, sanction=held["restrict_filing"], on=ADMITTED, reason="已补齐")
    by_hand = arrives(person)
    assert (by_hand.made, by_hand.settlement) == (True, "manual")
    assert codes(by_hand)[:2] == ["suspend_direct", "restrict_hospitals"]
    sanctions.lift(by=supervisor, sanction=held["suspend_direct"], on=ADMITTED, reason="已补齐")
    assert arrives(person).settlement == "manual"
    sanctions.name_hospitals(
        by=supervisor, sanction=held["restrict_hospitals"], hospitals=["示例医院", "另一医院"], reason="指定"
    )
    assert arrives(person).settlement == "direct"
    assert arrives(person, hospital_name="示例").settlement == "manual"
    assert arrives(person, hospital_name="").settlement == "manual"
