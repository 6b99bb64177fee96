"""What another app wants to happen at sign-in happens, in the session of the account and with what was in it before."""

import pytest

from registration.arrivals import arrivals, at_sign_in
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def seen():
    """What the functions that are told of a sign-in saw."""
    seen, before = [], list(arrivals)

    @at_sign_in
    def note(request, user):
        seen.append((user, request.user, request.session.get("typed"), request.session["_auth_user_id"]))

    yield seen
    arrivals[:] = before


def test_it_is_told_of_every_sign_in_and_of_no_failed_one(client, learner, seen):
    session = client.session
    session["typed"] = "before"
    session.save()
    client.cookies["sessionid"] = session.session_key
    client.post("/accounts/login/", {"login": learner.email, "password": "not it at all"})
    assert seen == []
    client.post("/accounts/login/", {"login": learner.email, "password": PASSWORD})
    assert seen == [(learner, learner, "before", str(learner.pk))]
