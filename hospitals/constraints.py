"""What the database refuses, in the words of the constraint: a lost race reads like any other refusal."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models, transaction

from hospitals.reasons import Reason, Refused


def broken_constraint(error: IntegrityError) -> str:
    """The name of the constraint that a statement broke; empty where the database names none."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""


@contextmanager
def refused_by_constraints(*kinds: type[models.Model], savepoint: bool = True) -> Iterator[None]:
    """Inside, breaking a constraint of one of these models raises Refused with the constraint's message.

    savepoint: so that the transaction around it can go on; False where a refusal ends it.
    """
    try:
        with transaction.atomic(savepoint=savepoint):
            yield
    except IntegrityError as error:
        name = broken_constraint(error)
        constraints: list[Any] = [item for kind in kinds for item in kind._meta.constraints if item.name == name]
        if not constraints:
            raise
        raise Refused.because(name, str(constraints[0].violation_error_message)) from error


def checked(record: models.Model) -> None:
    """The record's own checks, its constraints among them.  Raises Refused with a reason for each fault."""
    try:
        record.full_clean()
    except ValidationError as error:
        raise Refused.all_of(_reasons(record, error)) from error


def _reasons(record: models.Model, error: ValidationError) -> Iterator[Reason]:
    for name, faults in error.message_dict.items():
        label = "" if name == NON_FIELD_ERRORS else f"{record._meta.get_field(name).verbose_name}："  # type: ignore[union-attr]
        for text in faults:
            yield Reason("invalid", f"{label}{text}")
