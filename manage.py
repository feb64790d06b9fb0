#!/usr/bin/env python3
"""Django's command line, with a database behind it: the one named in the environment, or the embedded one."""

import os
import sys

from config import embedded
from config.environment import EnvironmentFault


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        embedded.provide(os.environ)
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)
    except EnvironmentFault as fault:
        sys.exit(str(fault))


if __name__ == "__main__":
    main()
