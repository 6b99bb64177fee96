import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from django.db import connection, connections
from django.test import RequestFactory

from evaluation import door as door_module
from evaluation.ticket_flags import TicketFlag
from opm import tickets


@pytest.fixture(autouse=True)
def door_settings(settings, ticket_keys):
    settings.TICKET_SIGNING_KEY = ticket_keys.signing


def test_strangers_sign_in_first(client):
    response = client.post("/survey/")
    assert (response.status_code, response.url) == (302, "/accounts/login/?next=/survey/")


def test_looking_takes_no_ticket(client, learner):
    client.force_login(learner)
    response = client.get("/survey/")
    assert (response.status_code, "Take my ticket" in response.text) == (200, True)
    assert TicketFlag.objects.count() == 0


def test_a_ticket_is_handed_over_by_a_form_to_the_survey(client, learner, ticket_keys, settings):
    settings.SURVEY_URL = "https://survey.example.org"
    client.force_login(learner)
    response = client.post("/survey/")
    text = response.context["ticket"]
    ticket = tickets.verify([ticket_keys.verify], text)
    assert (ticket.survey, ticket.edition, ticket.version) == ("main", "graduate", "1")
    assert 'method="post"\n          action="https://survey.example.org/"' in response.text
    assert f">{text}</textarea>" in response.text
    assert "no-store" in response.headers["Cache-Control"]
    assert list(TicketFlag.objects.values_list("user", "survey", "edition")) == [
        (learner.pk, "main", "graduate")
    ]


def test_the_ticket_is_in_no_address(client, learner):
    client.force_login(learner)
    response = client.post("/survey/")
    assert (response.status_code, response.request["QUERY_STRING"]) == (200, "")


def test_a_second_ticket_is_refused_kindly(client, learner):
    client.force_login(learner)
    first = client.post("/survey/").context["ticket"]
    again = client.post("/survey/")
    assert (again.status_code, "ticket" in again.context) == (200, False)
    assert "You have taken your ticket" in again.text
    assert first not in again.text
    assert "You have taken your ticket" in client.get("/survey/").text


def test_each_edition_has_a_ticket_of_its_own(client, learner, ticket_keys):
    client.force_login(learner)
    client.post("/survey/")
    assert "Take my ticket" in client.get("/survey/?edition=undergraduate").text
    text = client.post("/survey/", {"edition": "undergraduate"}).context["ticket"]
    assert tickets.verify([ticket_keys.verify], text).edition == "undergraduate"


def test_my_ticket_is_not_somebody_elses(client, learner, outsider):
    TicketFlag.take(learner, "main", "graduate")
    client.force_login(outsider)
    assert "Take my ticket" in client.get("/survey/").text


def test_an_unknown_edition_is_not_found(client, learner):
    client.force_login(learner)
    assert client.get("/survey/?edition=staff").status_code == 404
    assert client.post("/survey/", {"edition": "staff"}).status_code == 404


def test_without_a_key_the_survey_is_closed_and_costs_nobody_the_ticket(client, learner, settings):
    settings.TICKET_SIGNING_KEY = ""
    client.force_login(learner)
    assert "not open at the moment" in client.post("/survey/").text
    assert TicketFlag.objects.count() == 0


def test_a_faulty_key_costs_nobody_the_ticket(learner, settings):
    settings.TICKET_SIGNING_KEY = "faulty"
    request = RequestFactory().post("/survey/")
    request.user = learner
    with pytest.raises(ValueError, match="A ticket key is"):
        door_module.door(request)
    assert TicketFlag.objects.count() == 0


def test_the_flag_is_set_before_the_ticket_is_shown(client, learner, monkeypatch):
    seen = []
    real = door_module.render
    monkeypatch.setattr(
        door_module, "render", lambda *args: seen.append(TicketFlag.objects.count()) or real(*args)
    )
    client.force_login(learner)
    client.post("/survey/")
    assert seen == [1]


def test_a_flag_tells_no_time_and_nothing_of_the_ticket(learner):
    assert [field.name for field in TicketFlag._meta.get_fields()] == ["id", "user", "survey", "edition"]
    TicketFlag.take(learner, "main", "graduate")
    assert TicketFlag.objects.get().pk.version == 4


def test_what_is_kept_of_me_can_be_had_and_erased(learner, outsider):
    TicketFlag.take(learner, "main", "graduate")
    TicketFlag.take(outsider, "main", "graduate")
    assert TicketFlag.export_for(learner) == [{"survey": "main", "edition": "graduate"}]
    TicketFlag.erase_for(learner)
    assert list(TicketFlag.objects.values_list("user", flat=True)) == [outsider.pk]


@pytest.mark.django_db(transaction=True, databases=["default"])
def test_one_of_many_at_once_gets_the_ticket(make_user, tmp_path, monkeypatch):
    user = make_user("racer@example.org")
    if connection.vendor == "sqlite":
        # The tests' database is in memory, where SQLite does not wait for a lock as it does in a file
        with closing(sqlite3.connect(tmp_path / "race.sqlite3")) as file:
            connection.connection.backup(file)
        monkeypatch.setitem(connections.settings["default"], "NAME", str(tmp_path / "race.sqlite3"))

    def take(_):
        try:
            return TicketFlag.take(user, "main", "graduate")
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        outcomes = sorted(pool.map(take, range(6)))
    assert outcomes == [False] * 5 + [True]
