"""Settings of the server that is measured: the portal's own, and one bare page beside its pages."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "tests.benchmarks.bare"
