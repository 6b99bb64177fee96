from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registration.models import User


class Command(BaseCommand):
    help = "Give a registered person a role: learner, coordinator, evaluator or admin. It replaces any other."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("role", help=", ".join(User.ROLES))
        parser.add_argument("email", help="the address the person signs in with")

    def handle(self, *args: Any, **options: Any) -> None:
        role, email = options["role"], options["email"].strip()
        if role not in User.ROLES:
            raise CommandError(f"There is no role {role!r}. Roles are {', '.join(User.ROLES)}.")
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            raise CommandError(
                f"Nobody is registered as {email}. The person signs up first, then gets the role."
            )
        user.grant(role)
        self.stdout.write(f"{user.email} is now {role}.")
