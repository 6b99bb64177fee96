"""Registers people of a running site and signs them in, one a line: faster than the forms, which have tests of their own.

    person someone@example.org learner      registers somebody, verified, with the password of the tests
    session someone@example.org             signs them in and prints the key of their session

Run by conftest.py in the site's environment: python -m tests.e2e.people
"""

import sys

import django

django.setup()

from allauth.account.models import EmailAddress  # noqa: E402 - after setup
from django.contrib.auth.hashers import make_password  # noqa: E402

from registration.models import User  # noqa: E402
from tests.sessions import session_key  # noqa: E402

PASSWORD = "a long enough password"


def person(email: str, role: str) -> str:
    user = User.objects.create(email=email, name="Test Person", password=HASHED)
    user.grant(role)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return email


if __name__ == "__main__":
    HASHED = make_password(PASSWORD)  # once: this is what takes the time
    for line in sys.stdin:
        command, *arguments = line.split()
        answer = (
            person(*arguments) if command == "person" else session_key(User.objects.get(email=arguments[0]))
        )
        sys.stdout.write(answer + "\n")
        sys.stdout.flush()
