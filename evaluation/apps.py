"""The evaluation as a Django app of the training site. The survey process does not install it."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _

from evaluation import instrument


class EvaluationConfig(AppConfig):
    name = "evaluation"
    verbose_name = _("Evaluation")

    def ready(self) -> None:
        checks.register(check_instruments)


def check_instruments(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """evaluation.E001: each fault in an instrument file, with its file and line."""
    try:
        instrument.load_all()
    except instrument.InstrumentError as error:
        hint = f"The files are in {instrument.FOLDER}."
        return [checks.Error(fault, hint=hint, id="evaluation.E001") for fault in error.faults]
    return []
