"""The cast. tests/settings.py gives what they all run under."""

import pytest

PASSWORD = "a long enough password"


@pytest.fixture
def make_user(db):
    """make_user(email, role) -> a registered person with a verified address."""
    from allauth.account.models import EmailAddress

    from registration.models import User

    def make(email: str, role: str = "learner", **fields: object) -> User:
        user = User.objects.create_user(email, PASSWORD, name=email.split("@")[0].title(), **fields)
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        user.grant(role)
        return user

    return make


@pytest.fixture
def learner(make_user):
    return make_user("learner@example.org")


@pytest.fixture
def outsider(make_user):
    """Somebody else who is registered, and whose things are not the learner's."""
    return make_user("outsider@example.org")


@pytest.fixture
def coordinator(make_user):
    return make_user("coordinator@example.org", "coordinator")


@pytest.fixture
def evaluator(make_user):
    return make_user("evaluator@example.org", "evaluator")


@pytest.fixture
def admin(make_user):
    return make_user("admin@example.org", "admin")
