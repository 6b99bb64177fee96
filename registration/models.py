"""Who: people, the institutions they come from, and the mail the site owes them."""

from __future__ import annotations

import datetime
import logging
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Group, PermissionsMixin
from django.core.mail import EmailMultiAlternatives
from django.db import models, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from registration import dev_mail
from registration import mail as mail_building
from registration.institutions import Institution, InstitutionName, InstitutionWord

__all__ = [
    "Institution",
    "InstitutionName",
    "InstitutionWord",
    "OutgoingMail",
    "OutgoingMailQuerySet",
    "User",
    "UserManager",
]

logger = logging.getLogger(__name__)


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A registered person. The email address, in lower case, is the name they sign in with.

    Job categories and reasons for registering are those of Weber-Main et al. 2025, Supplementary Table 1.
    """

    class JobCategory(models.TextChoices):
        FACULTY = "faculty_or_administrator", _("Faculty member or administrator")
        STUDENT = "student_or_fellow", _("Student or fellow")
        HEALTH = "health_professional", _("Health professional")
        OTHER = "other", _("Other")

    ROLES = ("learner", "coordinator", "evaluator", "admin")
    REASONS = {
        "reason_required": _("required by my institution, department, or program"),
        "reason_own_development": _("my own professional development"),
        "reason_reviewing": _("reviewing module for possible use at my institution, department, or program"),
        "reason_other": _("other"),
    }

    class Theme(models.TextChoices):
        SYSTEM = "system", _("As my device is set")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    email = models.EmailField(_("email address"), unique=True)
    name = models.CharField(max_length=150)
    job_title = models.CharField(max_length=150, blank=True)
    job_category = models.CharField(max_length=30, choices=JobCategory.choices, blank=True)
    institution = models.ForeignKey(
        Institution, models.SET_NULL, null=True, blank=True, related_name="people"
    )
    institution_name = models.CharField(_("institution as typed"), max_length=200, blank=True)
    at_ctsa = models.BooleanField(
        _("at a CTSA hub"),
        null=True,
        blank=True,
        help_text=_("As an imported list says of this person; wins over the institution"),
    )
    reason_required = models.BooleanField(REASONS["reason_required"], default=False)
    reason_own_development = models.BooleanField(REASONS["reason_own_development"], default=False)
    reason_reviewing = models.BooleanField(REASONS["reason_reviewing"], default=False)
    reason_other = models.BooleanField(REASONS["reason_other"], default=False)
    reason_other_text = models.CharField(max_length=300, blank=True)
    theme = models.CharField(_("colors"), max_length=6, choices=Theme.choices, default=Theme.SYSTEM)
    registered_on = models.DateField(default=timezone.localdate, editable=False)
    imported_on = models.DateField(
        _("taken over from an older list on"), null=True, blank=True, editable=False
    )
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(_("may use the admin pages"), default=False)
    is_demo = models.BooleanField(_("made up by seed_demo"), default=False, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager()

    class Meta:
        ordering = ["email"]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] if self.name else self.email

    @property
    def browser_key(self) -> str:
        """What a browser files this person's unsent words under: it names nobody, and no other account has it."""
        return salted_hmac("registration.browser_key", str(self.pk)).hexdigest()[:20]

    @property
    def is_evaluator(self) -> bool:
        return self.is_superuser or self.has_role("evaluator")

    @property
    def is_coordinator(self) -> bool:
        return self.is_superuser or self.has_role("coordinator")

    def has_role(self, role: str) -> bool:
        """Costs one query."""
        return self.groups.filter(name=role).exists()

    def grant(self, role: str) -> None:
        """Give exactly this role: learner, coordinator, evaluator or admin."""
        if role not in self.ROLES:
            raise ValueError(f"There is no role {role!r}. Roles are {', '.join(self.ROLES)}.")
        self.is_staff = self.is_superuser = role == "admin"
        self.save(update_fields=["is_staff", "is_superuser"])
        if role in ("learner", "admin"):
            self.groups.clear()
        else:
            self.groups.set([Group.objects.get_or_create(name=role)[0]])

    @property
    def reasons(self) -> list[str]:
        """Why this person registered, in words."""
        return [str(words) for name, words in self.REASONS.items() if getattr(self, name)]

    @classmethod
    def export_for(cls, user: User) -> list[dict[str, Any]]:
        """What is kept about the person as such, for the data export at /me/."""
        from allauth.account.models import EmailAddress  # here, because it points to this model

        return [
            {
                "name": user.name,
                "email": user.email,
                "email_addresses": [
                    {"email": address.email, "verified": address.verified}
                    for address in EmailAddress.objects.filter(user=user).order_by("email")
                ],
                "job_title": user.job_title,
                "job_category": user.get_job_category_display(),
                "institution": user.institution.name if user.institution else user.institution_name,
                "institution_as_typed": user.institution_name,
                "at_a_ctsa_hub": user.at_ctsa,
                "taken_over_on": user.imported_on.isoformat() if user.imported_on else None,
                "reasons": user.reasons,
                "other_reason": user.reason_other_text,
                "colors": user.get_theme_display(),
                "registered_on": user.registered_on.isoformat(),
                "last_signed_in": user.last_login.isoformat() if user.last_login else None,
                "roles": list(user.groups.order_by("name").values_list("name", flat=True)),
            }
        ]

    @classmethod
    def erase_for(cls, user: User) -> None:
        """Delete the person. Call it last: whatever still points to the person goes as well."""
        cls.objects.filter(pk=user.pk).delete()


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def waiting(self) -> OutgoingMailQuerySet:
        """Neither sent nor given up."""
        return self.filter(sent_at=None, next_attempt_at__isnull=False)

    def due(self, now: datetime.datetime) -> OutgoingMailQuerySet:
        return self.waiting().filter(next_attempt_at__lte=now)

    def given_up(self) -> OutgoingMailQuerySet:
        return self.filter(sent_at=None, next_attempt_at=None)

    def spent(self, now: datetime.datetime) -> OutgoingMailQuerySet:
        """Account mail that nobody needs to look up any more."""
        return self.filter(
            kind__in=OutgoingMail.URGENT_KINDS, created_at__lt=now - OutgoingMail.ACCOUNT_MAIL_KEPT
        )


