"""What a mail is made of: its templates, and the attachments that a worker builds when it sends it.

Another app gives mails of its kind their attachments without this app knowing it:

    @attaches("plan")
    def plan_pdf(mail: OutgoingMail) -> list[Attachment]:
        return [Attachment("plan.pdf", render(mail.payload["plan"]), "application/pdf")]

Put such a function in the app's `tasks` module: Celery loads it in web and worker processes alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.template import Context, Engine, TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from registration.models import OutgoingMail

SECRET_REMOVED = _("(This mail held a code. It is not kept.)")


@dataclass(frozen=True)
class Attachment:
    name: str
    content: bytes
    content_type: str


@dataclass(frozen=True)
class Content:
    subject: str
    text: str
    html: str


Builder = Callable[["OutgoingMail"], list[Attachment]]
attachment_builders: dict[str, Builder] = {}


def attaches(kind: str) -> Callable[[Builder], Builder]:
    """Name the function that builds the attachments of a kind of mail. If it raises, the mail is put off."""

    def register(builder: Builder) -> Builder:
        attachment_builders[kind] = builder
        return builder

    return register


def attachments(mail: OutgoingMail) -> list[Attachment]:
    builder = attachment_builders.get(mail.kind)
    return builder(mail) if builder else []


Check = Callable[["OutgoingMail"], bool]
checks: dict[str, Check] = {}


def wanted_if(kind: str) -> Callable[[Check], Check]:
    """Name the function that says, at the moment of sending, whether a mail of this kind is still wanted."""

    def register(check: Check) -> Check:
        checks[kind] = check
        return check

    return register


def is_wanted(mail: OutgoingMail) -> bool:
    check = checks.get(mail.kind)
    return check is None or check(mail)


def render(template: str, context: dict[str, Any]) -> Content:
    """Subject, text and HTML of "email/<name>": <name>_subject.txt, <name>.txt, <name>.html.

    Without a file of its own the HTML is made from the text. The signature (email/signature.txt, and the foot of
    email/base.html) is added to every mail. Raises TemplateDoesNotExist where subject or text have no file.
    """
    context = {
        "SITE_NAME": settings.SITE_NAME,
        "SITE_URL": settings.SITE_URL,
        "CONTACT_EMAIL": settings.CONTACT_EMAIL,
    } | context
    subject = " ".join(_render_text(f"{template}_subject.txt", context).split())
    text = _render_text(f"{template}.txt", context).strip()
    context |= {"subject": subject, "text": text}
    try:
        html = render_to_string(f"{template}.html", context)
    except TemplateDoesNotExist:
        html = render_to_string("email/from_text.html", context)
    signature = _render_text("email/signature.txt", context).strip()
    return Content(subject=subject, text=f"{text}\n\n{signature}\n", html=html)


def _render_text(template: str, context: dict[str, Any]) -> str:
    # Django escapes .txt as it does .html: O&#x27;Brien
    return Engine.get_default().get_template(template).render(Context(context, autoescape=False))
