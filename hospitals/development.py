"""Is this database one to try things in?  Demo data goes into no other."""

from django.db.backends.base.base import BaseDatabaseWrapper


def is_development_database(connection: BaseDatabaseWrapper) -> bool:
    """True where `make ready` marked the database, which it does only while the database is empty."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('portal.environment', true)")
        return bool(cursor.fetchone() == ("development",))
