"""All settings, read from the environment. Defaults suit the embedded services that `make up` starts."""

from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from kombu import Queue

from core.strict import UnknownVariable

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# --- what differs between installations -------------------------------------------------------
DEBUG = env.bool("VASTE_DEBUG", default=False)
TESTING = env.bool("VASTE_TESTING", default=False)
DEMO = env.bool("VASTE_DEMO", default=False)
SECRET_KEY = env.str("VASTE_SECRET_KEY")
# Key of stored secrets (mailbox passwords, the second step of signing in) and of signed reply addresses; apart, so
# that either can rotate.
VASTE_DATA_KEY = env.str("VASTE_DATA_KEY", default=SECRET_KEY)
VASTE_SCHEME = env.str("VASTE_SCHEME", default="http")
VASTE_BASE_DOMAIN = env.str("VASTE_BASE_DOMAIN", default="localhost")
# The port that people see, for links in mails; empty behind a proxy on 80 or 443.
VASTE_PUBLIC_PORT = env.str("VASTE_PUBLIC_PORT", default="8000")
VASTE_SMTP_LISTEN = env.str("VASTE_SMTP_LISTEN", default="127.0.0.1:8025")
VASTE_DATA_DIR = Path(env.str("VASTE_DATA_DIR", default=str(BASE_DIR / "var")))
VASTE_APP_ROLE = env.str("VASTE_APP_ROLE", default="vaste_app")
SECURE_SITE = VASTE_SCHEME == "https"

# --- database ---------------------------------------------------------------------------------
# Web and workers connect as a role that owns nothing; migrations and backup use the owner (DATABASE_OWNER_URL).
DATABASES = {"default": env.db_url("DATABASE_URL")}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
DATABASES["default"]["CONN_MAX_AGE"] = env.int("VASTE_CONN_MAX_AGE", default=60)
# A database that was restarted costs nobody a request.
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# A database that has vanished is told within the time that people wait.
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 3)
# PgBouncer in transaction mode keeps no server-side cursors between transactions.
DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = True
# In workers; behind a PgBouncer in transaction mode only with its max_prepared_statements.
PREPARED_STATEMENTS = env.bool("VASTE_PREPARED_STATEMENTS", default=True)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "core.cache.RedisCache",
        "LOCATION": env.str("VASTE_CACHE_URL", default=REDIS_URL),
        "KEY_PREFIX": "vaste",
    }
}

# --- application ------------------------------------------------------------------------------
INSTALLED_APPS = [
    "helpdesk",
    "portal",
    "imports",
    "reports",
    "mailintake",
    "billing",
    "tickets",
    "knowledge",
    "sla",
    "outbox",
    "accounts",
    "core",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_cotton.apps.SimpleAppConfig",
    "django_htmx",
    "guardian",
    "rules.apps.AutodiscoverRulesConfig",
    "template_partials.apps.SimpleAppConfig",
]
MIDDLEWARE = [
    "core.middleware.health",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "accounts.middleware.steady",
    "accounts.middleware.tenant",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accounts.middleware.tenant_session",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "accounts.middleware.member",
    "accounts.guessing.guessing",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "helpdesk.urls"
# What the installation's own host shows, by path; the host is no tenant's.
VASTE_BASE_VIEWS = {
    "/": "helpdesk.start.base_home",
    # The one address that providers send browsers back to, whatever the tenant.
    "/mail/signed-in/": "mailintake.views.provider_sign_in.bounce",
}
WSGI_APPLICATION = "helpdesk.wsgi.application"
ALLOWED_HOSTS = ["*"]  # accounts.middleware.tenant refuses every host that is no tenant's
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "helpdesk.context.navigation",
            ],
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django_cotton.cotton_loader.Loader",
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            # A name that a template does not know is a mistake; tests stop at it, readers see nothing.
            "string_if_invalid": UnknownVariable() if TESTING else "",
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "django_cotton.templatetags.cotton",
                "template_partials.templatetags.partials",
                "core.templatetags.vaste",
            ],
        },
    }
]
COTTON_DIR = "components"

