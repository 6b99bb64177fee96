"""A look inside: which pages are open without an account, and how what was typed there comes to the one who signs in."""

import random
import re

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from tests.training.open_pages import (
    COURSE,
    COURSES,
    HTMX,
    KEPT,
    PAGE,
    REFLECT,
    TEXT,
    address,
    answers,
    save,
    sign_in,
    waiting,
)
from tests.training.test_polls import POLL
from tests.training.work_examples import HEAD, write_examples
from training import content, polls, visitors
from training.activities import KINDS
from training.made_up import made_up
from training.models import Answer, PageNote, PageVisit, PollTally

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


class TestAddresses:
    def test_of_every_section_the_first_page_is_open_and_no_other(self, client):
        for course in COURSES.values():
            first = [section.pages[0] for section in course.sections]
            assert [page for page in course.pages if course.is_open(page)] == first
            for page in course.pages:
                response = client.get(address(course, page))
                if page in first:
                    assert response.status_code == 200
                    assert f"<h1>{escape(page.head.title)}</h1>" in response.content.decode()
                else:
                    assert response.url == f"/accounts/login/?next={address(course, page)}"

    @pytest.mark.parametrize("path", ["", "syllabus/", "brief/", "tools/", "tools/mentoring-agreement/"])
    def test_what_is_open_beside_the_pages(self, client, path):
        assert client.get(f"/graduate/{path}").status_code == 200

    @pytest.mark.parametrize(
        "path",
        ["plan/", "plan.pdf", "workbook/", "workbook.pdf", "bookmarks/", "complete/", "discussion-pack/",
         "discussion-pack.pdf", "search/?q=a", f"bookmarks/{PAGE.section_id}/{PAGE.id}/", "nowhere/", "strategies/nowhere/"],
    )  # fmt: skip
    def test_everything_else_asks_to_sign_in_and_brings_back(self, client, path):
        response = client.get(f"/graduate/{path}")
        there = f"/graduate/{path}".replace("?q=a", "%3Fq%3Da")
        assert (response.status_code, response.url) == (302, f"/accounts/login/?next={there}")

    def test_a_section_opens_at_its_first_page(self, client):
        for section in COURSE.sections:
            assert client.get(f"/graduate/{section.id}/").url == address(COURSE, section.pages[0])

    def test_the_former_address_of_an_open_page_leads_to_it(self, client):
        response = client.get(f"/graduate/toolkit/{PAGE.id}/")
        assert (response.status_code, response.url) == (302, address(COURSE, PAGE))

    def test_an_activity_s_address_leads_to_it_on_its_page_and_one_that_is_not_there_to_nothing(self, client):
        assert client.get(address(COURSE, PAGE, REFLECT)).url == f"{address(COURSE, PAGE)}#{REFLECT.id}"
        assert client.get(f"{address(COURSE, PAGE)}nothing/").status_code == 404

    @pytest.mark.parametrize("path", [address(COURSE, PAGE), "/graduate/", "/graduate/strategies/"])
    def test_a_robot_may_ask_for_the_head_alone(self, client, path):
        assert client.head(path).status_code == client.get(path).status_code

    def test_the_overview_opens_the_first_pages_and_says_what_registering_adds(self, client):
        html = client.get("/graduate/").content.decode()
        for section in COURSE.sections:
            assert f'href="{address(COURSE, section.pages[0])}"' in html
        assert "It adds all other pages" in html
        assert 'href="/accounts/signup/?next=/graduate/"' in html

    def test_the_landing_page_leads_inside(self, client):
        html = client.get("/").content.decode()
        for link in ["/graduate/", *(f"/graduate/{section.id}/" for section in COURSE.sections)]:
            assert f'href="{link}"' in html

    def test_signing_in_and_registering_say_why_and_keep_the_way(self, client):
        closed = address(COURSE, COURSE.pages[1])
        for path in ("/accounts/login/", "/accounts/signup/"):
            html = client.get(path, {"next": closed}).content.decode()
            assert "an account is needed, free of charge" in html
            assert f'name="next" value="{closed}"' in html
            assert "an account is needed" not in client.get(path).content.decode()

    def test_signed_in_nothing_is_as_for_a_visitor(self, client, learner):
        client.force_login(learner)
        for path in (address(COURSE, PAGE), "/graduate/"):
            html = client.get(path).content.decode()
            assert ("without an account" in html, learner.browser_key in html) == (False, True)


