"""Whoever types an address learns nothing about whether it is registered here."""

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registration.models import OutgoingMail, User

pytestmark = pytest.mark.django_db

KNOWN, UNKNOWN, UNVERIFIED = "learner@example.org", "nobody.x@example.org", "started@example.org"


@pytest.fixture(autouse=True)
def people(learner):
    started = User.objects.create_user(UNVERIFIED, name="Started")
    EmailAddress.objects.create(user=started, email=UNVERIFIED, verified=False, primary=True)


def seen(client, response, address: str) -> tuple[int, str | None, str]:
    """Status, where it leads, and the page there, with what differs by design taken out."""
    where = response.headers.get("Location")
    page = client.get(where).content.decode() if where else response.content.decode()
    lines = [line for line in page.splitlines() if "csrfmiddlewaretoken" not in line]
    return response.status_code, where, "\n".join(lines).replace(address, "ADDRESS")


def asked(client, post, path: str, data: dict, field: str, address: str):
    client.cookies.clear()
    return seen(client, post(path, data | {field: address}), address)


@pytest.mark.parametrize("path", ["/accounts/login/code/", "/accounts/password/reset/"])
def test_asking_for_a_code_looks_the_same(client, post, path):
    known, unknown, unverified = (
        asked(client, post, path, {}, "email", address) for address in (KNOWN, UNKNOWN, UNVERIFIED)
    )
    assert known == unknown == unverified
    assert [(message.to, message.subject) for message in mail.outbox if message.to == [UNKNOWN]] == [
        ([UNKNOWN], "This address is not registered yet")
    ]


@pytest.mark.parametrize("password", ["", "seven quiet herons"])
def test_registering_looks_the_same(client, post, answers, password):
    typed = answers | {"password1": password}
    known, unknown, unverified = (
        asked(client, post, "/accounts/signup/", typed, "email", address)
        for address in (KNOWN, UNKNOWN, UNVERIFIED)
    )
    assert known == unknown == unverified
    assert len(mail.outbox) == 3


def test_a_wrong_password_looks_the_same(client, post):
    known, unknown = (
        asked(client, post, "/accounts/login/", {"password": "not this one"}, "login", address)
        for address in (KNOWN, UNKNOWN)
    )
    assert known == unknown


@pytest.mark.parametrize(
    ("path", "confirm"),
    [
        ("/accounts/login/code/", "/accounts/login/code/confirm/"),
        ("/accounts/password/reset/", "/accounts/password/reset/confirm/"),
    ],
)
def test_a_wrong_code_and_another_one_look_the_same(client, post, path, confirm):
    looks = []
    for address in (KNOWN, UNKNOWN):
        client.cookies.clear()
        post(path, {"email": address})
        looks.append(
            [
                seen(client, post(confirm, data), address)
                for data in ({"code": "BBBB-BBBB"}, {"action": "resend"}, *[{"code": "BBBB-BBBB"}] * 4)
            ]
        )
    assert looks[0] == looks[1]


def test_a_wrong_code_after_registering_looks_the_same(client, post, answers):
    looks = []
    for address in (KNOWN, UNKNOWN):
        client.cookies.clear()
        post("/accounts/signup/", answers | {"email": address})
        confirm = "/accounts/confirm-email/"
        looks.append(
            [
                seen(client, post(confirm, data), address)
                for data in ({"code": "BBBB-BBBB"}, {"action": "resend"}, *[{"code": "BBBB-BBBB"}] * 4)
            ]
        )
    assert looks[0] == looks[1]


@pytest.mark.parametrize("path", ["/accounts/login/code/", "/accounts/password/reset/"])
def test_asking_for_a_code_does_the_same_work(client, path):
    """A clock is no test here, so this looks at what takes the time: one mail is written either way."""
    writes = []
    for address in (KNOWN, UNKNOWN):
        client.cookies.clear()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.post(path, {"email": address})
        writes.append([query["sql"].split('"')[1] for query in queries if query["sql"].startswith("INSERT")])
    assert writes[0] == writes[1]
    assert OutgoingMail.objects.count() == 2


def test_registering_with_a_known_address_hashes_the_password_as_well(client, answers, monkeypatch):
    hashed = []
    monkeypatch.setattr("registration.adapter.make_password", hashed.append)
    client.post("/accounts/signup/", answers | {"email": KNOWN, "password1": "seven quiet herons"})
    assert hashed == ["seven quiet herons"]
