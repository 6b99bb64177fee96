"""Bookmarks and private notes on pages: kept with and without JavaScript, and one's own."""

import html as html_module
import re
from dataclasses import replace

import pytest
from django.urls import reverse

from training import content
from training.models import Answer, PageNote

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
COURSE = content.load_all()["graduate"]
PAGE, REFLECT = next(
    (page, activity)
    for page in COURSE.pages
    for activity in page.activities
    if activity.kind == "reflect" and not page.head.was
)
ARGUMENTS = ["graduate", PAGE.section_id, PAGE.id]
ADDRESS, NOTE = reverse("page", args=ARGUMENTS), reverse("note", args=ARGUMENTS)
NEW = PageNote.digest("")


@pytest.fixture
def client(client, learner):
    client.force_login(learner)
    return client


def kept(user):
    return [
        (note.key, note.text, note.is_bookmarked)
        for note in PageNote.objects.filter(user=user).order_by("pk")
    ]


def seen(html):
    return re.search(r'name="note-seen"\s+value="(\w+)"', html)[1]


def textarea(html):
    return html_module.unescape(re.search(r'(?s)<textarea name="note-text".*?>(.*?)</textarea>', html)[1])


def test_it_asks_an_outsider_to_sign_in(client):
    client.logout()
    assert client.post(NOTE, {"note-text": "typed while signed out", "note-seen": NEW}).status_code == 401
    assert client.get("/graduate/bookmarks/").status_code == 302
    assert not PageNote.objects.exists()


def test_a_note_saves_itself_and_is_there_next_time(client, learner):
    response = client.post(NOTE, {"note-text": "Ask Ana <soon>", "note-seen": NEW}, headers=HTMX)
    html = response.content.decode()
    assert (response.status_code, "<html" in html, "Saved" in html) == (200, False, True)
    assert seen(html) == PageNote.digest("Ask Ana <soon>")
    assert kept(learner) == [(PAGE.key, "Ask Ana <soon>", False)]
    client.get(ADDRESS)
    page = client.get(ADDRESS).content.decode()
    assert textarea(page) == "Ask Ana <soon>"
    assert seen(page) == PageNote.digest("Ask Ana <soon>")


def test_a_note_is_shown_on_its_page_alone(client, learner):
    client.get(ADDRESS)
    PageNote.objects.write(learner, PAGE, "only here", NEW)
    other = next(page for page in COURSE.pages if page != PAGE)
    address = reverse("page", args=["graduate", other.section_id, other.id])
    for _ in range(2):
        assert textarea(client.get(address).content.decode()) == ""


def test_without_javascript_the_note_and_everything_else_typed_is_kept(client, learner):
    typed = {"note-text": "My note", "note-seen": NEW, f"{REFLECT.id}-text": "My answer"}
    response = client.post(NOTE, typed)
    assert (response.status_code, response.url) == (302, f"{ADDRESS}#note")
    assert kept(learner) == [(PAGE.key, "My note", False)]
    assert [answer.value for answer in Answer.objects.filter(user=learner)] == [{"text": "My answer"}]


@pytest.mark.parametrize("address", [ADDRESS, reverse("activity", args=[*ARGUMENTS, REFLECT.id])])
def test_without_javascript_every_button_of_the_page_keeps_the_note(client, learner, address):
    client.post(address, {"note-text": "Line one\r\nline two", "note-seen": NEW})
    assert kept(learner) == [(PAGE.key, "Line one\nline two", False)]


def test_a_page_that_does_not_hold_keeps_the_note_all_the_same(client, learner):
    client.get(ADDRESS)
    typed = {"note-text": "My note", "note-seen": NEW, f"{REFLECT.id}-text": "long " * 2001}
    response = client.post(NOTE, typed)
    assert response.status_code == 422
    assert textarea(response.content.decode()) == "My note"
    assert kept(learner) == [(PAGE.key, "My note", False)]


def test_a_bookmark_goes_on_and_off_and_leaves_the_note(client, learner):
    PageNote.objects.write(learner, PAGE, "My note", NEW)
    html = client.post(NOTE, {"bookmark": "on"}, headers=HTMX).content.decode()
    assert "Remove the bookmark" in html
    assert kept(learner) == [(PAGE.key, "My note", True)]
    assert client.post(NOTE, {"bookmark": "off"}).url == f"{ADDRESS}#note"
    assert kept(learner) == [(PAGE.key, "My note", False)]


def test_a_note_leaves_the_bookmark(client, learner):
    PageNote.objects.mark(learner, PAGE, True)
    client.post(NOTE, {"note-text": "My note", "note-seen": NEW}, headers=HTMX)
    assert kept(learner) == [(PAGE.key, "My note", True)]


def test_two_devices_keep_both_texts(client, learner):
    client.post(NOTE, {"note-text": "from the phone", "note-seen": NEW}, headers=HTMX)
    response = client.post(NOTE, {"note-text": "from the desk", "note-seen": NEW}, headers=HTMX)
    assert kept(learner) == [(PAGE.key, "from the desk\n\nfrom the phone", False)]
    html = response.content.decode()
    assert (response["HX-Retarget"], response["HX-Reselect"]) == ("#note-writing", "#note-writing")
    assert textarea(html) == "from the desk\n\nfrom the phone"
    again = client.post(NOTE, {"note-text": "both read", "note-seen": seen(html)}, headers=HTMX)
    assert "HX-Retarget" not in again
    assert kept(learner) == [(PAGE.key, "both read", False)]


