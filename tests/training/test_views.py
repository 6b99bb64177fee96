"""Reading pages and answering, with and without JavaScript."""

import pytest
from django.urls import reverse
from django.utils.html import escape

from training import content
from training.models import Answer, PageVisit

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
COURSE = content.load_all()["graduate"]


def find(kind):
    return next(
        (page, activity) for page in COURSE.pages for activity in page.activities if activity.kind == kind
    )


def address(page, activity=None):
    arguments = [COURSE.id, page.section_id, page.id]
    return (
        reverse("activity", args=[*arguments, activity.id]) if activity else reverse("page", args=arguments)
    )


@pytest.fixture
def client(client, learner):
    client.force_login(learner)
    return client


def answers(user):
    return {
        answer.activity_id: (answer.value, answer.is_answered) for answer in Answer.objects.filter(user=user)
    }


def test_it_asks_an_outsider_to_sign_in_and_brings_them_back(client):
    client.logout()
    page = COURSE.pages[1]
    response = client.get(address(page))
    assert (response.status_code, response.url) == (302, f"/accounts/login/?next={address(page)}")


def test_every_page_of_both_editions_opens(client):
    for course in content.load_all().values():
        for page in course.pages:
            response = client.get(reverse("page", args=[course.id, page.section_id, page.id]))
            assert response.status_code == 200, page.key
            assert f"<h1>{escape(page.head.title)}</h1>" in response.content.decode()


def test_a_page_shows_the_seven_sections_and_the_tabs_of_this_one(client):
    page = COURSE.section("structured-process").pages[1]
    response = client.get(address(page))
    html = response.content.decode()
    links = [f'href="/graduate/{section.id}/"' for section in COURSE.sections]
    assert [html.count(link) for link in links] == [1] * 7
    for other in COURSE.section("structured-process").pages:
        assert f'href="{address(other)}"' in html
    assert f"{page.head.label}, 2 of " in html


@pytest.mark.parametrize(
    "path",
    ["/nowhere/", "/graduate/nowhere/", "/graduate/toolkit/nowhere/", "/graduate/nowhere/why-it-matters/"],
)
def test_what_is_not_in_the_course_is_not_found(client, path):
    assert client.get(path).status_code == 404


def test_a_page_that_moved_leads_to_where_it_is_now(client):
    response = client.get("/graduate/strategies/why-it-matters/")
    assert (response.status_code, response.url) == (302, "/graduate/what-is-mentoring/why-it-matters/")


def test_a_choice_is_kept_and_its_own_reason_comes_back_as_a_fragment(client, learner):
    page, activity = find("choice")
    for key, option in activity.lettered:
        response = client.post(address(page, activity), {f"{activity.id}-choice": key}, headers=HTMX)
        html = response.content.decode()
        assert "<html" not in html
        assert option.feedback_html in html
        assert sum(other.feedback_html in html for _, other in activity.lettered) == 1
        assert answers(learner) == {activity.id: ({"choice": key}, True)}


def test_without_javascript_an_answer_leads_back_to_its_activity(client, learner):
    page, activity = find("reflect")
    response = client.post(address(page, activity), {f"{activity.id}-text": "My own words"})
    assert (response.status_code, response.url) == (302, f"{address(page)}#{activity.id}")
    assert answers(learner) == {activity.id: ({"text": "My own words"}, True)}
    assert "My own words" in client.get(address(page)).content.decode()


def test_without_javascript_saving_one_activity_keeps_what_was_typed_in_the_others(client, learner):
    page = next(page for page in COURSE.pages if len(page.activities) > 1)
    first = page.activities[0]
    posted = {f"{activity.id}-text": "typed" for activity in page.activities if activity.kind == "reflect"}
    client.post(address(page, first), posted)
    assert answers(learner) == {
        activity.id: ({"text": "typed"}, True) for activity in page.activities if activity.kind == "reflect"
    }


def test_an_option_that_is_not_there_is_refused_and_nothing_is_kept(client, learner):
    page, activity = find("choice")
    response = client.post(address(page, activity), {f"{activity.id}-choice": "zz"}, headers=HTMX)
    assert response.status_code == 422
    assert "That is not one of the options." in response.content.decode()
    assert answers(learner) == {}


