"""What the workers do of this app: the plan's PDF, made when its mail goes out; and the daily count of the polls."""

from celery import shared_task
from django.utils import timezone

from registration.mail import Attachment, attaches
from registration.models import OutgoingMail
from training import action_plan, polls
from training.models import ActionPlan


@attaches("plan")
def plan_attachment(mail: OutgoingMail) -> list[Attachment]:
    """The plan as it is now; nothing when it was erased meanwhile."""
    plan = ActionPlan.objects.select_related("user").filter(pk=mail.payload["plan"], user=mail.user).first()
    return [Attachment(action_plan.FILE_NAME, action_plan.pdf(plan), "application/pdf")] if plan else []


@shared_task
def refresh_polls() -> None:
    polls.refresh(timezone.localdate())
