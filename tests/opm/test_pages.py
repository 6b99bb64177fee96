"""The landing page, my page, and what says that the site is up."""

import pytest

from training import content
from training.models import ActionPlan, PageNote, PageVisit

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
    assert [(course.id, changed) for course, changed in context["plans"]] == [("graduate", plan.updated_at)]


def test_my_page_costs_six_queries_however_much_there_is(client, learner, django_assert_num_queries):
    for course in content.load_all().values():
        PageVisit.objects.finish(learner, course.pages[-1])
        PageNote.objects.write(learner, course.pages[-1], "a note", PageNote.digest(""))
        ActionPlan.objects.create(user=learner, edition=course.id, goals=["a goal"])
    client.force_login(learner)
    with django_assert_num_queries(6):  # session, person, what is kept, notes, programs, roles
        response = client.get("/me/")
    assert len(response.context["begun"]) == len(response.context["plans"]) == 2


@pytest.mark.parametrize("address", ["/privacy/", "/accessibility/", "/security/"])
def test_what_the_site_says_of_itself_is_open_to_all_and_linked_from_every_page(client, address):
    assert client.get(address).status_code == 200
    for page in ("/", "/accounts/signup/", "/graduate/"):
        assert f'href="{address}"' in client.get(page, follow=True).content.decode()


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
