"""Template filters every page may use."""

from decimal import Decimal
from typing import Any

from django import template
from django.forms import BoundField

from hospitals.access import staff_name

register = template.Library()
register.filter("staff_name", staff_name)


@register.filter
def yuan(amount: Any) -> str:
    """13687.5 → 13,687.50"""
    return "" if amount in (None, "") else f"{Decimal(str(amount)):,.2f}"


@register.filter
def ten_thousands(amount: Any) -> str:
    """98250000.00 → 9,825.00, in 万元"""
    return f"{Decimal(amount) / 10_000:,.2f}"


@register.filter
def grouped(number: int) -> str:
    """3447 → 3,447"""
    return f"{number:,}"


@register.filter
def plain(number: Any) -> str:
    """2.0000 → 2, 0.1000 → 0.1; exact."""
    return "" if number is None else f"{Decimal(number).normalize():f}"


@register.filter
def day(value: Any) -> str:
    """A date as 2026-03-10; nothing as a dash."""
    return value.strftime("%Y-%m-%d") if value else "—"


@register.filter
def widget_kind(field: BoundField) -> str:
    """The widget's class name, lower case, for the form component."""
    return type(field.field.widget).__name__.lower()


@register.filter
def described(field: BoundField) -> str:
    """The ids that describe a field, for aria-describedby."""
    ids = [f"{field.id_for_label}_help"] if field.help_text else []
    return " ".join(ids + ([f"{field.id_for_label}_errors"] if field.errors else []))


@register.filter
def chosen(field: BoundField) -> str:
    """What a choice says that was made."""
    value = str(field.value())
    return next((str(label) for key, label in getattr(field.field, "choices", ()) if str(key) == value), value)
