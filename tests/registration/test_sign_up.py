import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.urls import reverse

from registration.models import Institution, OutgoingMail, User

pytestmark = pytest.mark.django_db

SIGN_UP = "/accounts/signup/"
CONFIRM = "/accounts/confirm-email/"


def signed_in(client) -> str | None:
    user_id = client.session.get("_auth_user_id")
    return User.objects.get(pk=user_id).email if user_id else None


def test_it_registers_with_the_code_from_the_mail(client, post, answers, newest_code):
    assert post(SIGN_UP, answers).headers["Location"] == CONFIRM
    assert [message.to for message in mail.outbox] == [["ada@example.edu"]]
    assert mail.outbox[0].subject == "Your code to finish registering"
    assert signed_in(client) is None

    response = post(CONFIRM, {"code": newest_code()})

    assert response.headers["Location"] == "/me/"
    assert signed_in(client) == "ada@example.edu"
    user = User.objects.get()
    assert (user.name, user.job_title, user.job_category) == (
        "Ada Okafor",
        "Associate professor",
        "faculty_or_administrator",
    )
    assert user.reasons == [
        "required by my institution, department, or program",
        "my own professional development",
    ]
    assert user.has_usable_password() is False
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [
        ("ada@example.edu", True, True)
    ]


def test_it_returns_to_where_the_person_wanted_to_go(post, answers, newest_code):
    post(SIGN_UP, answers | {"next": "/graduate/"})
    assert post(CONFIRM, {"code": newest_code()}).headers["Location"] == "/graduate/"


def test_the_code_may_be_typed_carelessly(client, post, answers, newest_code):
    post(SIGN_UP, answers)
    post(CONFIRM, {"code": f"  {newest_code().replace('-', ' ').lower()} "})
    assert signed_in(client) == "ada@example.edu"


def test_a_password_counts_once_the_address_is_confirmed(client, post, answers, newest_code):
    post(SIGN_UP, answers | {"password1": "seven quiet herons"})
    assert User.objects.get().has_usable_password() is False
    post(CONFIRM, {"code": newest_code()})
    assert User.objects.get().check_password("seven quiet herons") is True
    assert client.get("/accounts/email/").status_code == 200  # the session holds under the new password


def test_a_stranger_who_registers_my_address_does_not_keep_a_password_to_it(
    client, post, answers, newest_code
):
    post(SIGN_UP, answers | {"password1": "seven quiet herons"})
    client.cookies.clear()  # the stranger leaves; the owner comes, in another browser
    post("/accounts/login/code/", {"email": "ada@example.edu"})
    post("/accounts/login/code/confirm/", {"code": newest_code()})
    assert signed_in(client) == "ada@example.edu"
    assert User.objects.get().has_usable_password() is False


@pytest.mark.parametrize("password", ["short", "password1234", "ada@example.edu"])
def test_it_refuses_weak_passwords(post, answers, password):
    response = post(SIGN_UP, answers | {"password1": password})
    assert list(response.context["form"].errors) == ["password1"]
    assert User.objects.count() == 0


def test_a_known_institution_is_linked_whatever_its_case(post, answers):
    institution = Institution.objects.create(name="Example University")
    post(SIGN_UP, answers | {"institution": "  EXAMPLE   university "})
    user = User.objects.get()
    assert (user.institution, user.institution_name) == (institution, "EXAMPLE university")


def test_an_unknown_institution_is_kept_as_typed(post, answers):
    Institution.objects.create(name="Another University")
    post(SIGN_UP, answers)
    user = User.objects.get()
    assert (user.institution, user.institution_name) == (None, "Example University")


def test_words_for_another_reason_tick_the_box(post, answers):
    post(SIGN_UP, answers | {"reasons": [], "reason_other_text": "A colleague sent me"})
    user = User.objects.get()
    assert (user.reasons, user.reason_other_text) == (["other"], "A colleague sent me")


def test_mistakes_are_named_and_nothing_typed_is_lost(post, answers):
    typed = answers | {"email": "ada at example", "institution": "", "reasons": ["reason_reviewing"]}
    page = post(SIGN_UP, typed).content.decode()
    assert 'value="Ada Okafor"' in page
    assert 'value="ada at example"' in page
    assert 'value="Associate professor"' in page
    assert 'value="faculty_or_administrator" id="id_job_category_0" required checked' in page
    assert 'value="reason_reviewing" id="id_reasons_2" checked' in page
    assert '<a href="#id_email">Enter a valid email address.</a>' in page
    assert '<a href="#id_institution">Enter the university, hospital, or company you work at.</a>' in page
    assert 'aria-invalid="true"' in page
    assert 'aria-describedby="id_institution_helptext id_institution_error"' in page
    assert 'id="id_institution_error"' in page
    assert "<title>Error: Register" in " ".join(page.split()).replace("<title> ", "<title>")
    assert User.objects.count() == 0


