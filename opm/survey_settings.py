"""Settings of the survey process: no accounts, sessions or admin, and no way to the registration database."""

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from opm import tickets
from opm.environment import ROOT, VAR_DIR, env, read_embedded, require

read_embedded("survey.env")

# Never on: Django's debug page and error mail would show answers
DEBUG = False
ADMINS: list[tuple[str, str]] = []
# Nothing in this process is signed with it, but Django asks for one
SECRET_KEY = "the survey process signs nothing"  # noqa: S105 - not a secret, see above

SITE_NAME = env.str("SITE_NAME", default="Optimizing the Practice of Mentoring")
CONTACT_EMAIL = env.str("CONTACT_EMAIL", default="mentoring@example.org")
SITE_URL = env.str("SITE_URL", default=f"http://localhost:{env.int('PORT', default=8000)}")
SURVEY_URL = env.str("SURVEY_URL", default=f"http://127.0.0.1:{env.int('SURVEY_PORT', default=8001)}")
ALLOWED_HOSTS = env.list("SURVEY_ALLOWED_HOSTS", default=[urlsplit(SURVEY_URL).hostname or "127.0.0.1"])
ROOT_URLCONF = "opm.survey_urls"
WSGI_APPLICATION = "opm.survey_wsgi.application"

TICKET_VERIFY_KEYS = [
    key.strip()
    for key in require(
        "TICKET_VERIFY_KEYS",
        "Set it to the public key(s) that `manage.py ticket_keys` prints, or run `make setup`.",
    ).split(",")
]
# Told at the start, because later this process keeps no log to tell it in
for key in TICKET_VERIFY_KEYS:
    if not tickets.is_key(key):
        raise ImproperlyConfigured(
            f"TICKET_VERIFY_KEYS: {key} is not a key that `manage.py ticket_keys` prints."
        )
SURVEY_DIR = env.str("SURVEY_DIR", default=str(VAR_DIR / "survey"))

INSTALLED_APPS = ["evaluation.survey"]
DATABASES: dict[str, dict[str, object]] = {}

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "evaluation.survey_views.no_store",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates" / "survey"],
        "OPTIONS": {"context_processors": []},
    },
]

# WhiteNoise reads the folder itself, once, at the start; the staticfiles app is not installed
STATIC_URL = "/static/"
STATIC_ROOT = ROOT / "static"
WHITENOISE_USE_FINDERS = False
WHITENOISE_ALLOW_ALL_ORIGINS = False

# The only thing sent here is a form: no file, even by mistake or malice, is written to a temporary folder
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
# No address of ours leaves this host. (On the training site no-referrer would make every form fail.)
SECURE_REFERRER_POLICY = "no-referrer"
if SURVEY_URL.startswith("https://"):
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = env.bool("SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = ["^healthz$"]

USE_TZ = True
LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en-us")
LOCALE_PATHS = [ROOT / "locale"]

# No log of any kind: not of requests (they carry times), not of errors (they carry answers)
LOGGING_CONFIG = None
LOGGING: dict[str, object] = {}
