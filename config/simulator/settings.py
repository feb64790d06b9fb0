"""The simulator's settings: no database, no sign-in, on 127.0.0.1 and in development only."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from config.environment import port, read

BASE_DIR = Path(__file__).resolve().parent.parent.parent
environment = read(os.environ)
if not environment.development:
    raise ImproperlyConfigured("模拟平台只用于开发和演示。")

SECRET_KEY = environment.secret_key
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
INSTALLED_APPS = ["django.contrib.staticfiles", "django.forms"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "config.content_security.ContentSecurityPolicyMiddleware",
]
ROOT_URLCONF = "config.simulator.urls"
WSGI_APPLICATION = "config.simulator.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CSRF_COOKIE_NAME = "simulator_csrf"  # cookies know no ports: the portal's own stands beside it

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = environment.data_dir / "static"
STORAGES = {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024

PLATFORM_KEY = environment.platform_key
MEMORY = environment.data_dir / "simulator.sqlite3"
GATEWAY_URL = os.environ.get("GATEWAY_URL") or f"http://127.0.0.1:{port(os.environ)}/gateway/"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"django.request": {"level": "ERROR"}},
}
