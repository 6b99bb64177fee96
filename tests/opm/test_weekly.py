"""Once a week: coordinators hear what is new, once, and old invitations are forgotten."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from opm import weekly
from registration.models import Invitation, OutgoingMail, Program
from tests.opm.conftest import member

pytestmark = pytest.mark.django_db


def run(capture):
    with capture(execute=True):
        return weekly.send_digests()


def test_who_joined_and_finished_this_week_is_told_once(
    program, mailoutbox, django_capture_on_commit_callbacks
):
    today = timezone.localdate()
    member(program, "ann@example.org", completed=today - datetime.timedelta(days=6))
    member(program, "ben@example.org", completed=today - datetime.timedelta(days=7))
    assert [run(django_capture_on_commit_callbacks), run(django_capture_on_commit_callbacks)] == [1, 1]
    [mail] = mailoutbox
    assert (mail.to, mail.subject) == (["coordinator@example.org"], "T32 Heart: what is new this week")
    assert "1 member has completed the course this week." in mail.body
    assert "Ann" not in mail.body  # it would outlive her account
    assert "2 mentors have joined." in mail.body
    assert "- Not started: 0\n- Under way: 0\n- Completed: 2\n- Expired: 0" in mail.body
    assert f"/programs/{program.pk}/" in mail.body


def test_nothing_new_is_no_mail(program, mailoutbox, django_capture_on_commit_callbacks):
    user = member(program, "ann@example.org", completed=datetime.date(2026, 1, 1))
    user.memberships.update(joined_on=timezone.localdate() - datetime.timedelta(days=7))
    assert (run(django_capture_on_commit_callbacks), mailoutbox) == (0, [])


def test_a_program_that_waits_and_a_coordinator_who_had_enough_get_none(
    program, mailoutbox, django_capture_on_commit_callbacks
):
    member(program, "ann@example.org")
    program.coordinations.update(wants_digest=False)
    run(django_capture_on_commit_callbacks)
    Program.objects.update(approved_on=None)
    program.coordinations.update(wants_digest=True)
    run(django_capture_on_commit_callbacks)
    assert mailoutbox == []


def test_it_is_switched_off_and_on_in_the_settings(client, coordinator, program):
    client.force_login(coordinator)
    for choice, wanted in (("off", False), ("on", True)):
        client.post(reverse("program_settings", args=[program.pk]), {"action": "digest", "digest": choice})
        assert program.coordinations.get().wants_digest is wanted
    program.refresh_from_db()
    assert program.name == "T32 Heart"


def test_invitations_that_nobody_followed_are_forgotten_after_a_year(program):
    today, now = timezone.localdate(), timezone.now()
    for days in (365, 366):
        Invitation.objects.create(
            program=program, email=f"{days}@example.org", invited_on=today - datetime.timedelta(days=days)
        )
        OutgoingMail.objects.create(
            key=f"invitation:{days}", kind="invitation", to_address=f"{days}@example.org",
            created_at=now - datetime.timedelta(days=days, minutes=-1),
        )  # fmt: skip
    OutgoingMail.objects.create(key="plan", kind="plan", created_at=now - datetime.timedelta(days=400))
    assert weekly.forget_invitations() == 1
    assert list(Invitation.objects.values_list("email", flat=True)) == ["365@example.org"]
    assert sorted(OutgoingMail.objects.values_list("key", flat=True)) == ["invitation:365", "plan"]
