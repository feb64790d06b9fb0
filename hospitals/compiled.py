"""Statements that are made with every message: compiled once a process, and planned by the server once a connection.

Queries are written with the ORM like any other, so that no rule stands in SQL beside it; where a value comes in stands
`Given`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, cached_property
from typing import Any, Generic, TypeVar

from django.db import connection, connections, models
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.models.query import get_related_populators
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
        return _Plan(self.build().query)

    def all(self, **given: Any) -> list[Record]:
        """The records, with what the query selects beside them.  given: a value for every `Given`."""
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

    @cached_property
    def _plan(self) -> tuple[str, list[Any]]:
        meta = self.model._meta
        fields = [field for field in meta.local_concrete_fields if not (field.primary_key or field.generated)]
        query = InsertQuery(self.model)
        query.insert_values(fields, [self.model()])
        compiler = query.get_compiler(connection=connection)
        compiler.returning_fields = [meta.pk]
        ((statement, _values),) = compiler.as_sql()
        return statement, fields

    def add(self, record: Record) -> Record:
        """As `save(force_insert=True)` of a new record writes it."""
        statement, fields = self._plan
        values = _written(record, fields, is_new=True)
        if hasattr(self.model, "events"):  # its history is told who and why with the statement
            with connection.cursor() as cursor:
                cursor.execute(statement, values)
                (record.pk,) = cursor.fetchone()
        else:
            ((record.pk,),) = fetched(statement, values)
        record._state.adding, record._state.db = False, connection.alias
        return record


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
    values = _written(record, fields, is_new=False)
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, *only_where.values(), record.pk])
        return bool(cursor.rowcount)


def _written(record: models.Model, fields: Iterable[Any], *, is_new: bool) -> list[Any]:
    server = connections[connection.alias]  # the thread's own is looked up once, not with each value
    return [field.get_db_prep_save(field.pre_save(record, is_new), server) for field in fields]


@cache
def _update_of(model: type[models.Model], names: tuple[str, ...], only_where: tuple[str, ...]) -> tuple[str, list[Any]]:
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    query = UpdateQuery(model)
    given: list[Any] = [(field, None, Given(field.name)) for field in fields]
    query.add_update_fields(given)
    for name in (*only_where, "pk"):
        query.add_q(models.Q((name, Given(name))))
    statement, _values = query.get_compiler(connection=connection).as_sql()
    return statement, fields


def fetched(statement: str, values: list[Any]) -> list[Any]:
    """The rows that a statement gives which the server plans once a connection.

    It is one statement: nothing that Django's wrappers would put before it.
    """
    server = connections[connection.alias]
    server.ensure_connection()
    cursor_of: Any = _PreparedCursor
    with server._prepare_cursor(cursor_of(server.connection)) as cursor:  # type: ignore[attr-defined]
        if server.queries_logged:
            with cursor.debug_sql(statement, values):
                cursor._execute(statement, values)
        else:
            cursor._execute(statement, values)
        rows: list[Any] = cursor.fetchall()
    return rows


class _PreparedCursor(ServerBindingCursor):
    """Django's connections prepare nothing, whatever a statement asks for: this one's does, as long as it takes."""

    connection: Any

    def execute(self, query: Any, params: Any = None) -> Any:
        usual, self.connection.prepare_threshold = self.connection.prepare_threshold, 0
        try:
            return super().execute(query, params, prepare=True)  # type: ignore[misc]
        finally:
            self.connection.prepare_threshold = usual


class _Plan:
    """What Django works out anew for each query: the statement, and how its rows become records."""

    def __init__(self, query: Any) -> None:
        compiler = query.get_compiler(connection=connection)
        statement, values = compiler.as_sql()
        self.locks, self.model = query.select_for_update, query.model
        self.names = [value.value for value in values if isinstance(value, Given)]
        self.sql = _with_constants(statement, values)
        info = compiler.klass_info
        self.start, self.end = info["select_fields"][0], info["select_fields"][-1] + 1
        self.attributes = [column[0].target.attname for column in compiler.select[self.start : self.end]]
        self.related = get_related_populators(info, compiler.select, connection.alias)  # type: ignore[call-arg]
        self.annotations: Mapping[str, int] = compiler.annotation_col_map
        self.converters = compiler.get_converters([column[0] for column in compiler.select])
        self.convert = compiler.apply_converters

    def records(self, rows: list[Any]) -> Iterator[Any]:
        for row in self.convert(rows, self.converters):
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
