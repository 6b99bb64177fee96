"""What the mail worker needs of this app: the plan's PDF, made when the mail goes out."""

from registration.mail import Attachment, attaches
from registration.models import OutgoingMail
from training import action_plan
from training.models import ActionPlan


@attaches("plan")
def plan_attachment(mail: OutgoingMail) -> list[Attachment]:
    """The plan as it is now; nothing when it was erased meanwhile."""
    plan = ActionPlan.objects.select_related("user").filter(pk=mail.payload["plan"], user=mail.user).first()
    return [Attachment(action_plan.FILE_NAME, action_plan.pdf(plan), "application/pdf")] if plan else []
