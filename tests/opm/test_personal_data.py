"""What the site holds about a person: all of it can be taken along, all of it can be erased."""

import datetime
import json
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.mail import get_connection
from django.test import Client

from evaluation.ticket_flags import TicketFlag
from opm import personal_data
from registration.models import Invitation, OutgoingMail, Program, User
from tests.conftest import PASSWORD
from training import content
from training.models import ActionPlan, Answer, Certificate, Completion, PageNote, PageVisit

pytestmark = pytest.mark.django_db(databases=["default", "evaluation"])
PAGE = content.load_all()["graduate"].pages[0]


def fill(user, word):
    """Something of every kind about one person, each with a word that can be searched for."""
    User.objects.filter(pk=user.pk).update(
        **dict.fromkeys(("name", "job_title", "institution_name", "reason_other_text"), f"detail {word}")
    )
    PageVisit.objects.finish(user, PAGE)
    Answer.objects.keep(user, PAGE, {f"a-{word}": {"text": f"text {word}"}}, {f"a-{word}": True})
    Answer.objects.filter(user=user).update(other_value={"text": f"other {word}"})
    ActionPlan.objects.create(user=user, edition="graduate", goals=[f"goal {word}"], notes=f"plan {word}")
    PageNote.objects.write(user, PAGE, f"note {word}", PageNote.digest(""))
    Completion.objects.create(user=user, edition="graduate", content_version=f"v-{word}", rule=f"rule {word}")
    TicketFlag.take(user, "main", "graduate")
    user.refresh_from_db()
    Certificate.objects.issue(user, [content.load_all()["graduate"]], datetime.date(2026, 11, 3))
    program, _ = Program.objects.get_or_create(name="A program", institution_name="X", edition="graduate")
    program.join(user)
    program.add_coordinator(user)
    Invitation.objects.create(program=program, email=user.email)
    OutgoingMail.objects.create(
        key=f"key-{word}", kind="plan", user=user, to_address=user.email, subject=f"subject {word}", text=word
    )
    Authenticator.objects.create(user=user, type="webauthn", data={"name": f"passkey {word}"})
    LogEntry.objects.log_actions(user.pk, [user], CHANGE, change_message=f"change {word}")


def everything():
    """Every value of every row of every table, by table; sessions as they read when opened."""
    tables = {
        model._meta.label: " ".join(str(row) for row in model._default_manager.values_list())
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and model._meta.app_label != "contenttypes"
    }
    tables["sessions.Session"] = " ".join(str(session.get_decoded()) for session in Session.objects.all())
    return tables


@pytest.mark.parametrize("model", personal_data.models_with_a_person(), ids=lambda model: model._meta.label)
def test_every_model_that_points_to_a_person_can_export_and_erase(model):
    assert personal_data.handler(model) is not None


def test_the_registry_notices_a_model_without_handlers(monkeypatch):
    monkeypatch.delattr(Answer, "export_for")
    with pytest.raises(LookupError, match=r"training\.Answer points to a person but cannot export or erase"):
        list(personal_data.handlers())


def test_the_export_holds_everything_of_mine_and_nothing_of_others(client, learner, outsider):
    fill(learner, "mine")
    fill(outsider, "theirs")
    client.post("/accounts/login/", {"login": learner.email, "password": PASSWORD})
    response = client.get("/me/export/?format=json")
    data = json.loads(response.content)
    assert response["Content-Disposition"].endswith('.json"')
    assert [answer["value"] for answer in data["answers"]] == [{"text": "text mine"}]
    assert [plan["goals"] for plan in data["action plans"]] == [["goal mine"]]
    assert [(flag["survey"], flag["edition"]) for flag in data["ticket flags"]] == [("main", "graduate")]
    assert [visit["page_id"] for visit in data["page visits"]] == [PAGE.id]
    assert [mail["subject"] for mail in data["outgoing mails"]] == ["subject mine"]
    assert [person["email"] for person in data["users"]] == ["learner@example.org"]
    assert [passkey["name"] for passkey in data["authenticators"]] == ["passkey mine"]
    assert [session["device"] for session in data["user sessions"]] == ["A browser"]
    assert "theirs" not in response.content.decode()
    assert outsider.email not in response.content.decode()


@pytest.fixture
def kept_mail(settings, tmp_path):
    """The folder in which a run without a mail server keeps its mail."""
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    return Path(settings.EMAIL_FILE_PATH)


def keep_on_disk(folder):
    """Every mail of the record, as the file backend keeps it: all in one file, as those of one second are."""
    connection = get_connection("django.core.mail.backends.filebased.EmailBackend", file_path=str(folder))
    connection.send_messages([mail.message() for mail in OutgoingMail.objects.filter(kind="account")])


def test_erasing_leaves_nothing_anywhere(
    client, learner, outsider, admin, kept_mail, django_capture_on_commit_callbacks
):
    fill(learner, "minemine")
    fill(outsider, "theirs")
    LogEntry.objects.create(
        user=admin, content_type=ContentType.objects.get_for_model(User), object_id=learner.pk,
        object_repr="detail minemine", action_flag=CHANGE, change_message="minemine",
    )  # fmt: skip
    for key, to, text in [
        ("a", learner.email, "minemine"),
        ("b", "former@example.org", "now learner@example.org, minemine"),
        ("c", outsider.email, "theirs"),
    ]:
        who = outsider if key == "c" else learner
        OutgoingMail.objects.create(key=key, kind="account", user=who, to_address=to, subject=key, text=text)
    keep_on_disk(kept_mail)
    phone = Client(HTTP_USER_AGENT="minemine")
    for browser in (phone, client):
        browser.post("/accounts/login/", {"login": learner.email, "password": PASSWORD})
        session = browser.session
        session["typed"] = "minemine"
        session.save()
    before = everything()
    assert {label for label, text in before.items() if "minemine" in text} == {
        "admin.LogEntry", "mfa.Authenticator", "registration.OutgoingMail", "registration.User", "sessions.Session",
        "training.ActionPlan", "training.Answer", "training.Certificate", "training.Completion", "training.PageNote",
    }  # fmt: skip
    assert "minemine" in files(kept_mail)

    response = client.post("/me/erase/", {"email": "somebody@example.org"})
    assert response.status_code == 422
    assert User.objects.filter(pk=learner.pk).exists()
    with django_capture_on_commit_callbacks(execute=False) as callbacks:
        response = client.post("/me/erase/", {"email": " Learner@example.org "})
    run_but_the_checkpoint(callbacks)
    assert (response.status_code, response.url) == (302, "/")
    found = {
        label
        for label, text in [*everything().items(), ("files", files(kept_mail))]
        if "minemine" in text or learner.email in text or "former@" in text
    }
    assert found == set()
    assert sorted(Certificate.objects.values_list("name", flat=True)) == ["", "detail theirs"]  # a stub stays
    assert "theirs" in everything()["training.Answer"]
    assert "theirs" in files(kept_mail)
    assert [client.get("/me/").status_code, phone.get("/me/").status_code] == [302, 302]
    assert UserSession.objects.count() == 0
    assert LogEntry.objects.get(user=admin).object_id == str(learner.pk)


def files(folder):
    return " ".join(file.read_text() for file in folder.rglob("*") if file.is_file())


def run_but_the_checkpoint(callbacks):
    """SQLite's log cannot be emptied within the test's transaction; tests/e2e/test_account.py reads the real files."""
    for callback in callbacks:
        if callback is not personal_data._write_over:
            callback()
    assert callbacks.count(personal_data._write_over) == 1
