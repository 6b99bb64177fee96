import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from registration.models import OutgoingMail, User
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
CODE = "/accounts/login/code/"
CONFIRM = "/accounts/login/code/confirm/"


def signed_in(client) -> str | None:
    user_id = client.session.get("_auth_user_id")
    return User.objects.get(pk=user_id).email if user_id else None


def test_it_signs_in_with_a_code(client, learner, post, newest_code):
    assert post(CODE, {"email": "learner@example.org"}).headers["Location"] == CONFIRM
    assert mail.outbox[0].subject == "Your sign-in code"
    assert post(CONFIRM, {"code": newest_code()}).headers["Location"] == "/me/"
    assert signed_in(client) == "learner@example.org"


def test_it_signs_in_with_the_password(client, learner, post):
    assert post(LOGIN, {"login": "Learner@Example.org", "password": PASSWORD}).headers["Location"] == "/me/"
    assert signed_in(client) == "learner@example.org"
    assert mail.outbox == []


def test_it_goes_on_to_where_the_person_was(learner, post, newest_code):
    post(f"{CODE}?next=/graduate/plan/", {"email": "learner@example.org"})
    response = post(f"{CONFIRM}?next=/graduate/plan/", {"code": newest_code()})
    assert response.headers["Location"] == "/graduate/plan/"


def test_it_does_not_go_on_to_another_site(learner, post):
    response = post(LOGIN, {"login": learner.email, "password": PASSWORD, "next": "https://evil.example/"})
    assert response.headers["Location"] == "/me/"


def test_it_asks_for_the_code_first_and_keeps_the_password_as_second_way(client):
    page = client.get(LOGIN).content.decode()
    assert page.index('name="email"') < page.index('name="login"') < page.index('name="password"')


def test_a_wrong_password_keeps_the_address(learner, client, post):
    response = post(LOGIN, {"login": "learner@example.org", "password": "not this one"})
    assert response.context["form"].errors == {
        "__all__": [
            "This email address and password do not go together. Try again, or sign in with a code by email."
        ]
    }
    assert 'value="learner@example.org"' in response.content.decode()
    assert signed_in(client) is None


@pytest.mark.parametrize(("minutes", "who"), [(29, "learner@example.org"), (31, None)])
def test_a_code_works_for_half_an_hour(client, learner, post, newest_code, minutes, who):
    post(CODE, {"email": "learner@example.org"})
    session = client.session
    session["account_login"]["initiated_at"] -= minutes * 60
    session["account_login"]["state"]["stages"]["login_by_code"]["data"]["at"] -= minutes * 60
    session.save()
    post(CONFIRM, {"code": newest_code()})
    assert signed_in(client) == who


def test_a_used_code_is_used_up(client, learner, post, newest_code):
    post(CODE, {"email": "learner@example.org"})
    post(CONFIRM, {"code": newest_code()})
    post("/accounts/logout/")
    assert post(CONFIRM, {"code": newest_code()}).headers["Location"] == CODE
    assert signed_in(client) is None


def test_only_the_newest_code_works(client, learner, post, newest_code):
    post(CODE, {"email": "learner@example.org"})
    first = newest_code()
    post(CONFIRM, {"action": "resend"})
    assert post(CONFIRM, {"code": first}).status_code == 200
    post(CONFIRM, {"code": newest_code()})
    assert signed_in(client) == "learner@example.org"


def test_five_wrong_codes_end_it(client, learner, post, newest_code):
    post(CODE, {"email": "learner@example.org"})
    for _ in range(5):
        post(CONFIRM, {"code": "BBBB-BBBB"})
    post(CONFIRM, {"code": newest_code()})
    assert signed_in(client) is None


def test_a_code_is_worth_nothing_in_another_browser(client, learner, post, newest_code):
    post(CODE, {"email": "learner@example.org"})
    client.cookies.clear()
    post(CONFIRM, {"code": newest_code()})
    assert signed_in(client) is None


def test_too_many_codes_for_one_address_are_refused_kindly(learner, client, post):
    for _ in range(5):
        post(CODE, {"email": "learner@example.org"})
        client.cookies.clear()
    response = post(CODE, {"email": "learner@example.org"})
    assert response.context["form"].errors == {
        "email": ["Too many attempts for now. Wait ten minutes, then ask for a new code."]
    }
    assert len(mail.outbox) == 5


