"""Pages for when something is not there, not allowed, or broken."""

import pytest
from django.test import Client

from training import views

pytestmark = pytest.mark.django_db


def test_an_unknown_address_is_answered_kindly(client):
    response = client.get("/graduate/structured-process/nowhere/extra/more/still/")
    assert (response.status_code, "There is no such page" in response.content.decode()) == (404, True)


def test_a_fault_of_ours_is_said_to_be_ours(client, learner, monkeypatch):
    def broken(edition):
        raise RuntimeError("a secret detail")

    monkeypatch.setattr(views, "get_course", broken)
    client.force_login(learner)
    client.raise_request_exception = False
    response = client.get("/graduate/")
    assert response.status_code == 500
    assert "It is our fault, not yours." in response.content.decode()
    assert "a secret detail" not in response.content.decode()


def test_a_form_without_its_token_says_what_to_do(learner):
    client = Client(enforce_csrf_checks=True)
    client.force_login(learner)
    response = client.post("/graduate/plan/", {"goal_1": "typed"})
    assert (response.status_code, "This form has been open too long" in response.content.decode()) == (
        403,
        True,
    )
