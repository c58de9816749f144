"""Settings of a deployment, all from the environment; nothing secret stands here and nothing is open by default.

| variable | meaning | where none is given |
|---|---|---|
| `SHUANGKONG_DATA` | folder of everything that lasts | `var` |
| `SHUANGKONG_DATABASE` | `postgresql://user@host:port/name`, password from `PGPASSFILE` or the address | SQLite in the data folder |
| `SHUANGKONG_CITY` | city pack | Zhumadian |
| `SHUANGKONG_HOSTS` | names it answers to, comma-separated | loopback |
| `SHUANGKONG_ORIGINS` | trusted origins behind a proxy, comma-separated | none |
| `SHUANGKONG_PROXIES` | addresses of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed, comma-separated | loopback |
| `SHUANGKONG_DEMO` | `1`: demo data, plain http on loopback | off |
| `SHUANGKONG_DIGEST` | `sha256` or `sm3`, of the evidence chain | `sha256` |
"""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from shuangkong.config.secret import secret_key

DATA = Path(os.environ.get("SHUANGKONG_DATA", "var")).resolve()
CITY_FOLDER = os.environ.get("SHUANGKONG_CITY", "")
IS_DEMO = os.environ.get("SHUANGKONG_DEMO") == "1"
CHAIN_DIGEST = os.environ.get("SHUANGKONG_DIGEST", "sha256")


def _listed(name: str, fallback: str = "") -> list[str]:
    return [part.strip() for part in os.environ.get(name, fallback).split(",") if part.strip()]


def _database() -> dict[str, object]:
    address = os.environ.get("SHUANGKONG_DATABASE", "")
    if not address:
        return {
            "ENGINE": "shuangkong.store.sqlite_in_turn",
            "NAME": DATA / "platform.sqlite3",
            "TEST": {"NAME": ":memory:"},
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON; PRAGMA cache_size=-65536; PRAGMA mmap_size=268435456;",
            },
        }  # fmt: skip
    parts = urlsplit(address)
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", parts.hostname or "")),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


DEBUG = False
SECRET_KEY = secret_key(DATA)
DATABASES = {"default": {**_database(), "ATOMIC_REQUESTS": False}}
ALLOWED_HOSTS = _listed("SHUANGKONG_HOSTS", "127.0.0.1,localhost,[::1]")
PROXIES = _listed("SHUANGKONG_PROXIES", "127.0.0.1,::1")
CSRF_TRUSTED_ORIGINS = _listed("SHUANGKONG_ORIGINS")

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_tasks_db",
    "shuangkong.store.apps.StoreConfig",
    "shuangkong.web.apps.WebConfig",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "shuangkong.web.security.headers.ContentSecurity",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "shuangkong.web.security.signed_in.SignedIn",
    "shuangkong.web.security.logged.AccessLogged",
    "shuangkong.web.page.LanguageKept",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "shuangkong.web.security.policies.PolicyGate",
    "shuangkong.web.refusals.Refusals",
]
ROOT_URLCONF = "shuangkong.config.urls"
WSGI_APPLICATION = "shuangkong.config.wsgi.application"
AUTH_USER_MODEL = "store.Person"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "shuangkong.web.page.page",
            ],
            "builtins": ["shuangkong.web.templatetags.shuangkong"],
        },
    }
]

LANGUAGE_CODE = "zh-hans"
USE_I18N = False  # both languages stand side by side in the code, as `Words`
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 60  # files keep their names: a longer one would mix old and new after an upgrade

SESSION_ENGINE = "shuangkong.store.sessions"
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = not IS_DEMO
SESSION_COOKIE_AGE = 8 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_IDLE_SECONDS = 30 * 60
SESSION_ABSOLUTE_SECONDS = 8 * 3600
CSRF_COOKIE_SECURE = not IS_DEMO
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "shuangkong.web.refusals.csrf_refused"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 0 if IS_DEMO else 31_536_000
SECURE_SSL_REDIRECT = False  # the proxy in front answers plain http; the cookies are never sent over it
SECURE_PROXY_SSL_HEADER = None if IS_DEMO else ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
DATA_UPLOAD_MAX_NUMBER_FILES = 10
FILE_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "shuangkong.web.security.log_lines.WithoutTokens", "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
