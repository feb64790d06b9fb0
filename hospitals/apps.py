from django.apps import AppConfig


class HospitalsConfig(AppConfig):
    name = "hospitals"
    verbose_name = "机构目录"

    def ready(self) -> None:
        """Staff are called by their names, in Django admin too."""
        from django.contrib.auth.models import User

        from hospitals.access import staff_name

        User.add_to_class("__str__", staff_name)
