"""That somebody took a ticket to a survey: a flag, with no time, and nothing that leads to the answers."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models


class TicketFlag(models.Model):
    """One ticket a person, survey and edition; with random keys and no time, neither when nor after whom."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="ticket_flags")
    survey = models.CharField(max_length=40)
    edition = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "survey", "edition"], name="one_ticket_a_survey")
        ]

    def __str__(self) -> str:
        return f"{self.survey}, {self.edition}"

    @classmethod
    def take(cls, user: Any, survey: str, edition: str) -> bool:
        """Set the flag. True for exactly one caller, however many ask at once."""
        flag = TicketFlag(user=user, survey=survey, edition=edition)
        TicketFlag.objects.bulk_create([flag], ignore_conflicts=True)
        return TicketFlag.objects.filter(pk=flag.pk).exists()

    @classmethod
    def is_taken(cls, user: Any, survey: str, edition: str) -> bool:
        return cls.objects.filter(user=user, survey=survey, edition=edition).exists()

    @classmethod
    def export_for(cls, user: Any) -> list[dict[str, Any]]:
        return list(cls.objects.filter(user=user).values("survey", "edition"))

    @classmethod
    def erase_for(cls, user: Any) -> None:
        cls.objects.filter(user=user).delete()
