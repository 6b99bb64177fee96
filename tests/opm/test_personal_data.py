"""What the site holds about a person: all of it can be taken along, all of it can be erased."""

import json

import pytest
from django.apps import apps

from evaluation.ticket_flags import TicketFlag
from opm import personal_data
from registration.models import OutgoingMail, User
from training import content
from training.models import ActionPlan, Answer, Completion, PageNote, PageVisit

pytestmark = pytest.mark.django_db(databases=["default", "evaluation"])
PAGE = content.load_all()["graduate"].pages[0]


def fill(user, word):
    """Something of every kind about one person, each with a word that can be searched for."""
    PageVisit.objects.finish(user, PAGE)
    Answer.objects.keep(user, PAGE, {f"a-{word}": {"text": f"text {word}"}}, {f"a-{word}": True})
    ActionPlan.objects.create(user=user, edition="graduate", goals=[f"goal {word}"])
    PageNote.objects.write(user, PAGE, f"note {word}", PageNote.digest(""))
    Completion.objects.create(user=user, edition="graduate", content_version=f"v-{word}", rule=f"rule {word}")
    TicketFlag.take(user, "main", "graduate")
    OutgoingMail.objects.create(
        key=f"key-{word}", kind="plan", user=user, to_address=user.email, subject=f"subject {word}", text=word
    )


def everything():
    """Every value of every row of every table, by table."""
    return {
        model._meta.label: " ".join(str(row) for row in model._default_manager.values_list())
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and model._meta.app_label != "contenttypes"
    }


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
    client.force_login(learner)
    response = client.get("/me/export/")
    data = json.loads(response.content)
    assert [answer["value"] for answer in data["answers"]] == [{"text": "text mine"}]
    assert [plan["goals"] for plan in data["action plans"]] == [["goal mine"]]
    assert [(flag["survey"], flag["edition"]) for flag in data["ticket flags"]] == [("main", "graduate")]
    assert [visit["page_id"] for visit in data["page visits"]] == [PAGE.id]
    assert [mail["subject"] for mail in data["outgoing mails"]] == ["subject mine"]
    assert [person["email"] for person in data["users"]] == ["learner@example.org"]
    assert "theirs" not in response.content.decode()
    assert outsider.email not in response.content.decode()


def test_erasing_takes_the_typed_address_and_leaves_nothing_anywhere(client, learner, outsider):
    fill(learner, "minemine")
    fill(outsider, "theirs")
    client.force_login(learner)
    response = client.post("/me/erase/", {"email": "somebody@example.org"})
    assert response.status_code == 422
    assert User.objects.filter(pk=learner.pk).exists()
    before = everything()
    assert "minemine" in before["training.Answer"]

    response = client.post("/me/erase/", {"email": " Learner@example.org "})
    assert (response.status_code, response.url) == (302, "/")
    after = everything()
    assert {label for label, text in after.items() if "minemine" in text or learner.email in text} == set()
    assert "theirs" in after["training.Answer"]
    assert client.get("/me/").status_code == 302
