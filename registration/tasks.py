"""What the workers do: send the mail the site owes."""

from celery import shared_task
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
