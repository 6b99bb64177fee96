"""Light, dark or as the device: kept on the account, drawn by the server, so that no page flashes."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client, learner):
    client.force_login(learner)
    return client


def drawn(html):
    """The theme that the page says, and what it tells the browser before any style sheet is there."""
    opening = html[: html.index("<head>")]
    theme = opening.partition('data-theme="')[2].partition('"')[0]
    return theme, html.partition('name="color-scheme"')[2].partition('content="')[2].partition('"')[0]


@pytest.mark.parametrize(
    ("theme", "shown"),
    [("system", ("", "light dark")), ("light", ("light", "light")), ("dark", ("dark", "dark"))],
)
def test_a_choice_is_kept_and_every_page_follows(client, learner, theme, shown):
    response = client.post("/me/theme/", {"theme": theme, "next": "/graduate/"})
    assert (response.status_code, response.url) == (302, "/graduate/")
    learner.refresh_from_db()
    assert learner.theme == theme
    for path in ("/", "/me/", "/graduate/"):
        html = client.get(path).content.decode()
        assert drawn(html) == shown, path
        pressed = html.partition('aria-pressed="true">')[2].partition("<")[0]
        assert pressed == learner.Theme(theme).label


def test_it_changes_nobody_else(client, outsider):
    client.post("/me/theme/", {"theme": "dark"})
    outsider.refresh_from_db()
    assert outsider.theme == "system"


def test_who_is_not_signed_in_sees_what_their_device_says_and_no_form(client, learner):
    client.post("/me/theme/", {"theme": "dark"})
    client.logout()
    html = client.get("/").content.decode()
    assert drawn(html) == ("", "light dark")
    assert "/me/theme/" not in html
    assert client.post("/me/theme/", {"theme": "light"}).url == "/accounts/login/?next=/me/theme/"
    learner.refresh_from_db()
    assert learner.theme == "dark"


def test_a_color_that_is_none_changes_nothing(client, learner):
    assert client.post("/me/theme/", {"theme": "pink"}).status_code == 302
    learner.refresh_from_db()
    assert learner.theme == "system"


@pytest.mark.parametrize(
    "back", ["https://elsewhere.example.org/", "//elsewhere.example.org", "", "javascript:x"]
)
def test_it_leads_nowhere_else(client, back):
    assert client.post("/me/theme/", {"theme": "dark", "next": back}).url == "/me/"


def test_it_takes_no_get(client):
    assert client.get("/me/theme/").status_code == 405


def test_it_costs_no_query_to_draw(client, learner, django_assert_num_queries):
    client.post("/me/theme/", {"theme": "dark"})
    with django_assert_num_queries(2):
        client.get("/")
