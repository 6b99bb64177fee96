"""A look inside: which pages are open without an account, and how what was typed there comes to the one who signs in."""

import json
import random
import re

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from tests.conftest import PASSWORD
from tests.training.test_polls import POLL
from tests.training.work_examples import HEAD, write_examples
from training import content, polls, visitors
from training.activities import KINDS
from training.made_up import made_up
from training.models import ActionPlan, Answer, Completion, PageNote, PageVisit, PollTally
from training.standing import Standing

pytestmark = pytest.mark.django_db
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


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


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


class TestJoining:
    def test_registering_takes_several_requests_and_the_answers_are_there(
        self, client, django_capture_on_commit_callbacks
    ):
        save(client, "Before I had an account")
        there = address(COURSE, COURSE.next_page(PAGE))
        with django_capture_on_commit_callbacks(execute=True):
            client.post(
                "/accounts/signup/",
                {"name": "Ada Okafor", "email": "ada@example.edu", "job_title": "Professor",
                 "job_category": "faculty_or_administrator", "institution": "Example University",
                 "reasons": ["reason_required"], "password1": "seven quiet herons", "next": there},
            )  # fmt: skip
        key = client.session.session_key
        assert Answer.objects.count() == 0
        code = re.search(r"^[A-Z]{4}-[A-Z]{4}$", mail.outbox[-1].body, re.MULTILINE)[0]
        response = client.post("/accounts/confirm-email/", {"code": code})
        assert response.url == there
        assert client.session.session_key != key
        answer = Answer.objects.get()
        assert (answer.user.email, answer.value) == ("ada@example.edu", {"text": "Before I had an account"})
        assert visitors.WAITING not in client.session
        assert str(visitors.JOINED) in client.get(there).content.decode()

    def test_starting_over_with_another_address_loses_nothing(self, client, learner):
        save(client, "Typed before a slip of the pen")
        client.post("/accounts/login/code/", {"email": "lerner@example.org"})
        client.post("/accounts/logout/", {"next": "/accounts/login/"})
        sign_in(client, learner)
        assert answers(learner)[REFLECT.id][0] == {"text": "Typed before a slip of the pen"}

    def test_by_a_code(self, client, learner, django_capture_on_commit_callbacks):
        save(client, "By code")
        with django_capture_on_commit_callbacks(execute=True):
            client.post("/accounts/login/code/", {"email": learner.email})
        code = re.search(r"^[A-Z]{4}-[A-Z]{4}$", mail.outbox[-1].body, re.MULTILINE)[0]
        client.post("/accounts/login/code/confirm/", {"code": code})
        assert answers(learner) == {REFLECT.id: ({"text": "By code"}, None, True)}

    def test_the_session_lasts_as_an_account_s_from_then_on(self, client, learner):
        save(client, "Words")
        assert client.session.get_expire_at_browser_close() is True
        assert client.session.get_expiry_age() == 14 * 24 * 3600
        assert client.cookies["sessionid"]["max-age"] == ""
        sign_in(client, learner)
        assert client.session.get_expiry_age() == 30 * 24 * 3600
        assert client.cookies["sessionid"]["max-age"] == 30 * 24 * 3600

    def test_nothing_that_waits_changes_nothing(self, client, learner):
        sign_in(client, learner)
        assert answers(learner) == {}
        assert str(visitors.JOINED) not in client.get("/me/").content.decode()

    def test_another_text_of_the_account_stays_and_the_visitor_s_is_beside_it(self, client, learner):
        Answer.objects.keep(learner, PAGE, {REFLECT.id: {"text": "The account's"}}, {REFLECT.id: True})
        save(client, "The visitor's")
        sign_in(client, learner)
        assert answers(learner) == {REFLECT.id: ({"text": "The account's"}, {"text": "The visitor's"}, True)}
        html = client.get(address(COURSE, PAGE)).content.decode()
        assert re.search(r">\n?The account&#x27;s</textarea>", html)
        assert re.search(r'<blockquote class="other-text">\s*<p>The visitor&#x27;s</p>\s*</blockquote>', html)

    def test_three_texts_are_all_kept(self, client, learner):
        Answer.objects.keep(learner, PAGE, {REFLECT.id: {"text": "One"}}, {REFLECT.id: True})
        Answer.objects.update(other_value={"text": "Two"})
        version = drawn_version(client)
        save(client, "Three", version)
        save(client, "Four", version)
        sign_in(client, learner)
        value, other, _ = answers(learner)[REFLECT.id]
        assert value == {"text": "One"}
        assert other["text"].split("\n\n") == ["Two", "Four", "Three"]

    @pytest.mark.parametrize("text", ["The same", "As the same, and more"])
    def test_words_that_the_account_has_already_are_no_conflict(self, client, learner, text):
        Answer.objects.keep(learner, PAGE, {REFLECT.id: {"text": text}}, {REFLECT.id: True})
        save(client, "the same" if "As" in text else "The same")
        sign_in(client, learner)
        assert answers(learner) == {REFLECT.id: ({"text": text}, None, True)}

    def test_an_emptied_answer_is_none(self, client, learner):
        Answer.objects.keep(learner, PAGE, {REFLECT.id: {"text": ""}}, {REFLECT.id: False})
        save(client, "Words")
        sign_in(client, learner)
        assert answers(learner) == {REFLECT.id: ({"text": "Words"}, None, True)}

    def test_what_the_account_chose_stays_chosen(self, client, learner):
        Answer.objects.keep(learner, CHOICE_PAGE, {CHOICE.id: {"choice": "a"}}, {CHOICE.id: True})
        here = address(COURSE, CHOICE_PAGE, CHOICE)
        client.post(here, {"account": "visitor", f"{CHOICE.id}-choice": "b"}, headers=HTMX)
        sign_in(client, learner)
        assert answers(learner) == {CHOICE.id: ({"choice": "a"}, None, True)}

    def test_it_counts_as_answered_now(self, client, learner):
        PageVisit.objects.finish(learner, CHOICE_PAGE)
        here = address(COURSE, CHOICE_PAGE, CHOICE)
        client.post(here, {"account": "visitor", f"{CHOICE.id}-choice": "b"}, headers=HTMX)
        sign_in(client, learner)
        states = Standing.of(learner, COURSE).state.section(CHOICE_PAGE.section_id).pages
        assert [state.is_complete for state in states][:2] == [True, False]

    def test_it_may_complete_the_course(self, client, learner):
        ActionPlan.objects.create(
            user=learner, edition="graduate", goals=["One"], commitments=[{"situation": "a", "action": "b"}]
        )
        for page in COURSE.pages:
            PageVisit.objects.finish(learner, page)
            values = {item.id: {} for item in page.activities if item is not CHOICE}
            Answer.objects.keep(learner, page, values, dict.fromkeys(values, True))
        here = address(COURSE, CHOICE_PAGE, CHOICE)
        client.post(here, {"account": "visitor", f"{CHOICE.id}-choice": "b"}, headers=HTMX)
        assert Completion.objects.count() == 0
        sign_in(client, learner)
        assert [(done.user, done.edition) for done in Completion.objects.all()] == [(learner, "graduate")]

    def test_an_activity_that_is_gone_is_overlooked(self, client, learner):
        save(client, "Words")
        session = client.session
        session[visitors.WAITING]["graduate/gone"] = {"value": {"text": "x"}, "other": None}
        session.save()
        sign_in(client, learner)
        assert list(answers(learner)) == [REFLECT.id]


