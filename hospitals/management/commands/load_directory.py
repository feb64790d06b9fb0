"""manage.py load_directory: areas of the country and the shipped agencies."""

from typing import Any

from django.core.management.base import BaseCommand

from hospitals.directory import agencies, load_agency, load_areas
from hospitals.history_context import history_context


class Command(BaseCommand):
    help = "Load the areas of the country and the documents' halls and hospital lists; again: changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        with history_context(user_name="系统", action="载入机构目录"):
            areas = load_areas()
            loaded = [load_agency(agency) for agency in agencies()]
        if options["verbosity"] > 0:
            halls, hospitals = (sum(column) for column in zip(*loaded, strict=True))
            self.stdout.write(f"行政区划 {areas} 个；新增经办窗口 {halls} 个、医院 {hospitals} 家。")
