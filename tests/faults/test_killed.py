"""The fault run in small: a kill of each kind, on a database server of its own.  `make faults` is the whole."""

import os
import subprocess
import sys

import pytest

from tests.processes import PROJECT

KILLS, SEED = 5, 20261125


@pytest.mark.embedded
@pytest.mark.clause("YT-10", "YT-13", "DY-06", "WF-09")
def test_kills_of_web_worker_and_database_lose_nothing_and_double_nothing() -> None:
    """Acknowledged settlements, accounts, filings and uploads: tests/faults/checks.py says what is looked at."""
    environ = {**os.environ, "KILLS": str(KILLS), "SEED": str(SEED), "HURRY": "1"}
    run = subprocess.run(
        [sys.executable, "-m", "tests.faults"], cwd=PROJECT, env=environ, capture_output=True, text=True, timeout=600
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "all is so" in run.stdout