# --- people -----------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["tickets.backends.DeskBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ANONYMOUS_USER_NAME = None  # guardian makes no anonymous user
# Grants are read by the rules of each app, not through has_perm of a global backend.
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # members are invited by mail, so their address is proved by the invitation
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_PREVENT_ENUMERATION = True
# Nobody can have this installation write to an address that has no place in the tenant.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_FORMS = {
    "reset_password": "accounts.sign_in_forms.MemberResetForm",
    "request_login_code": "accounts.sign_in_forms.MemberCodeForm",
}
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "accounts.tokens.ResetTokens"  # noqa: S105  # a name
PASSWORD_RESET_TIMEOUT = 30 * 60
# Where a mail is asked for, the answer takes this long, so that its time does not tell whether one is sent.
VASTE_STEADY_SECONDS = 0.3
MFA_ADAPTER = "accounts.adapter.SecondStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_FORMS = {"reauthenticate": "accounts.sign_in_forms.SecondStepAgainForm"}
MFA_ALLOW_UNVERIFIED_EMAIL = True  # see ACCOUNT_EMAIL_VERIFICATION
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = VASTE_SCHEME
SESSION_COOKIE_NAME = "__Host-session" if SECURE_SITE else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE_SITE else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SITE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600

# --- security headers -------------------------------------------------------------------------
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_SITE else 0
VASTE_BEHIND_PROXY = env.bool("VASTE_BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if VASTE_BEHIND_PROXY else None
# Whose tries are counted: the address that our own proxy has put last into X-Forwarded-For, otherwise the peer's.
ALLAUTH_TRUSTED_PROXY_COUNT = int(VASTE_BEHIND_PROXY)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}

# --- languages and time -----------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fi", _("Finnish"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"

# --- files ------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VASTE_DATA_DIR / "static"
MEDIA_ROOT = Path(env.str("VASTE_MEDIA_DIR", default=str(VASTE_DATA_DIR / "files")))
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG or TESTING
STATICFILES_BACKEND = "whitenoise.storage.CompressedManifestStaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "core.files.WholeFileStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG or TESTING else STATICFILES_BACKEND
    },
}

# --- mail -------------------------------------------------------------------------------------
EMAIL_BACKEND = "outbox.backends.OutboxBackend"  # sign-in mails go through the outbox as well
DEFAULT_FROM_EMAIL = env.str("VASTE_SYSTEM_FROM", default=f"no-reply@{VASTE_BASE_DOMAIN}")
# The installation's own transport: sign-in codes, resets, invitations, and tenants that set no own server.
VASTE_SMTP_URL = env.str("VASTE_SMTP_URL", default="")
VASTE_MAX_MAIL_BYTES = 35 * 2**20
VASTE_UNDO_SECONDS = env.int("VASTE_UNDO_SECONDS", default=10)
# Providers whose mailboxes may be signed in at; offered where the installation has a client id there.
MICROSOFT = env.str("VASTE_MICROSOFT_AUTHORITY", default="https://login.microsoftonline.com/common").rstrip("/")
VASTE_MAIL_PROVIDERS: dict[str, dict[str, str]] = {
    "microsoft": {
        "client_id": env.str("VASTE_MICROSOFT_CLIENT_ID", default=""),
        "client_secret": env.str("VASTE_MICROSOFT_CLIENT_SECRET", default=""),
        "authorize_url": f"{MICROSOFT}/oauth2/v2.0/authorize",
        "token_url": f"{MICROSOFT}/oauth2/v2.0/token",
        "imap_host": "outlook.office365.com",
        "pop3_host": "outlook.office365.com",
    },
    "google": {
        "client_id": env.str("VASTE_GOOGLE_CLIENT_ID", default=""),
        "client_secret": env.str("VASTE_GOOGLE_CLIENT_SECRET", default=""),
        "authorize_url": "https://accounts.google.com/o/oauth2/v2/auth",
        "token_url": "https://oauth2.googleapis.com/token",
        "imap_host": "imap.gmail.com",
        "pop3_host": "pop.gmail.com",
    },
}
# What the SMTP listener takes from one peer and from one sender in a minute, and the networks it takes all from:
# mail servers of our own, which have limits themselves.
VASTE_SMTP_PER_PEER = env.int("VASTE_SMTP_PER_PEER", default=600)
VASTE_SMTP_PER_SENDER = env.int("VASTE_SMTP_PER_SENDER", default=60)
VASTE_SMTP_TRUSTED = env.list("VASTE_SMTP_TRUSTED", default=["127.0.0.0/8", "::1/128"])

