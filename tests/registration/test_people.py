"""Roles, the admin pages, system checks, and what the data export and erasing take."""

import pytest
from allauth.account.models import EmailAddress
from django.core.checks import run_checks
from django.core.management import CommandError, call_command

from registration.models import Institution, OutgoingMail, User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "groups", "is_admin"),
    [
        ("learner", [], False),
        ("coordinator", ["coordinator"], False),
        ("evaluator", ["evaluator"], False),
        ("admin", [], True),
    ],
)
def test_grant_gives_exactly_this_role(coordinator, capsys, role, groups, is_admin):
    call_command("grant", role, "Coordinator@Example.org")
    user = User.objects.get()
    assert list(user.groups.values_list("name", flat=True)) == groups
    assert (user.is_superuser, user.is_staff) == (is_admin, is_admin)
    assert capsys.readouterr().out == f"coordinator@example.org is now {role}.\n"


@pytest.mark.parametrize(
    ("role", "email", "fault"),
    [
        (
            "boss",
            "learner@example.org",
            "There is no role 'boss'. Roles are learner, coordinator, evaluator, admin.",
        ),
        (
            "admin",
            "nobody@example.org",
            "Nobody is registered as nobody@example.org. The person signs up first, then gets the role.",
        ),
    ],
)
def test_grant_says_what_is_wrong(learner, role, email, fault):
    with pytest.raises(CommandError) as error:
        call_command("grant", role, email)
    assert (str(error.value), error.value.returncode) == (fault, 1)
    assert User.objects.filter(is_superuser=True).count() == 0


def owe(user: User | None, key: str, to: str, **fields) -> OutgoingMail:
    return OutgoingMail.objects.create(
        key=key, user=user, to_address=to, subject=f"About {key}", text="Text", **fields
    )


@pytest.mark.parametrize("model", ["user", "institution", "outgoingmail"])
def test_admin_lists_and_records_open(client, admin, learner, model):
    institution = Institution.objects.create(name="Example University")
    User.objects.filter(pk=learner.pk).update(institution=institution)
    entry = owe(learner, "a", learner.email, kind="greeting")
    pk = {"user": learner.pk, "institution": institution.pk, "outgoingmail": entry.pk}[model]
    client.force_login(admin)
    assert client.get(f"/admin/registration/{model}/").status_code == 200
    assert client.get(f"/admin/registration/{model}/?q=example").status_code == 200
    assert client.get(f"/admin/registration/{model}/{pk}/change/").status_code == 200


def test_a_person_can_be_added_by_an_admin(client, admin):
    client.force_login(admin)
    assert client.get("/admin/registration/user/add/").status_code == 200
    client.post(
        "/admin/registration/user/add/",
        {"email": "New@example.org", "name": "New", "usable_password": "false"},
    )
    assert User.objects.get(name="New").has_usable_password() is False


def test_a_person_added_by_an_admin_signs_in_with_one_code(client, admin, post, newest_code):
    client.force_login(admin)
    client.post(
        "/admin/registration/user/add/",
        {"email": "New@example.org", "name": "New", "usable_password": "false"},
    )
    client.logout()
    post("/accounts/login/code/", {"email": "new@example.org"})
    response = post("/accounts/login/code/confirm/", {"code": newest_code()})
    assert response.headers["Location"] == "/me/"


def test_an_address_changed_by_an_admin_is_the_only_one(client, admin, learner):
    client.force_login(admin)
    form = client.get(f"/admin/registration/user/{learner.pk}/change/").context["adminform"].form
    values = {name: form[name].value() for name in form.fields if form[name].value()}
    client.post(
        f"/admin/registration/user/{learner.pk}/change/",
        {**values, "email": "Renamed@example.org"},
    )
    assert list(EmailAddress.objects.filter(user=learner).values_list("email", "verified", "primary")) == [
        ("renamed@example.org", False, True)
    ]


def test_admin_finds_mail_by_state(client, admin):
    waiting = owe(None, "waiting", "a@example.org", kind="greeting")
    gave_up = owe(None, "gave up", "a@example.org", kind="greeting", next_attempt_at=None)
    sent = owe(None, "sent", "a@example.org", kind="greeting", sent_at="2026-01-01T00:00Z")
    client.force_login(admin)
    for state, expected in [("waiting", waiting), ("given_up", gave_up), ("sent", sent)]:
        response = client.get(f"/admin/registration/outgoingmail/?state={state}")
        assert list(response.context["cl"].result_list) == [expected]


def test_admin_sends_again_what_can_be_sent(
    client, admin, learner, mailoutbox, django_capture_on_commit_callbacks
):
    plan = owe(learner, "plan", learner.email, kind="greeting", next_attempt_at=None, attempts=10)
    code = owe(learner, "code", learner.email, kind="code", next_attempt_at=None, attempts=5)
    client.force_login(admin)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(
            "/admin/registration/outgoingmail/",
            {"action": "send_again", "_selected_action": [plan.pk, code.pk]},
        )
    assert [message.subject for message in mailoutbox] == ["About plan"]


def test_export_holds_all_about_the_person_and_nobody_else(learner, outsider):
    User.objects.filter(pk=learner.pk).update(
        job_title="Dean",
        job_category="other",
        institution_name="Example U",
        at_ctsa=True,
        reason_other=True,
        reason_other_text="Why not",
    )
    owe(learner, "mine", learner.email, kind="greeting")
    owe(None, "before I registered", "LEARNER@example.org", kind="account")
    owe(learner, "a code on its way", "elsewhere@example.org", kind="code")
    owe(outsider, "theirs", outsider.email, kind="greeting")
    learner.refresh_from_db()
    assert User.export_for(learner) == [
        {
            "name": "Learner",
            "email": "learner@example.org",
            "email_addresses": [{"email": "learner@example.org", "verified": True}],
            "job_title": "Dean",
            "job_category": "Other",
            "institution": "Example U",
            "institution_as_typed": "Example U",
            "at_a_ctsa_hub": True,
            "taken_over_on": None,
            "reasons": ["other"],
            "other_reason": "Why not",
            "colors": "As my device is set",
            "registered_on": learner.registered_on.isoformat(),
            "last_signed_in": None,
            "roles": [],
        }
    ]
    assert [entry["subject"] for entry in OutgoingMail.export_for(learner)] == [
        "About mine",
        "About before I registered",
    ]


def test_erasing_takes_the_person_and_their_mail_and_nobody_elses(learner, outsider):
    owe(learner, "mine", learner.email, kind="greeting")
    owe(None, "before I registered", learner.email, kind="account")
    owe(outsider, "theirs", outsider.email, kind="greeting")
    OutgoingMail.erase_for(learner)
    User.erase_for(learner)
    assert list(User.objects.values_list("email", flat=True)) == ["outsider@example.org"]
    assert list(OutgoingMail.objects.values_list("key", flat=True)) == ["theirs"]


@pytest.mark.parametrize(
    ("debug", "url", "ids"),
    [(False, "", ["registration.W001"]), (False, "smtp://mail.example.edu", []), (True, "", [])],
)
def test_production_without_mail_is_warned_about(settings, debug, url, ids):
    settings.DEBUG, settings.EMAIL_URL = debug, url
    assert [fault.id for fault in run_checks() if fault.id.startswith("registration")] == ids


def test_codes_that_outlast_the_sign_in_are_refused(settings):
    settings.EMAIL_URL = "smtp://mail.example.edu"
    settings.ACCOUNT_LOGIN_TIMEOUT = 15 * 60
    assert [fault.id for fault in run_checks() if fault.id.startswith("registration")] == [
        "registration.E001"
    ]