def test_too_many_resets_get_the_429_page(learner, post):
    for _ in range(5):
        post("/accounts/password/reset/", {"email": "learner@example.org"})
    response = post("/accounts/password/reset/", {"email": "learner@example.org"})
    assert response.status_code == 429
    assert "A short break, please" in response.content.decode()


def test_a_forgotten_password_is_replaced_with_a_code(client, learner, post, newest_code):
    post("/accounts/password/reset/", {"email": "learner@example.org"})
    post("/accounts/password/reset/confirm/", {"code": newest_code()})
    response = post(
        "/accounts/password/reset/complete/",
        {"password1": "eleven tall cranes", "password2": "eleven tall cranes"},
    )
    assert response.headers["Location"] == "/me/"
    assert signed_in(client) == "learner@example.org"
    assert User.objects.get().check_password("eleven tall cranes") is True
    assert [message.subject for message in mail.outbox] == [
        "Your code for a new password",
        "Your password was changed",
    ]


def test_a_password_can_be_set_and_changed(client, learner, post):
    learner.set_unusable_password()
    learner.save()
    client.force_login(learner)
    post("/accounts/password/set/", {"password1": "eleven tall cranes", "password2": "eleven tall cranes"})
    post(
        "/accounts/password/change/",
        {
            "oldpassword": "eleven tall cranes",
            "password1": "twelve tall cranes",
            "password2": "twelve tall cranes",
        },
    )
    assert User.objects.get().check_password("twelve tall cranes") is True
    assert [message.subject for message in mail.outbox] == [
        "Your account now has a password",
        "Your password was changed",
    ]


def test_the_address_changes_once_the_new_one_is_confirmed(client, learner, post, newest_code):
    client.force_login(learner)
    response = post("/accounts/email/", {"email": "New@Example.org", "action_add": ""})
    assert response.headers["Location"] == "/accounts/confirm-email/"
    assert client.get("/accounts/confirm-email/").status_code == 200
    assert User.objects.get().email == "learner@example.org"
    post("/accounts/confirm-email/", {"code": newest_code()})
    assert User.objects.get().email == "new@example.org"
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [
        ("new@example.org", True, True)
    ]
    assert mail.outbox[-1].to == ["learner@example.org"]
    assert mail.outbox[-1].subject == "Your address here has changed"


def test_the_address_of_somebody_else_cannot_be_taken(client, learner, outsider, post, newest_code):
    client.force_login(learner)
    post("/accounts/email/", {"email": "outsider@example.org", "action_add": ""})
    post("/accounts/confirm-email/", {"code": newest_code()})
    assert sorted(User.objects.values_list("email", flat=True)) == [
        "learner@example.org",
        "outsider@example.org",
    ]


def test_a_closed_account_gets_no_code_and_no_entry(client, learner, post):
    learner.is_active = False
    learner.save()
    post(CODE, {"email": "learner@example.org"})
    assert [record.kind for record in OutgoingMail.objects.all()] == ["account"]
    client.cookies.clear()
    response = post(LOGIN, {"login": "learner@example.org", "password": PASSWORD})
    assert client.get(response.headers["Location"]).content.decode().count("This account is closed") == 1
    assert signed_in(client) is None


@pytest.mark.parametrize(
    "address",
    [
        "/accounts/login/",
        "/accounts/login/code/",
        "/accounts/signup/",
        "/accounts/password/reset/",
        "/accounts/password/reset/done/",
        "/accounts/inactive/",
    ],
)
def test_pages_for_strangers_open_without_inline_code(client, db, address):
    page = client.get(address)
    assert page.status_code == 200
    assert (
        page.content.count(b"style=") + page.content.count(b"onclick=") + page.content.count(b"<script>") == 0
    )


@pytest.mark.parametrize(
    "address",
    ["/accounts/logout/", "/accounts/email/", "/accounts/password/change/", "/accounts/reauthenticate/"],
)
def test_pages_for_the_signed_in_open(client, learner, address):
    client.force_login(learner)
    assert client.get(address).status_code == 200
