"""Everything that can be set, read once, typed. The only reader of the environment.

A wrong value stops start-up with the name of the setting and what to write instead.
`deploy/env.example` lists every setting with its danger.
"""

import os
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP

ROOT = Path(__file__).resolve().parent.parent


def _text(name: str, default: str) -> str:
    return os.environ.get(name, default).strip()


def _flag(name: str, *, default: bool) -> bool:
    written = _text(name, "1" if default else "0").lower()
    if written not in {"0", "1", "true", "false"}:
        raise ImproperlyConfigured(f"{name} is {written!r}; write 1 or 0.")
    return written in {"1", "true"}


def _one_of(name: str, default: str, *choices: str) -> str:
    written = _text(name, default)
    if written not in choices:
        raise ImproperlyConfigured(f"{name} is {written!r}; write one of {', '.join(choices)}.")
    return written


def _networks(name: str) -> list[IPv4Network | IPv6Network]:
    written = _text(name, "").replace(",", " ").split()
    try:
        return [ip_network(each) for each in written]
    except ValueError as fault:
        raise ImproperlyConfigured(
            f"{name} names no networks: {fault}; write addresses or networks, "
            "for example 127.0.0.1, 10.0.0.0/24."
        ) from None


def _secret(name: str) -> str:
    """Return the secret from the environment, or one kept in the data folder from first use."""
    if written := _text(name, ""):
        return written
    kept = DATA / "secret_key"
    if not kept.exists():
        made = os.urandom(48).hex()
        with open(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(made)
    return kept.read_text().strip()


MODE = _one_of("BROKER_MODE", "production", "production", "demo", "test")
DATA = Path(_text("BROKER_DATA", str(ROOT / ".data"))).resolve()
# Databases with password hashes and code secrets lie in it: it is its owner's alone.
DATA.mkdir(mode=0o700, parents=True, exist_ok=True)

PUBLIC_URL = _text("BROKER_PUBLIC_URL", "http://localhost:8000").rstrip("/")
PUBLIC = urlsplit(PUBLIC_URL)
if PUBLIC.scheme not in {"http", "https"} or not PUBLIC.hostname:
    raise ImproperlyConfigured(
        f"BROKER_PUBLIC_URL is {PUBLIC_URL!r}; write the address people type, "
        "for example https://broker.example."
    )

# Whose word on where a request came from (X-Forwarded-For) counts.
TRUSTED_PROXIES = _networks("BROKER_TRUSTED_PROXIES")

SECRET_KEY = _secret("BROKER_SECRET_KEY")
DEBUG = False
ALLOWED_HOSTS = [PUBLIC.hostname, "localhost", "127.0.0.1", "testserver"]
if MODE == "production":
    ALLOWED_HOSTS = [PUBLIC.hostname]

INSTALLED_APPS = [
    "broker.apps.BrokerConfig",
    "broker.access",
    "broker.parties",
    "broker.seals",
    "broker.ledger",
    "broker.vault",
    "broker.clocks",
    "broker.courier.apps.CourierConfig",
    "broker.api",
    "broker.web",
    "referrals",
    "evidence",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "broker.urls"
WSGI_APPLICATION = "broker.wsgi.application"
AUTH_USER_MODEL = "parties.Officer"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]


def _postgres(url: str, *, schema: str | None = None) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise ImproperlyConfigured(
            f"DATABASE_URL names no PostgreSQL database: {parts.scheme}://{parts.hostname}; "
            "write postgres://user:password@host:5432/name, or leave it out for SQLite."
        )
    # Statements that bind on the server (basics.rows) are kept prepared after five uses.
    options: dict[str, Any] = {"prepare_threshold": 5}
    if schema:
        # Not "public" as well: Django would find the other database's list of migrations there.
        options["options"] = f"-c search_path={schema}"
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.strip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


def _sqlite(name: str) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(DATA / f"{name}.sqlite3"),
        "CONN_MAX_AGE": 600,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
            ),
        },
        "TEST": {"NAME": str(DATA / f"test_{name}.sqlite3")},
    }


DATABASE_URL = _text("DATABASE_URL", "")
if DATABASE_URL:
    DATABASES = {
        "default": _postgres(DATABASE_URL),
        "seals": _postgres(_text("SEALS_DATABASE_URL", DATABASE_URL), schema="seals"),
    }
    # Two test databases: Django would take stores of one name for mirrors of each other.
    _TEST_NAME = "test_" + _text("BROKER_TEST_DB", urlsplit(DATABASE_URL).path.strip("/"))
    DATABASES["default"]["TEST"] = {"NAME": _TEST_NAME}
    DATABASES["seals"]["TEST"] = {"NAME": f"{_TEST_NAME}_seals"}
else:
    DATABASES = {"default": _sqlite("broker"), "seals": _sqlite("seals")}
DATABASE_ROUTERS = ["broker.seals.router.SealsRouter"]

REDIS_URL = _text("REDIS_URL", "")
CACHES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": str(DATA / "cache"),
        # Counts of attempts lie here too: whoever floods it must not push them out.
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
if MODE == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "web:sign_in"
LOGIN_REDIRECT_URL = "desk:home"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC.scheme == "https"
CSRF_FAILURE_VIEW = "broker.web.refusals.forged"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if PUBLIC.scheme == "https" else 0
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français"), ("de", "Deutsch")]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = str(DATA / "static")
(DATA / "static").mkdir(exist_ok=True)
WHITENOISE_USE_FINDERS = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["broker.api.authentication.SignatureAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["broker.api.rendering.InertJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["broker.api.parsing.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "broker.api.schema.SignedSchema",
    "EXCEPTION_HANDLER": "broker.api.problems.handle",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Referral and evidence-request broker",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
}

# Celery works the rows; the message broker only says that there is work.
CELERY_BROKER_URL = _text("BROKER_URL", "filesystem://")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "ordinary"
CELERY_TASK_ROUTES = {
    "broker.courier.*": {"queue": "urgent"},
    "broker.clocks.*": {"queue": "urgent"},
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {}
if CELERY_BROKER_URL.startswith("filesystem"):
    _QUEUE = DATA / "queue"
    for _folder in ("messages", "processed", "control"):
        (_QUEUE / _folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_QUEUE / "messages"),
        "data_folder_out": str(_QUEUE / "messages"),
        "processed_folder": str(_QUEUE / "processed"),
        "control_folder": str(_QUEUE / "control"),
        "store_processed": False,
        "polling_interval": 0.1,
    }

# The house's own settings.
VAULT_FOLDER = str(DATA / "vault")
KEYS_FOLDER = str(DATA / "keys")
LOG_FOLDER = str(DATA / "log")
LOG_ORIGIN = _text(
    "BROKER_LOG_ORIGIN",
    f"{PUBLIC.hostname}{f':{PUBLIC.port}' if PUBLIC.port else ''}{PUBLIC.path}/log",
)
ALLOW_LOOPBACK = _flag("BROKER_ALLOW_LOOPBACK", default=MODE != "production")
NATIONAL_IT_SYSTEM = _flag("BROKER_NATIONAL_IT_SYSTEM", default=False)
if ALLOW_LOOPBACK and MODE == "production":
    raise ImproperlyConfigured(
        "BROKER_ALLOW_LOOPBACK is 1 in production; messages could be sent into this machine. "
        "Remove it, or set BROKER_MODE=demo."
    )

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "broker.basics.log_lines.LineFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": _text("BROKER_LOG_LEVEL", "WARNING")},
}
