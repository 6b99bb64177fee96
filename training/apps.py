"""The course as a Django app. Its content is checked with the rest of the system: `manage.py check`."""

import os
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004 - Django's name for a mild fault
from django.utils import autoreload


class TrainingConfig(AppConfig):
    name = "training"

    def ready(self) -> None:
        register(check_content)
        # The mail worker and the in-process run must know the plan's attachment, and signing in what waits for an account
        from training import tasks, visitors  # noqa: F401 - importing them registers what they do then


def check_content(**options: Any) -> list[CheckMessage]:
    """Every fault of every content file, each with its file and line."""
    from training import content

    try:
        content.load_all()
    except content.ContentError as error:
        # Under `make run` the server goes on: its pages list the faults, and heal on save (training/middleware.py)
        kind = Warning if autoreload.DJANGO_AUTORELOAD_ENV in os.environ else Error
        hint = "docs/author.md describes the format."
        return [kind(str(fault), id="training.E001", hint=hint) for fault in error.faults]
    return []