class OutgoingMail(models.Model):
    """One message the site owes: written in the transaction that caused it, sent by a worker after commit.

    Whatever happens to broker or worker, the row stays until the mail is out: `registration.tasks.sweep` sees
    to it. A mail that is not sent and has no `next_attempt_at` has been given up; `last_error` says why.
    """

    # Mail that somebody is waiting for at the screen: a queue of its own. Kind "code" holds a secret.
    URGENT_KINDS = ("code", "account")
    # Doubling from a minute: ten attempts take about 17 hours. A code is worth nothing after half an hour.
    MAX_ATTEMPTS = 10
    MAX_ATTEMPTS_CODE = 5
    ACCOUNT_MAIL_KEPT = datetime.timedelta(days=30)

    key = models.CharField(
        max_length=200, unique=True, help_text=_("What this mail is; the same key is never sent twice")
    )
    kind = models.CharField(max_length=40)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="mails"
    )
    to_address = models.EmailField(
        max_length=320
    )  # what people may type, which is more than an account takes
    subject = models.CharField(max_length=250)
    text = models.TextField()
    html = models.TextField(blank=True)
    payload = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now, null=True, blank=True)
    last_error = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["sent_at", "next_attempt_at"], name="mail_waiting")]

    def __str__(self) -> str:
        return gettext("%(subject)s to %(address)s") % {"subject": self.subject, "address": self.to_address}

    @classmethod
    def record(
        cls,
        *,
        key: str,
        kind: str,
        to: str,
        template: str,
        user: User | None = None,
        context: dict[str, Any] | None = None,
        payload: dict[str, Any] | None = None,
    ) -> OutgoingMail:
        """Owe somebody a mail, from within the transaction that is the reason for it.

        `template` is "email/plan_ready" for email/plan_ready_subject.txt, email/plan_ready.txt and, where
        there is one, email/plan_ready.html. `payload` is what the builder of the attachments needs, see
        registration/mail.py. The same key again returns the mail that is already there and sends nothing.
        """
        content = mail_building.render(template, {"user": user, "email": to} | (context or {}))
        mail, is_new = cls.objects.get_or_create(
            key=key,
            defaults={
                "kind": kind,
                "user": user,
                "to_address": to,
                "subject": content.subject,
                "text": content.text,
                "html": content.html,
                "payload": payload or {},
            },
        )
        if is_new:
            # robust: with the broker down the page still answers, and the sweeper finds the row
            transaction.on_commit(mail.enqueue, robust=True)
        return mail

    def enqueue(self) -> None:
        """Hand this mail to a worker. Raises what the broker raises."""
        from registration import tasks  # here, because tasks import the models

        task = tasks.deliver_code if self.kind in self.URGENT_KINDS else tasks.deliver
        task.delay(self.pk)

    def deliver(self) -> bool:
        """Send this mail if nobody else has or is just doing so; True when it went out now.

        The row stays locked while the mail is on its way. Should the machine die between sending and commit,
        the mail goes out again under the same Message-ID, by which mail programs recognize a repeat.
        """
        with transaction.atomic():
            mail = (
                OutgoingMail.objects.waiting().select_for_update(skip_locked=True).filter(pk=self.pk).first()
            )
            if mail is None:
                return False
            if not mail_building.is_wanted(mail):
                mail.drop()
                return False
            try:
                with transaction.atomic():  # a builder's database fault must not spoil the note of it
                    mail.message().send()
            except Exception as error:
                logger.warning("Mail %s was not sent: %s", mail.pk, type(error).__name__)
                mail.put_off(error, now=timezone.now())
                return False
            mail.mark_sent(now=timezone.now())
        return True

    def message(self) -> EmailMultiAlternatives:
        """The message as it goes out, with its attachments, which are built now."""
        message = EmailMultiAlternatives(
            subject=self.subject,
            body=self.text,
            to=[self.to_address],
            headers={"Message-ID": self.message_id, "Auto-Submitted": "auto-generated"},
        )
        if self.html:
            message.attach_alternative(self.html, "text/html")
        for attachment in mail_building.attachments(self):
            message.attach(attachment.name, attachment.content, attachment.content_type)
        return message

    @property
    def message_id(self) -> str:
        """The same for every attempt, and telling nothing about the record."""
        domain = settings.CONTACT_EMAIL.rpartition("@")[2]
        return f"<{salted_hmac('registration.OutgoingMail', self.key).hexdigest()[:32]}@{domain}>"

    def mark_sent(self, now: datetime.datetime) -> None:
        self.attempts += 1
        self.sent_at = now
        self.last_error = ""
        self.forget_secret()
        self.save(update_fields=["attempts", "sent_at", "last_error", "text", "html"])

    def drop(self) -> None:
        """Nobody needs this mail any more: what it asks for has happened since it was written."""
        self.next_attempt_at = None
        self.last_error = gettext("Not sent: it was not needed any more.")
        self.save(update_fields=["next_attempt_at", "last_error"])

    def put_off(self, error: Exception, now: datetime.datetime) -> None:
        """Note a failed attempt and when to try again; after the last one, nothing more is planned."""
        self.attempts += 1
        self.last_error = f"{type(error).__name__}: {error}"[:2000]
        if self.attempts < (self.MAX_ATTEMPTS_CODE if self.kind == "code" else self.MAX_ATTEMPTS):
            self.next_attempt_at = now + datetime.timedelta(minutes=2 ** (self.attempts - 1))
        else:
            self.next_attempt_at = None
            self.forget_secret()
        self.save(update_fields=["attempts", "last_error", "next_attempt_at", "text", "html"])

    def forget_secret(self) -> None:
        """Keep no code longer than it takes to send it. The caller saves text and html."""
        if self.kind == "code":
            self.text = str(mail_building.SECRET_REMOVED)
            self.html = ""

    @property
    def is_repeatable(self) -> bool:
        """Whether this mail can go out again: a code that has been blanked cannot."""
        return self.kind != "code"

    def send_again(self) -> None:
        """Plan this mail anew, as if it had never been sent, and hand it to a worker after commit."""
        self.attempts = 0
        self.sent_at = None
        self.last_error = ""
        self.next_attempt_at = timezone.now()
        self.save(update_fields=["attempts", "sent_at", "last_error", "next_attempt_at"])
        transaction.on_commit(self.enqueue, robust=True)

    @classmethod
    def for_person(cls, user: User) -> OutgoingMailQuerySet:
        """Mail to this person, also what went to the address before there was an account."""
        return cls.objects.filter(models.Q(user=user) | models.Q(to_address__iexact=user.email))

    @classmethod
    def export_for(cls, user: User) -> list[dict[str, Any]]:
        """The person's mail. A code on its way stays out: it may be for an address not yet proved."""
        return [
            {
                "to": mail.to_address,
                "subject": mail.subject,
                "text": mail.text,
                "written_at": mail.created_at.isoformat(),
                "sent_at": mail.sent_at.isoformat() if mail.sent_at else None,
            }
            for mail in cls.for_person(user).exclude(kind="code", sent_at=None).order_by("created_at")
        ]

    @classmethod
    def erase_for(cls, user: User) -> None:
        """Also from the folder where a run without a mail server keeps what it would have sent."""
        mails = cls.for_person(user)
        forget = partial(dev_mail.forget, user.email, {mail.message_id for mail in mails})
        mails.delete()
        transaction.on_commit(forget)


class ImportedFile(models.Model):
    """A file of registrations that was taken over, so that the same one is refused a second time.

    It cannot be told from the people: those who erased their account or changed their address since would come back.
    """

    name = models.CharField(max_length=255)
    sha256 = models.CharField(_("fingerprint of the file"), max_length=64, unique=True)
    people = models.PositiveIntegerField()
    imported_on = models.DateField(default=timezone.localdate)

    class Meta:
        ordering = ["-imported_on", "-pk"]

    def __str__(self) -> str:
        return self.name


# Models of this app in files of their own
from registration.programs import Coordinator as Coordinator  # noqa: E402
from registration.programs import EvidenceTable as EvidenceTable  # noqa: E402
from registration.programs import Invitation as Invitation  # noqa: E402
from registration.programs import LiveSession as LiveSession  # noqa: E402
from registration.programs import Membership as Membership  # noqa: E402
from registration.programs import Program as Program  # noqa: E402
