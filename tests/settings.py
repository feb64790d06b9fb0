"""The settings under test: as in development, on the database that was named or on a throw-away one, and quick."""

import atexit
import os
import tempfile
from contextlib import ExitStack

from config import embedded

os.environ.setdefault("PORTAL_ENVIRONMENT", "development")
if not os.environ.get("DATABASE_URL"):
    servers = ExitStack()
    servers.enter_context(embedded.throwaway(os.environ))
    atexit.register(servers.close)

from config.settings import *  # noqa: F403 the settings read the environment prepared above
from config.settings import DATABASES, STORAGES

files = tempfile.TemporaryDirectory()
atexit.register(files.cleanup)
DATABASES["default"]["OPTIONS"]["options"] += " -c synchronous_commit=off"  # nothing here has to survive a power cut
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    **STORAGES,
    "default": {**STORAGES["default"], "OPTIONS": STORAGES["default"]["OPTIONS"] | {"location": files.name}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},  # no collectstatic needed
}
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
STATIC_ROOT = None  # nothing collected, nothing to look for
GATEWAY_SECONDS = 2  # nobody waits for a slow sender longer than it takes to see it