class TestWhoseWordsTheyAre:
    def test_the_next_account_in_this_browser_gets_nothing(self, client, learner, outsider):
        save(client, "The first one's")
        sign_in(client, learner)
        client.post("/accounts/logout/")
        assert "The first one" not in client.get(address(COURSE, PAGE)).content.decode()
        sign_in(client, outsider)
        assert answers(outsider) == {}

    def test_words_of_an_account_whose_session_has_ended_do_not_wait_as_a_visitor_s(self, client, learner):
        for account in ({"account": learner.browser_key}, {}):
            for headers in (HTMX, {}):
                response = client.post(
                    address(COURSE, PAGE, REFLECT), {TEXT: "Theirs", **account}, headers=headers
                )
                assert (response.status_code, "X-Kept" in response) == (401, False)
            assert client.post(address(COURSE, PAGE), {TEXT: "Theirs", **account}).status_code == 401
        assert Session.objects.count() == 0

    def test_a_page_opened_before_signing_in_goes_on_writing_into_the_account(self, client, learner):
        version = drawn_version(client)
        version = save(client, "Begun as a visitor", version)["X-Kept"]
        sign_in(client, learner)
        assert save(client, "Begun as a visitor, and gone on", version).status_code == 200
        assert answers(learner) == {REFLECT.id: ({"text": "Begun as a visitor, and gone on"}, None, True)}

    def test_such_a_page_takes_nothing_from_what_the_account_had(self, client, learner):
        Answer.objects.keep(learner, PAGE, {REFLECT.id: {"text": "Of old"}}, {REFLECT.id: True})
        version = save(client, "Begun", drawn_version(client))["X-Kept"]
        sign_in(client, learner)
        save(client, "Begun, and gone on", version)
        assert answers(learner)[REFLECT.id][:2] == ({"text": "Begun, and gone on"}, {"text": "Of old"})

    def test_without_javascript_it_is_asked_once_more(self, learner):
        client = Client(enforce_csrf_checks=True)
        client.get(address(COURSE, PAGE))
        form = {
            "account": "visitor",
            TEXT: "Typed <before>",
            "csrfmiddlewaretoken": client.cookies["csrftoken"].value,
        }
        client.cookies["csrftoken"] = "n" * 32  # as signing in, in another tab, changes it
        client.force_login(learner)
        response = client.post(address(COURSE, PAGE), form)
        assert response.status_code == 403
        assert "Typed &lt;before&gt;" in response.content.decode()
        assert not Answer.objects.exists()
        again = {name: value for name, value, _ in response.context["fields"]}
        client.post(
            address(COURSE, PAGE), again | {"csrfmiddlewaretoken": str(response.context["csrf_token"])}
        )
        assert answers(learner)[REFLECT.id][0] == {"text": "Typed <before>"}

    def test_a_forged_form_begins_no_session(self):
        client = Client(enforce_csrf_checks=True)
        response = client.post(
            address(COURSE, PAGE, REFLECT), {"account": "visitor", TEXT: "Forged"}, headers=HTMX
        )
        assert response.status_code == 403
        assert Session.objects.count() == 0

    def test_on_request_it_is_all_forgotten(self, client):
        here = address(COURSE, PAGE)
        save(client, "Not for the next one here")
        assert Session.objects.count() == 1
        assert client.post("/visit/forget/", {"next": here}).url == here
        assert (Session.objects.count(), waiting(client)) == (0, {})
        assert "Not for the next one" not in client.get(here).content.decode()

    def test_forgetting_leaves_a_sign_in_under_way_alone(self, client, learner):
        client.post("/accounts/login/code/", {"email": learner.email})
        before = dict(client.session.items())
        save(client, "Not for the next one here")
        client.post("/visit/forget/", {"next": "https://elsewhere.example/"})
        assert dict(client.session.items()) == before | {"_session_expiry": 0}

    def test_forgetting_goes_nowhere_else_and_needs_a_button(self, client, learner):
        assert client.post("/visit/forget/", {"next": "https://elsewhere.example/"}).url == "/"
        assert client.get("/visit/forget/").status_code == 405
        client.force_login(learner)
        client.post("/visit/forget/")
        assert client.get("/me/").status_code == 200


