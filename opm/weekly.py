"""What is done for programs once a week: tell coordinators what is new, and forget invitations that nobody followed."""

from __future__ import annotations

import datetime

from celery import shared_task
from django.utils import timezone

from opm import program_status
from opm.program_status import STATUSES
from registration.models import Invitation, OutgoingMail, Program

WEEK = datetime.timedelta(days=7)


@shared_task
def send_digests() -> int:
    """A mail to each coordinator who wants one, if a member joined or finished within a week. Returns how many programs."""
    today = timezone.localdate()
    programs = [program for program in Program.objects.approved() if send_digest(program, today)]
    return len(programs)


def send_digest(program: Program, today: datetime.date) -> bool:
    """Once a week and coordinator, however often it runs; nothing where nothing is new."""
    since = today - WEEK
    finished = finished_since(program, since, today)
    joined = program.memberships.filter(joined_on__gt=since).count()
    if not finished and not joined:
        return False
    counts = program_status.counts(program, today)
    year, week, _ = today.isocalendar()
    for coordination in program.coordinations.filter(wants_digest=True).select_related("user"):
        OutgoingMail.record(
            key=f"digest:{program.pk}:{coordination.user_id}:{year}-{week:02}",
            kind="digest",
            user=coordination.user,
            to=coordination.user.email,
            template="email/digest",
            context={
                "program": program,
                "finished": finished,
                "joined": joined,
                "counts": [(STATUSES[status], number) for status, number in counts.items()],
            },
        )
    return True


def finished_since(program: Program, since: datetime.date, today: datetime.date) -> int:
    """How many members completed the course after this day. The mail names nobody: it would outlive their account."""
    moment = timezone.make_aware(datetime.datetime.combine(since, datetime.time.max))
    return program_status.listed(program, today, "completed").filter(completed_at__gt=moment).count()


@shared_task
def forget_invitations() -> int:
    """Addresses of people who did not follow an invitation, and the mail to them. Returns how many invitations."""
    now = timezone.now()
    OutgoingMail.objects.filter(kind="invitation", created_at__lt=now - Invitation.KEPT).delete()
    number, _ = Invitation.objects.filter(invited_on__lt=timezone.localdate() - Invitation.KEPT).delete()
    return number
