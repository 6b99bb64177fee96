"""Two devices, a sign-out or another account in the middle of writing: nothing typed is lost, and nobody gets another's."""

import contextlib
import re
import threading

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from training import content
from training.models import Answer, PageVisit
from training.two_devices import Over, Stamp, digest, joined, with_plain_newlines, words_beside

HTMX = {"HX-Request": "true"}
COURSE = content.load_all()["graduate"]
PAGE = next(page for page in COURSE.pages if {"choice", "reflect"} <= {item.kind for item in page.activities})
REFLECT = next(activity for activity in PAGE.activities if activity.kind == "reflect")
CHOICE = next(activity for activity in PAGE.activities if activity.kind == "choice")
ADDRESS = reverse("page", args=[COURSE.id, PAGE.section_id, PAGE.id])
NAME = f"{REFLECT.id}-text"
TEXTS = frozenset({"text"})


@pytest.fixture
def client(client, learner):
    client.force_login(learner)
    return client


def save(client, text, version="", **more):
    """What an autosave does; returns the response, whose X-Kept is the stamp of what is kept."""
    data = {NAME: text, f"{REFLECT.id}-version": version, **more}
    return client.post(f"{ADDRESS}{REFLECT.id}/", data, headers=HTMX)


def drawn_version(client, activity=REFLECT):
    html = client.get(ADDRESS).content.decode()
    return re.search(rf'name="{activity.id}-version"\s+value="([^"]*)"', html)[1]


def stored(user, activity=REFLECT):
    answer = Answer.objects.get(user=user, activity_id=activity.id)
    return answer.value, answer.other_value


@pytest.mark.django_db
def test_one_device_that_goes_on_writing_has_no_conflict(client, learner):
    version = drawn_version(client)
    for text in ("O", "One", "One two", "Two"):
        response = save(client, text, version)
        assert response.status_code == 200
        version = response["X-Kept"]
    assert stored(learner) == ({"text": "Two"}, None)


@pytest.mark.django_db
def test_of_two_devices_both_texts_are_kept_and_shown_side_by_side(client, learner):
    version = drawn_version(client)
    save(client, "From the phone", version)
    response = save(client, "From the laptop", version)
    assert stored(learner) == ({"text": "From the laptop"}, {"text": "From the phone"})
    assert "From the phone" in response.content.decode()
    html = client.get(ADDRESS).content.decode()
    assert re.search(r">\n?From the laptop</textarea>", html)
    assert re.search(r'<blockquote class="other-text">\s*<p>From the phone</p>\s*</blockquote>', html)


@pytest.mark.django_db
def test_a_third_text_and_going_on_writing_lose_nothing(client, learner):
    version = drawn_version(client)
    save(client, "One", version)
    save(client, "Two", version)
    newest = save(client, "Three", version)["X-Kept"]
    assert stored(learner) == ({"text": "Three"}, {"text": "Two\n\nOne"})
    save(client, "Three and more", newest)
    assert stored(learner) == ({"text": "Three and more"}, {"text": "Two\n\nOne"})


@pytest.mark.django_db
def test_a_save_whose_response_was_lost_is_no_conflict(client, learner):
    version = drawn_version(client)
    save(client, "Half a sen", version)
    assert save(client, "Half a sen", version).status_code == 200
    save(client, "Half a sentence", version)
    assert stored(learner) == ({"text": "Half a sentence"}, None)


@pytest.mark.django_db
def test_the_last_choice_wins_silently(client, learner):
    version = drawn_version(client, CHOICE)
    for key in ("a", "b"):
        data = {f"{CHOICE.id}-choice": key, f"{CHOICE.id}-version": version}
        client.post(f"{ADDRESS}{CHOICE.id}/", data, headers=HTMX)
    assert stored(learner, CHOICE) == ({"choice": "b"}, None)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("mine", "From the laptop"),
        ("other", "From the phone"),
        ("both", "From the laptop\n\nFrom the phone"),
    ],
)
def test_without_javascript_a_button_ends_the_conflict(client, learner, words, kept):
    version = drawn_version(client)
    save(client, "From the phone", version)
    version = save(client, "From the laptop", version)["X-Kept"]
    seen = digest({"text": "From the phone"})
    data = {
        NAME: "From the laptop",
        f"{REFLECT.id}-version": version,
        f"{REFLECT.id}-words": f"{words}.{seen}",
    }
    response = client.post(f"{ADDRESS}{REFLECT.id}/", data)
    assert (response.status_code, response.url) == (302, f"{ADDRESS}#{REFLECT.id}")
    assert stored(learner) == ({"text": kept}, None)


