"""The shipped policies, published once for a test database; what a test gets is a copy of their rows.

Publishing them anew for every test took a third of the run.  What a test finds is the same either way, down to their
history, and the database is as empty as ever before it and after it.
"""

from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model

from filings import policy_packs
from filings.models import FilingPolicy
from hospitals.models import Area
from settlement.models import BenefitPolicy, ClaimPolicy
from settlement.policy_packs import load_benefits, load_claims
from tests import factories as make

PACKS: dict[Any, Callable[[], Any]] = {
    FilingPolicy: policy_packs.load,
    BenefitPolicy: load_benefits,
    ClaimPolicy: load_claims,
}
AREAS = (*make.HOMES, make.BEIJING, make.QINGDAO, "210100", "370100", "810000")
copies: dict[
    Any, str
] = {}  # the policy → the statements that fill its tables from their copies in the schema `shipped`


def filing_policies(*areas: str) -> None:
    """These areas, and the shipped filing policies in force."""
    _put_in(areas, FilingPolicy)


def benefit_policies(*areas: str) -> None:
    _put_in(areas, BenefitPolicy)


def policies(*areas: str) -> None:
    """These areas and everything shipped: filing, benefit and claim policies."""
    _put_in(areas, *PACKS)


@transaction.atomic
def _put_in(areas: tuple[str, ...], *kinds: Any) -> None:
    with connection.cursor() as cursor:
        if copies:
            codes = sorted({code for area in areas for code in (area, f"{area[:2]}0000")})
            cursor.execute(f"{copies[Area]} WHERE code = ANY(%s) ON CONFLICT DO NOTHING", [codes])
        for code in areas:
            if not copies or code not in AREAS:
                make.AreaFactory(code=code)
        if copies and _is_room_for(kinds):
            cursor.execute("SET LOCAL session_replication_role = replica")  # no trigger: their history is copied too
            cursor.execute(";".join(copies[kind] for kind in kinds))
            cursor.execute("SET LOCAL session_replication_role = origin")
        else:
            for kind in kinds:
                PACKS[kind]()


def _is_room_for(kinds: tuple[Any, ...]) -> bool:
    """Without triggers nobody asks whether the areas are there; where they are not, publishing refuses properly."""
    homes = Area.objects.filter(pk__in=make.HOMES).count()
    return homes == len(make.HOMES) and not any(kind.objects.exists() for kind in kinds)


@transaction.atomic
def keep() -> None:
    """Make the copies, in a test database that holds nothing yet.  Needs a superuser; without one, tests publish."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('is_superuser')::bool")
        if not cursor.fetchone()[0]:
            return
        cursor.execute("DROP SCHEMA IF EXISTS shipped CASCADE")
        cursor.execute("CREATE SCHEMA shipped")
        for code in AREAS:
            make.AreaFactory(code=code)
        copies[Area] = _copied(cursor, Area)
        done = {Area}
        for kind, load in PACKS.items():
            load()
            filled = [model for model in _ours() if model not in done and model._base_manager.exists()]
            copies[kind] = ";".join(_copied(cursor, model) for model in filled)
            done |= set(filled)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # nothing may be pending on a table that is truncated
        cursor.execute(f"TRUNCATE {', '.join(model._meta.db_table for model in done)} CASCADE")


def _copied(cursor: Any, model: type[Model]) -> str:
    """Copies a table's rows; returns what puts them back, but for what the database computes."""
    table = model._meta.db_table
    cursor.execute(f"CREATE TABLE shipped.{table} AS TABLE {table}")
    columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields if not field.generated)
    return f"INSERT INTO {table} ({columns}) SELECT {columns} FROM shipped.{table}"


def _ours() -> Iterator[type[Model]]:
    for app in ("hospitals", "filings", "settlement"):
        yield from (model for model in apps.get_app_config(app).get_models() if model._meta.managed)
