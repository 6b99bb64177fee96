"""Reminders of a program: to members who have not completed the course, decided again when each mail goes out."""

from __future__ import annotations

import datetime
from typing import Any

from celery import shared_task
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from opm import program_status
from registration.mail import wanted_if
from registration.models import OutgoingMail, Program

BETWEEN = datetime.timedelta(days=7)
KIND = "reminder"
OPEN = ("not_started", "under_way", "expired")


def due(program: Program, today: datetime.date) -> QuerySet[Any]:
    """Members to remind: not current, not tired of it, and not reminded by any program within the last week."""
    lately = OutgoingMail.objects.filter(
        kind=KIND, user=OuterRef("user"), created_at__gt=timezone.now() - BETWEEN
    )
    members = program_status.members(program, today).filter(status__in=OPEN, wants_reminders=True)
    return members.exclude(Exists(lately)).select_related("user")


@shared_task
def remind(program_id: int, day: str) -> int:
    """Write the mails of this day: each once, however often this runs. Returns how many were due."""
    program = Program.objects.get(pk=program_id)
    members = list(due(program, datetime.date.fromisoformat(day)))
    for membership in members:
        OutgoingMail.record(
            key=f"{KIND}:{program_id}:{membership.user_id}:{day}",
            kind=KIND,
            user=membership.user,
            to=membership.user.email,
            template="email/reminder",
            context={"program": program, "status": membership.status},
            payload={"program": program_id},
        )
    return len(members)


@wanted_if(KIND)
def is_still_open(mail: OutgoingMail) -> bool:
    """Not when they have completed it, left, or had enough since the mail was written."""
    program = Program.objects.filter(pk=mail.payload["program"]).first()
    if program is None:
        return False
    members = program_status.members(program, timezone.localdate())
    return members.filter(user=mail.user, status__in=OPEN, wants_reminders=True).exists()
