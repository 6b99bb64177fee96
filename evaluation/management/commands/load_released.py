"""Load the survey's released file."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from evaluation.loading import LoadError, load


class Command(BaseCommand):
    help = (
        "Replace all released answers with those of the survey's released file. On any fault nothing changes."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", default=settings.RELEASED_FILE, help="default: %(default)s")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loaded = load(options["file"])
        except LoadError as error:
            raise CommandError(f"Nothing was loaded.\n{error}") from error
        self.stdout.write(f"Loaded {loaded.responses:,} responses and {loaded.texts:,} texts.")
