"""The simulator under test: no collected static files needed."""

from config.simulator.settings import *  # noqa: F403 the settings read the environment

STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
STATICFILES_DIRS = [BASE_DIR / "config" / "static"]  # noqa: F405
