"""All settings, read from the environment. docs/settings.md lists the variables.

With nothing set, voicesite runs embedded: SQLite, an in-memory channel layer, a broker in
a folder and recordings in a folder, all below `var/`.
"""

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import django_stubs_ext
from django.core.exceptions import ImproperlyConfigured

from voicesite import tracing
from voicesite.private import keep_private
from voicesite.reading import defaults_from, env, read, secret
from voicesite.stored import StoredSettings
from voicesite.voice import voice

django_stubs_ext.monkeypatch()  # ModelAdmin[Call] and the like, at run time

BASE_DIR = Path(__file__).resolve().parent.parent


VAR_DIR = Path(read("str", "VAR_DIR", str(BASE_DIR / "var"))).resolve()
keep_private(VAR_DIR)
defaults_from(VAR_DIR / "settings.env")  # what `fetch_model --use` keeps


def _secret_key() -> str:
    """Returns SECRET_KEY, or one made at the first run and kept in `var/secret_key`."""
    given: str = read("str", "SECRET_KEY", "")
    if given:
        return given
    if PUBLIC_URL:
        raise ImproperlyConfigured(
            "SECRET_KEY must be set when PUBLIC_URL is. Make one with: "
            "python -c 'import secrets; print(secrets.token_urlsafe(50))'"
        )
    path = VAR_DIR / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text().strip()


# -- where it is reached -------------------------------------------------------------

DEBUG: bool = read("bool", "DEBUG", False)
PORT: int = read("int", "PORT", 8000)
PUBLIC_URL: str = read("str", "PUBLIC_URL", "").rstrip("/")
SECRET_KEY = _secret_key()
_public = urlsplit(PUBLIC_URL)
if PUBLIC_URL and (_public.scheme not in ("http", "https") or not _public.hostname):
    raise ImproperlyConfigured(
        f"PUBLIC_URL={PUBLIC_URL!r} must be a whole address such as https://voice.example.com"
    )
