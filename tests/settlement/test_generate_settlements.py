"""manage.py generate_settlements: a past that the books agree with, in a development database alone."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F, Sum

from settlement import population
from settlement.models import AccountEntry, Settlement, YearAccount
from settlement.population import YEAR
from tests import factories as make
from tests import shipped

pytestmark = pytest.mark.django_db
PEOPLE = 7


@pytest.fixture
def development(monkeypatch):
    """A database that `make ready` prepared, with a policy that pays, and few patterns."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL portal.environment = 'development'")
    shipped.policies(*make.HOMES, make.BEIJING)
    make.UserFactory()
    monkeypatch.setattr(population, "PATTERNS", 3)


def people(count=PEOPLE, area=make.TIELING):
    return [make.PersonFactory(area__code=area).pk for _ in range(count)]


def test_everyone_gets_a_year_that_the_books_agree_with(development, capsys):
    given, others = people(), people(2, make.YANTAI)
    call_command("generate_settlements", area=make.TIELING)
    made = Settlement.objects.filter(person__in=given)
    assert made.values("person").distinct().count() == PEOPLE
    assert not Settlement.objects.filter(person__in=others).exists()
    assert {row.settled_on.year for row in made} <= {YEAR, YEAR + 1}
    assert not made.exclude(medfee_sumamt=F("fund_pay_sumamt") + F("psn_part_amt")).exists()
    assert f"settlement_settlement：{made.count()}" in capsys.readouterr().out
    # entries and years are the person's own, and come to what the settlements paid
    assert not AccountEntry.objects.filter(person__in=given).exclude(settlement__person=F("person")).exists()
    entries = AccountEntry.objects.filter(person__in=given).aggregate(paid=Sum("paid"))["paid"]
    years = YearAccount.objects.filter(person__in=given).aggregate(paid=Sum("paid"))["paid"]
    assert entries == years == made.aggregate(paid=Sum("hifp_pay"))["paid"] > 0


def test_only_the_last_registered_are_given_one(development):
    given = people()
    call_command("generate_settlements", area=make.TIELING, people=2)
    found = Settlement.objects.filter(person__in=given).values_list("person", flat=True)
    assert set(found) == set(given[-2:])


@pytest.mark.parametrize("area", [make.TIELING, "990000"])
def test_nothing_is_made_up_outside_development(area):
    people()
    with pytest.raises(CommandError, match="当前数据库不是开发数据库"):
        call_command("generate_settlements", area=area)
    assert not Settlement.objects.exists()


def test_area_without_people_or_policy_says_what_is_lacking(development):
    with pytest.raises(CommandError, match="没有参保人，请先执行 generate_population"):
        call_command("generate_settlements", area=make.YANTAI)
    people(1, make.QINGDAO)
    with pytest.raises(CommandError, match="没有施行的待遇政策或账户，请先执行 make ready。"):
        call_command("generate_settlements", area=make.QINGDAO)
