"""Migrations of an empty database, without drawing all models anew at every step.

Django renders, for each step of a migration, every model connected with the one that changes: here all of them, some
hundred and fifty, a thousand times over.  Each by itself is enough for what a step writes.  That the tables are the
same either way is tested (tests/house/test_launch.py).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock


@contextmanager
def models_rendered_one_by_one() -> Iterator[None]:
    """For `migrate` within; a step that runs Python gets all of them rendered properly.  After django.setup."""
    from django.db.migrations.state import ProjectState

    def itself(self: ProjectState, app_label: str, model_name: str, delay: bool = False) -> set[tuple[str, str]]:
        self.is_delayed = True  # so Python steps have them rendered first
        return {(app_label, model_name)}

    with mock.patch.object(ProjectState, "_find_reload_model", itself):
        yield
