"""What is open where and from which day: service × scope from the directory, category × scope from the policies."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from filings.models import FilingPolicy
from filings.vocabulary import Category, Handling, Tier
from hospitals.models import Area
from hospitals.vocabulary import Role, Scope, Service
from settlement.inquiries.openings import areas_opened, openings_answer
from tests import factories as make
from tests import shipped

pytestmark = pytest.mark.django_db
CROSS, IN_PROVINCE = Scope.CROSS_PROVINCE, Scope.IN_PROVINCE
DAY = dt.date(2017, 9, 1)


def open_at(hospital, service=Service.INPATIENT, scope=CROSS, since=dt.date(2017, 8, 1), **values):
    return hospital.services.create(service=service, scope=scope, opened_on=since, **values)


def opened(area, day=DAY):
    """(service, scope) → (hospitals open, since, next)."""
    [found] = areas_opened([area], day)
    return {(one.service, one.scope): (one.hospitals, one.since, one.next_on) for one in found.opened}


def publish(area, version, starts_on, *categories, scope=CROSS):
    policy = FilingPolicy.objects.create(area=area, version=version, starts_on=starts_on, document="示例文件")
    for category in categories:
        policy.rule_rows.create(
            category=category, scope=scope, handling=Handling.ACCEPT, tier=Tier.LOCAL, text="示例", section="二（二）"
        )
    policy.publish(by=None)


def admitted(area, day):
    """Category → from which day; None where that is still to come."""
    [found] = areas_opened([area], day)
    return {one.rule.category: one.since for one in found.admitted if not one.is_ahead}


@pytest.mark.clause("DY-15")
def test_inpatient_before_outpatient_in_province_before_cross_province():
    area = make.AreaFactory(code=make.DONGYING)
    first, second = make.HospitalFactory(area=area), make.HospitalFactory(area=area)
    open_at(first, scope=IN_PROVINCE, since=dt.date(2014, 1, 1))
    open_at(first)
    open_at(second, since=dt.date(2017, 10, 1))
    open_at(second, Service.OUTPATIENT, since=dt.date(2018, 1, 1))
    assert opened(area) == {
        (Service.INPATIENT, IN_PROVINCE): (1, dt.date(2014, 1, 1), None),
        (Service.INPATIENT, CROSS): (1, dt.date(2017, 8, 1), dt.date(2017, 10, 1)),
        (Service.OUTPATIENT, CROSS): (0, None, dt.date(2018, 1, 1)),
    }
    later = opened(area, dt.date(2018, 1, 1))
    assert later[Service.INPATIENT, CROSS] == (2, dt.date(2017, 8, 1), None)
    assert later[Service.OUTPATIENT, CROSS] == (1, dt.date(2018, 1, 1), None)
    assert opened(area, dt.date(2013, 12, 31))[Service.INPATIENT, IN_PROVINCE] == (0, None, dt.date(2014, 1, 1))


@pytest.mark.clause("DY-15")
def test_resettled_before_referral_by_versions_of_the_policy():
    area = make.AreaFactory(code=make.QINGDAO)
    publish(area, 1, dt.date(2016, 12, 1), Category.RESETTLED_RETIREE)
    publish(area, 2, dt.date(2017, 8, 1), Category.RESETTLED_RETIREE, Category.LONG_TERM_RESIDENT)
    publish(area, 3, dt.date(2017, 12, 1), Category.RESETTLED_RETIREE, Category.REFERRAL)
    assert admitted(area, dt.date(2017, 7, 31)) == {Category.RESETTLED_RETIREE: dt.date(2016, 12, 1)}
    assert admitted(area, DAY) == {
        Category.RESETTLED_RETIREE: dt.date(2016, 12, 1),
        Category.LONG_TERM_RESIDENT: dt.date(2017, 8, 1),
    }
    [found] = areas_opened([area], DAY)
    ahead = {one.rule.category: one.since for one in found.admitted if one.is_ahead}
    assert ahead == {Category.REFERRAL: dt.date(2017, 12, 1)}
    assert found.admitted[0].source == "《示例文件》二（二）"
    assert Category.LONG_TERM_RESIDENT not in admitted(area, dt.date(2017, 12, 1))


def test_service_that_has_stopped_says_when():
    hospital = make.HospitalFactory()
    open_at(hospital, closed_on=dt.date(2017, 8, 31))
    [found] = areas_opened([hospital.area], DAY)
    assert [(one.hospitals, one.ended_on) for one in found.opened] == [(0, dt.date(2017, 8, 31))]
    [before] = areas_opened([hospital.area], dt.date(2017, 8, 31))
    assert [(one.hospitals, one.ended_on) for one in before.opened] == [(1, None)]


def test_withdrawn_hospitals_do_not_count():
    hospital = make.HospitalFactory(withdrawn_on=dt.date(2017, 8, 2))
    open_at(hospital)
    assert opened(hospital.area) == {}


@pytest.mark.clause("DY-11", "DY-15")
def test_shipped_areas_say_what_their_documents_say():
    call_command("load_directory", verbosity=0)
    shipped.filing_policies()
    dongying = Area.objects.get(pk=make.DONGYING)
    assert opened(dongying, dt.date(2026, 3, 10)) == {(Service.INPATIENT, CROSS): (13, dt.date(2017, 8, 1), None)}
    assert set(admitted(dongying, dt.date(2026, 3, 10))) == {
        *(Category.RESETTLED_RETIREE, Category.LONG_TERM_RESIDENT, Category.POSTED_WORKER, Category.REFERRAL),
    }
    jining = opened(Area.objects.get(pk=make.JINING), dt.date(2017, 4, 1))
    assert jining == {(Service.INPATIENT, CROSS): (1, dt.date(2017, 3, 1), dt.date(2017, 5, 1))}


def test_words_mean_a_city_a_county_in_it_or_a_whole_province():
    for code in (make.WEIFANG, make.TIELING, "370702", "211221"):
        make.AreaFactory(code=code)
    user = make.staff(Role.HOTLINE)

    def found(words):
        return [one.area.pk for one in openings_answer(user, words, DAY)["areas"]]

    assert found("") == found("潍坊") == found("潍城区") == found("370700") == [make.WEIFANG]
    assert found("山东") == [make.WEIFANG]
    assert found("辽宁省") == found("铁岭县") == [make.TIELING]
    assert found("查无此地") == []


@pytest.mark.parametrize("count", [1, 3, 9])
def test_areas_ask_the_database_alike_however_many(count):
    areas = [make.AreaFactory(code=f"37{place:02d}00") for place in range(1, count + 1)]
    for area in areas:
        open_at(make.HospitalFactory(area=area))
        publish(area, 1, dt.date(2016, 1, 1), Category.REFERRAL)
    with CaptureQueriesContext(connection) as queries:
        assert len(areas_opened(areas, DAY)) == count
    assert len(queries) == 11, [query["sql"][:90] for query in queries]