def test_everything_but_the_password_is_asked_for(post):
    response = post(SIGN_UP, {})
    assert list(response.context["form"].errors) == [
        "name",
        "email",
        "job_title",
        "job_category",
        "institution",
        "reasons",
    ]


def test_an_address_longer_than_mail_allows_is_refused(post, answers):
    response = post(
        SIGN_UP, answers | {"email": f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 30}.edu"}
    )
    assert response.context["form"].errors == {"email": ["This address is longer than mail servers allow."]}


def test_fields_come_in_the_order_of_the_form(client):
    assert list(client.get(SIGN_UP).context["form"].fields) == [
        "name",
        "email",
        "job_title",
        "job_category",
        "institution",
        "institution_choice",
        "reasons",
        "reason_other_text",
        "password1",
        "institution_pick",
        "institution_asked",
    ]


def test_a_wrong_code_can_be_put_right(client, post, answers, newest_code):
    post(SIGN_UP, answers)
    response = post(CONFIRM, {"code": "BBBB-BBBB"})
    assert response.status_code == 200
    assert response.context["form"].errors == {
        "code": [
            "This is not the code in our newest email. Check it for typing errors, or ask for a new one."
        ]
    }
    post(CONFIRM, {"code": newest_code()})
    assert signed_in(client) == "ada@example.edu"


def test_five_wrong_codes_end_it(client, post, answers, newest_code):
    post(SIGN_UP, answers)
    for _ in range(4):
        assert post(CONFIRM, {"code": "BBBB-BBBB"}).status_code == 200
    assert post(CONFIRM, {"code": "BBBB-BBBB"}).headers["Location"] == reverse("account_login")
    post(CONFIRM, {"code": newest_code()})
    assert signed_in(client) is None


@pytest.mark.parametrize(("minutes", "who"), [(59, "ada@example.edu"), (61, None)])
def test_a_code_works_for_an_hour(client, post, answers, newest_code, minutes, who):
    post(SIGN_UP, answers)
    session = client.session
    session["account_email_verification_code"]["at"] -= minutes * 60
    session["account_login"]["initiated_at"] -= minutes * 60
    session.save()
    post(CONFIRM, {"code": newest_code()})
    assert signed_in(client) == who


def test_a_used_code_is_used_up(client, post, answers, newest_code):
    post(SIGN_UP, answers)
    post(CONFIRM, {"code": newest_code()})
    post("/accounts/logout/")
    assert post(CONFIRM, {"code": newest_code()}).headers["Location"] == reverse("account_login")
    assert signed_in(client) is None


def test_only_the_newest_code_works(client, post, answers, newest_code):
    post(SIGN_UP, answers)
    first = newest_code()
    post(CONFIRM, {"action": "resend"})
    assert len(mail.outbox) == 2
    post(CONFIRM, {"code": first})
    assert signed_in(client) is None
    post(CONFIRM, {"code": newest_code()})
    assert signed_in(client) == "ada@example.edu"


def test_who_lost_the_code_is_told_how_to_get_in(client, post, answers, newest_code):
    post(SIGN_UP, answers)
    client.cookies.clear()
    post(SIGN_UP, answers | {"email": "ADA@Example.edu"})
    assert User.objects.count() == 1
    assert mail.outbox[-1].subject == "You have started an account here already"
    assert "http://localhost:8000/accounts/login/code/" in mail.outbox[-1].body

    client.cookies.clear()
    post("/accounts/login/code/", {"email": "ada@example.edu"})
    post("/accounts/login/code/confirm/", {"code": newest_code()})
    assert signed_in(client) == "ada@example.edu"
    assert EmailAddress.objects.get().verified is True


def test_a_double_click_is_no_fault(learner, post, answers, monkeypatch):
    """Both requests saw the address free; one of them comes too late."""
    monkeypatch.setattr(
        "allauth.account.internal.flows.manage_email.email_already_exists", lambda email: (email, False)
    )
    response = post(SIGN_UP, answers | {"email": learner.email})
    assert (response.status_code, response.headers["Location"]) == (302, CONFIRM)
    assert [message.subject for message in mail.outbox] == ["You have started an account here already"]


def test_the_code_is_not_kept_once_sent(post, answers, newest_code):
    post(SIGN_UP, answers)
    record = OutgoingMail.objects.get()
    assert (record.kind, record.text, record.html) == (
        "code",
        "(This mail held a code. It is not kept.)",
        "",
    )
    assert newest_code() not in record.subject
    assert record.user == User.objects.get()


def test_the_page_says_what_is_collected_and_that_the_survey_is_apart(client):
    page = " ".join(client.get(SIGN_UP).content.decode().split())
    assert "it is anonymous and not linked to your registration" in page
    assert "Leave this empty to sign in with codes" in page
