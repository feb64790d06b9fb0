"""A deductible that is charged once a year goes on by the standard of the first stay, whoever calculated that."""

from dataclasses import replace

import pytest

from hospitals.reasons import Refused
from hospitals.vocabulary import Level
from settlement.accounts.posting import carry_in, reverse
from settlement.models import AccountEntry
from settlement.vocabulary import Counting, Fund
from tests.settlement.histories import YEAR, publish
from tests.settlement.test_replays import APRIL, MARCH, settle, simple, yuan
from tests.settlement.test_replays_of_the_platform import told

pytestmark = pytest.mark.django_db


def yearly(**changes):
    return simple(counting=Counting.YEARLY, **changes)


def carried(office, **amounts):
    given = {"person": office.person, "year": YEAR, "fund": Fund.EMPLOYEE, "reason": "平台结算未带标准"}
    return carry_in(by=office.supervisor, **given, **amounts)


def standards():
    return list(AccountEntry.objects.order_by("pk").values_list("standard", flat=True))


def test_year_goes_on_by_our_standard_after_a_stay_that_the_platform_calculated(office):
    publish(yearly())
    told(office, office.person, MARCH, deductible="300.00")
    assert standards() == [yuan(500)]
    assert settle(office, office.person, APRIL).act_pay_dedc == yuan(200)


def test_standard_is_known_where_only_other_numbers_are_not_configured(office):
    publish(replace(yearly(), ratios=yearly(levels=(Level.TWO,)).ratios))
    made = told(office, office.person, MARCH, deductible="300.00")
    assert made.own_calculation is None
    assert settle(office, office.person, APRIL, hospital_level=Level.TWO).act_pay_dedc == yuan(200)


def test_unknown_standard_is_asked_for_by_page_and_field_and_carried_in_alone(office):
    publish(yearly(levels=(Level.TWO,)))
    told(office, office.person, MARCH, deductible="300.00")
    told(office, office.person, MARCH, deductible="0.00")  # what comes meanwhile does not make up a first stay
    assert standards() == [None, None]
    with pytest.raises(Refused) as refused:
        settle(office, office.person, APRIL, hospital_level=Level.TWO)
    (reason,) = refused.value.reasons
    for said in ("年度账户", "系统启用前累计", "首次住院的起付标准"):
        assert said in reason.text
    assert "deductible_standard_this_year" not in reason.text
    carried(office, standard=yuan(400))
    assert settle(office, office.person, APRIL, hospital_level=Level.TWO).act_pay_dedc == yuan(100)


def test_standard_of_a_stay_that_is_taken_back_is_the_years_no_more(office):
    publish(yearly(levels=(Level.TWO, Level.THREE)))
    made = told(office, office.person, MARCH, deductible="500.00")
    reverse(by=office.supervisor, settlement=made, reason="平台撤销", on=APRIL)
    assert settle(office, office.person, APRIL).act_pay_dedc == yuan(500)


def test_page_shows_the_standard_and_takes_it_alone(office, signed_in):
    publish(yearly())
    client = signed_in(office.supervisor)
    address = f"/people/{office.person.pk}/accounts/"
    page = client.get(address)
    assert page.status_code == 200
    given = {
        "seen": 0,
        "year": YEAR,
        "fund": "310100",
        "service": "inpatient",
        "standard": "450.00",
        "reason": "旧系统",
    }
    assert client.post(f"{address}carry-in/", given).status_code == 302
    assert "标准 450.00" in client.get(f"{address}?year={YEAR}").content.decode()
