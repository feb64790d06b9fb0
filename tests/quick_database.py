"""A test database is made and emptied quickly; what tests find in it is what they would find anyway."""

import pytest
from django.db import connection, transaction
from django.db.migrations.state import ProjectState
from django.test import TransactionTestCase

JOBS = ("procrastinate_events", "procrastinate_periodic_defers", "procrastinate_jobs")  # whose models are not Django's
KEPT = ("django_content_type", "auth_permission")  # made by `migrate`; flushing makes them anew after every test


def render_each_model_by_itself(patch: pytest.MonkeyPatch) -> None:
    """Of 43 s for the migrations, 39 s went into rendering again, for each step, all models connected with one.

    That `make ready`, without this, comes to the same tables is tested in house/test_launch.py.
    """

    def itself(self: ProjectState, app_label: str, model_name: str, delay: bool = False) -> set[tuple[str, str]]:
        self.is_delayed = True  # so a step that runs Python gets them rendered properly
        return {(app_label, model_name)}

    patch.setattr(ProjectState, "_find_reload_model", itself)


def empty_what_was_filled(patch: pytest.MonkeyPatch) -> None:
    """After a test with transactions of its own: not all tables truncated, but the few that have rows emptied."""
    flush = TransactionTestCase._fixture_teardown

    def emptied(self: TransactionTestCase) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('is_superuser')::bool")
            superuser = cursor.fetchone()[0]
        if not superuser:
            return flush(self)
        names = connection.introspection.django_table_names(only_existing=True, include_views=False)
        names = [*JOBS, *(name for name in names if name not in KEPT)]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in names))
            filled = [name for (name,) in cursor.fetchall()]
            if filled:
                cursor.execute("SET LOCAL session_replication_role = replica")  # no trigger
                cursor.execute(";".join(f"DELETE FROM {name}" for name in filled))
        return None

    patch.setattr(TransactionTestCase, "_fixture_teardown", emptied)
