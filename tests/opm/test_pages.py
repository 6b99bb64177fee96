"""The landing page, my page, and what says that the site is up."""

import pytest

from training import content
from training.models import ActionPlan, PageVisit

pytestmark = pytest.mark.django_db
COURSE = content.load_all()["graduate"]


def test_the_landing_page_names_the_paper_and_that_this_is_independent(client):
    html = client.get("/").content.decode()
    assert "An independent open-source work" in html
    assert "https://doi.org/10.1017/cts.2025.84" in html
    for section in COURSE.sections:
        assert section.title in html


def test_my_page_asks_to_sign_in(client):
    assert client.get("/me/").url == "/accounts/login/?next=/me/"


def test_my_page_shows_where_i_am_and_my_plan(client, learner):
    client.force_login(learner)
    assert client.get("/me/").context["begun"] == []
    PageVisit.objects.finish(learner, COURSE.pages[0])
    plan = ActionPlan.objects.create(user=learner, edition="graduate", goals=["a goal"])
    context = client.get("/me/").context
    assert [(standing.state.course.id, standing.state.pages_done) for standing in context["begun"]] == [
        ("graduate", 1)
    ]
    assert [(shown, course.id) for shown, course in context["plans"]] == [(plan, "graduate")]


@pytest.mark.parametrize(
    ("role", "links"),
    [("learner", []), ("coordinator", []), ("evaluator", ["/results/"]), ("admin", ["/results/", "/admin/"])],
)
def test_my_page_shows_staff_their_doors_and_nobody_else(client, make_user, role, links):
    client.force_login(make_user("somebody@example.org", role))
    html = client.get("/me/").content.decode()
    assert [link for link in ("/results/", "/admin/") if f'href="{link}"' in html] == links


@pytest.mark.parametrize(("path", "text"), [("/healthz", "ok"), ("/readyz", "ready")])
def test_it_says_that_it_is_up(client, path, text):
    response = client.get(path)
    assert (response.status_code, response.content.decode()) == (200, text)
