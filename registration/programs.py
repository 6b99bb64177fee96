"""Programs: who wants to know who completed the course, and who has agreed that they may."""

from __future__ import annotations

import datetime
import re
import secrets
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registration.dates import years_later

if TYPE_CHECKING:
    from registration.models import User

# Crockford's base 32 without 0 and 1 too: read aloud, written on a slide, typed on a phone
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 8
JOIN_PATH = re.compile(r"/programs/join/([A-Z0-9]+)/$")
# What somebody agrees to when joining; kept with the membership, as it was shown
CONSENT = _(
    "%(program)s will see your name, your email address, whether you have begun, the day on which you completed the "
    "course, and which version it was. It will never see what you write or choose: no answer, no reflection, no plan, no "
    "note, and nothing about the survey. You can leave the program at any time; from then on it sees nothing of you."
)


def new_join_code() -> str:
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def read_join_code(typed: str) -> str:
    """The code as it is kept, from how people type it."""
    return "".join(sign for sign in typed.upper() if sign.isalnum())


class ProgramQuerySet(models.QuerySet["Program"]):
    def approved(self) -> ProgramQuerySet:
        return self.filter(approved_on__isnull=False)

    def waiting(self) -> ProgramQuerySet:
        """Asked for, and neither approved nor declined."""
        return self.filter(approved_on=None, declined_on=None)

    def joined_at(self, request: HttpRequest | None) -> Program | None:
        """The program whose page to join is where this request goes on to, when somebody registers on the way."""
        found = JOIN_PATH.match(request.GET.get("next", "")) if request else None
        return (
            self.approved().filter(join_code=found[1]).select_related("institution").first()
            if found
            else None
        )

    def run_by(self, user: User) -> ProgramQuerySet:
        """Those that this person coordinates."""
        return self.filter(coordinators=user)


class Program(models.Model):
    """A training grant, department or institute whose mentors take the course.

    A completion belongs to the person: it counts in every program they have joined, whenever they joined.
    """

    class Validity(models.IntegerChoices):
        UNLIMITED = 0, _("no end")
        THREE_YEARS = 3, _("3 years")
        FIVE_YEARS = 5, _("5 years")

    name = models.CharField(max_length=150)
    institution = models.ForeignKey(
        "registration.Institution", models.SET_NULL, null=True, blank=True, related_name="programs"
    )
    institution_name = models.CharField(max_length=200)
    edition = models.CharField(max_length=40)
    due_on = models.DateField(_("to be completed by"), null=True, blank=True)
    valid_years = models.PositiveSmallIntegerField(
        _("a completion is good for"), choices=Validity.choices, default=Validity.UNLIMITED
    )
    extras = models.TextField(_("what you ask for beside the course"), max_length=2000, blank=True)
    join_code = models.CharField(max_length=CODE_LENGTH, unique=True, default=new_join_code, editable=False)
    coordinators: models.ManyToManyField[User, Coordinator] = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="Coordinator", related_name="programs_run"
    )
    asked_on = models.DateField(default=timezone.localdate, editable=False)
    approved_on = models.DateField(null=True, blank=True)
    declined_on = models.DateField(null=True, blank=True)

    objects = ProgramQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("program", args=[self.pk])

    @property
    def join_address(self) -> str:
        return f"{settings.SITE_URL}{reverse('join_program', args=[self.join_code])}"

    @property
    def grouped_code(self) -> str:
        return f"{self.join_code[:4]}-{self.join_code[4:]}"

    @property
    def consent(self) -> str:
        return str(CONSENT) % {"program": self.name}

    def expires_before(self, today: datetime.date) -> datetime.date | None:
        """Completions of before this day are too old; None where none ever is."""
        return years_later(today, -self.valid_years) if self.valid_years else None

    def good_until(self, completed_on: datetime.date) -> datetime.date | None:
        """The last day on which a completion of that day is good; None where it always is."""
        return years_later(completed_on, self.valid_years) if self.valid_years else None

    def join(self, user: User) -> Membership:
        """Make this person a member, who has just read and agreed. Once is enough."""
        membership, _is_new = Membership.objects.get_or_create(
            program=self, user=user, defaults={"consent": self.consent}
        )
        return membership

    @transaction.atomic
    def approve(self) -> None:
        """Open the program, and tell its coordinators, once."""
        from registration.models import OutgoingMail  # here, because that module imports this one

        self.approved_on, self.declined_on = timezone.localdate(), None
        self.save(update_fields=["approved_on", "declined_on"])
        for invitation in self.invitations.filter(sent_on=None):
            invitation.send()
        for person in self.coordinators.all():
            OutgoingMail.record(
                key=f"program-approved:{self.pk}:{person.pk}",
                kind="program",
                user=person,
                to=person.email,
                template="email/program_approved",
                context={"program": self},
            )

    def decline(self) -> None:
        self.approved_on, self.declined_on = None, timezone.localdate()
        self.save(update_fields=["approved_on", "declined_on"])

    @transaction.atomic
    def invite(self, emails: list[str]) -> int:
        """Invite these addresses, each once ever; while approval waits the mail waits too. Returns how many are new."""
        known = set(self.invitations.filter(email__in=emails).values_list("email", flat=True))
        new = [Invitation(program=self, email=email) for email in dict.fromkeys(emails) if email not in known]
        Invitation.objects.bulk_create(new, ignore_conflicts=True)
        if self.approved_on:
            for invitation in self.invitations.filter(sent_on=None):
                invitation.send()
        return len(new)

    def add_coordinator(self, user: User) -> None:
        Coordinator.objects.get_or_create(program=self, user=user)


