"""Reading the environment: shared by both settings files, so that a fault is reported in one way.

The embedded run (`make setup`) writes its keys to env files under VAR_DIR. They fill in what the environment
leaves open. They are not read where the environment says production, so that production never runs on them.
"""

import re
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent

env = environ.Env()

VAR_DIR = Path(env.str("VAR_DIR", default="") or ROOT / "var").resolve()


def read_embedded(name: str) -> None:
    """Fill in the environment from VAR_DIR/name; not in production: DEBUG off, or SECRET_KEY and no DEBUG.

    Who brings a SECRET_KEY brings the rest: without that rule a production machine that runs from a checkout
    and leaves DEBUG open would get DEBUG=1 from the file.
    """
    is_embedded = env.bool("DEBUG", default="SECRET_KEY" not in env.ENVIRON)
    file = VAR_DIR / name
    if is_embedded and file.is_file():
        environ.Env.read_env(str(file))


def require(name: str, remedy: str) -> str:
    """A variable without a safe default. ImproperlyConfigured, with the remedy, where it is missing."""
    value = env.str(name, default="").strip()
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. {remedy}")
    return value


def rate(name: str, default: str) -> str:
    """A limit such as 600/m: so many a second, minute, hour or day. ImproperlyConfigured where it is none."""
    value = env.str(name, default=default).strip()
    if not re.fullmatch(r"[1-9]\d*/[smhd]", value, re.ASCII):
        raise ImproperlyConfigured(
            f"{name} is {value!r}. Write a number and s, m, h or d, for example 600/m."
        )
    return value
