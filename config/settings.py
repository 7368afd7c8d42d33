"""Every setting of the portal, each from the environment or `.env`.

A missing or malformed value stops the start with one sentence that names it.
"""

from pathlib import Path
from urllib.parse import urlsplit

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config.environment import PRINTING, Environment, with_options
from config.logs import logging_for

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment(BASE_DIR / ".env")

# Where it runs ---------------------------------------------------------------
PORT = env.port("PORT", default=8000)
PUBLIC_URL = env.http_url("PUBLIC_URL", default=f"http://localhost:{PORT}")
SECURE = PUBLIC_URL.startswith("https://")
LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
# Probes of this machine ask for localhost, whatever names are added.
ALLOWED_HOSTS = [
    *LOCAL_HOSTS,
    str(urlsplit(PUBLIC_URL).hostname),
    *env.words("ALLOWED_HOSTS", default=[]),
]
SECRET_KEY = env.secret("SECRET_KEY")
DEMO_MODE = env.flag("DEMO_MODE", default=False)
if DEMO_MODE and (SECURE or set(ALLOWED_HOSTS) - set(LOCAL_HOSTS)):
    raise ImproperlyConfigured(
        "DEMO_MODE cannot be on where ALLOWED_HOSTS or PUBLIC_URL name a public address: "
        "anybody could sign in as anybody."
    )
DEBUG = False

# What it is made of ----------------------------------------------------------
INSTALLED_APPS = [
    "precursors",
    "database",
    "registry",
    "authorizations",
    "oversight",
    "audit",
    "pages",
    "demo",
    "config.apps.Config",
    "config.admin_app.PortalAdmin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
MIDDLEWARE = [
    "config.middleware.number_request",
    "config.proxies.name_visitor",
    "registry.refusal_counts.count_refusals",
    "config.doors.close_doors",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "pages.account.devices.keep_device",
    "pages.account.attempts.answer_waits",
    "allauth.account.middleware.AccountMiddleware",
    "pages.middleware.set_actor",
    "pages.account.readings.note_readings",
    "django.contrib.messages.middleware.MessageMiddleware",
    "pages.account.step_up.StepUp",
    "config.doors.refuse_odd_methods",
    "config.errors.answer_refusals",
    "config.bodies.refuse_files",
    "config.bodies.read_chunks",
]
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "pages.context.portal",
            ],
        },
    }
]

# Stores ----------------------------------------------------------------------
# A prepared statement finds its rows by their keys: one plan serves all values.
# JOIN_COLLAPSE_LIMIT: how many joined tables the planner may reorder. 8 is PostgreSQL's default;
# the web sets its own (config.wsgi).
JOIN_COLLAPSE_LIMIT = env.positive("JOIN_COLLAPSE_LIMIT", default=8)
PER_CONNECTION = {
    "lock_timeout": "10s",
    "timezone": "UTC",
    "plan_cache_mode": "force_generic_plan",
    "join_collapse_limit": JOIN_COLLAPSE_LIMIT,
}
database = env.database("DATABASE_URL")
DATABASES = {
    "default": {
        "CONN_MAX_AGE": 600,
        **database,
        "ENGINE": "database.postgresql",
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": with_options(database, PER_CONNECTION),
        "TEST": {"TEMPLATE": "template0"},
    }
}
# The owner of the tables is set where `migrate` and similar commands run, not for web and workers.
APPLICATION_ROLE = DATABASES["default"]["USER"]
MIGRATION_DATABASE = env.other_database("MIGRATION_DATABASE_URL")
if MIGRATION_DATABASE is not None:
    MIGRATION_DATABASE["OPTIONS"] = with_options(MIGRATION_DATABASE, PER_CONNECTION)
