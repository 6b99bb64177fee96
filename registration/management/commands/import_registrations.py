"""Take over registrations from an older site."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from opm.sheets import ImportRefusedError
from registration.importing import TakeOver, import_registrations


class Command(BaseCommand):
    help = (
        "Take over registrations of an older site from a CSV file: all of it, or nothing. Nobody is mailed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and keep nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        path, dry_run = options["file"], options["dry_run"]
        try:
            done = import_registrations(path, today=timezone.localdate(), dry_run=dry_run)
        except ImportRefusedError as error:
            raise CommandError(f"Nothing was imported.\n{error}") from error
        begin = "No fault found; this would import" if dry_run else "Imported"
        self.stdout.write(f"{begin} {done.registrations:,} registrations from {path.name}.")
        self.stdout.write("\n".join(told(done)))


def told(done: TakeOver) -> list[str]:
    """What became of the rows, a line each."""
    lines = [f"New people: {len(done.new):,}."]
    if same := done.registrations - len(done.new) - done.already:
        lines.append(f"Rows joined to another of the same address: {same:,}.")
    if done.already:
        lines.append(
            f"Here already: {done.already:,}; {done.earlier:,} with an earlier date now, "
            f"{done.more_reasons:,} with a further reason. What they said here themselves stays."
        )
    if done.unlisted:
        lines.append(
            f"Institutions that are not in the table, and count by their names: {len(done.unlisted):,}."
        )
    return lines
