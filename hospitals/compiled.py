"""Statements that are made with every message: compiled once a process, and planned by the server once a connection.

Queries are written with the ORM like any other, so that no rule stands in SQL beside it; where a value comes in stands
`Given`.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from typing import Any, Generic, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.backends.postgresql.base import ServerBindingCursor  # type: ignore[attr-defined]
from django.db.models.query import ModelIterable, get_related_populators  # type: ignore[attr-defined]
from django.db.models.sql import InsertQuery, UpdateQuery
from django.db.transaction import TransactionManagementError
from psycopg import sql

Record = TypeVar("Record", bound=models.Model)
PLACE = re.compile("%%|%s")


class Given(models.Value):
    """A value that is known when the query is asked, by its name."""

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]

    def __str__(self) -> str:
        raise TypeError(f"{self.value} is not known yet: Django asks for its value here")


class CompiledQuery(Generic[Record]):
    """build: makes the query, with a `Given` for each value; called once, when it is first asked."""

    def __init__(self, build: "Callable[[], models.QuerySet[Record]]") -> None:
        self.build = build

    @cached_property
    def _plan(self) -> "_Plan":
        return _Plan(self.build())

    def all(self, **given: Any) -> list[Record]:
        """The records, with what the query selects beside them; of a `values_list` its rows.

        given: a value for every `Given`.
        """
        plan = self._plan
        if plan.locks and not connection.in_atomic_block:
            raise TransactionManagementError("rows are locked within a transaction")
        rows = fetched(plan.sql, [given[name] for name in plan.names])
        return list(plan.records(rows)) if rows else []

    def first(self, **given: Any) -> Record | None:
        found = self.all(**given)
        return found[0] if found else None

    def get(self, **given: Any) -> Record:
        """Raises DoesNotExist."""
        found = self.all(**given)
        if not found:
            raise self._plan.model.DoesNotExist
        return found[0]


class CompiledInsert(Generic[Record]):
    """Rows of one model, for records that are whole: no expression stands among their values."""

    def __init__(self, model: type[Record]) -> None:
        self.model = model

    def add(self, record: Record) -> Record:
        """As `save(force_insert=True)` of a new record writes it."""
        values = [_value_of(record, field) for field in self._fields]
        with connection.cursor() as cursor:
            cursor.execute(self._one, values)
            (record.pk,) = cursor.fetchone()
        record._state.adding, record._state.db = False, "default"
        return record

    def add_all(self, records: Sequence[Record]) -> None:
        """As `bulk_create` writes them: one statement, the same for any number of them."""
        if len(records) < 2:
            for record in records:
                self.add(record)
            return
        columns = [[_value_of(record, field) for record in records] for field in self._fields]
        with connection.cursor() as cursor:
            cursor.execute(self._many, columns)
            keys = cursor.fetchall()
        for record, (key,) in zip(records, keys, strict=True):
            record.pk = key
            record._state.adding, record._state.db = False, "default"

    @cached_property
    def _fields(self) -> list[Any]:
        fields = self.model._meta.local_concrete_fields
        return [field for field in fields if not (field.primary_key or field.generated)]

    @cached_property
    def _one(self) -> str:
        query = InsertQuery(self.model)
        query.insert_values(self._fields, [self.model()])
        compiler = query.get_compiler(connection=connection)
        compiler.returning_fields = [self.model._meta.pk]
        ((statement, _values),) = compiler.as_sql()
        return str(statement)

    @cached_property
    def _many(self) -> str:
        """Each column comes as an array, so that a column of arrays cannot be among them."""
        if any(isinstance(field, ArrayField) for field in self._fields):
            raise TypeError(f"{self.model.__name__} has a column of arrays: add one by one")
        before, _values, after = re.split(r"(VALUES \(.*?\))", self._one)
        arrays = ", ".join(f"%s::{field.db_type(connection)}[]" for field in self._fields)
        return f"{before}SELECT * FROM unnest({arrays}){after}"  # noqa: S608 - our own words


PLAIN = (models.CharField, models.DateField, models.DecimalField, models.IntegerField, models.BooleanField)


def _value_of(record: models.Model, field: Any) -> Any:
    """What the driver is given; most values it takes as they are."""
    if _is_plain(field):
        return getattr(record, field.attname)
    return field.get_db_prep_save(field.pre_save(record, record._state.adding), connection)


@cache
def _is_plain(field: Any) -> bool:
    kept = field.target_field if isinstance(field, models.ForeignKey) else field
    by_itself = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    return isinstance(kept, PLAIN) and not by_itself


def save_only(record: models.Model, *names: str) -> None:
    """As `save(update_fields=names)` of a record that the database has."""
    statement, fields = _update_of(type(record), names)
    values = [_value_of(record, field) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, record.pk])
        if cursor.rowcount != 1:
            raise models.ObjectDoesNotExist(f"{record._meta.label} {record.pk}")


@cache
def _update_of(model: type[models.Model], names: tuple[str, ...]) -> tuple[str, list[Any]]:
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    query = UpdateQuery(model)
    query.add_update_fields([(field, None, Given(field.name)) for field in fields])
    query.add_q(models.Q(pk=Given("pk")))
    statement, _values = query.get_compiler(connection=connection).as_sql()
    return statement, fields


def fetched(statement: str, values: list[Any]) -> list[Any]:
    """The rows of a SELECT that the server plans once a connection."""
    connection.ensure_connection()
    with connection._prepare_cursor(_PreparedCursor(connection.connection)) as cursor:  # type: ignore[attr-defined]
        cursor.execute(statement, values)
        rows: list[Any] = cursor.fetchall()
    return rows


class _PreparedCursor(ServerBindingCursor):  # type: ignore[misc]
    """Django's connections prepare nothing, whatever a statement asks for: this one's does, as long as it takes."""

    def execute(self, query: Any, params: Any = None) -> Any:
        usual, self.connection.prepare_threshold = self.connection.prepare_threshold, 0
        try:
            return super().execute(query, params, prepare=True)
        finally:
            self.connection.prepare_threshold = usual


class _Plan:
    """What Django works out anew for each query: the statement, and how its rows become records."""

    def __init__(self, queryset: Any) -> None:
        query = queryset.query
        compiler = query.get_compiler(connection=connection)
        statement, values = compiler.as_sql()
        self.locks, self.model = query.select_for_update, query.model
        self.names = [value.value for value in values if isinstance(value, Given)]
        self.sql = _with_constants(statement, values)
        self.converters = compiler.get_converters([column[0] for column in compiler.select[: compiler.col_count]])
        self.convert = compiler.apply_converters
        self.is_of_records = issubclass(queryset._iterable_class, ModelIterable)
        if not self.is_of_records:
            return
        info = compiler.klass_info
        self.start, self.end = info["select_fields"][0], info["select_fields"][-1] + 1
        self.attributes = [column[0].target.attname for column in compiler.select[self.start : self.end]]
        self.related = get_related_populators(info, compiler.select, connection.alias)
        self.annotations: Mapping[str, int] = compiler.annotation_col_map

    def records(self, rows: list[Any]) -> Iterator[Any]:
        for row in self.convert(rows, self.converters) if self.converters else rows:
            if not self.is_of_records:
                yield tuple(row)
                continue
            record = self.model.from_db(connection.alias, self.attributes, row[self.start : self.end])
            for related in self.related:
                related.populate(row, record)
            for name, column in self.annotations.items():
                setattr(record, name, row[column])
            yield record


def _with_constants(statement: str, values: Any) -> str:
    """What never changes is written into the statement, so that partial indexes are known to fit."""
    left = iter(values)

    def written(place: re.Match[str]) -> str:
        if place.group() == "%%":
            return "%%"
        value = next(left)
        return "%s" if isinstance(value, Given) else sql.quote(value).replace("%", "%%")

    return PLACE.sub(written, statement)