# --- Celery -----------------------------------------------------------------------------------
CELERY_BROKER_URL = env.str("VASTE_BROKER_URL", default=REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_RESULT_EXPIRES = None  # without results there is nothing for Celery to clear away each day
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "socket_connect_timeout": 5,
    # kombu looks for lost messages only every interval x throttle seconds: 72 s instead of 7 s with its default.
    "unacked_restore_throttle": 1,
    "priority_steps": [0, 3, 6, 9],
    "queue_order_strategy": "priority",
    # Whoever publishes while the broker is away must not wait for it: the sweeps find the rows.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
}
CELERY_TASK_ALWAYS_EAGER = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
# Whoever waits for a mail server must not keep those waiting who work: polling has a queue, and in `make up` and the
# containers a worker, of its own. A worker that is not told otherwise takes both.
CELERY_TASK_QUEUES = [Queue(name, routing_key=name) for name in ("celery", "polling")]
CELERY_TASK_DEFAULT_QUEUE = "celery"
CELERY_TASK_ROUTES = {"mailintake.tasks.poll_mailbox": {"queue": "polling"}}
CELERY_BEAT_SCHEDULER = "helpdesk.beat:Scheduler"
# All by intervals, none by the time of day: no night with a change of the clocks leaves one out or runs it twice.
CELERY_BEAT_SCHEDULE = {
    name: {"task": task, "schedule": seconds, "options": {"expires": seconds}}  # a late one is as good as the next
    for name, task, seconds in (
        ("poll-mailboxes", "mailintake.tasks.poll_mailboxes", 20.0),
        ("tell-silent-mailboxes", "mailintake.tasks.tell_silent_mailboxes", 60.0),
        ("process-inbound", "mailintake.tasks.sweep_inbound", 5.0),
        ("send-outgoing", "outbox.tasks.sweep_outgoing", 5.0),
        ("call-webhooks", "outbox.tasks.sweep_calls", 5.0),
        ("run-timers", "tickets.tasks.sweep_timers", 15.0),
        ("go-on-with-many", "tickets.tasks.sweep_bulk", 60.0),
        ("run-rules", "tickets.tasks.sweep_rules", 5.0),
        ("find-due-rules", "tickets.tasks.sweep_rule_clocks", 60.0),
        ("wake-tickets", "tickets.tasks.wake_tickets", 15.0),
        ("tell-stand-ins", "tickets.tasks.sweep_absences", 300.0),
        ("mind-silences", "tickets.tasks.sweep_silences", 900.0),
        ("ask-again", "tickets.tasks.sweep_aftercare", 900.0),
        ("ask-gates", "billing.tasks.ask_gates", 300.0),
        ("remind-of-reviews", "knowledge.tasks.sweep_reviews", 3600.0),
        ("go-on-with-invoices", "billing.tasks.sweep_billing", 60.0),
        ("clear-files", "tickets.tasks.sweep_files", 3600.0),
    )
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"secret_paths": {"()": "core.logs.SecretPaths"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["secret_paths"]}},
    "root": {"handlers": ["stderr"], "level": env.str("VASTE_LOG_LEVEL", default="WARNING")},
}