def test_a_text_too_long_is_refused_kindly_and_is_still_there(client, learner):
    page, activity = find("reflect")
    text = "long " * 2001
    response = client.post(address(page), {f"{activity.id}-text": text})
    assert response.status_code == 422
    html = response.content.decode()
    assert text in html
    assert "This is longer than the 10000 characters we can keep (10005 now)." in html
    assert answers(learner) == {}
    assert PageVisit.objects.filter(user=learner, done_at__isnull=False).count() == 0


def test_done_next_page_keeps_the_answers_marks_the_page_and_goes_on(client, learner):
    page, activity = find("reflect")
    response = client.post(address(page), {f"{activity.id}-text": "kept"})
    assert (response.status_code, response.url) == (302, address(COURSE.next_page(page)))
    assert answers(learner)[activity.id] == ({"text": "kept"}, True)
    assert [visit.page_id for visit in PageVisit.objects.filter(user=learner, done_at__isnull=False)] == [
        page.id
    ]


def test_the_last_page_leads_to_where_one_stands(client):
    response = client.post(address(COURSE.pages[-1]), {})
    assert response.url == reverse("course", args=[COURSE.id])


def test_an_emptied_answer_is_kept_as_empty_and_counts_as_open(client, learner):
    page, activity = find("reflect")
    for text in ("something", ""):
        client.post(address(page, activity), {f"{activity.id}-text": text}, headers=HTMX)
    assert answers(learner) == {activity.id: ({"text": ""}, False)}


def test_answers_are_ones_own(client, learner, outsider):
    page, activity = find("reflect")
    Answer.objects.keep(outsider, page, {activity.id: {"text": "the outsider's secret"}}, {activity.id: True})
    assert "the outsider's secret" not in client.get(address(page)).content.decode()
    client.post(address(page, activity), {f"{activity.id}-text": "mine"})
    assert answers(outsider) == {activity.id: ({"text": "the outsider's secret"}, True)}


def test_a_section_opens_where_one_was_else_at_its_first_page(client):
    section = COURSE.section("structured-process")
    link = reverse("section", args=[COURSE.id, section.id])
    assert client.get(link).url == address(section.pages[0])
    client.get(address(section.pages[2]))
    client.get(address(COURSE.pages[0]))
    assert client.get(link).url == address(section.pages[2])


def test_the_overview_continues_where_one_was(client):
    assert client.get("/graduate/").context["going_on"] is None
    client.get(address(COURSE.pages[4]))
    client.get(address(COURSE.pages[2]))
    assert client.get("/graduate/").context["going_on"].key == COURSE.pages[2].key


def test_progress_on_a_shared_page_counts_in_both_editions(client):
    other = content.load_all()["undergraduate"]
    shared = next(page for page in other.pages if page.owner == "graduate")
    own = {page.id for page in other.pages if page.owner == "undergraduate"}
    twin = next(page for page in COURSE.pages if page.id in own)
    client.post(address(shared), {})
    client.post(address(twin), {})
    state = client.get("/undergraduate/").context["state"]
    done = {item.page.key for section in state.sections for item in section.pages if item.is_done}
    assert done == {shared.key}


def test_a_page_costs_four_queries_however_much_was_written(client, learner, django_assert_num_queries):
    page, _ = find("reflect")
    client.get(address(page))
    for activities in (1, 3):
        for other in COURSE.pages[: activities * 3]:
            values = {item.id: {"text": "x"} for item in other.activities}
            Answer.objects.keep(learner, other, values, dict.fromkeys(values, True))
            client.get(address(other))
        with django_assert_num_queries(
            4
        ):  # session, person, all that is kept of them, and that it was opened
            client.get(address(page))
        with django_assert_num_queries(3):
            client.get(address(page))


def test_an_answer_costs_three_queries_and_the_first_one_four(client, django_assert_num_queries):
    page, activity = find("choice")
    for choice, queries in (("a", 4), ("b", 3)):  # the first one may have completed the course
        with django_assert_num_queries(queries):
            client.post(address(page, activity), {f"{activity.id}-choice": choice}, headers=HTMX)


def test_it_says_what_the_browser_may_do(client):
    policy = client.get(address(COURSE.pages[0]))["Content-Security-Policy"]
    assert set(policy.split("; ")) == {
        "default-src 'self'",
        "img-src 'self' data:",
        "form-action 'self' http://127.0.0.1:8001",
        "worker-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "object-src 'none'",
    }
