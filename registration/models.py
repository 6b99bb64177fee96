"""Who: people, the institutions they come from, and the mail the site owes them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Group, PermissionsMixin
from django.db import models
from django.utils import timezone


class Institution(models.Model):
    """A university, hospital or company that people register from."""

    name = models.CharField(max_length=200, unique=True)
    is_home = models.BooleanField("home institution", default=False)
    is_ctsa = models.BooleanField("CTSA hub, now or earlier", default=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


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
    """A registered person. The e-mail address, in lower case, is the name they sign in with.

    Job categories and reasons for registering are those of Weber-Main et al. 2025, Supplementary Table 1.
    """

    class JobCategory(models.TextChoices):
        FACULTY = "faculty_or_administrator", "Faculty member or administrator"
        STUDENT = "student_or_fellow", "Student or fellow"
        HEALTH = "health_professional", "Health professional"
        OTHER = "other", "Other"

    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(max_length=150)
    job_title = models.CharField(max_length=150, blank=True)
    job_category = models.CharField(max_length=30, choices=JobCategory.choices, blank=True)
    institution = models.ForeignKey(Institution, models.SET_NULL, null=True, blank=True, related_name="people")
    institution_name = models.CharField("institution as typed", max_length=200, blank=True)
    reason_required = models.BooleanField(
        "required by my institution, department, or program", default=False
    )
    reason_own_development = models.BooleanField("my own professional development", default=False)
    reason_reviewing = models.BooleanField(
        "reviewing module for possible use at my institution, department, or program", default=False
    )
    reason_other = models.BooleanField("other", default=False)
    reason_other_text = models.CharField(max_length=300, blank=True)
    registered_on = models.DateField(default=timezone.localdate, editable=False)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField("may use the admin pages", default=False)
    is_demo = models.BooleanField("made up by seed_demo", default=False, editable=False)

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
        self.is_staff = self.is_superuser = role == "admin"
        self.save(update_fields=["is_staff", "is_superuser"])
        if role in ("learner", "admin"):
            self.groups.clear()
        else:
            self.groups.set([Group.objects.get_or_create(name=role)[0]])


class OutgoingMail(models.Model):
    """One message the site owes somebody, written in the transaction that caused it and sent by a worker after commit."""

    key = models.CharField(max_length=200, unique=True, help_text="What this mail is; the same key is never sent twice")
    kind = models.CharField(max_length=40)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="mails")
    to_address = models.EmailField()
    subject = models.CharField(max_length=250)
    text = models.TextField()
    html = models.TextField(blank=True)
    payload = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    last_error = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["sent_at", "next_attempt_at"], name="mail_waiting")]

    def __str__(self) -> str:
        return f"{self.subject} to {self.to_address}"
