"""Django settings.  Everything that differs between machines comes from the environment (config/environment.py)."""

import os
from pathlib import Path

import dj_database_url
import pghistory

from config.environment import read

BASE_DIR = Path(__file__).resolve().parent.parent
environment = read(os.environ)

SECRET_KEY = environment.secret_key
DEBUG = False
DEVELOPMENT = environment.development
ALLOWED_HOSTS = environment.allowed_hosts

INSTALLED_APPS = [
    "hospitals",
    "filings",
    "settlement",
    "config.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
    "axes",
    "django_filters",
    "django_htmx",
    "import_export",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.HistoryMiddleware",
    "config.content_security.ContentSecurityPolicyMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.shell.navigation",
            ],
            "builtins": ["hospitals.templatetags.portal"],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
        },
    }
]

DATABASES = {"default": dj_database_url.parse(environment.database_url)} if environment.database_url else {}
for database in DATABASES.values():
    database["CONN_HEALTH_CHECKS"] = True  # a restarted server costs nobody a request
    database["OPTIONS"] = {
        **database.get("OPTIONS", {}),
        "pool": {"min_size": 1, "max_size": 8, "timeout": 20},
        # Short questions, many at once: helpers and compiled plans cost each of them more than they save.
        # Triggers ask whether they are to be ignored: a setting that is not there costs each of them an exception.
        "options": "-c max_parallel_workers_per_gather=0 -c jit=off -c pgtrigger.ignore={}",
        "server_side_binding": True,
        "prepare_threshold": 3,  # what is asked often, the server plans once a connection
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Sign-in: short sessions, lock-out after failures, nothing without an account.
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "hospitals.access.PostBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "worklist"
LOGOUT_REDIRECT_URL = "login"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = environment.https
CSRF_FAILURE_VIEW = "config.shell.csrf_failure"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if environment.https else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "registration/locked_out.html"
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address"]
AXES_ENABLE_ADMIN = False

# History: append-only event rows beside every business table, written by triggers.
PGHISTORY_LEVEL = pghistory.Statement  # type: ignore[has-type]
PGHISTORY_APPEND_ONLY = True
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
PGHISTORY_CONTEXT_ID_FIELD = pghistory.ContextUUIDField()
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(db_index=True)
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)  # events are read by what they are of

# Sections of a person's page, each with the steps it offers.
PERSON_PANELS = [
    "filings.commitments_shown.commitments_of_person",
    "filings.views.sections.cards_of_person",
    "filings.views.sections.registrations_of_person",
    "filings.uploads.shown.uploads_of_person",
    "filings.views.proofs.chronic_of_person",
    "settlement.gateway.shown.admissions_of_person",
    "settlement.claims.shown.claims_of_person",
    "settlement.tickets.shown.tickets_of_person",
    "settlement.recoupments.shown.recoupments_of_person",
    "settlement.accounts.shown.accounts_of_person",
    "settlement.inquiries.personal.callers_of_person",
]
# Sections that the apps beyond `filings` add to a commitment's page: what else followed from it.
COMMITMENT_PANELS = [
    "settlement.claims.shown.claim_of_commitment",
    "settlement.recoupments.shown.recoupments_of_commitment",
]
# Sections of a claim's page, in this order: (request, claim) -> SafeString | None.
CLAIM_PANELS = [
    "settlement.payments.shown.payments_of_claim",
    "settlement.findings.shown.findings_of_claim",
    "settlement.recoupments.shown.recoupments_of_claim",
]

# Beside a long list, uploads go on; a job that is done leaves no row behind.
PROCRASTINATE_WORKER_DEFAULTS = {"concurrency": 2, "delete_jobs": "successful"}

# The national platform: one key for both directions; an empty key or address means that it is not configured.
PLATFORM_KEY = environment.platform_key
PROVINCIAL_PLATFORM_URL = environment.provincial_platform_url
NATIONAL_PLATFORM_URL = environment.national_platform_url
GATEWAY_SECONDS = 20  # for a message to come in
GATEWAY_WINDOW_MINUTES = 10  # how far the platform's clock may be from ours; no document gives it

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "static/"
STATIC_ROOT = environment.data_dir / "static"
STATICFILES_DIRS = [BASE_DIR / "config" / "static"]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": str(environment.data_dir / "files"),  # never served by address
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000  # a claim of 200 receipts and 200 items
FILE_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS.append("django.forms")
MESSAGE_STORAGE = "django.contrib.messages.storage.fallback.FallbackStorage"  # signed; what is said once writes no row

IMPORT_EXPORT_USE_TRANSACTIONS = True
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": environment.log_level},
    "loggers": {
        # Request lines would carry what was searched for: names and id numbers.
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
        "procrastinate": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
    },
}
