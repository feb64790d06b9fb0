"""`make faults`: random kills of web, worker and database under load, and what must be so afterwards.

KILLS (200); SEED (told at the start: the same one kills and asks in the same order); HURRY (1: the harness itself wakes
the outbox afterwards, instead of waiting for the run of the minute, and asks nothing about jobs).
"""

import os
import secrets
import shutil
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from config import embedded, launch
from config.environment import data_folder, private_folder


def main() -> int:
    kills, seed = int(os.environ.get("KILLS") or "200"), int(os.environ.get("SEED") or secrets.randbelow(10**6))
    print(f"{kills} kills, seed {seed}", flush=True)
    log = private_folder(data_folder(os.environ)) / "faults.log"
    with ExitStack() as room:
        folder = Path(tempfile.mkdtemp(prefix="offsite-portal-faults-"))
        room.callback(shutil.rmtree, folder, ignore_errors=True)
        os.environ |= {"PORTAL_ENVIRONMENT": "development", "PORTAL_DATA_DIR": str(folder)}
        os.environ |= {"PLATFORM_KEY": secrets.token_urlsafe(40), "DJANGO_SETTINGS_MODULE": "config.settings"}
        server = room.enter_context(embedded.throwaway(os.environ, durable=True))
        began = time.monotonic()
        launch.migrate([])
        from tests.faults.playing import played  # Django is set up only now

        print(f"a database of its own, made in {time.monotonic() - began:.0f} s", flush=True)
        return played(kills, seed, server.cluster, log, in_a_hurry=bool(os.environ.get("HURRY")))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
