"""Settings of the training site. Every option is an environment variable with a safe default (docs/operator.md)."""

from email.utils import formataddr
from pathlib import Path
from urllib.parse import urlsplit

from celery.schedules import crontab

from opm.environment import ROOT, VAR_DIR, env, rate, read_embedded, require

read_embedded("embedded.env")

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = require(
    "SECRET_KEY",
    "Set it to a long random text (python -c 'import secrets; print(secrets.token_urlsafe(50))'), "
    "or run `make setup`, which makes one for the embedded run.",
)

# Who runs this installation
SITE_NAME = env.str("SITE_NAME", default="Optimizing the Practice of Mentoring")
ISSUER = env.str("ISSUER", default=SITE_NAME)
CONTACT_EMAIL = env.str("CONTACT_EMAIL", default="mentoring@example.org")
HOME_INSTITUTION = env.str("HOME_INSTITUTION", default="")

# Addresses
PORT = env.int("PORT", default=8000)
SURVEY_PORT = env.int("SURVEY_PORT", default=8001)
SITE_URL = env.str("SITE_URL", default=f"http://localhost:{PORT}")
SURVEY_URL = env.str("SURVEY_URL", default=f"http://127.0.0.1:{SURVEY_PORT}")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[urlsplit(SITE_URL).hostname or "localhost"])
CSRF_TRUSTED_ORIGINS = [SITE_URL]
ROOT_URLCONF = "opm.urls"
WSGI_APPLICATION = "opm.wsgi.application"

# The training site signs tickets; the survey process only verifies them (opm/tickets.py)
TICKET_SIGNING_KEY = env.str("TICKET_SIGNING_KEY", default="")
RELEASED_FILE = env.str("RELEASED_FILE", default=str(VAR_DIR / "survey" / "released.sqlite"))

# The course's files (docs/author.md); another folder holds another course
CONTENT_DIR = Path(env.str("CONTENT_DIR", default="") or ROOT / "training" / "content").resolve()

INSTALLED_APPS = [
    "registration",
    "training",
    "evaluation",
    "opm",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "csp",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "registration.sessions.note_sessions",
    "django_htmx.middleware.HtmxMiddleware",
]

if DEBUG:
    # Authors see what is wrong with their files in the browser too
    MIDDLEWARE.append("training.middleware.ShowFaults")

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "opm.context_processors.site",
            ],
        },
    },
]

# Two databases: who and what they did; and the released survey answers, which know nobody (docs/adr/0001-anonymity.md)
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # What is erased is overwritten, not only marked as free
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON;",
}
DATABASES = {
    "default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR}/opm.sqlite3"),
    "evaluation": env.db_url("EVALUATION_DATABASE_URL", default=f"sqlite:///{VAR_DIR}/evaluation.sqlite3"),
}
for database in DATABASES.values():
    if database["ENGINE"] == "django.db.backends.sqlite3":
        database["OPTIONS"] = SQLITE_OPTIONS
    else:
        database["CONN_MAX_AGE"] = 60
        database["CONN_HEALTH_CHECKS"] = True
        database["OPTIONS"] = {"server_side_binding": True, "prepare_threshold": 5}
DATABASE_ROUTERS = ["evaluation.routers.EvaluationRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Redis carries cache, sessions and tasks where there is one; else memory, the database and the process itself do
REDIS_URL = env.str("REDIS_URL", default="")
if REDIS_URL:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
    SESSION_ENGINE = "django.contrib.sessions.backends.cache"
CELERY_BROKER_URL = REDIS_URL or "memory://localhost/"
CELERY_TASK_ALWAYS_EAGER = not REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False  # the record of the mail stays; the sweeper tries again
CELERY_TASK_ACKS_LATE = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "socket_timeout": 5}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_ROUTES = {"registration.tasks.deliver_code": {"queue": "codes"}}
CELERY_BEAT_SCHEDULE = {
    "sweep-mail": {"task": "registration.tasks.sweep", "schedule": 60},
    "load-released": {"task": "evaluation.tasks.load_released", "schedule": 3600},
    "forget-sessions": {"task": "registration.tasks.forget_sessions", "schedule": 24 * 3600},
    "refresh-polls": {"task": "training.tasks.refresh_polls", "schedule": 24 * 3600},
    "send-digests": {"task": "opm.weekly.send_digests", "schedule": crontab(minute=0, hour=7, day_of_week=1)},
    "forget-invitations": {"task": "opm.weekly.forget_invitations", "schedule": 24 * 3600},
}
CELERY_TIMEZONE = env.str("TIME_ZONE", default="America/Chicago")