READER_ROLE = env.text("READER_ROLE", default="")  # may read what is not secret, for reports
# Statements that the server plans once per connection. Where a pooler such as PgBouncer is found
# before it, which gives each transaction another connection, they are off by themselves.
PREPARED_STATEMENTS = env.flag("PREPARED_STATEMENTS", default=True)
# Sign-in limits must hold in every process and survive a lost Redis.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}
}
CELERY_BROKER_URL = env.broker("CELERY_BROKER_URL")
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # retry without end
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 5, "socket_connect_timeout": 2}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False  # the sweep makes up for a ring that fails
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# It keeps no file: a full disk, a kill or a clock set back would spoil one.
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
CHECK_EVERY_S = 5 * 60.0
TOO_OLD_S = 2 * 24 * 60 * 60  # the clocks of two machines may differ by a day
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "oversight.tasks.work", "schedule": 5.0, "options": {"expires": 5}},
    "forget": {
        "task": "registry.tasks.forget_idempotency_keys",
        "schedule": crontab(hour="7", minute="20"),
    },
    "forget_sessions": {
        "task": "registry.tasks.forget_sessions",
        "schedule": crontab(hour="7", minute="30"),
    },
    "finish_recoveries": {
        "task": "registry.tasks.finish_recoveries",
        "schedule": 5 * 60.0,
        "options": {"expires": 5 * 60},
    },
    "seal_factors": {
        "task": "registry.tasks.seal_factors",
        "schedule": crontab(hour="7", minute="50"),
    },
    "forget_access": {
        "task": "registry.tasks.forget_access",
        "schedule": crontab(hour="7", minute="50"),
    },
    "tell_alarms": {
        "task": "registry.tasks.tell_alarms",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "check": {
        "task": "audit.tasks.check_invariants",
        "schedule": CHECK_EVERY_S,
        "options": {"expires": TOO_OLD_S},
    },
    "check_all": {
        "task": "audit.tasks.check_invariants",
        "kwargs": {"everything": True},
        "schedule": crontab(hour="8", minute="20"),  # UTC: at night in Peru
        "options": {"expires": TOO_OLD_S},
    },
    "draw_seconds": {
        "task": "oversight.tasks.draw_seconds",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "forget_workers": {
        "task": "oversight.tasks.forget_dead_workers",
        "schedule": crontab(hour="7", minute="40"),
    },
}

# People ----------------------------------------------------------------------
AUTH_USER_MODEL = "registry.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
# Length, and nothing that is widely used: no rules of composition, which make people choose worse.
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "registry.passwords.WidelyUsed"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "pages.account.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # an address is verified by the invitation sent to it
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_FORMS = {
    "login": "pages.account.forms.SignIn",
    "change_password": "pages.account.forms.ChangePassword",
    "set_password": "pages.account.forms.SetPassword",
    "reset_password": "pages.account.forms.AskForReset",
    "reset_password_from_key": "pages.account.forms.ResetPassword",
    "reauthenticate": "pages.account.forms.ConfirmPassword",
}
MFA_FORMS = {
    "authenticate": "pages.account.forms.SecondStep",
    "reauthenticate": "pages.account.forms.ConfirmCode",
    "activate_totp": "pages.account.forms.SetUpApp",
    "add_webauthn": "pages.account.passkey_forms.AddPasskey",
    "edit_webauthn": "pages.account.passkey_forms.RenamePasskey",
    "login_webauthn": "pages.account.passkey_forms.SignInWithPasskey",
    "authenticate_webauthn": "pages.account.passkey_forms.SecondStepWithKey",
    "reauthenticate_webauthn": "pages.account.passkey_forms.ConfirmWithPasskey",
}
MFA_ADAPTER = "pages.account.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Precursor portal"
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
# A passkey cannot be guessed: this only bounds how many sessions a stranger begins.
MFA_RATE_LIMITS = {"webauthn_login": "100/m/ip"}
# What a firm's people prove at least; the authority's need a passkey.
FIRM_FACTOR = env.one_of("FIRM_FACTOR", ["totp", "passkey", "password"], default="totp")
STEP_UP_MINUTES = env.positive("STEP_UP_MINUTES", default=5)  # how long a proof counts as fresh
# How long somebody may object before lost factors are removed: over a weekend, too.
RECOVERY_WAIT_HOURS = env.positive("RECOVERY_WAIT_HOURS", default=72)
# They seal the secrets of factors, the newest first; see registry.sealing.
FACTOR_KEYS = env.secrets("FACTOR_KEYS")
ACCOUNT_RATE_LIMITS = False  # registry.sign_in_guard is ours: the library's keys hold the Host
PASSWORD_RESET_TIMEOUT = 30 * 60  # how long the link of a letter opens, in seconds
# What an officer's session opens is worth more than a firm's: it ends half an hour after its last
# page, and after a working day whatever is done. A vendor's stands at a counter all day among
# customers, and opens what that firm may do, each sale by a code: it lasts a shift, and signs in
# each morning. An officer's is also that of operators, inspectors, and of whoever belongs nowhere.
OFFICER_IDLE_MINUTES = env.positive("OFFICER_IDLE_MINUTES", default=30)
OFFICER_SESSION_HOURS = env.positive("OFFICER_SESSION_HOURS", default=12)
FIRM_IDLE_MINUTES = env.positive("FIRM_IDLE_MINUTES", default=8 * 60)
FIRM_SESSION_HOURS = env.positive("FIRM_SESSION_HOURS", default=24)
SESSION_COOKIE_AGE = 60 * OFFICER_IDLE_MINUTES  # where a session says nothing else
# Failures in a row that do not wait yet, and the longest wait of those beyond.
SIGN_IN_FREE_FAILURES = env.positive("SIGN_IN_FREE_FAILURES", default=4)
SIGN_IN_WAIT_MINUTES = env.positive("SIGN_IN_WAIT_MINUTES", default=15)
ACCESS_KEPT_DAYS = env.at_least("ACCESS_KEPT_DAYS", 180, default=730)  # the record of access
NIGHT_HOURS = env.hours("NIGHT_HOURS", default="22-6")  # in which an officer's sign-in is told
# The prefix lets no other host of the domain set it.
DEVICE_COOKIE_NAME = "__Host-device" if SECURE else "device"
SESSION_ENGINE = "database.sessions"
ACCOUNT_EMAIL_SUBJECT_PREFIX = f"[{urlsplit(PUBLIC_URL).hostname}] "

# Cookies ---------------------------------------------------------------------
# A browser takes a `__Host-` one from this very host alone, over https: no other site of the same
# domain, and nobody on the line, can put one in its place.
COOKIE_PREFIX = "__Host-" if SECURE else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}django_language"
MESSAGE_COOKIE_NAME = f"{COOKIE_PREFIX}messages"
MESSAGE_STORAGE = "pages.messages.Messages"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"