@pytest.mark.django_db
def test_a_choice_between_texts_never_drops_one_that_came_in_after_they_were_shown(client, learner):
    version = drawn_version(client)
    save(client, "One", version)
    shown = save(client, "Two", version)["X-Kept"]
    save(client, "Three", version)
    data = {
        NAME: "Two",
        f"{REFLECT.id}-version": shown,
        f"{REFLECT.id}-words": f"mine.{digest({'text': 'One'})}",
    }
    client.post(f"{ADDRESS}{REFLECT.id}/", data)
    assert stored(learner) == ({"text": "Two"}, {"text": "Three\n\nTwo\n\nOne"})


@pytest.mark.django_db
def test_an_old_page_that_was_not_written_on_changes_nothing(client, learner):
    old = {NAME: "", f"{REFLECT.id}-version": drawn_version(client)}
    save(client, "Written on the phone", drawn_version(client))
    assert client.post(ADDRESS, old).status_code == 302
    assert stored(learner) == ({"text": "Written on the phone"}, None)


@pytest.mark.django_db
def test_line_breaks_are_spelled_differently_by_forms_and_scripts_and_are_the_same(client, learner):
    save(client, "One\nTwo", drawn_version(client))
    form = {NAME: "One\r\nTwo", f"{REFLECT.id}-version": drawn_version(client)}
    client.post(ADDRESS, form)
    answer = Answer.objects.get(user=learner, activity_id=REFLECT.id)
    assert (answer.value, answer.version) == ({"text": "One\nTwo"}, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("version", ["x", "-1.x", "1", "²", "99999999999999.x", "."])
def test_a_version_that_is_none_replaces_as_a_form_without_one(client, learner, version):
    assert save(client, "Kept", version).status_code == 200
    assert stored(learner)[0] == {"text": "Kept"}


@pytest.mark.django_db
def test_an_answer_costs_three_queries_and_a_conflict_four(client, django_assert_num_queries):
    save(client, "Nil", drawn_version(client))
    version = drawn_version(client)
    for text, queries in (("One", 3), ("Two", 4)):
        with django_assert_num_queries(queries):
            save(client, text, version)


@pytest.mark.django_db(transaction=True)
def test_saves_in_the_same_moment_lose_nothing(learner):
    texts = [f"Text number {number} of many" for number in range(8)]
    start, faults = threading.Barrier(len(texts)), []
    # The tests' SQLite lies in memory, where a second writer is refused and does not wait as it does with a file
    turn = threading.Lock() if connection.vendor == "sqlite" else contextlib.nullcontext()
    over = {REFLECT.id: Over(Stamp.of(0, {}), TEXTS)}

    def write(text):
        try:
            start.wait(20)
            with turn:
                Answer.objects.keep(learner, PAGE, {REFLECT.id: {"text": text}}, {REFLECT.id: True}, over)
        except Exception as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=[text]) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []
    value, other = stored(learner)
    found = [value["text"], *other["text"].split("\n\n")]
    assert sorted(found) == texts


@pytest.mark.django_db
def test_a_sign_in_page_never_looks_like_a_saved_answer(client, learner):
    client.logout()
    response = client.post(
        f"{ADDRESS}{REFLECT.id}/",
        {NAME: "My words"},
        headers={**HTMX, "HX-Current-URL": f"http://testserver{ADDRESS}#here"},
    )
    assert (response.status_code, "X-Kept" in response) == (401, False)
    assert f'href="/accounts/login/?next={ADDRESS}%23{REFLECT.id}"' in response.content.decode()


def hidden_fields(response):
    """What the form on the page would send."""
    return {name: value for name, value, _ in response.context["fields"]} | {
        "csrfmiddlewaretoken": str(response.context["csrf_token"])
    }


@pytest.mark.django_db
def test_without_javascript_what_was_typed_while_signed_out_is_handed_back_and_sent_again(learner):
    client = Client(enforce_csrf_checks=True)
    client.force_login(learner)
    client.get(ADDRESS)
    form = {"account": learner.browser_key, NAME: "My own <words>"}
    form |= {f"{REFLECT.id}-version": "0.x", "csrfmiddlewaretoken": client.cookies["csrftoken"].value}
    client.cookies.pop("sessionid")
    handed_back = client.post(ADDRESS, form)
    assert handed_back.status_code == 401
    assert "My own &lt;words&gt;" in handed_back.content.decode()
    # Signing in, in another tab, changes the token of this browser
    client.cookies["csrftoken"] = "n" * 32
    client.force_login(learner)
    once_more = client.post(ADDRESS, hidden_fields(handed_back))
    assert once_more.status_code == 403
    assert "My own &lt;words&gt;" in once_more.content.decode()
    assert not Answer.objects.exists()
    done = client.post(ADDRESS, hidden_fields(once_more))
    assert done.status_code == 302
    assert stored(learner)[0] == {"text": "My own <words>"}