def test_a_page_left_open_elsewhere_does_not_undo_a_newer_note(client, learner):
    PageNote.objects.write(learner, PAGE, "old", NEW)
    PageNote.objects.write(learner, PAGE, "newer", PageNote.digest("old"))
    client.post(ADDRESS, {"note-text": "old", "note-seen": PageNote.digest("old")})
    assert kept(learner) == [(PAGE.key, "newer", False)]


def test_an_emptied_note_is_empty(client, learner):
    PageNote.objects.write(learner, PAGE, "old", NEW)
    client.post(NOTE, {"note-text": "", "note-seen": PageNote.digest("old")}, headers=HTMX)
    assert kept(learner) == [(PAGE.key, "", False)]
    assert client.get("/graduate/bookmarks/").context["sections"] == []


def test_notes_are_ones_own(client, learner, outsider):
    PageNote.objects.write(outsider, PAGE, "the outsider's secret", NEW)
    PageNote.objects.mark(outsider, PAGE, True)
    client.get(ADDRESS)
    client.post(ADDRESS, {})
    for address in (ADDRESS, "/graduate/bookmarks/", "/me/"):
        html = client.get(address).content.decode()
        assert "secret" not in html
        assert "★" not in html
    client.post(NOTE, {"note-text": "mine", "note-seen": NEW}, headers=HTMX)
    client.post(NOTE, {"bookmark": "off"}, headers=HTMX)
    assert kept(outsider) == [(PAGE.key, "the outsider's secret", True)]


def test_the_list_has_notes_and_bookmarks_in_the_order_of_the_course(client, learner):
    later = COURSE.section("strategies").pages[0]
    PageNote.objects.mark(learner, later, True)
    PageNote.objects.write(learner, PAGE, "a note", NEW)
    sections = client.get("/graduate/bookmarks/").context["sections"]
    assert [(section.id, [noted.page.id for noted in pages]) for section, pages in sections] == [
        (PAGE.section_id, [PAGE.id]),
        ("strategies", [later.id]),
    ]
    address = reverse("note", args=["graduate", "strategies", later.id])
    assert client.post(address, {"bookmark": "off", "from": "list"}).url == "/graduate/bookmarks/"
    assert [key for key, _, is_bookmarked in kept(learner) if is_bookmarked] == []


def test_a_note_moves_along_when_its_page_gets_another_id(learner):
    renamed = replace(PAGE, head=replace(PAGE.head, was=("old-id",)))
    old = replace(PAGE, id="old-id")
    PageNote.objects.write(learner, old, "from before", NEW)
    assert [note.text for note in PageNote.objects.of(learner, renamed)] == ["from before"]
    PageNote.objects.mark(learner, renamed, True)
    assert kept(learner) == [(PAGE.key, "from before", True)]
    PageNote.objects.write(learner, old, "written in an old tab", NEW)
    PageNote.objects.write(learner, renamed, "newer", PageNote.digest("from before"))
    assert kept(learner) == [
        (PAGE.key, "newer", True),
        (f"{PAGE.owner}/old-id", "written in an old tab", False),
    ]


def test_my_page_lists_them_too(client, learner):
    client.get(ADDRESS)
    PageNote.objects.mark(learner, PAGE, True)
    html = client.get("/me/").content.decode()
    assert html_module.escape(PAGE.head.title) in html
    assert 'href="/graduate/workbook/"' in html
    assert 'href="/graduate/bookmarks/"' in html


def test_an_empty_list_says_how_it_fills(client):
    assert "Nothing here yet" in client.get("/graduate/bookmarks/").content.decode()


def test_a_page_with_a_note_costs_no_more_queries_than_one_without(
    client, learner, django_assert_num_queries
):
    PageNote.objects.write(learner, PAGE, "a note", NEW)
    other = COURSE.pages[-1]
    client.get(ADDRESS)
    client.get(reverse("page", args=["graduate", other.section_id, other.id]))
    with django_assert_num_queries(4):
        assert textarea(client.get(ADDRESS).content.decode()) == "a note"
    with django_assert_num_queries(3):
        client.get(ADDRESS)


def test_a_note_costs_four_queries_and_none_when_unchanged(client, learner, django_assert_num_queries):
    with django_assert_num_queries(4):
        client.post(NOTE, {"note-text": "a note", "note-seen": NEW}, headers=HTMX)
    with django_assert_num_queries(3):
        client.post(NOTE, {"bookmark": "on"}, headers=HTMX)
    with django_assert_num_queries(2):
        client.post(NOTE, {"note-text": "a note", "note-seen": PageNote.digest("a note")}, headers=HTMX)
    with django_assert_num_queries(3):
        client.get("/graduate/bookmarks/")


def test_a_place_that_is_none_is_not_found(client):
    assert client.post("/graduate/bookmarks/strategies/nowhere/", {"bookmark": "on"}).status_code == 404
    assert client.get(NOTE).url == f"{ADDRESS}#note"