# Mail: kept as files and shown at /dev/mail/ in the embedded run
EMAIL_URL = env.str("EMAIL_URL", default="")
if EMAIL_URL:
    vars().update(env.email_url("EMAIL_URL"))
    EMAIL_TIMEOUT = 20
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(VAR_DIR / "mail")
DEFAULT_FROM_EMAIL = formataddr((SITE_NAME, CONTACT_EMAIL))
SERVER_EMAIL = CONTACT_EMAIL

# Accounts (docs/adr/0005-accounts.md): the email address is the name; codes instead of links, which mail scanners spend
AUTH_USER_MODEL = "registration.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/me/"
ACCOUNT_ADAPTER = "registration.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1"]
ACCOUNT_SIGNUP_FORM_CLASS = "registration.forms.RegistrationForm"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 60 * 60
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
# A sign-in under way ends after this time, whatever its codes are good for: university mail is scanned, and slow
ACCOUNT_LOGIN_TIMEOUT = 60 * 60
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 30 * 60
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TRUST_ENABLED = False
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 30 * 60
# One mail whether or not the address is known: the time of answering does not tell, and who mistook the address learns it
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
# A whole campus can come from one address: the limit per address is high, the limit per account does the work
PER_ADDRESS = f"{rate('SIGN_IN_LIMIT_PER_ADDRESS', default='600/m')}/ip"
ACCOUNT_RATE_LIMITS = {
    "signup": PER_ADDRESS,
    "login": PER_ADDRESS,
    "login_failed": f"{PER_ADDRESS},10/10m/key",
    "request_login_code": f"{PER_ADDRESS},5/10m/key",
    "confirm_email": "5/10m/key",
    "reset_password": f"{PER_ADDRESS},5/10m/key",
    "reset_password_from_key": PER_ADDRESS,
    "change_password": "10/10m/user",
    "manage_email": "10/10m/user",
    "reauthenticate": "10/10m/user",
    "visit": PER_ADDRESS,  # a first answer without an account, which begins a session
}
# Passkeys are one more way in, never a second step: a code by email always does (registration/passkeys.py)
MFA_SUPPORTED_TYPES = ["webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ADAPTER = "registration.passkeys.PasskeyAdapter"
MFA_FORMS = {
    "add_webauthn": "registration.passkeys.AddPasskeyForm",
    "edit_webauthn": "registration.passkeys.RenamePasskeyForm",
    "login_webauthn": "registration.passkeys.SignInForm",
    "reauthenticate_webauthn": "registration.passkeys.ConfirmForm",
}
MFA_RATE_LIMITS = {"webauthn_login": PER_ADDRESS}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)

# One language an installation: that of its course. Translations lie in locale/ (docs/author.md)
LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en-us")
LOCALE_PATHS = [ROOT / "locale"]
TIME_ZONE = env.str("TIME_ZONE", default="America/Chicago")
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
# What the course shows and plays lies beside its pages: media/<edition>/…
STATICFILES_DIRS = [
    ROOT / "static",
    *((f"media/{folder.parent.name}", folder) for folder in sorted(CONTENT_DIR.glob("*/media"))),
]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "opm.bundles.BundleFinder",
]
BUNDLE_DIR = VAR_DIR / "bundles"
# What is served together, and of what it is joined: few requests, each small
STATIC_BUNDLES = {
    "site.css": ["css/base.css", "css/frame.css", "css/parts.css", "css/overview.css", "css/print.css"],
    "course.css": [
        "css/course.css",
        "css/activities.css",
        "css/talk.css",
        "css/writing.css",
        "css/media.css",
    ],
    "site.js": ["js/unsent.js"],
    "course.js": ["js/unsent.js", "js/activities.js"],
    "htmx.js": ["django_htmx/htmx-2.min.js"],
    "passkeys.js": [
        "mfa/js/webauthn-json.js",
        "mfa/js/webauthn.js",
        "account/js/onload.js",
        "js/passkeys.js",
    ],
}
WHITENOISE_MIMETYPES = {".vtt": "text/vtt", ".m4a": "audio/mp4", ".opus": "audio/ogg"}
# The embedded run serves files as they are edited; production serves what collectstatic gathered
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Security. Everything comes from this host; the one form that leaves it hands a ticket to the survey host
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "form-action": ["'self'", SURVEY_URL],
        "worker-src": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CSRF_FAILURE_VIEW = "training.signed_out.csrf_failure"
IS_HTTPS = SITE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
# Before signing in a session ends with the browser (training/visitors.py), and here after 14 days
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
ACCOUNT_SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
if IS_HTTPS:
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = env.bool("SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$"]
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
    },
}
