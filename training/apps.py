"""The course as a Django app. Its content is checked with the rest of the system: `manage.py check`."""

from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register


class TrainingConfig(AppConfig):
    name = "training"

    def ready(self) -> None:
        register(check_content)
        # The mail worker and the in-process run must know the plan's attachment
        from training import tasks  # noqa: F401 - importing it registers the builder


def check_content(**options: Any) -> list[CheckMessage]:
    """Every fault of every content file, each with its file and line."""
    from training import content

    try:
        content.load_all()
    except content.ContentError as error:
        return [
            Error(str(fault), id="training.E001", hint="docs/author.md describes the format.")
            for fault in error.faults
        ]
    return []
