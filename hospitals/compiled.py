"""Statements that are made with every message: compiled once a process, and planned by the server once a connection.

Queries are written with the ORM like any other, so that no rule stands in SQL beside it; where a value comes in stands
`Given`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from typing import Any, Generic, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models.query import ModelIterable, get_related_populators
from django.db.models.sql import InsertQuery, UpdateQuery
from django.db.transaction import TransactionManagementError
from psycopg import sql

Row = TypeVar("Row")
Record = TypeVar("Record", bound=models.Model)
PLACE = re.compile("%%|%s")


class Given(models.Value):
    """A value that is known when the query is asked, by its name."""

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]

    def __str__(self) -> str:
        raise TypeError(f"{self.value} is not known yet: Django asks for its value here")


class Unforeseen(Given):
    """One that no plan is made for: a wide query is then planned once a connection, not anew for each value."""

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "(SELECT %s)", [self]


class CompiledQuery(Generic[Row]):
    """build: makes the query, with a `Given` for each value; called once, when it is first asked."""

    def __init__(self, build: "Callable[[], models.QuerySet[Any, Row]]") -> None:
        self.build = build

    @cached_property
    def _plan(self) -> "_Plan":
        return _Plan(self.build())

    def all(self, **given: Any) -> list[Row]:
        """The records, with what the query selects beside them; of a `values_list` its rows.

        given: a value for every `Given`.
        """
        plan = self._plan
        if plan.locks and not connection.in_atomic_block:
            raise TransactionManagementError("rows are locked within a transaction")
        rows = fetched(plan.sql, [given[name] for name in plan.names])
        return list(plan.records(rows)) if rows else []

    def first(self, **given: Any) -> Row | None:
        found = self.all(**given)
        return found[0] if found else None

    def get(self, **given: Any) -> Row:
        """Raises DoesNotExist."""
        found = self.all(**given)
        if not found:
            raise self._plan.model.DoesNotExist
        return found[0]


class CompiledInsert(Generic[Record]):
    """Rows of one model, for records that are whole: no expression stands among their values."""

    def __init__(self, model: type[Record]) -> None:
        self.model = model
        self._ones: dict[tuple[bool, ...], str] = {}

    def add(self, record: Record) -> Record:
        """As `save(force_insert=True)` of a new record writes it; a column without a value is not named."""
        values = _written(record, self._fields)
        named = tuple(value is not None for value in values)
        if named not in self._ones:
            self._ones[named] = self._one([field for field, has in zip(self._fields, named, strict=True) if has])
        ((record.pk,),) = fetched(self._ones[named], [value for value in values if value is not None])
        record._state.adding, record._state.db = False, connection.alias
        return record

    def add_all(self, records: Sequence[Record]) -> None:
        """As `bulk_create` writes them, for who does not ask for their keys: one statement, the same for any number."""
        if not records:
            return
        columns = [list(column) for column in zip(*(_written(record, self._fields) for record in records), strict=True)]
        asked(self._many, columns)

    @cached_property
    def _fields(self) -> list[Any]:
        fields: list[Any] = list(self.model._meta.local_concrete_fields)
        fields = [field for field in fields if not (field.primary_key or field.generated)]
        if any(field.db_default is not models.NOT_PROVIDED for field in fields):
            raise TypeError(f"{self.model.__name__} has a column that the database fills in")
        return fields

    def _one(self, fields: list[Any], *, returning: bool = True) -> str:
        query = InsertQuery(self.model)
        query.insert_values(fields, [self.model()])
        compiler = query.get_compiler(connection=connection)
        compiler.returning_fields = [self.model._meta.pk] if returning else None
        ((statement, _values),) = compiler.as_sql()
        return str(statement)

    @cached_property
    def _many(self) -> str:
        """Each column comes as an array, so that a column of arrays cannot be among them."""
        if any(isinstance(field, ArrayField) for field in self._fields):
            raise TypeError(f"{self.model.__name__} has a column of arrays: add one by one")
        before, _values, after = re.split(r"(VALUES \(.*?\))", self._one(self._fields, returning=False))
        arrays = ", ".join(f"%s::{field.db_type(connection)}[]" for field in self._fields)
        return f"{before}SELECT * FROM unnest({arrays}){after}"  # noqa: S608 - our own words


PLAIN = (models.CharField, models.DateField, models.DecimalField, models.IntegerField, models.BooleanField)


def _written(record: models.Model, fields: Iterable[Any]) -> list[Any]:
    """What the driver is given; most values it takes as they are."""
    server, is_new = connections[connection.alias], record._state.adding
    return [
        getattr(record, field.attname)
        if _is_plain(field)
        else field.get_db_prep_save(field.pre_save(record, is_new), server)
        for field in fields
    ]


@cache
def _is_plain(field: Any) -> bool:
    kept = field.target_field if isinstance(field, models.ForeignKey) else field
    by_itself = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    return isinstance(kept, PLAIN) and not by_itself


def save_only(record: models.Model, *names: str) -> None:
    """As `save(update_fields=names)` of a record that the database has."""
    if not _saved(record, names, {}):
        raise models.ObjectDoesNotExist(f"{record._meta.label} {record.pk}")


def save_unless_changed(record: Any, *names: str) -> bool:
    """The same of a record with a `version`, which is counted on; False where somebody has changed it since it was
    read."""
    seen, record.version = record.version, record.version + 1
    return _saved(record, (*names, "version"), {"version": seen})


def _saved(record: models.Model, names: tuple[str, ...], only_where: dict[str, Any]) -> bool:
    statement, fields = _update_of(type(record), names, tuple(only_where))
    values = [*_written(record, fields), *only_where.values(), record.pk]
    return bool(asked(statement, values).rowcount)


@cache
def _update_of(model: type[models.Model], names: tuple[str, ...], only_where: tuple[str, ...]) -> tuple[str, list[Any]]:
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    query: Any = UpdateQuery(model)
    query.add_update_fields([(field, None, Given(field.name)) for field in fields])
    for name in (*only_where, "pk"):
        query.add_q(models.Q((name, Given(name))))
    statement, _values = query.get_compiler(connection=connection).as_sql()
    return statement, fields


def fetched(statement: str, values: list[Any]) -> list[Any]:
    """The rows that a statement gives."""
    rows: list[Any] = asked(statement, values).fetchall()
    return rows


def asked(statement: str, values: list[Any]) -> Any:
    """The connection's own cursor, the statement executed: to open one for each takes half as long as to ask."""
    server = connections[DEFAULT_DB_ALIAS]
    server.close_if_health_check_failed()
    server.ensure_connection()
    cursor = server.cursor() if server.queries_logged else server.__dict__.get("kept_cursor")
    if cursor is None or cursor.cursor.connection is not server.connection:
        cursor = server.__dict__["kept_cursor"] = server.cursor()
    cursor.execute(statement, values)
    return cursor


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
        self.related = get_related_populators(info, compiler.select, connection.alias)  # type: ignore[call-arg]
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