class TestThePage:
    def test_it_says_that_answers_wait_and_links_both_ways_to_an_account_and_back(self, client):
        here = address(COURSE, PAGE)
        html = client.get(here).content.decode()
        assert "You are looking inside without an account." in html
        assert html.count(f'href="/accounts/signup/?next={here}"') == 2  # beside the text, and in the header
        assert html.count(f'href="/accounts/login/?next={here}"') == 2
        assert '<meta name="account" content="visitor">' in html
        assert "Forget what I typed here" in html
        for not_here in ("note-text", "My note on this page", "/graduate/plan/", "data-paragraph", "\x02"):
            assert not_here not in html

    def test_a_mere_reader_has_no_session_and_costs_no_query(self, client, django_assert_num_queries):
        client.get(address(COURSE, PAGE))
        for path in (address(COURSE, PAGE), "/graduate/", "/graduate/strategies/"):
            with django_assert_num_queries(0):
                client.get(path)
        assert Session.objects.count() == 0
        assert "sessionid" not in client.cookies

    def test_what_waits_costs_one_query(self, client, django_assert_num_queries):
        for text in ("A few words", "More of them"):
            save(client, text)
            with django_assert_num_queries(1):
                assert text in client.get(address(COURSE, PAGE)).content.decode()

    def test_nothing_of_one_visitor_is_on_the_page_of_the_next(self, client):
        save(client, "Mine alone")
        assert "Mine alone" in client.get(address(COURSE, PAGE)).content.decode()
        other = Client().get(address(COURSE, PAGE)).content.decode()
        assert "Mine alone" not in other
        assert KEPT not in other.replace(f'data-saved="✓ {KEPT}"', "")

    def test_done_keeps_what_was_typed_and_leads_to_registering_for_the_next_page(self, client):
        response = client.post(address(COURSE, PAGE), {"account": "visitor", TEXT: "Typed"})
        following = address(COURSE, COURSE.next_page(PAGE))
        assert response.url == f"/accounts/signup/?next={following.replace('/', '%2F')}"
        assert waiting(client) == {f"graduate/{REFLECT.id}": {"text": "Typed"}}
        html = client.get(response.url).content.decode()
        assert "What you have answered so far comes with you." in html
        assert f'name="next" value="{following}"' in html

    def test_done_leads_on_where_the_next_page_is_open(self, client, folder, settings):
        settings.CONTENT_DIR = folder.root
        course = content.load("graduate")
        urls = [client.post(address(course, page), {"account": "visitor"}).url for page in course.pages]
        assert urls == [*(address(course, page) for page in course.pages[1:]), "/graduate/"]
        assert Session.objects.count() == 0  # there was nothing to keep

    def test_a_fault_is_named_and_what_was_typed_stays(self, client):
        text = "long " * 2001
        response = client.post(address(COURSE, PAGE), {"account": "visitor", TEXT: text})
        html = response.content.decode()
        assert response.status_code == 422
        assert "This is longer than the 10000 characters we can keep (10005 now)." in html
        assert text in html
        assert waiting(client) == {}

    def test_it_keeps_no_note_no_bookmark_and_no_place(self, client):
        note = reverse("note", args=["graduate", PAGE.section_id, PAGE.id])
        assert client.post(note, {"account": "visitor", "note-text": "words"}).status_code == 401
        client.post(address(COURSE, PAGE), {"account": "visitor", "note-text": "words", "bookmark": "on"})
        client.post(address(COURSE, PAGE), {"account": "visitor", "paragraph": "p-3"})
        assert PageNote.objects.count() == PageVisit.objects.count() == Session.objects.count() == 0


def posted(activity, value):
    """What a form with this value in it sends."""
    if activity.kind == "rank":
        value = {"order": ",".join(value["order"]), "move": "compare"}
    return {f"{activity.id}-{name}": item for name, item in value.items()}


@pytest.fixture
def all_open(monkeypatch, settings):
    settings.DEBUG = True  # draw each page anew: it is not open to the next test
    monkeypatch.setattr(content.Course, "is_open", lambda *_: True)


