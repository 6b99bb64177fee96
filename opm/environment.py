"""Reading the environment: shared by both settings files, so that a fault is reported in one way.

The embedded run (`make setup`) writes its settings to an env file under VAR_DIR. Such a file fills in what the
environment leaves open; it is not read where DEBUG is switched off, so that production never runs on it.
"""

import os
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent

env = environ.Env()

VAR_DIR = Path(env.str("VAR_DIR", default=str(ROOT / "var"))).resolve()


def read_embedded(name: str) -> None:
    """Fill in the environment from VAR_DIR/name, unless DEBUG says that this is production."""
    if env.bool("DEBUG", default=True):
        environ.Env.read_env(str(VAR_DIR / name))


def require(name: str, remedy: str) -> str:
    """The value of a variable that has no safe default, or a message that says how to get one."""
    value = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. {remedy}")
    return value


def redis_cache(url: str) -> dict[str, object]:
    return {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": url}


def is_set(name: str) -> bool:
    return bool(os.environ.get(name))
