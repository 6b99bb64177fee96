"""Import older responses."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from evaluation.importing import import_responses
from opm.sheets import ImportRefusedError


class Command(BaseCommand):
    help = "Import older survey answers from a CSV file (wide format): all of it, or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="check the file and keep nothing of it")
        parser.add_argument(
            "--edition", default="graduate", help="for rows that name none (default: graduate)"
        )
        parser.add_argument(
            "--instrument", default="main-1", help="for rows that name none (default: main-1)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = import_responses(
                options["file"], options["edition"], options["instrument"], dry_run=options["dry_run"]
            )
        except ImportRefusedError as error:
            raise CommandError(f"Nothing was imported.\n{error}") from error
        done = "No fault found; this would import" if options["dry_run"] else "Imported"
        self.stdout.write(f"{done} {count:,} responses from {options['file'].name}.")
