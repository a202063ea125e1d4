"""Django's settings, read from the environment through typed readers.

``SCENES`` is the only list of scenes anywhere: adding a scene adds one name here and nothing else outside
the scene's folder. Every variable is described in ``docs/reference/settings.md``.
"""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from chengshu.foundation import config
from chengshu.foundation.runtime.database import connection_parameters
from chengshu.foundation.runtime.secrets import secret

ROOT = Path(__file__).resolve().parents[2]

FOUNDATION = [
    "scope",
    "web",
    "http",
    "identity",
    "orgs",
    "audit",
    "events",
    "files",
    "papers",
    "jobs",
    "calendar",
    "codes",
]
ENGINES = ["cases", "registers", "indicators", "streams", "probes"]
HUB = ["catalogue", "promises", "inbox", "desk", "services", "notices", "links", "cockpit"]
SCENES = ["sample", "matters", "portal", "hall", "approvals", "supervision", "operations", "command"]

DATA_DIR = config.folder("CHENGSHU_DATA_DIR", ROOT / "var")
DEBUG = config.flag("CHENGSHU_DEBUG")
BIND = config.text("CHENGSHU_BIND", "127.0.0.1")
PORT = config.number("CHENGSHU_PORT", 8600, least=1, most=65535)
ALLOWED_HOSTS = list(config.words("CHENGSHU_ALLOWED_HOSTS", ("localhost", "127.0.0.1", "[::1]")))
HTTPS = config.flag("CHENGSHU_HTTPS")
PUBLIC_URL = config.address("CHENGSHU_PUBLIC_URL")
DISTRICT = config.text("CHENGSHU_DISTRICT", "广州市南沙区")
SIGN_ON_URL = config.text("CHENGSHU_OIDC_ISSUER")
SIGN_ON_CLIENT = config.text("CHENGSHU_OIDC_CLIENT_ID")
SIGN_ON_SECRET = config.text("CHENGSHU_OIDC_CLIENT_SECRET")
TRUSTED_PROXIES = config.number("CHENGSHU_TRUSTED_PROXIES", 0, most=5)

SECRET_KEY = secret("django")

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    *(f"chengshu.foundation.{name}" for name in FOUNDATION),
    *(f"chengshu.engines.{name}" for name in ENGINES),
    *(f"chengshu.hub.{name}" for name in HUB),
    *(f"chengshu.scenes.{name}" for name in SCENES),
]
AUTH_USER_MODEL = "identity.Account"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MIDDLEWARE = [
    "chengshu.foundation.http.middleware.RequestIdentity",
    "django.middleware.security.SecurityMiddleware",
    "chengshu.foundation.http.middleware.SecureHeaders",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "chengshu.foundation.http.middleware.ErrorPages",
    "chengshu.foundation.http.middleware.AskedInTransaction",
]
ROOT_URLCONF = "chengshu.urls"
WSGI_APPLICATION = "chengshu.wsgi.application"

_parameters = connection_parameters()
DATABASES = {
    "default": {
        "ENGINE": "chengshu.foundation.postgresql",
        **_parameters.app,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **_parameters.app.get("OPTIONS", {}),
            "application_name": "chengshu",
            "server_side_binding": True,  # with the next line: planned once, row security and all, not every time
            "prepare_threshold": 2,
        },
    },
    "owner": {
        "ENGINE": "django.db.backends.postgresql",
        **_parameters.owner,
        "OPTIONS": {**_parameters.owner.get("OPTIONS", {}), "application_name": "chengshu-owner"},
    },
}
DATABASE_ROUTERS: list[str] = []

TEMPLATES = [
    {
        "BACKEND": "chengshu.foundation.web.jinja.Templates",
        "APP_DIRS": True,
        "OPTIONS": {"environment": "chengshu.foundation.web.jinja.environment"},
    },
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("zh-hant", "繁體中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "chengshu_language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"

PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTHENTICATION_BACKENDS: list[str] = []
CSRF_COOKIE_NAME = "chengshu_csrf"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "chengshu.foundation.http.problem.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_SSL_REDIRECT = False
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
SILENCED_SYSTEM_CHECKS: list[str] = []

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "procrastinate": {"level": "WARNING"},
    },
}

PRODUCT_NAME = _("Chengshu")
