"""What was asked at registration can be changed at any time."""

import pytest

from registration.models import Institution, User

pytestmark = pytest.mark.django_db
DETAILS = "/me/details/"
FIELDS = ("name", "job_title", "job_category", "institution_name", "reason_other_text")


@pytest.fixture
def filled(learner, answers):
    """The learner with all details, signed in nowhere yet."""
    learner.name, learner.job_title, learner.job_category = "Ada Okafor", "Dean", "other"
    learner.institution_name, learner.reason_other, learner.reason_other_text = "Old School", True, "curious"
    learner.save()
    return learner


def test_it_asks_to_sign_in(client):
    assert client.get(DETAILS).url == "/accounts/login/?next=/me/details/"


def test_it_shows_what_is_kept(client, filled):
    client.force_login(filled)
    form = client.get(DETAILS).context["form"]
    assert [field.name for field in form.visible_fields()] == [
        "name",
        "job_title",
        "job_category",
        "institution",
        "reasons",
        "reason_other_text",
        "institution_choice",
    ]
    assert form.initial == {
        "name": "Ada Okafor",
        "job_title": "Dean",
        "job_category": "other",
        "institution": "Old School",
        "reasons": ["reason_other"],
        "reason_other_text": "curious",
    }


def test_it_keeps_what_is_typed_and_leaves_address_and_password(client, filled, answers):
    client.force_login(filled)
    password = filled.password
    changed = answers | {
        "email": "other@example.org",
        "password1": "another one 123",
        "name": "Ada O. Okafor",
    }
    assert client.post(DETAILS, changed).url == "/me/"
    user = User.objects.get()
    assert [getattr(user, field) for field in FIELDS] == [
        "Ada O. Okafor",
        "Associate professor",
        "faculty_or_administrator",
        "Example University",
        "",
    ]
    assert [reason for reason in User.REASONS if getattr(user, reason)] == [
        "reason_required",
        "reason_own_development",
    ]
    assert (user.email, user.password) == ("learner@example.org", password)
    assert client.get("/me/").status_code == 200


def test_a_fault_is_told_and_what_was_typed_stays(client, filled, answers):
    client.force_login(filled)
    response = client.post(DETAILS, answers | {"name": " ", "job_title": "Provost", "reasons": []})
    assert response.status_code == 422
    assert response.context["form"].errors == {
        "name": ["Enter your name."],
        "reasons": ["Choose at least one reason."],
    }
    assert 'value="Provost"' in response.content.decode()
    assert User.objects.get().job_title == "Dean"


def test_a_new_institution_ends_what_an_older_list_said_of_the_former(client, filled, answers):
    client.force_login(filled)
    User.objects.update(at_ctsa=True)
    same = answers | {"institution": "Old School"}
    client.post(DETAILS, same)
    assert User.objects.get().at_ctsa is True
    known = Institution.objects.create(name="Example University")
    client.post(DETAILS, answers)
    user = User.objects.get()
    assert (user.at_ctsa, user.institution) == (None, known)
