"""Steps of migrations that Django's own would take minutes over."""

from typing import Any

from django.db import migrations


class StateAtOnce(migrations.SeparateDatabaseAndState):
    """Many small changes of the models, drawn together afterwards: Django draws all models anew after each of them."""

    def state_forwards(self, app_label: str, state: Any) -> None:
        state.__dict__.pop("apps", None)  # models that are drawn already; asked for again, they are drawn once
        super().state_forwards(app_label, state)