# `make run HTTPS=1`: phones in the same network come over TLS of our own
VOICE_HTTPS_PORT: int = read("int", "VOICE_HTTPS_PORT", 0)
VOICE_HTTPS_DIR = VAR_DIR / "https"
ALLOWED_HOSTS: list[str] = read(
    "list",
    "ALLOWED_HOSTS",
    [_public.hostname] if PUBLIC_URL else ["127.0.0.1", "localhost", "[::1]"],
)
_https = _public.scheme == "https"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
SECURE_SSL_REDIRECT = _https
# off until set: browsers obey it for as long as they were told, whatever this server says later
SECURE_HSTS_SECONDS: int = read("int", "HSTS_SECONDS", 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS: bool = read("bool", "HSTS_INCLUDE_SUBDOMAINS", False)
SECURE_HSTS_PRELOAD: bool = read("bool", "HSTS_PRELOAD", False)
# sessions_app.checks.strict_transport says it by the names of our variables, and takes both of
# the latter for what they are: a choice
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W005", "security.W021"]
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SESSION_COOKIE_SECURE = _https or bool(VOICE_HTTPS_PORT)
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "media-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "worker-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

# tokens and tickets from other pages: never cookies, so no credentials
CORS_ALLOWED_ORIGINS: list[str] = read("list", "VOICE_CORS_ORIGINS", [])
CORS_URLS_REGEX = r"^/(?:t/[^/]+/)?(?:session|start|offer|api/|sessions/)"
CORS_ALLOW_METHODS = ["GET", "OPTIONS", "PATCH", "POST"]
CORS_ALLOW_HEADERS = ["accept", "authorization", "content-type"]

WEBHOOK_ALLOWED_PRIVATE: list[str] = read("list", "WEBHOOK_ALLOWED_PRIVATE", [])

# -- the application -----------------------------------------------------------------

INSTALLED_APPS = [
    "voicesite.apps.VoicesiteAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "channels",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "corsheaders",
    "voicesite.apps.VoicesiteConfig",
    "sessions_app.apps.SessionsAppConfig",
]
MIDDLEWARE = [
    "sessions_app.services.caching.private_answers",
    "sessions_app.views.unlisted.unlisted",
    *(["sessions_app.views.local_https.to_https"] if VOICE_HTTPS_PORT else []),
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "sessions_app.views.cors.ticket_origins",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "sessions_app.views.signing_in.SignIns",
    "sessions_app.views.away.DatabaseAway",
]
ROOT_URLCONF = "voicesite.urls"
ASGI_APPLICATION = "voicesite.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
# nothing is uploaded; an agent's texts, the longest that a form has, are far shorter. The server
# takes less elsewhere: sessions_app/server/http/refusals.py
DATA_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
AUTHENTICATION_BACKENDS = ["sessions_app.views.signing_in.ThrottledBackend"]
PASSWORD_HASHERS = [
    "sessions_app.services.passwords.QuietPasswordHasher",
    *(
        f"django.contrib.auth.hashers.{name}PasswordHasher"  # of users that were brought along
        for name in ("PBKDF2SHA1", "Argon2", "BCryptSHA256", "Scrypt")
    ),
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "start"
LOGOUT_REDIRECT_URL = "login"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("es", "Español")]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
"""Seconds that a browser keeps the choice; shorter makes people choose again."""
LANGUAGE_COOKIE_SECURE = _https
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [BASE_DIR / "voicesite" / "locale"]  # docs/adding.md, "A language"
FORMAT_MODULE_PATH = "voicesite.formats"
TIME_ZONE: str = read("str", "TIME_ZONE", "UTC")
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"

# -- parts that an operator can switch, each alone -----------------------------------


def _database() -> dict[str, Any]:
    try:
        config: dict[str, Any] = env.db_url(
            "DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'voicesite.sqlite3'}"
        )
    except (ValueError, ImproperlyConfigured) as error:
        raise ImproperlyConfigured(f"DATABASE_URL cannot be read: {error}") from error
    if config["ENGINE"] == "django.db.backends.sqlite3":
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # secure_delete: what is erased is not left behind in free pages of the file
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
            "PRAGMA secure_delete=ON;",
        }
    elif config["ENGINE"] == "django.db.backends.postgresql":
        # a server that is gone without a word is known soon, not after the kernel's two minutes
        config["OPTIONS"] = {"connect_timeout": 5, **config.get("OPTIONS", {})}
    return config


def _channel_layer() -> dict[str, Any]:
    url: str = read("str", "REDIS_URL", "")
    if not url:
        return {"BACKEND": "channels.layers.InMemoryChannelLayer"}
    # redis-py 8 gives every socket a 5 s timeout, which would end each idle subscription
    host = {"address": url, "socket_timeout": None}
    return {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [host]},
    }


def _recordings() -> dict[str, Any]:
    """Returns the storage for recordings: a folder, or s3://KEY:SECRET@HOST/BUCKET."""
    url: str = read("str", "RECORDINGS_URL", str(VAR_DIR / "recordings"))
    parts = urlsplit(url)
    if parts.scheme in ("", "file"):
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": unquote(parts.path), "base_url": None},
        }
    bucket = parts.path.strip("/")
    if parts.scheme != "s3" or not bucket:
        raise ImproperlyConfigured(
            "RECORDINGS_URL must be a folder, or s3://KEY:SECRET@HOST/BUCKET?region=…&secure=0"
        )
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    options: dict[str, Any] = {"bucket_name": bucket, "querystring_auth": True}
    if parts.hostname:
        scheme = "http" if query.get("secure") == "0" else "https"
        port = f":{parts.port}" if parts.port else ""
        options["endpoint_url"] = f"{scheme}://{parts.hostname}{port}"
    if parts.username:
        options["access_key"] = unquote(parts.username)
        options["secret_key"] = unquote(parts.password or "")
    if "region" in query:
        options["region_name"] = query["region"]
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


