"""What tests of open pages share: an open page with a text and one with a choice, and a visitor who types."""

import re

from django.urls import reverse

from tests.conftest import PASSWORD
from training import content, visitors
from training.models import Answer

HTMX = {"HX-Request": "true"}
COURSES = content.load_all()
COURSE = COURSES["graduate"]
FIRST = {section.id: section.pages[0] for section in COURSE.sections}
PAGE = FIRST["strategies"]
REFLECT = next(activity for activity in PAGE.activities if activity.kind == "reflect")
TEXT = f"{REFLECT.id}-text"
CHOICE_PAGE = FIRST["roles-and-responsibilities"]
CHOICE = CHOICE_PAGE.activities[0]
KEPT = "Kept in this browser’s session"


def address(course, page, activity=None):
    path = reverse("page", args=[course.id, page.section_id, page.id])
    return f"{path}{activity.id}/" if activity else path


def drawn_version(client, page=PAGE, activity=REFLECT):
    html = client.get(address(COURSE, page)).content.decode()
    return re.search(rf'name="{activity.id}-version"\s+value="([^"]*)"', html)[1]


def save(client, text, version="", **more):
    """What an autosave on the open page does."""
    data = {"account": "visitor", TEXT: text, f"{REFLECT.id}-version": version, **more}
    return client.post(address(COURSE, PAGE, REFLECT), data, headers=HTMX)


def waiting(client):
    return {key: answer["value"] for key, answer in client.session.get(visitors.WAITING, {}).items()}


def sign_in(client, person):
    response = client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    assert response.status_code == 302
    return response


def answers(person):
    return {
        answer.activity_id: (answer.value, answer.other_value, answer.is_answered)
        for answer in Answer.objects.filter(user=person)
    }
