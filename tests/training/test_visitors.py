"""What visitors typed: how it waits, whose it is, and how it joins the account that signs in."""

import json
import re

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from tests.training.open_pages import (
    CHOICE,
    CHOICE_PAGE,
    COURSE,
    COURSES,
    HTMX,
    PAGE,
    REFLECT,
    TEXT,
    address,
    answers,
    drawn_version,
    save,
    sign_in,
    waiting,
)
from training import visitors
from training.models import ActionPlan, Answer, Completion, PageVisit
from training.standing import Standing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


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
