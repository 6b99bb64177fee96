"""Where a person is signed in: what is kept of it, what it costs, and how it is ended."""

import datetime

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from registration import tasks
from registration.models import OutgoingMail
from registration.sessions import NOTED
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
SESSIONS = "/accounts/sessions/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:141.0) Gecko/20100101 Firefox/141.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/139.0.0.0 Safari/537.36 Edg/139.0.0.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Safari/604.1"
)
ANDROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/139.0.0.0 Mobile Safari/537.36"


@pytest.fixture
def browser(learner):
    """browser(what it says it is) -> a client in which the learner has signed in by password."""

    def sign_in(agent=FIREFOX, who=learner):
        client = Client(HTTP_USER_AGENT=agent, REMOTE_ADDR="198.51.100.7")
        client.post("/accounts/login/", {"login": who.email, "password": PASSWORD})
        return client

    return sign_in


def devices(user):
    return sorted(UserSession.objects.filter(user=user).values_list("user_agent", flat=True))


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (FIREFOX, "Firefox on Windows"),
        (EDGE, "Edge on Windows"),
        (IPHONE, "Safari on iPhone"),
        (ANDROID, "Chrome on Android"),
        ("curl/8.5", "A browser"),
        ("", "A browser"),
    ],
)
def test_it_keeps_a_device_in_words_and_no_address(browser, learner, agent, device):
    browser(agent)
    assert list(UserSession.objects.values_list("user", "ip", "user_agent")) == [(learner.pk, "::", device)]


def test_a_new_password_leaves_no_address_either(browser, learner):
    client = browser()
    data = {"oldpassword": PASSWORD, "password1": "twelve tall cranes", "password2": "twelve tall cranes"}
    client.post("/accounts/password/change/", data)
    assert set(UserSession.objects.values_list("ip", "user_agent")) == {("::", "Firefox on Windows")}
    assert [row["user_agent"] for row in listed(client)] == ["Firefox on Windows"]


def listed(client):
    return [
        {"user_agent": row.user_agent, "is_current": row.session_key == client.session.session_key}
        for row in client.get(SESSIONS).context["sessions"]
    ]


def test_it_lists_this_browser_first_and_nobody_elses(browser, outsider):
    phone, client = browser(IPHONE), browser(FIREFOX)
    browser(ANDROID, outsider)
    assert listed(client) == [
        {"user_agent": "Firefox on Windows", "is_current": True},
        {"user_agent": "Safari on iPhone", "is_current": False},
    ]
    phone.post("/accounts/logout/")
    assert [row["user_agent"] for row in listed(client)] == ["Firefox on Windows"]


def test_one_other_is_ended_and_asks_to_sign_in(browser, learner, outsider):
    phone, tablet, client = browser(IPHONE), browser(ANDROID), browser(FIREFOX)
    strange = browser(EDGE, outsider)
    row = UserSession.objects.get(user_agent="Safari on iPhone")
    assert client.post(SESSIONS, {"end": row.pk}).url == SESSIONS
    assert phone.get("/me/").status_code == 302
    assert [other.get("/me/").status_code for other in (tablet, client, strange)] == [200, 200, 200]
    assert devices(learner) == ["Chrome on Android", "Firefox on Windows"]


def test_all_others_are_ended_and_this_one_stays(browser, outsider):
    others, client = [browser(IPHONE), browser(ANDROID)], browser(FIREFOX)
    strange = browser(EDGE, outsider)
    client.post(SESSIONS, {"end": "others"})
    assert [other.get("/me/").status_code for other in others] == [302, 302]
    assert [client.get("/me/").status_code, strange.get("/me/").status_code] == [200, 200]


@pytest.mark.parametrize("end", ["", "all", "0", "-1", "x" * 500])
def test_what_names_no_session_of_mine_ends_none(browser, outsider, end):
    client, phone, strange = browser(FIREFOX), browser(IPHONE), browser(EDGE, outsider)
    client.post(SESSIONS, {"end": end})
    client.post(SESSIONS, {"end": UserSession.objects.get(user=outsider).pk})
    client.post(SESSIONS, {"end": UserSession.objects.get(user_agent="Firefox on Windows").pk})
    assert [one.get("/me/").status_code for one in (client, phone, strange)] == [200, 200, 200]


def test_a_page_costs_no_query_more_but_once_a_day(browser, django_assert_num_queries):
    client = browser()
    with django_assert_num_queries(2):  # session and person
        client.get("/")
    session = client.session
    session[NOTED] = [session.session_key, "2020-01-01"]
    session.save()
    UserSession.objects.update(last_seen_at=timezone.now() - datetime.timedelta(days=3))
    client.get("/")
    assert UserSession.objects.get().last_seen_at > timezone.now() - datetime.timedelta(minutes=1)
    with django_assert_num_queries(2):
        client.get("/")


def test_a_page_that_reads_no_session_still_reads_none(browser, django_assert_num_queries):
    client = browser()
    with django_assert_num_queries(0):
        client.get("/healthz")


def test_sessions_that_have_run_out_are_forgotten(browser, learner):
    browser(IPHONE)
    client = browser(FIREFOX)
    old = UserSession.objects.filter(user_agent="Safari on iPhone")
    long_ago = timezone.now() - datetime.timedelta(days=32)
    Session.objects.filter(session_key=old.get().session_key).update(expire_date=long_ago)
    old.update(last_seen_at=long_ago)
    tasks.forget_sessions()
    assert devices(learner) == ["Firefox on Windows"]
    assert list(Session.objects.values_list("session_key", flat=True)) == [client.session.session_key]


def test_the_admin_pages_are_entered_by_the_sign_in_that_has_limits(client, admin):
    assert client.get("/admin/login/?next=/admin/").url == "/accounts/login/?next=%2Fadmin%2F"
    response = client.post("/admin/login/", {"username": admin.email, "password": PASSWORD})
    assert response.url.startswith("/accounts/login/")
    assert "_auth_user_id" not in client.session


def test_staff_see_neither_ways_in_nor_sessions_nor_what_a_mail_says(client, admin, learner):
    mail = OutgoingMail.objects.create(
        key="k", kind="plan", user=learner, to_address=learner.email, subject="a plan", text="my goals"
    )
    client.force_login(admin)
    assert [
        client.get(f"/admin/{path}/").status_code
        for path in ("mfa/authenticator", "usersessions/usersession")
    ] == [
        404,
        404,
    ]
    page = client.get(f"/admin/registration/outgoingmail/{mail.pk}/change/").content.decode()
    assert ("a plan" in page, "my goals" in page) == (True, False)