@pytest.mark.usefixtures("all_open")
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "dialogue"])
@pytest.mark.parametrize("headers", [HTMX, {}], ids=["htmx", "plain"])
def test_every_kind_is_answered_and_answers_back_and_joins_the_account(client, learner, kind, headers):
    course = content.load("graduate")
    page, activity = next(
        (page, item) for page in course.pages for item in page.activities if item.kind == kind
    )
    value = made_up(activity, random.Random(7))
    here = address(course, page, activity)
    response = client.post(here, {"account": "visitor"} | posted(activity, value), headers=headers)
    assert response.status_code == (200 if headers else 302)
    assert ("X-Kept" in response) == bool(headers)
    assert waiting(client) == {page.activity_key(activity): value}
    html = client.get(address(course, page)).content.decode()
    client.force_login(learner)
    Answer.objects.keep(learner, page, {activity.id: value}, {activity.id: True})
    signed_in = client.get(address(course, page)).content.decode()
    card = re.compile(rf'<(fieldset|section|div)[^>]*\sid="{activity.id}".*?class="activity-foot"', re.DOTALL)
    strip = re.compile(r'value="\d+\.[0-9a-f]*"')
    # What the page says back is what it says to those who have an account
    assert strip.sub("", card.search(html)[0]) == strip.sub("", card.search(signed_in)[0])
    assert KEPT in html
    Answer.objects.all().delete()

    visitor = Client()
    visitor.post(here, {"account": "visitor"} | posted(activity, value), headers=headers)
    sign_in(visitor, learner)
    assert answers(learner) == {activity.id: (value, None, activity.is_answered(value))}
    assert visitors.WAITING not in visitor.session


class TestConversations:
    @pytest.fixture
    def place(self, tmp_path, settings):
        settings.CONTENT_DIR = write_examples(tmp_path).root
        course = content.load("graduate")
        return address(course, course.section("strategies").pages[0])

    @pytest.mark.parametrize("headers", [HTMX, {}], ids=["htmx", "plain"])
    def test_each_line_has_its_reason_and_the_way_joins_the_account(self, client, learner, place, headers):
        visitor = {"account": "visitor"}
        said = client.post(f"{place}late-draft/opening/", visitor | {"line": "b"}, headers=headers)
        assert said.url == f"{place}late-draft/excuses/#late-draft-now"
        html = client.get(said.url, headers=headers).content.decode()
        assert ("You will have it on Monday." in html, "<html" in html) == (True, not headers)
        assert "before you know why it broke" in html
        client.post(f"{place}late-draft/excuses/", visitor | {"line": "a"}, headers=headers)
        value = {
            "path": [{"node": "opening", "line": "b"}, {"node": "excuses", "line": "a"}],
            "at": "monday",
            "endings": ["monday"],
        }
        assert waiting(client) == {"graduate/late-draft": value}
        assert client.post(f"{place}late-draft/opening/", visitor | {"line": "z"}).url.endswith(
            "/opening/#late-draft-now"
        )
        sign_in(client, learner)
        assert answers(learner) == {"late-draft": (value, None, True)}

    def test_without_javascript_a_line_keeps_what_was_typed_beside_it(self, client, place):
        posted = {"account": "visitor", "line": "a", "beside-it-text": "Typed before"}
        client.post(f"{place}late-draft/opening/", posted)
        assert waiting(client)["graduate/beside-it"] == {"text": "Typed before"}
        too_long = client.post(f"{place}late-draft/opening/", posted | {"beside-it-text": "long " * 2001})
        assert too_long.status_code == 422
        assert waiting(client)["graduate/beside-it"] == {"text": "Typed before"}

    def test_a_turn_that_is_not_there_is_not_found(self, client, place):
        assert client.get(f"{place}late-draft/nowhere/").status_code == 404

    def test_where_too_much_waits_a_line_is_refused_kindly(self, client, place, monkeypatch):
        monkeypatch.setattr(visitors, "MOST_CHARACTERS", 10)
        response = client.post(f"{place}late-draft/opening/", {"account": "visitor", "line": "b"})
        assert response.status_code == 422
        assert "Nothing you wrote before is lost." in response.content.decode()


def test_a_vote_counts_when_it_has_an_account(client, learner, folder, settings):
    folder.write("graduate/strategies/page-4.md", HEAD.format(title="T", label="L") + POLL)
    settings.CONTENT_DIR = folder.root
    course = content.load("graduate")
    page = course.section("strategies").pages[0]
    before = [polls._count("graduate", polls._polls()["graduate"])["how-often"]]
    client.post(address(course, page), {"account": "visitor", "how-often-choice": "b"})
    before.append(polls._count("graduate", polls._polls()["graduate"])["how-often"])
    sign_in(client, learner)
    assert before == [{"a": 0, "b": 0, "c": 0}] * 2
    assert polls._count("graduate", polls._polls()["graduate"])["how-often"] == {"a": 0, "b": 1, "c": 0}
    assert PollTally.objects.count() == 0
