"""What the workers do: send the mail the site owes."""

import datetime

from allauth.usersessions.models import UserSession
from celery import shared_task
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from registration.models import OutgoingMail

SWEEP_AT_ONCE = 500


@shared_task
def deliver(mail_id: int) -> None:
    for mail in OutgoingMail.objects.filter(pk=mail_id):
        mail.deliver()


@shared_task
def deliver_code(mail_id: int) -> None:
    """As `deliver`, in the queue of mail that somebody is waiting for at the screen."""
    deliver(mail_id)


@shared_task
def sweep() -> None:
    """Send what a broker or worker that was down has left, and drop account mail that is long spent."""
    now = timezone.now()
    for mail in OutgoingMail.objects.due(now).order_by("next_attempt_at")[:SWEEP_AT_ONCE]:
        mail.deliver()
    OutgoingMail.objects.spent(now).delete()


@shared_task
def forget_sessions() -> None:
    """Drop sessions that have run out, and what was kept of them: also of sign-ins that were begun and left."""
    call_command("clearsessions")
    ended = timezone.now() - datetime.timedelta(seconds=settings.SESSION_COOKIE_AGE, days=1)
    UserSession.objects.filter(last_seen_at__lt=ended).delete()
