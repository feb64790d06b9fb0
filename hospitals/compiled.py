"""Questions asked in nearly every request, and rows written in it: their SQL is put together once a process.

Django puts the SQL of a query together each time it is asked, which takes longer than a short answer.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache, cached_property
from typing import Any, Generic, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import connections, models
from django.db.models import Expression, QuerySet
from django.db.models.query import ModelIterable, get_related_populators

Row = TypeVar("Row")
Instance = TypeVar("Instance", bound=models.Model)

# Values that the driver takes as they are.
PLAIN = (models.CharField, models.DateField, models.DecimalField, models.IntegerField, models.BooleanField)


class _Given(Expression):
    """A place in the question where a value will stand."""

    def __init__(self, name: str, field: "models.Field[Any, Any]") -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list["_Given"]]:
        return "%s", [self]


class Compiled(Generic[Row]):
    """A query whose SQL is put together when it is first asked.

    question: makes the queryset of values that are not known yet, one argument for each of `fields`; of models, or of
    `values_list`.  Its answers are those of the queryset, in its order.
    """

    def __init__(self, question: Callable[..., QuerySet[Any, Row]], **fields: "models.Field[Any, Any]") -> None:
        self.question, self.fields = question, fields

    def __call__(self, **given: Any) -> list[Row]:
        """The rows for these values.  One statement."""
        connection = connections["default"]
        sql, places, made = self._compiled
        values = [given[one.name] if isinstance(one, _Given) else one for one in places]
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return list(made(cursor.fetchall()))

    def first(self, **given: Any) -> Row | None:
        """The question should ask for one."""
        return next(iter(self(**given)), None)

    @cached_property
    def _compiled(self) -> tuple[str, Sequence[Any], Callable[[list[Any]], Iterator[Any]]]:
        """The SQL, its parameters, and what makes rows into answers."""
        connection = connections["default"]
        asked = self.question(**{name: _Given(name, field) for name, field in self.fields.items()})
        compiler = asked.query.get_compiler(connection=connection)
        sql, places = compiler.as_sql()
        columns = [column for column, *_sql in compiler.select[: compiler.col_count]]
        converters = compiler.get_converters(columns)

        def converted(rows: list[Any]) -> Iterator[Any]:
            return compiler.apply_converters(rows, converters) if converters else iter(rows)

        if asked._iterable_class is not ModelIterable:  # type: ignore[attr-defined]
            return sql, places, lambda rows: map(tuple, converted(rows))
        described: Any = compiler.klass_info
        first, last = described["select_fields"][0], described["select_fields"][-1] + 1
        names = [column.target.attname for column in columns[first:last]]
        populators, model = get_related_populators(described, compiler.select, "default"), described["model"]

        def instances(rows: list[Any]) -> Iterator[Any]:
            for row in converted(rows):
                instance = model.from_db("default", names, row[first:last])
                for populator in populators:
                    populator.populate(row, instance)
                yield instance

        return sql, places, instances


def insert(rows: Sequence[Instance]) -> Sequence[Instance]:
    """Write new rows of one model, and their keys into them.  One statement, the same for any number of rows."""
    if not rows:
        return rows
    sql, columns = _insertion(type(rows[0]), len(rows) > 1)
    values = [[_value(row, field, is_plain) for row in rows] for field, is_plain in columns]
    with connections["default"].cursor() as cursor:
        cursor.execute(sql, values if len(rows) > 1 else [value for (value,) in values])
        keys = cursor.fetchall()
    for row, (key,) in zip(rows, keys, strict=True):
        row.pk = key
        row._state.adding, row._state.db = False, "default"
    return rows


@cache
def _insertion(model: type[models.Model], are_many: bool) -> tuple[str, list[tuple[Any, bool]]]:
    """The SQL, and the fields with whether their values are plain.  Many rows come as an array for each column."""
    connection = connections["default"]
    quote = connection.ops.quote_name
    given = (field for field in model._meta.concrete_fields if field is not model._meta.auto_field)
    fields = [field for field in given if not field.generated]
    columns = ", ".join(quote(field.column) for field in fields)
    table, key = quote(model._meta.db_table), quote(model._meta.pk.column)
    if are_many:
        if any(isinstance(field, ArrayField) for field in fields):
            raise TypeError(f"{model.__name__} has a column of arrays: one row at a time")
        arrays = ", ".join(f"%s::{field.db_type(connection)}[]" for field in fields)
        rows = f"SELECT * FROM unnest({arrays})"  # noqa: S608 - our own words
    else:
        rows = f"VALUES ({', '.join(['%s'] * len(fields))})"
    sql = f"INSERT INTO {table} ({columns}) {rows} RETURNING {key}"
    return sql, [(field, _is_plain(field)) for field in fields]


def _value(row: models.Model, field: Any, is_plain: bool) -> Any:
    if is_plain:
        return getattr(row, field.attname)
    return field.get_db_prep_save(field.pre_save(row, add=True), connections["default"])


def _is_plain(field: "models.Field[Any, Any]") -> bool:
    kept = field.target_field if isinstance(field, models.ForeignKey) else field
    by_itself = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    return isinstance(kept, PLAIN) and not by_itself
