"""A test database is made and emptied quickly; what tests find in it is what they would find anyway."""

import pytest
from django.db import connection, transaction
from django.test import TransactionTestCase

JOBS = ("procrastinate_events", "procrastinate_periodic_defers", "procrastinate_jobs")  # whose models are not Django's
KEPT = ("django_content_type", "auth_permission")  # made by `migrate`; flushing makes them anew after every test


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
