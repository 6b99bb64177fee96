"""Write responses to files."""

import os
from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from evaluation.codebook import codebook, source_notes
from evaluation.exporting import RATINGS_NOTE, full_rows, ratings_rows, uniqueness
from evaluation.models import ExportRecord
from evaluation.reports.counts import Filters, Sample
from opm.spreadsheet import csv_lines

WARNING = (
    "These rows are not anonymous: {unique:,} of {responses:,} are unlike all others in gender, race, title and "
    "years alone. Keep the file encrypted, share it with nobody, and delete it when the work is done."
)


class Command(BaseCommand):
    help = "Write responses and their codebook to a directory. Every export is recorded."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--profile", choices=["ratings", "full"], default="ratings")
        parser.add_argument("--format", choices=["csv"], default="csv")
        parser.add_argument("--out", type=Path, required=True, metavar="DIR")
        parser.add_argument("--edition", default="graduate")
        parser.add_argument("--analyst", default="", help="who will work with the file (full profile)")
        parser.add_argument("--reason", default="", help="what for (full profile)")

    def handle(self, *args: Any, **options: Any) -> None:
        profile, filters = options["profile"], Filters(options["edition"])
        if filters.edition not in filters.asked.editions:
            raise CommandError(f"There is no edition {filters.edition}.")
        if profile == "full" and not (options["analyst"].strip() and options["reason"].strip()):
            raise CommandError("The full profile needs --analyst (who) and --reason (what for).")
        options["out"].mkdir(parents=True, exist_ok=True)
        file = options["out"] / f"{profile}-{filters.edition}.csv"
        rows = full_rows(filters) if profile == "full" else ratings_rows(filters)
        count = write(file, rows) - 1
        write(options["out"] / f"{profile}-{filters.edition}-codebook.csv", codebook_rows(profile, filters))
        analyst = options["analyst"] or os.environ.get("USER", "command line")
        ExportRecord.objects.create(
            profile=profile, edition=filters.edition, count=count, analyst=analyst, reason=options["reason"]
        )
        self.stdout.write(f"{count:,} responses written to {file}.")
        if profile == "full":
            found = uniqueness(filters)
            self.stderr.write(WARNING.format(unique=found.unique, responses=found.responses))


def write(path: Path, rows: Iterable[Sequence[object]]) -> int:
    """Write the rows, readable by their owner only, and return how many."""
    count = 0
    with open(
        os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8", newline=""
    ) as file:
        for line in csv_lines(rows):
            file.write(line)
            count += 1
    return count


def codebook_rows(profile: str, filters: Filters) -> list[Sequence[str]]:
    table = codebook(filters.asked, profile)
    notes = source_notes(filters.asked)
    if profile == "ratings":
        notes += [*Sample.of(filters).notes(shielded=False), RATINGS_NOTE]
    return [table.columns, *table.rows, *(("note", note, *[""] * (len(table.columns) - 2)) for note in notes)]
