"""Make a pair of ticket keys, or print the public half of the one in use."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from opm import tickets


class Command(BaseCommand):
    help = "Print a new pair of ticket keys; with --public, the verify key of the TICKET_SIGNING_KEY in use."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--public", action="store_true", help="the verify key of the one in use")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["public"]:
            try:
                self.stdout.write(f"TICKET_VERIFY_KEYS={tickets.verify_key(settings.TICKET_SIGNING_KEY)}")
            except ValueError as error:
                raise CommandError(f"TICKET_SIGNING_KEY: {error}") from None
            return
        signing, verify = tickets.generate_key()
        self.stdout.write(f"TICKET_SIGNING_KEY={signing}")
        self.stdout.write(f"TICKET_VERIFY_KEYS={verify}")