# Mail ------------------------------------------------------------------------
# Without a server letters are printed, with their links: nothing for a log of a public portal.
mail = env.email("EMAIL_URL", default=None if SECURE else "consolemail://")
if SECURE and mail["EMAIL_BACKEND"] in PRINTING:
    raise ImproperlyConfigured(
        "EMAIL_URL must name a server for mail where PUBLIC_URL is https: what is printed "
        "instead, links to accounts included, would stand in a log."
    )
vars().update(mail)
DEFAULT_FROM_EMAIL = env.text(
    "DEFAULT_FROM_EMAIL", default=f"portal@{urlsplit(PUBLIC_URL).hostname}"
)
HELP_EMAIL = env.text("HELP_EMAIL", default=DEFAULT_FROM_EMAIL)  # in every page's footer

# Language and time -----------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "config.formats"
TIME_ZONE = "America/Lima"
USE_TZ = True

# Static files and security ---------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = env.text("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-src": [NONE],
        "frame-ancestors": [NONE],
    }
}
# How many proxies stand one behind the other; a request that came through fewer is refused.
TRUSTED_PROXY_COUNT = env.at_least("TRUSTED_PROXY_COUNT", 0, default=0)
TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES")  # who is believed when it names a visitor
SECURE_SSL_REDIRECT = SECURE
# Probes bypass the proxy. A program that were redirected would go on sending its key in the clear:
# it is refused instead (config/errors.py).
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$", r"^api/v"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
FILE_UPLOAD_HANDLERS: list[str] = []  # nothing is uploaded: see config.bodies.refuse_files
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024  # bytes; a request body beyond it answers 413
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200

# Logs ------------------------------------------------------------------------
LOG_FORMAT = env.one_of("LOG_FORMAT", ["console", "json"], default="console")
LOGGING = logging_for(LOG_FORMAT)

METRICS_TOKEN = env.optional_secret("METRICS_TOKEN")  # without one /metrics is closed

# API -------------------------------------------------------------------------
# Of one key, in all processes together. Some share of it may stay unused: see api.limits.
API_REQUESTS_A_MINUTE = env.positive("API_REQUESTS_A_MINUTE", default=6000)
API_KEY_DAYS = env.positive("API_KEY_DAYS", default=365)  # how long a new key lives
API_KEY_NOTICE_DAYS = env.positive("API_KEY_NOTICE_DAYS", default=30)  # told that long ahead
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["api.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["api.authentication.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["api.parsing.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "api.schema.Schema",
    "EXCEPTION_HANDLER": "api.problems.handle",
    "COERCE_DECIMAL_TO_STRING": True,
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Precursor purchase authorization",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVERS": [{"url": "/", "description": "This portal"}],
    "GET_LIB_DOC_EXCLUDES": "api.schema.undocumented",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "AuthorizationStatus": "authorizations.models.Status.choices",
        "SaleStatus": "api.v1.shapes.SALE_STATUSES",
        "ReceiptOutcome": "authorizations.models.Outcome.choices",
        "ProposalState": "registry.models.proposals.ProposalState.choices",
        "ReviewOutcome": "api.v1.bodies.REVIEW_OUTCOMES",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "api.schema.complete",
    ],
}

# The domain: our defaults, not law -------------------------------------
CODE_VALIDITY_HOURS = env.positive("CODE_VALIDITY_HOURS", default=72)
PENDING_WORKING_DAYS = env.positive("PENDING_WORKING_DAYS", default=5)
OPEN_CODES_MAX = env.positive("OPEN_CODES_MAX", default=20)
RELEASE_AFTER_HOURS = env.positive("RELEASE_AFTER_HOURS", default=24)
RECEIPT_DUE_DAYS = env.positive("RECEIPT_DUE_DAYS", default=5)
LOOKUP_MISSES_MAX = env.positive("LOOKUP_MISSES_MAX", default=5)
LOOKUP_ALARM_MISSES = env.positive("LOOKUP_ALARM_MISSES", default=50)  # of a firm, a day
LOOKUP_LOCK_MINUTES = env.positive("LOOKUP_LOCK_MINUTES", default=15)
CLOCK_AHEAD_MINUTES = env.positive("CLOCK_AHEAD_MINUTES", default=5)
LICENSE_REMINDER_WORKING_DAYS = env.positive("LICENSE_REMINDER_WORKING_DAYS", default=45)
REVIEW_DUE_WORKING_DAYS = env.positive("REVIEW_DUE_WORKING_DAYS", default=5)
DEFAULT_JURISDICTION = env.text("DEFAULT_JURISDICTION", default="PE")
