"""What the site holds about a person, to hand over and to erase.

A model with a link to a person has two class methods: `export_for(user)` gives a list of plain dicts, `erase_for(user)`
deletes or unlinks. Models of libraries have theirs here. A test fails when a model with a link to a person has none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.db import models, transaction
from django.utils.translation import override

from registration.models import User

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Handler:
    export: Callable[[User], Rows]
    erase: Callable[[User], None]


def _email_addresses(user: User) -> Rows:
    return list(EmailAddress.objects.filter(user=user).values("email", "verified", "primary"))


def _erase_email_addresses(user: User) -> None:
    EmailAddress.objects.filter(user=user).delete()


def _log_entries(user: User) -> Rows:
    return [
        dict(row)
        for row in LogEntry.objects.filter(user=user).values("action_time", "object_repr", "change_message")
    ]


def _erase_log_entries(user: User) -> None:
    LogEntry.objects.filter(user=user).delete()


LIBRARIES: dict[type[models.Model], Handler] = {
    EmailAddress: Handler(_email_addresses, _erase_email_addresses),
    LogEntry: Handler(_log_entries, _erase_log_entries),
}
# Rows that only say which group or permission a person has: User.export_for names the roles, and they go with the person
JOINS = {User.groups.through, User.user_permissions.through}


def is_pointing(model: type[models.Model]) -> bool:
    return any(field.is_relation and field.related_model is User for field in model._meta.concrete_fields)


def models_with_a_person() -> list[type[models.Model]]:
    """Every model that holds, or points to, a person, children first and the person last."""
    pointing = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model not in JOINS and (is_pointing(model) or hasattr(model, "export_for")) and model is not User
    ]
    return [*pointing, User]


def handler(model: type[models.Model]) -> Handler | None:
    if model in LIBRARIES:
        return LIBRARIES[model]
    export, erase = getattr(model, "export_for", None), getattr(model, "erase_for", None)
    return Handler(export, erase) if export and erase else None


def handlers() -> Iterator[tuple[type[models.Model], Handler]]:
    for model in models_with_a_person():
        found = handler(model)
        if found is None:
            raise LookupError(f"{model._meta.label} points to a person but cannot export or erase")
        yield model, found


def export(user: User) -> dict[str, Rows]:
    """Everything held about a person, by kind of thing."""
    with override(None):  # a key is the same in every language
        names = {model: str(model._meta.verbose_name_plural) for model in models_with_a_person()}
    return {names[model]: found.export(user) for model, found in handlers()}


@transaction.atomic
def erase(user: User) -> None:
    """Erase a person, at once. Survey answers stay: nobody can tell which are theirs."""
    for _, found in handlers():
        found.erase(user)
