"""Processes of the portal beside the test's own."""

import os
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.db import connection

PROJECT = Path(__file__).parents[1]


def environment() -> dict[str, str]:
    """For a process that works on the test's database."""
    given = urlsplit(os.environ["DATABASE_URL"])
    url = urlunsplit(given._replace(path=f"/{connection.settings_dict['NAME']}"))
    return {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