class TestWhatWaits:
    def test_words_of_two_windows_are_both_kept_and_one_chooses(self, client):
        version = drawn_version(client)
        save(client, "In one window", version)
        response = save(client, "In the other", version)
        assert "In one window" in response.content.decode()
        html = client.get(address(COURSE, PAGE)).content.decode()
        both = re.search(rf'name="{REFLECT.id}-words"\s+value="(both\.[0-9a-f]+)"', html)[1]
        posted = {"account": "visitor", TEXT: "In the other", f"{REFLECT.id}-words": both}
        client.post(address(COURSE, PAGE, REFLECT), posted | {f"{REFLECT.id}-version": response["X-Kept"]})
        assert client.session[visitors.WAITING] == {
            f"graduate/{REFLECT.id}": {
                "value": {"text": "In the other\n\nIn one window"}, "other": None,
            }
        }  # fmt: skip

    def test_one_window_that_goes_on_writing_has_no_conflict(self, client):
        version = drawn_version(client)
        for text in ("O", "One", "One two"):
            version = save(client, text, version)["X-Kept"]
        assert client.session[visitors.WAITING][f"graduate/{REFLECT.id}"]["other"] is None

    def test_an_older_window_s_empty_field_empties_nothing(self, client):
        version = drawn_version(client)
        save(client, "Typed in another window", version)
        client.post(address(COURSE, PAGE), {"account": "visitor", TEXT: "", f"{REFLECT.id}-version": version})
        assert waiting(client) == {f"graduate/{REFLECT.id}": {"text": "Typed in another window"}}

    def test_what_a_page_shows_as_kept_is_kept_once_more_when_the_session_has_ended(self, client):
        version = save(client, "Shown as kept", drawn_version(client))["X-Kept"]
        client.cookies.pop("sessionid")
        client.post(
            address(COURSE, PAGE),
            {"account": "visitor", TEXT: "Shown as kept", f"{REFLECT.id}-version": version},
        )
        assert waiting(client) == {f"graduate/{REFLECT.id}": {"text": "Shown as kept"}}

    def test_an_emptied_answer_no_longer_waits_and_the_last_one_takes_the_session_along(self, client):
        version = save(client, "Words", drawn_version(client))["X-Kept"]
        save(client, "", version)
        assert (Session.objects.count(), waiting(client)) == (0, {})

    def test_nothing_chosen_begins_no_session(self, client):
        client.post(address(COURSE, PAGE, REFLECT), {"account": "visitor"}, headers=HTMX)
        assert Session.objects.count() == 0

    def test_a_saved_answer_costs_few_queries(self, client, django_assert_max_num_queries):
        save(client, "First")
        with django_assert_max_num_queries(5):  # the session is read, and written with its savepoint
            save(client, "Second")

    @pytest.mark.parametrize("bound", ["MOST_ANSWERS", "MOST_CHARACTERS"])
    def test_at_the_bound_it_says_so_kindly_and_loses_nothing(self, client, monkeypatch, bound):
        save(client, "A first answer")
        now = len(client.session[visitors.WAITING]) if bound == "MOST_ANSWERS" else 120
        monkeypatch.setattr(visitors, bound, now)
        here = address(COURSE, CHOICE_PAGE, CHOICE)
        for headers in (HTMX, {}):
            response = client.post(here, {"account": "visitor", f"{CHOICE.id}-choice": "b"}, headers=headers)
            html = response.content.decode()
            assert (response.status_code, "X-Kept" in response) == (422, False)
            assert "Nothing you wrote before is lost." in html
            assert re.search(r'value="b"\s+id="[^"]+"\s+checked', html)
        assert waiting(client) == {f"graduate/{REFLECT.id}": {"text": "A first answer"}}

    def test_a_session_never_grows_beyond_the_bound(self, client):
        for word in ("one", "two", "three", "four", "five"):
            for page in (
                item for course in COURSES.values() for item in course.pages if course.is_open(item)
            ):
                for activity in page.activities:
                    text = {f"{activity.id}-{name}": f"{word} " * 1600 for name in ("text", "a", "b", "c")}
                    client.post(
                        address(COURSES[page.owner], page, activity),
                        {"account": "visitor"} | text,
                        headers=HTMX,
                    )
        assert 20_000 < len(json.dumps(client.session[visitors.WAITING])) <= visitors.MOST_CHARACTERS

    def test_new_sessions_are_limited_by_address_and_old_ones_go_on(self, client, settings):
        settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"visit": "2/m/ip"}
        save(client, "Begun")
        assert save(Client(), "The second").status_code == 200
        refused = save(Client(), "The third")
        assert (refused.status_code, str(visitors.TOO_MANY) in refused.content.decode()) == (422, True)
        assert save(client, "Begun, and gone on").status_code == 200
        assert Session.objects.count() == 2

    def test_sessions_of_visitors_are_cleared_after_fourteen_days(self, client):
        save(client, "Words")
        left = Session.objects.get().expire_date - timezone.now()
        assert 13.9 < left.total_seconds() / 86_400 <= 14
