"""Invitations and reminders: looked at first, sent once, and decided again as each goes out."""

import datetime

import pytest
from django.core import mail as django_mail
from django.urls import reverse
from django.utils import timezone

from opm import reminders
from registration.models import Invitation, Membership, OutgoingMail, Program
from tests.opm.conftest import member, text_of
from training.models import Completion

pytestmark = pytest.mark.django_db
LONG_AGO = timezone.now() - datetime.timedelta(days=8)


def address(page, program):
    return reverse(page, args=[program.pk])


# Invitations


def test_invitations_are_counted_and_shown_before_they_go(client, coordinator, program):
    client.force_login(coordinator)
    posted = {"people": "ann@example.org\nBen@example.org", "action": "look"}
    text = text_of(client.post(address("program_invitations", program), posted))
    assert "Send 2 invitations" in text
    assert "T32 Heart invites you to a course on mentoring" in text
    assert program.join_address in text
    assert Invitation.objects.count() == 0


def test_each_address_is_invited_once(
    client, coordinator, program, mailoutbox, django_capture_on_commit_callbacks
):
    client.force_login(coordinator)
    for people in ("ann@example.org\nBen@example.org", "ben@example.org, ANN@example.org\ncat@example.org"):
        with django_capture_on_commit_callbacks(execute=True):
            client.post(address("program_invitations", program), {"people": people, "action": "send"})
    assert [mail.to for mail in mailoutbox] == [["ann@example.org"], ["ben@example.org"], ["cat@example.org"]]


def test_prepared_while_approval_waits_they_go_when_it_opens(
    client, coordinator, program, mailoutbox, django_capture_on_commit_callbacks
):
    Program.objects.filter(pk=program.pk).update(approved_on=None)
    client.force_login(coordinator)
    client.post(address("program_invitations", program), {"people": "ann@example.org", "action": "send"})
    assert OutgoingMail.objects.count() == 0
    program.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        program.approve()
        program.approve()
    assert sorted(mail.to[0] for mail in mailoutbox) == ["ann@example.org", "coordinator@example.org"]


def test_a_line_without_an_address_is_told_and_the_list_stays(client, coordinator, program):
    client.force_login(coordinator)
    response = client.post(
        address("program_invitations", program), {"people": "ann@example.org\nBen Ng", "action": "send"}
    )
    text = text_of(response)
    assert (response.status_code, Invitation.objects.count()) == (422, 0)
    assert "No email address in: Ben Ng." in text
    assert "ann@example.org Ben Ng" in text


# Reminders


def test_a_reminder_reaches_only_who_has_not_completed_and_has_had_none_this_week(program, coordinator):
    ann = member(program, "ann@example.org")
    ben = member(program, "ben@example.org", opened=True)
    member(program, "done@example.org", completed=timezone.localdate())
    old = member(program, "old@example.org", completed=datetime.date(2020, 1, 1))
    tired = member(program, "tired@example.org")
    Membership.objects.filter(user=tired).update(wants_reminders=False)
    reminded = member(program, "reminded@example.org")
    OutgoingMail.objects.create(key="a", kind="reminder", user=reminded, to_address=reminded.email)
    OutgoingMail.objects.create(key="b", kind="reminder", user=ben, to_address=ben.email, created_at=LONG_AGO)
    found = reminders.due(program, timezone.localdate()).order_by("user__email")
    assert [membership.user for membership in found] == [ann, ben, old]


def test_the_page_says_how_many_and_shows_the_mail(client, coordinator, program):
    member(program, "ann@example.org")
    client.force_login(coordinator)
    text = text_of(client.get(address("program_remind", program)))
    assert "1 member would get a reminder now." in text
    assert "Your mentoring course for T32 Heart" in text


def test_the_job_run_twice_reminds_once(program, mailoutbox, django_capture_on_commit_callbacks):
    member(program, "ann@example.org")
    day = timezone.localdate().isoformat()
    with django_capture_on_commit_callbacks(execute=True):
        assert [reminders.remind(program.pk, day), reminders.remind(program.pk, day)] == [1, 0]
        OutgoingMail.objects.update(created_at=LONG_AGO)  # as if both had looked before either wrote
        assert reminders.remind(program.pk, day) == 1
    assert [mail.to for mail in mailoutbox] == [["ann@example.org"]]


def test_who_finishes_leaves_or_has_enough_before_it_goes_out_gets_none(
    program, mailoutbox, django_capture_on_commit_callbacks
):
    people = [member(program, f"{name}@example.org") for name in ("finishes", "leaves", "tires", "stays")]
    with django_capture_on_commit_callbacks(execute=True):
        reminders.remind(program.pk, timezone.localdate().isoformat())
        Completion.objects.create(user=people[0], edition="graduate", content_version="1", rule="all")
        Membership.objects.filter(user=people[1]).delete()
        Membership.objects.filter(user=people[2]).update(wants_reminders=False)
    assert [mail.to for mail in django_mail.outbox] == [["stays@example.org"]]
    dropped = OutgoingMail.objects.filter(sent_at=None, next_attempt_at=None).values_list(
        "last_error", flat=True
    )
    assert list(dropped) == ["Not sent: it was not needed any more."] * 3


def test_sending_by_the_page(client, coordinator, program, mailoutbox, django_capture_on_commit_callbacks):
    member(program, "ann@example.org")
    client.force_login(coordinator)
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(address("program_remind", program))
    assert (response.status_code, [mail.to for mail in mailoutbox]) == (302, [["ann@example.org"]])


def test_reminders_are_switched_off_and_on_by_the_member_alone(client, program, outsider):
    user = member(program, "ann@example.org")
    membership = user.memberships.get()
    path = reverse("choose_reminders", args=[membership.pk])
    client.force_login(outsider)
    assert client.post(path, {"reminders": "off"}).status_code == 404
    client.force_login(user)
    for choice, kept in (("off", False), ("on", True)):
        client.post(path, {"reminders": choice})
        membership.refresh_from_db()
        assert membership.wants_reminders is kept


@pytest.mark.parametrize("page", ["program_invitations", "program_remind"])
def test_nobody_else_gets_there(client, outsider, program, page):
    client.force_login(outsider)
    assert client.get(address(page, program)).status_code == 404