@pytest.mark.django_db
def test_a_forged_form_is_refused_as_ever(learner):
    client = Client(enforce_csrf_checks=True)
    client.force_login(learner)
    response = client.post(ADDRESS, {NAME: "forged", "account": "guessed"})
    assert response.status_code == 403
    assert "forged" not in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_words_of_one_account_never_go_into_another(client, learner, outsider, headers):
    client.force_login(outsider)
    form = {"account": learner.browser_key, NAME: "The learner's words"}
    response = client.post(f"{ADDRESS}{REFLECT.id}/", form, headers=headers)
    assert (response.status_code, "X-Kept" in response) == (409, False)
    assert not Answer.objects.exists()


@pytest.mark.django_db
def test_where_one_was_is_kept_to_the_paragraph_and_reading_on_goes_there(client, learner):
    client.get(ADDRESS)
    assert client.post(ADDRESS, {"paragraph": "p-7"}).status_code == 204
    assert PageVisit.objects.get(user=learner).paragraph == "p-7"
    section = reverse("section", args=[COURSE.id, PAGE.section_id])
    assert client.get(section).url == f"{ADDRESS}#p-7"
    assert f'href="{ADDRESS}#p-7"' in client.get(f"/{COURSE.id}/").content.decode()
    assert f'href="{ADDRESS}#p-7"' not in client.get(ADDRESS).content.decode()
    assert PageVisit.objects.get(user=learner).done_at is None


@pytest.mark.django_db
@pytest.mark.parametrize("paragraph", ["p" * 41, "P-7", "<b>", "a b", "p\n"])
def test_what_is_no_paragraph_is_not_kept(client, learner, paragraph):
    client.get(ADDRESS)
    assert client.post(ADDRESS, {"paragraph": paragraph}).status_code == 204
    assert PageVisit.objects.get(user=learner).paragraph == ""


@pytest.mark.django_db
def test_where_one_was_costs_three_queries(client, django_assert_num_queries):
    client.get(ADDRESS)
    with django_assert_num_queries(3):
        client.post(ADDRESS, {"paragraph": "p-7"})


@pytest.mark.django_db
def test_only_course_pages_may_be_kept_offline_and_a_page_read_ahead_is_not_opened(client, learner):
    marked = {
        path: "X-Readable-Offline" in client.get(path)
        for path in (ADDRESS, "/graduate/", "/me/", "/survey/", "/results/", "/graduate/plan/", "/")
    }
    assert [path for path, is_marked in marked.items() if is_marked] == [ADDRESS, "/graduate/"]
    other = COURSE.next_page(PAGE)
    client.get(reverse("page", args=[COURSE.id, other.section_id, other.id]), headers={"X-Read-Ahead": "yes"})
    assert [visit.page_id for visit in PageVisit.objects.filter(user=learner)] == [PAGE.id]


@pytest.mark.django_db
def test_the_service_worker_is_served_at_the_root(client):
    response = client.get("/service-worker.js")
    assert (response.status_code, response["Content-Type"]) == (200, "text/javascript")
    assert response["Cache-Control"] == "no-cache"


@pytest.mark.django_db
def test_signing_out_has_the_browser_forget_what_it_kept(client):
    assert "Clear-Site-Data" not in client.get("/accounts/logout/")
    response = client.post("/accounts/logout/")
    assert (response.status_code, response["Clear-Site-Data"]) == (302, '"storage"')
    assert client.get(ADDRESS).status_code == 302


words = st.text(alphabet="ab \n", max_size=12)


@given(words, st.lists(words, max_size=3))
def test_every_text_is_in_the_answer_or_beside_it(arriving, others):
    beside = words_beside({"text": arriving}, [{"text": other} for other in others], TEXTS)
    together = joined({"text": arriving}, beside)["text"]
    assert all(other.strip() in (arriving + beside.get("text", "")) for other in others)
    assert arriving.strip() in together
    assert all(other.strip() in together for other in others)


def test_a_stamp_does_not_mind_what_is_left_empty_but_tells_texts_apart():
    assert Stamp.of(0, {}) == Stamp.of(0, {"text": "", "choice": None, "list": [], "seen": False})
    assert digest({"text": "a"}) != digest({"text": "b"})
    assert Stamp.read(str(Stamp.of(3, {"text": "a"}))) == Stamp.of(3, {"text": "a"})
    assert with_plain_newlines({"text": "a\r\nb", "list": ["x"]}) == {"text": "a\nb", "list": ["x"]}
