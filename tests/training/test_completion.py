"""The moment when the course is complete: noticed at whatever comes last, recorded once, and shown."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from training import content
from training.models import ActionPlan, Answer, Completion, PageVisit

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
COURSE = content.load_all()["graduate"]
CORE = [page for page in COURSE.pages if page.is_core]
LAST = next(page for page in CORE if any(item.kind == "reflect" for item in page.core_activities))
REFLECT = next(item for item in LAST.core_activities if item.kind == "reflect")
ADDRESS = reverse("page", args=[COURSE.id, LAST.section_id, LAST.id])
MOMENT = "That was the last open piece"


@pytest.fixture
def client(client, learner):
    """Everything is done but what a test leaves open."""
    client.force_login(learner)
    return client


def fill(user, *, without_page=None, without_answer=None, without_plan=False):
    open_page, open_answer = without_page and without_page.id, without_answer and without_answer.id
    now = timezone.now()
    for course in content.load_all().values():
        PageVisit.objects.bulk_create(
            [
                PageVisit(user=user, edition=page.owner, page_id=page.id, done_at=now)
                for page in course.pages
                if page.id != open_page
            ],
            ignore_conflicts=True,
        )
        Answer.objects.bulk_create(
            [
                Answer(
                    user=user, edition=page.owner, page_id=page.id, activity_id=activity.id, answered_at=now
                )
                for page in course.pages
                for activity in page.activities
                if activity.id != open_answer
            ],
            ignore_conflicts=True,
        )
    if not without_plan:
        ActionPlan.objects.create(
            user=user, edition="graduate", goals=["Meet"], commitments=[{"situation": "a", "action": "b"}]
        )


def completions(user):
    return list(Completion.objects.filter(user=user).values_list("edition", "content_version", "rule"))


def test_the_last_page_done_leads_to_the_end(client, learner):
    fill(learner, without_page=LAST)
    response = client.post(ADDRESS)
    assert (response.status_code, response.url) == (302, "/graduate/complete/")
    assert completions(learner) == [("graduate", COURSE.version, COURSE.completion)]
    html = client.get(response.url).content.decode()
    assert "You have completed the course" in html
    assert COURSE.completion in html
    again = client.post(ADDRESS)
    assert again.url != "/graduate/complete/"


def test_the_last_answer_says_so_where_it_was_given(client, learner, django_assert_num_queries):
    fill(learner, without_answer=REFLECT)
    field = f"{REFLECT.id}-text"
    address = f"{ADDRESS}{REFLECT.id}/"
    assert MOMENT not in client.post(address, {field: ""}, headers=HTMX).content.decode()
    # Session, person, the answer, what is kept; and once in a life, in a transaction: that it is complete, the certificate
    with django_assert_num_queries(8):
        html = client.post(address, {field: "A thought"}, headers=HTMX).content.decode()
    assert MOMENT in html
    assert completions(learner) == [("graduate", COURSE.version, COURSE.completion)]
    with django_assert_num_queries(3):
        html = client.post(address, {field: "A second thought"}, headers=HTMX).content.decode()
    assert MOMENT not in html


def test_a_first_answer_that_completes_nothing_costs_four_queries(client, learner, django_assert_num_queries):
    with django_assert_num_queries(4):
        client.post(f"{ADDRESS}{REFLECT.id}/", {f"{REFLECT.id}-text": "A thought"}, headers=HTMX)
    assert completions(learner) == []


def test_without_javascript_a_message_says_it(client, learner):
    fill(learner, without_answer=REFLECT)
    response = client.post(f"{ADDRESS}{REFLECT.id}/", {f"{REFLECT.id}-text": "A thought"}, follow=True)
    assert MOMENT in response.content.decode()
    assert len(completions(learner)) == 1


def test_a_plan_may_come_last(client, learner):
    fill(learner, without_plan=True)
    goal_alone = client.post("/graduate/plan/", {"goal_1": "Meet", "action": "save"})
    assert (goal_alone.url, completions(learner)) == ("/graduate/plan/", [])
    plan = {"goal_1": "Meet", "situation_1": "it is Monday", "action_1": "ask", "action": "save"}
    assert client.post("/graduate/plan/", plan).url == "/graduate/complete/"
    assert len(completions(learner)) == 1


def test_what_completed_it_unnoticed_is_noticed_at_the_overview(client, learner):
    fill(learner)
    assert client.get("/graduate/").url == "/graduate/complete/"
    assert len(completions(learner)) == 1
    assert client.get("/graduate/").status_code == 200


def test_the_first_completion_stands_whatever_is_added_later(client, learner):
    fill(learner, without_page=LAST)
    Completion.objects.create(
        user=learner, edition="graduate", content_version="2020.1", rule="All of it.",
        completed_at=datetime.datetime(2020, 5, 4, 12, tzinfo=datetime.UTC),
    )  # fmt: skip
    html = client.get("/graduate/").content.decode()
    assert "You completed the course on May 4, 2020" in html
    client.post(ADDRESS)
    assert completions(learner) == [("graduate", "2020.1", "All of it.")]


def test_it_is_not_complete_for_an_outsider_or_a_beginner(client, learner):
    fill(learner, without_page=LAST)
    assert client.get("/graduate/complete/").url == "/graduate/"
    client.logout()
    assert client.get("/graduate/complete/").url == "/accounts/login/?next=/graduate/complete/"


def test_the_plan_counts_for_its_own_edition(client, learner):
    fill(learner)
    client.get("/graduate/")
    assert [edition for edition, *_ in completions(learner)] == ["graduate"]
