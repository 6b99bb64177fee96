"""Which database a model lives in: released answers have one of their own, with no key to anybody."""

from typing import Any

from django.db import models


class EvaluationRouter:
    """Send models with `database = "evaluation"` to the evaluation database, and all others to the default one."""

    @staticmethod
    def _database(model: type[models.Model]) -> str:
        return getattr(model, "database", "default")

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str:
        return self._database(model)

    def db_for_write(self, model: type[models.Model], **hints: Any) -> str:
        return self._database(model)

    def allow_relation(self, first: models.Model, second: models.Model, **hints: Any) -> bool:
        return self._database(type(first)) == self._database(type(second))

    def allow_migrate(
        self, db: str, app_label: str, model_name: str | None = None, **hints: Any
    ) -> bool | None:
        from django.apps import apps

        if model_name is None:
            # A migration that runs Python or SQL: it says with hints={"database": "evaluation"} if it is for ours
            return db == hints.get("database", "default")
        model = apps.all_models[app_label].get(model_name)
        return None if model is None else db == self._database(model)
