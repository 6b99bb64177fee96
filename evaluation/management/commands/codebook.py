"""Print the codebook."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template.loader import render_to_string

from evaluation.codebook import codebook, source_notes
from evaluation.instrument import load
from opm.spreadsheet import csv_text


class Command(BaseCommand):
    help = "Print the codebook: every variable, its question, values, labels and missing codes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", choices=["csv", "html"], default="csv")
        parser.add_argument("--instrument", default="main-1")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            asked = load(options["instrument"])
        except FileNotFoundError as error:
            raise CommandError(str(error)) from error
        table = codebook(asked)
        if options["format"] == "csv":
            self.stdout.write(csv_text([table.columns, *table.rows]), ending="")
        else:
            context = {"title": table.caption, "tables": [table], "notes": source_notes(asked)}
            self.stdout.write(render_to_string("evaluation/report_document.html", context), ending="")