DATABASES = {"default": _database()}
CHANNEL_LAYERS = {"default": _channel_layer()}
FILE_UPLOAD_PERMISSIONS = 0o600  # Django would make stored files readable for everybody
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "voicesite.static_files.HashedModulesStorage"},
    "recordings": _recordings(),
}

# -- work after the call -------------------------------------------------------------

CELERY_BROKER_URL: str = read("str", "CELERY_BROKER_URL", "filesystem://localhost")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat" / "schedule")
if CELERY_BROKER_URL.startswith("filesystem"):
    _broker = VAR_DIR / "broker"
    for _folder in ("queue", "control"):
        (_broker / _folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_broker / "queue"),
        "data_folder_out": str(_broker / "queue"),
        "control_folder": str(_broker / "control"),
    }
CELERY_BEAT_SCHEDULE = {
    "reap-stale-calls": {
        "task": "sessions_app.tasks.reap_stale_calls",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "delete-expired-audio": {
        "task": "sessions_app.tasks.delete_expired_audio",
        "schedule": 3600.0,
        "options": {"expires": 600},
    },
    "expire": {
        "task": "sessions_app.tasks.expire",
        "schedule": 600.0,  # a small batch each time
        "options": {"expires": 600},
    },
    "requeue-due-work": {
        "task": "sessions_app.tasks.requeue_owed_work",
        "schedule": 15.0,
        "options": {"expires": 10},
    },
}

# -- REST ----------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "sessions_app.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "sessions_app.api.pagination.Pages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_FILTER_BACKENDS": [
        "django_filters.rest_framework.DjangoFilterBackend",
        "rest_framework.filters.OrderingFilter",
    ],
    "PAGE_SIZE": 50,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "voicesite",
    "DESCRIPTION": (
        "Calls, transcripts, recordings and summaries. A query parameter that an address does not "
        "know is refused by name (400, unknown_parameter)."
    ),
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_PATCH": False,  # what a body must hold is said by its serializer
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": False},  # else a link within a button
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# -- the voice engine (docs/settings.md explains each key) ----------------------------

MODELS_DIR: str = read("str", "MODELS_DIR", str(VAR_DIR / "models"))
VOICE: dict[str, Any] = voice(VAR_DIR, TIME_ZONE)
STORED_SETTINGS = StoredSettings(lambda: voice(VAR_DIR, TIME_ZONE))
EMAIL_BACKEND = "sessions_app.services.mail.Backend"  # reads VOICE["MAIL"] for each connection

# -- metrics and traces (docs/metrics.md, docs/tracing.md) -------------------------------

METRICS_TOKEN: str = secret("METRICS_TOKEN")
METRICS_PROCESS: str = read("str", "METRICS_PROCESS", "")
TRACING: bool = tracing.wanted()

# -- logs: ids and counts, never what was said (voicesite/logs.py) ----------------------

LOG_JSON: bool = read("bool", "LOG_JSON", False)
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "voicesite.logs.WithoutWords",
            "format": "{asctime} {levelname:<7} {name}: {message}",
            "style": "{",
        },
        "json": {"()": "voicesite.logs.AsJson"},
    },
    "filters": {
        "requests": {"()": "voicesite.logs.Requests"},
        "servers": {"()": "voicesite.logs.Servers"},
        "host": {"()": "voicesite.logs.WrongHost"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "json" if LOG_JSON else "line",
            "filters": ["servers"],
        },
    },
    "root": {"handlers": ["console"], "level": read("str", "LOG_LEVEL", "INFO")},
    "loggers": {
        "aioice": {"level": "ERROR"},
        "aiortc": {"level": "ERROR"},
        "daphne": {"level": "WARNING"},
        "django.request": {"filters": ["requests"]},
        "django.security.csrf": {"filters": ["requests"]},
        "django.security.DisallowedHost": {"filters": ["host"]},
        "httpx2": {"level": "WARNING"},
        "opentelemetry": {"level": "CRITICAL"},  # the others quote addresses and answers
    },
}
