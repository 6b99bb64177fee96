"""What the site holds about a person, to hand over and to erase.

A model with a link to a person has two class methods: `export_for(user)` gives a list of plain dicts, `erase_for(user)`
deletes or unlinks. Models of libraries have theirs here. A test fails when a model with a link to a person has none.

What others rely on, such as a certificate that somebody was shown, is not deleted: its `erase_for` takes out the person
and every word that names them, and leaves the rest as a stub.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models, transaction
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
    """What the person did goes. What others did to their account stays, without the name."""
    LogEntry.objects.filter(user=user).delete()
    person = models.Q(content_type=ContentType.objects.get_for_model(User), object_id=str(user.pk))
    naming = models.Q(object_repr__icontains=user.email) | models.Q(change_message__icontains=user.email)
    LogEntry.objects.filter(person | naming).update(object_repr="", change_message="")


def _passkeys(user: User) -> Rows:
    return [
        {"name": str(passkey), "added_at": passkey.created_at, "last_used_at": passkey.last_used_at}
        for passkey in Authenticator.objects.filter(user=user)
    ]


def _erase_passkeys(user: User) -> None:
    Authenticator.objects.filter(user=user).delete()


def _sessions(user: User) -> Rows:
    return [
        {"device": row.user_agent, "signed_in_at": row.created_at, "last_seen_at": row.last_seen_at}
        for row in UserSession.objects.filter(user=user)
    ]


def _end_sessions(user: User) -> None:
    for row in UserSession.objects.filter(user=user):
        row.end()


LIBRARIES: dict[type[models.Model], Handler] = {
    EmailAddress: Handler(_email_addresses, _erase_email_addresses),
    LogEntry: Handler(_log_entries, _erase_log_entries),
    Authenticator: Handler(_passkeys, _erase_passkeys),
    UserSession: Handler(_sessions, _end_sessions),
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
    transaction.on_commit(_write_over)


def _write_over() -> None:
    """SQLite keeps earlier states of its pages in a log until there are newer ones: empty it."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
