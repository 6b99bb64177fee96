"""The action plan: kept as typed, mailed once with its PDF, readable by its owner only."""

import datetime
import io

import pypdf
import pytest
from django.core import mail
from django.utils import timezone

from registration.models import OutgoingMail
from training.models import ActionPlan

pytestmark = pytest.mark.django_db
PLAN = {
    "goal_1": "Agree on expectations — in writing",
    "situation_1": "a draft reaches me",
    "action_1": "answer within three days",
    "next_meeting_on": "2026-12-01",
    "check_in_on": "2026-12-24",
    "notes": "Ask Łukasz & José",
}


@pytest.fixture
def client(client, learner):
    client.force_login(learner)
    return client


def text_of(pdf):
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())


def test_an_empty_form_proposes_a_check_in_in_thirty_days(client):
    form = client.get("/graduate/plan/").context["form"]
    assert form["check_in_on"].value() == timezone.localdate() + datetime.timedelta(days=30)
    assert not ActionPlan.objects.exists()


def test_a_plan_is_kept_as_typed(client, learner):
    response = client.post("/graduate/plan/", PLAN)
    assert (response.status_code, response.url) == (302, "/graduate/plan/")
    plan = ActionPlan.objects.get(user=learner)
    assert (plan.goals, plan.commitments, plan.notes) == (
        ["Agree on expectations — in writing"],
        [{"situation": "a draft reaches me", "action": "answer within three days"}],
        "Ask Łukasz & José",
    )
    assert (plan.next_meeting_on, plan.check_in_on) == (
        datetime.date(2026, 12, 1),
        datetime.date(2026, 12, 24),
    )
    assert plan.is_whole
    assert not OutgoingMail.objects.exists()
    assert client.get("/graduate/plan/").context["form"]["goal_1"].value() == PLAN["goal_1"]


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ("action_1", "Say what you will do when this happens."),
        ("situation_1", "Say when you will do this: the moment that should remind you."),
    ],
)
def test_half_a_commitment_is_named_at_the_missing_half_and_nothing_typed_is_lost(client, missing, message):
    response = client.post("/graduate/plan/", PLAN | {missing: ""})
    assert response.status_code == 422
    assert response.context["form"].errors == {missing: [message]}
    assert PLAN["goal_1"] in response.content.decode()
    assert not ActionPlan.objects.exists()


def test_a_date_that_is_none_is_said_at_its_field(client):
    response = client.post("/graduate/plan/", PLAN | {"check_in_on": "soon"})
    assert response.context["form"].errors == {"check_in_on": ["Enter a valid date."]}
    assert 'value="soon"' in response.content.decode()


def test_nothing_is_mailed_before_something_is_written(client):
    response = client.post("/graduate/plan/", {"action": "mail"})
    assert response.context["form"].errors == {
        "goal_1": ["Write a goal or a commitment first: there is nothing to send yet."]
    }
    assert not OutgoingMail.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_it_mails_the_plan_with_an_accessible_pdf(client, learner):
    client.post("/graduate/plan/", PLAN | {"action": "mail"})
    (message,) = mail.outbox
    assert (message.to, message.subject) == (["learner@example.org"], "Your mentoring action plan")
    assert "- If a draft reaches me\n  then I will answer within three days" in message.body
    ((name, pdf, kind),) = message.attachments
    assert (name, kind) == ("mentoring-action-plan.pdf", "application/pdf")
    text = text_of(pdf)
    for part in (PLAN["goal_1"], "If a draft reaches me", "then I will answer within three days", PLAN["notes"],
                 "Tuesday, December 1, 2026", "Thursday, December 24, 2026", "Page 1 of 1"):  # fmt: skip
        assert part in text
    catalog = pypdf.PdfReader(io.BytesIO(pdf)).trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/Lang"] == "en"
    assert pypdf.PdfReader(io.BytesIO(pdf)).metadata.title == "Mentoring action plan: Learner"


@pytest.mark.django_db(transaction=True)
def test_the_same_plan_is_mailed_once_a_day_and_a_changed_one_again(client):
    for _ in range(2):
        client.post("/graduate/plan/", PLAN | {"action": "mail"})
    assert len(mail.outbox) == 1
    client.post("/graduate/plan/", PLAN | {"goal_2": "Another", "action": "mail"})
    assert len(mail.outbox) == 2


def test_the_pdf_is_ones_own(client, learner, outsider):
    ActionPlan.objects.create(user=outsider, edition="graduate", goals=["the outsider's goal"])
    response = client.get("/graduate/plan.pdf")
    assert (response.status_code, response.url) == (302, "/graduate/plan/")
    ActionPlan.objects.create(user=learner, edition="graduate", goals=["my goal"])
    response = client.get("/graduate/plan.pdf")
    assert response["Content-Type"] == "application/pdf"
    assert "my goal" in text_of(response.content)
    assert "outsider" not in text_of(response.content)
