"""The site itself as a Django app: it holds commands and pages that need several apps, and no models."""

from django.apps import AppConfig
from django.core.checks import register


class OpmConfig(AppConfig):
    name = "opm"

    def ready(self) -> None:
        # Here and not in opm/__init__.py, because the survey process imports opm too and knows no Celery
        from opm import (
            celery,  # noqa: F401 - importing it makes it the current Celery application
            reminders,  # noqa: F401 - a task, and what decides whether a reminder is still wanted
            weekly,  # noqa: F401 - tasks
        )
        from opm.checks import check_repeats  # it needs the apps' models, which are there only now

        register(check_repeats)
