"""Compiled statements say what the ORM says: the same rows, the same records, the same refusals."""

import datetime as dt

import pytest
from django.db import connection, models
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from filings.models import Filing, Participation
from hospitals.compiled import CompiledInsert, CompiledQuery, Given, asked, fetched, save_only, save_unless_changed
from tests import factories as make

ON = dt.date(2026, 3, 12)


@pytest.mark.django_db
def test_compiled_query_gives_the_records_of_the_orm():
    insured = make.ParticipationFactory()
    make.ParticipationFactory()
    asked = CompiledQuery(
        lambda: (
            Participation.objects.filter(person=Given("person"), period__contains=Given("day", models.DateField()))
            .select_related("person__area")
            .annotate(upper=models.functions.Upper("scheme"))
        )
    )
    with CaptureQueriesContext(connection) as log:
        (found,) = asked.all(person=insured.person_id, day=ON)
        assert found.person.area.name
    assert len(log) == 1
    assert found == insured
    assert found.upper == insured.scheme.upper()
    assert {field.attname: getattr(found, field.attname) for field in found._meta.fields} == {
        field.attname: getattr(Participation.objects.get(pk=insured.pk), field.attname) for field in found._meta.fields
    }
    assert asked.first(person=insured.person_id, day=dt.date(1990, 1, 1)) is None
    with pytest.raises(Participation.DoesNotExist):
        asked.get(person=0, day=ON)


def test_value_that_django_wants_at_once_is_a_mistake():
    with pytest.raises(TypeError, match="not known yet"):
        str(Filing.objects.filter(destination__in=[Given("place")]).query)


@pytest.mark.django_db(transaction=True)
def test_rows_are_locked_within_a_transaction_alone():
    asked = CompiledQuery(lambda: Filing.objects.filter(pk=Given("pk")).select_for_update())
    with pytest.raises(TransactionManagementError):
        asked.first(pk=1)


@pytest.mark.django_db
def test_compiled_insert_and_changes_are_kept_with_their_history():
    insured = make.ParticipationFactory()
    later = Participation(
        person=insured.person, area=insured.area, scheme="employee", employment="active", starts_on=dt.date(2090, 1, 1)
    )
    Participation.objects.filter(pk=insured.pk).update(ends_on=dt.date(2089, 12, 31))
    assert CompiledInsert(Participation).add(later).pk
    later.refresh_from_db()
    assert (later.starts_on, later.events.count()) == (dt.date(2090, 1, 1), 1)
    later.employer = "示例单位"
    save_only(later, "employer")
    assert Participation.objects.get(pk=later.pk).employer == "示例单位"
    later.pk = 0
    with pytest.raises(models.ObjectDoesNotExist):
        save_only(later, "employer")


@pytest.mark.django_db
def test_record_that_somebody_has_changed_is_left_alone():
    filing = make.FilingFactory()
    seen = Filing.objects.get(pk=filing.pk)
    filing.note = "先"
    assert save_unless_changed(filing, "note")
    seen.note = "后"
    assert not save_unless_changed(seen, "note")
    kept = Filing.objects.get(pk=filing.pk)
    assert (kept.note, kept.version) == ("先", filing.version)


@pytest.mark.django_db
def test_rows_written_together_are_what_one_by_one_would_be():
    insured = make.ParticipationFactory()
    given = {"person": insured.person, "area": insured.area, "scheme": "resident", "employment": ""}
    days = [dt.date(2091, 1, 1), dt.date(2092, 1, 1)]
    Participation.objects.filter(pk=insured.pk).update(ends_on=dt.date(2089, 12, 31))
    CompiledInsert(Participation).add_all([Participation(**given, starts_on=day, ends_on=day) for day in days])
    CompiledInsert(Participation).add_all([])
    rows = Participation.objects.filter(scheme="resident").order_by("starts_on")
    assert [(row.starts_on, row.ends_on, row.waiting_until, row.events.count()) for row in rows] == [
        (day, day, None, 1) for day in days
    ]


@pytest.mark.django_db(transaction=True)
def test_cursor_is_kept_as_long_as_its_connection():
    cursor = asked("SELECT %s::int", [1])
    assert (fetched("SELECT %s::int", [2]), asked("SELECT %s::int", [3])) == ([(2,)], cursor)
    with CaptureQueriesContext(connection) as log:
        assert fetched("SELECT %s::int", [4]) == [(4,)]
    assert (len(log), asked("SELECT %s::int", [5])) == (1, cursor)
    connection.close()
    assert fetched("SELECT %s::int", [6]) == [(6,)]
    assert asked("SELECT %s::int", [7]) is not cursor
