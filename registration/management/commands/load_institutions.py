"""Load institutions."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from registration.institution_loading import STARTER_LIST, Counts, load_registry, load_starter
from registration.ror import LoadRefusedError

LINES = [
    ("new", "new"),
    ("linked", "were here, and have their identifier now"),
    ("changed", "changed"),
    ("unchanged", "as they were"),
    ("merged", "left as they are, since they were merged into another one here"),
    ("left_out", "left out, since they are no longer active"),
]


class Command(BaseCommand):
    help = "Load institutions from the file that ROR publishes (.json or .zip), or the starter list: all, or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", type=Path, nargs="?", help="ROR's data dump; without it, the starter list"
        )
        parser.add_argument(
            "--starter", action="store_true", help="load the starter list that ships with the site"
        )
        parser.add_argument("--dry-run", action="store_true", help="check the file and keep nothing of it")

    def handle(self, *args: Any, **options: Any) -> None:
        path, dry_run = options["file"], options["dry_run"]
        if path and options["starter"]:
            raise CommandError("Name a file, or give --starter: not both.")
        try:
            counts = load_registry(path, dry_run) if path else load_starter(dry_run=dry_run)
        except LoadRefusedError as error:
            raise CommandError(f"Nothing was loaded.\n{error}") from error
        done = "No fault found; this would load" if dry_run else "Loaded"
        self.stdout.write(f"{done} {(path or STARTER_LIST).name}: {counts.read:,} institutions.")
        self.report(counts)

    def report(self, counts: Counts) -> None:
        for name, words in LINES:
            if number := getattr(counts, name):
                self.stdout.write(f"  {number:,} {words}")
        if counts.people:
            self.stdout.write(
                f"  {counts.people:,} people linked to the institution whose name they had typed"
            )
        if settings.HOME_INSTITUTION and not counts.home:
            self.stdout.write(
                f"HOME_INSTITUTION is {settings.HOME_INSTITUTION!r}, which is not the name of exactly one institution."
            )