class Invitation(models.Model):
    """An address that a coordinator asked to join. Whether there is an account behind it, the program does not learn."""

    # Who did not follow an invitation in this time is forgotten again
    KEPT = datetime.timedelta(days=365)

    program = models.ForeignKey(Program, models.CASCADE, related_name="invitations")
    email = models.EmailField()
    invited_on = models.DateField(default=timezone.localdate, editable=False)
    sent_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["program", "email"], name="invited_once")]

    def __str__(self) -> str:
        return f"{self.email} / {self.program}"

    def send(self) -> None:
        from registration.models import OutgoingMail

        OutgoingMail.record(
            key=f"invitation:{self.program_id}:{self.email}",
            kind="invitation",
            to=self.email,
            template="email/invitation",
            context={"program": self.program},
        )
        self.sent_on = timezone.localdate()
        self.save(update_fields=["sent_on"])

    @classmethod
    def export_for(cls, user: User) -> list[dict[str, Any]]:
        rows = cls.objects.filter(email__iexact=user.email).select_related("program").order_by("invited_on")
        return [{"program": row.program.name, "invited_on": row.invited_on.isoformat()} for row in rows]

    @classmethod
    def erase_for(cls, user: User) -> None:
        cls.objects.filter(email__iexact=user.email).delete()


class LiveSession(models.Model):
    """A session that a program holds itself, so that the course and its sessions together reach the hours it needs."""

    program = models.ForeignKey(Program, models.CASCADE, related_name="sessions")
    title = models.CharField(max_length=150)
    held_on = models.DateField()
    hours = models.DecimalField(max_digits=4, decimal_places=2)
    members: models.ManyToManyField[Membership, Any] = models.ManyToManyField(
        "Membership", related_name="sessions", blank=True
    )

    class Meta:
        ordering = ["-held_on", "title"]

    def __str__(self) -> str:
        return f"{self.title}, {self.held_on}"


class EvidenceTable(models.Model):
    """That a table of evidence was made, for whoever is shown it on paper. It holds counts, and nobody's name."""

    code = models.CharField(max_length=26, unique=True, editable=False)
    program = models.ForeignKey(Program, models.CASCADE, related_name="evidence_tables")
    made_on = models.DateField(default=timezone.localdate, editable=False)
    people = models.PositiveIntegerField()
    current = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.program}, {self.made_on}"


class Coordinator(models.Model):
    """Who looks after a program: sees its members' status, never what they wrote."""

    program = models.ForeignKey(Program, models.CASCADE, related_name="coordinations")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="coordinations")
    since = models.DateField(default=timezone.localdate, editable=False)
    wants_digest = models.BooleanField(_("gets the weekly mail"), default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["program", "user"], name="coordinator_once")]

    def __str__(self) -> str:
        return f"{self.user} / {self.program}"

    @classmethod
    def export_for(cls, user: User) -> list[dict[str, Any]]:
        rows = cls.objects.filter(user=user).select_related("program").order_by("program__name")
        return [{"program": row.program.name, "since": row.since.isoformat()} for row in rows]

    @classmethod
    def erase_for(cls, user: User) -> None:
        """A program whose last coordinator goes stays for its members; staff find it a new one."""
        cls.objects.filter(user=user).delete()


class Membership(models.Model):
    """That somebody lets a program see their status, in the words they agreed to."""

    program = models.ForeignKey(Program, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    joined_on = models.DateField(default=timezone.localdate, editable=False)
    consent = models.TextField()
    wants_reminders = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["program", "user"], name="member_once")]

    def __str__(self) -> str:
        return f"{self.user} / {self.program}"

    @classmethod
    def export_for(cls, user: User) -> list[dict[str, Any]]:
        rows = cls.objects.filter(user=user).select_related("program")
        return [
            {
                "program": row.program.name,
                "joined_on": row.joined_on.isoformat(),
                "agreed_to": row.consent,
                "sessions_attended": [str(session) for session in LiveSession.objects.filter(members=row)],
            }
            for row in rows.order_by("program__name")
        ]

    @classmethod
    def erase_for(cls, user: User) -> None:
        cls.objects.filter(user=user).delete()
