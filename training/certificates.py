"""Certificates: issued once, by what completes an edition, and checked in public by whoever holds the code."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Iterable
from typing import Any

import segno
from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from registration.dates import years_later
from training.content import Course

# Crockford's base 32 (https://www.crockford.com/base32.html): no I, L, O, U to mistake; 26 signs hold 130 bits
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 26
MISTAKEN = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})
# What programs ask for most often (NIH training grants, Penn, Ohio State: 3 to 5 years)
REFRESHER_YEARS = 3


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def read_code(typed: str) -> str:
    """The code as it is kept, from how people type it: any case, spaces and hyphens, O for 0, I or L for 1."""
    return typed.strip().upper().translate(MISTAKEN)


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def issue(self, user: Any, courses: Iterable[Course], day: datetime.date) -> None:
        """A certificate for each of these editions, completed on this day. One that is there stays as it is."""
        certificates = [Certificate.of(user, course, day) for course in courses]
        Certificate.objects.bulk_create(certificates, ignore_conflicts=True)


class Certificate(models.Model):
    """What somebody has to show for a completed edition. It holds all that is printed on it, as it was then.

    Erasing the account leaves a stub without a name: whoever was shown the certificate can still see that it was real.
    """

    code = models.CharField(max_length=CODE_LENGTH, unique=True, default=new_code, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="certificates"
    )
    name = models.CharField(max_length=150)
    edition = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    content_version = models.CharField(max_length=20)
    rule = models.TextField()
    minutes = models.PositiveSmallIntegerField()  # of the core path, at a calm pace
    competencies = models.JSONField(default=list)
    issuer = models.CharField(max_length=200)
    completed_on = models.DateField()
    name_corrected_on = models.DateField(null=True, blank=True)
    revoked_on = models.DateField(null=True, blank=True)
    revocation_reason = models.CharField(max_length=300, blank=True)
    erased_on = models.DateField(null=True, blank=True, editable=False)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        ordering = ["-completed_on"]
        constraints = [models.UniqueConstraint(fields=["user", "edition"], name="one_certificate_an_edition")]

    def __str__(self) -> str:
        return f"{self.edition} {self.completed_on}"

    def get_absolute_url(self) -> str:
        return reverse("certificate", args=[self.code])

    @classmethod
    def of(cls, user: Any, course: Course, day: datetime.date, **more: Any) -> Certificate:
        """A certificate as it would be issued on this day, not yet kept."""
        return cls(
            user=user,
            name=user.name,
            edition=course.id,
            title=course.title,
            content_version=course.version,
            rule=course.completion,
            minutes=course.core_minutes[1],
            competencies=list(course.competencies.skills.values()) if course.competencies else [],
            issuer=settings.ISSUER,
            completed_on=day,
            **more,
        )

    @property
    def address(self) -> str:
        """Where anybody can check it, as printed and in the QR code."""
        return f"{settings.SITE_URL}{self.get_absolute_url()}"

    @property
    def grouped_code(self) -> str:
        """The code as printed: groups of four, the last of six."""
        groups = [self.code[start : start + 4] for start in range(0, CODE_LENGTH - 6, 4)]
        return "-".join([*groups, self.code[len(groups) * 4 :]])

    @property
    def hours(self) -> float:
        """Nominal length, to the half hour."""
        return round(self.minutes / 30) / 2

    @property
    def refresher_on(self) -> datetime.date:
        """When to look at the course again: suggested, and no end of validity by itself."""
        return years_later(self.completed_on, REFRESHER_YEARS)

    @property
    def is_valid(self) -> bool:
        return self.revoked_on is None

    @property
    def qr_svg(self) -> SafeString:
        """The address as a drawing to put into a page or a PDF, dark on transparent, of 1 unit a module."""
        code = segno.make_qr(self.address, error="m")
        return mark_safe(code.svg_inline(border=0, omitsize=True, svgclass="qr", lineclass=None))

    def correct_name(self, name: str) -> None:
        """The same completion under the name as it should stand; the day of it is shown to whoever checks."""
        self.name, self.name_corrected_on = name, timezone.localdate()
        self.save(update_fields=["name", "name_corrected_on"])

    def revoke(self, reason: str) -> None:
        self.revoked_on, self.revocation_reason = timezone.localdate(), reason
        self.save(update_fields=["revoked_on", "revocation_reason"])

    @classmethod
    def export_for(cls, user: Any) -> list[dict[str, Any]]:
        return [
            {
                "code": certificate.code,
                "address": certificate.address,
                "name": certificate.name,
                "edition": certificate.title,
                "content_version": certificate.content_version,
                "completed_on": certificate.completed_on.isoformat(),
                "hours": certificate.hours,
                "rule": certificate.rule,
                "issuer": certificate.issuer,
                "revoked_on": certificate.revoked_on and certificate.revoked_on.isoformat(),
            }
            for certificate in cls.objects.filter(user=user)
        ]

    @classmethod
    def erase_for(cls, user: Any) -> None:
        """What others rely on keeps an unnamed stub."""
        cls.objects.filter(user=user).update(user=None, name="", erased_on=timezone.localdate())
