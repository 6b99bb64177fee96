"""Passkeys as the server sees them; tests/e2e/test_account.py makes and uses one."""

import json

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail

from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
PASSKEYS = "/accounts/2fa/webauthn/"


@pytest.fixture
def passkey(learner):
    return Authenticator.objects.create(user=learner, type="webauthn", data={"name": "My phone"})


@pytest.fixture
def signed_in(client, learner):
    client.post("/accounts/login/", {"login": learner.email, "password": PASSWORD})
    return client


def test_a_code_signs_in_without_a_second_step(client, learner, passkey, post, newest_code):
    post("/accounts/login/code/", {"email": learner.email})
    response = post("/accounts/login/code/confirm/", {"code": newest_code()})
    assert response.headers["Location"] == "/me/"
    assert client.get("/me/").status_code == 200


def test_a_password_signs_in_without_a_second_step(learner, passkey, post):
    response = post("/accounts/login/", {"login": learner.email, "password": PASSWORD})
    assert response.headers["Location"] == "/me/"


def test_the_address_changes_with_a_passkey_there(client, learner, passkey, post, newest_code):
    client.force_login(learner)
    post("/accounts/email/", {"email": "new@example.org", "action_add": ""})
    post("/accounts/confirm-email/", {"code": newest_code()})
    learner.refresh_from_db()
    assert learner.email == "new@example.org"
    assert list(Authenticator.objects.values_list("user", flat=True)) == [learner.pk]


def test_it_lists_mine_and_nobody_elses(signed_in, passkey, outsider):
    Authenticator.objects.create(user=outsider, type="webauthn", data={"name": "Their phone"})
    assert [str(row) for row in signed_in.get(PASSKEYS).context["authenticators"]] == ["My phone"]
    assert signed_in.get("/accounts/2fa/").url == PASSKEYS


def test_it_is_renamed(signed_in, passkey):
    address = f"{PASSKEYS}keys/{passkey.pk}/edit/"
    assert signed_in.post(address, {"name": ""}).context["form"].errors == {"name": ["Give it a name."]}
    assert signed_in.post(address, {"name": "My tablet"}).url == PASSKEYS
    passkey.refresh_from_db()
    assert str(passkey) == "My tablet"


def test_it_is_removed_and_a_mail_says_so(signed_in, passkey, post):
    address = f"{PASSKEYS}keys/{passkey.pk}/remove/"
    assert "My phone" in signed_in.get(address).content.decode()
    assert post(address).headers["Location"] == PASSKEYS
    assert Authenticator.objects.count() == 0
    assert [(sent.to, sent.subject) for sent in mail.outbox] == [
        (["learner@example.org"], "A passkey was removed from your account")
    ]


@pytest.mark.parametrize("do", ["edit", "remove"])
def test_nobody_touches_somebody_elses(signed_in, outsider, do):
    theirs = Authenticator.objects.create(user=outsider, type="webauthn", data={"name": "Their phone"})
    assert signed_in.post(f"{PASSKEYS}keys/{theirs.pk}/{do}/", {"name": "Mine"}).status_code == 404
    theirs.refresh_from_db()
    assert str(theirs) == "Their phone"


def test_right_after_signing_in_it_asks_no_password(signed_in):
    response = signed_in.get(f"{PASSKEYS}add/")
    assert response.status_code == 200
    options = response.context["js_data"]["creation_options"]["publicKey"]
    assert (options["rp"]["id"], options["user"]["name"]) == ("testserver", "learner@example.org")
    assert options["rp"]["name"] == "Optimizing the Practice of Mentoring"


def test_later_it_asks_who_is_there(signed_in):
    session = signed_in.session
    session["account_authentication_methods"][0]["at"] -= 11 * 60
    session.save()
    response = signed_in.get(f"{PASSKEYS}add/")
    assert response.url.startswith("/accounts/reauthenticate/")
    assert "sign in with a code by email" in signed_in.get(response.url).content.decode()


MADE_UP = {
    "id": "eA", "rawId": "eA", "type": "public-key", "clientExtensionResults": {},
    "response": {"clientDataJSON": "e30", "attestationObject": "oA", "userHandle": "MQ",
                 "authenticatorData": "eA", "signature": "eA"},
}  # fmt: skip
NO_PASSKEYS = ["", "{}", "[1]", '"x"', "no json", '{"id": "x"}', '{"response": 3}', json.dumps(MADE_UP)]


@pytest.mark.parametrize("credential", NO_PASSKEYS)
def test_what_is_no_passkey_is_refused_and_adds_none(signed_in, credential):
    data = {"name": "My phone", "passwordless": "on", "credential": credential}
    response = signed_in.post(f"{PASSKEYS}add/", data)
    assert response.status_code == 200
    assert list(response.context["form"].errors) != []
    assert 'value="My phone"' in response.content.decode()
    assert Authenticator.objects.count() == 0


@pytest.mark.parametrize("credential", NO_PASSKEYS)
def test_what_is_no_passkey_signs_nobody_in(client, learner, passkey, credential):
    response = client.post(f"{PASSKEYS}login/", {"credential": credential})
    assert response.url == "/accounts/login/"
    assert "_auth_user_id" not in client.session


def test_its_pages_bring_their_script_and_others_do_not(signed_in, client):
    with_script = [
        path
        for path in (f"{PASSKEYS}add/", PASSKEYS, "/me/", "/accounts/email/")
        if "passkeys.js" in signed_in.get(path).content.decode()
    ]
    assert with_script == [f"{PASSKEYS}add/"]
    client.post("/accounts/logout/")
    assert "passkeys.js" in client.get("/accounts/login/").content.decode()
