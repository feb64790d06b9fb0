"""One sheet a table: its title, its columns, and how cells are written and read."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import models

from hospitals.exports import harmless
from hospitals.sheets import Column
from settlement.calculation.pack import TABLES
from settlement.models import BenefitPolicy

YES = {"是": True, "1": True, "true": True, "否": False, "0": False, "false": False, "": False}
LAST = ("section", "assumed")  # whence a row is, after what it says
Values = dict[str, Any]  # by field; terms as codes, numbers exact


@dataclass(frozen=True, slots=True)
class Sheet:
    """table: its name in packs and rules.  key: the fields that say whom a row holds for, one row for each."""

    table: str
    title: str
    model: type[models.Model]
    fields: tuple["models.Field[Any, Any]", ...]
    key: tuple[str, ...]

    @property
    def header(self) -> list[str]:
        return [str(field.verbose_name) for field in self.fields]

    @property
    def columns(self) -> tuple[Column, ...]:
        """All are required: a column that is not there would empty the table's."""
        return tuple(
            Column(field.name, str(field.verbose_name), required=True, max_length=field.max_length or 200)
            for field in self.fields
        )

    def written(self, row: Any) -> list[str | Decimal | int]:
        """A row as the sheet shows it."""
        return [_cell(field, getattr(row, field.name)) for field in self.fields]

    def identity(self, values: Values) -> tuple[Any, ...]:
        return tuple(values[name] for name in self.key)

    def values_of(self, row: Any) -> Values:
        return {field.name: getattr(row, field.name) for field in self.fields}

    def shown(self, name: str, value: Any) -> str:
        field = next(field for field in self.fields if field.name == name)
        return str(_cell(field, value))


def sheets() -> Iterator[Sheet]:
    """In the order of the tables."""
    for table, rule in TABLES.items():
        model: Any = BenefitPolicy._meta.get_field(table).related_model
        key = next(one.fields for one in model._meta.constraints if isinstance(one, models.UniqueConstraint))
        known = {field.name for field in fields(rule)}
        ours = [field for field in model._meta.concrete_fields if field.name in known]
        yield Sheet(
            table=table,
            title=str(model._meta.verbose_name),
            model=model,
            fields=tuple(sorted(ours, key=lambda field: field.name in LAST)),
            key=tuple(name for name in key if name != "policy"),
        )


def _cell(field: "models.Field[Any, Any]", value: Any) -> str | Decimal | int:
    if value is None:
        return ""
    if isinstance(field, models.BooleanField):
        return "是" if value else ""
    if isinstance(value, Decimal):
        return value.normalize() + 0 if value else Decimal(0)
    if field.choices:
        return dict(field.flatchoices).get(value, value)
    return value if isinstance(value, int) else harmless(value)


def read_value(field: "models.Field[Any, Any]", text: str) -> Any:
    """What a cell says.  Raises ValueError with a Chinese sentence."""
    if isinstance(field, models.BooleanField):
        if text.lower() not in YES:
            raise ValueError("应填“是”或留空")
        return YES[text.lower()]
    if isinstance(field, models.DecimalField):
        return _number(text) if text else _default(field)
    if isinstance(field, models.IntegerField):
        if not text.isascii() or not text.isdigit():
            raise ValueError("应为整数")
        return int(text)
    if field.choices:
        codes = {word: code for code, label in field.flatchoices for word in (code, str(label))}
        if text and text not in codes:
            raise ValueError(f"没有这个值，可填{'、'.join(str(label) for _code, label in field.flatchoices)}")
        return codes.get(text, "")
    return text[1:] if text[:1] == "'" and harmless(text[1:]) == text else text


def _default(field: "models.Field[Any, Any]") -> Decimal | None:
    if field.null:
        return None
    if field.has_default():
        return Decimal(field.get_default())
    raise ValueError("必须填写")


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text.replace(",", "").replace("，", ""))
    except InvalidOperation:
        raise ValueError("应为数字") from None
    if not number.is_finite():
        raise ValueError("应为数字")
    return number
