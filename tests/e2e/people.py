"""Registers people of a running site and signs them in, one a line: faster than the forms, which have tests of their own.

    person someone@example.org learner      registers somebody, verified, with the password of the tests
    session someone@example.org             signs them in and prints the key of their session

Run by conftest.py in the site's environment: python -m tests.e2e.people
"""

import sys

import django

django.setup()

from allauth.account.models import EmailAddress  # noqa: E402 - after setup
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.auth.hashers import make_password  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402

from registration.models import User  # noqa: E402

PASSWORD = "a long enough password"


def person(email: str, role: str) -> str:
    user = User.objects.create(email=email, name="Test Person", password=HASHED)
    user.grant(role)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return email


def session(email: str) -> str:
    user = User.objects.get(email=email)
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return str(store.session_key)


if __name__ == "__main__":
    HASHED = make_password(PASSWORD)  # once: this is what takes the time
    for line in sys.stdin:
        command, *arguments = line.split()
        answer = person(*arguments) if command == "person" else session(*arguments)
        sys.stdout.write(answer + "\n")
        sys.stdout.flush()
