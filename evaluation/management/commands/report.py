"""Print a report with exact figures."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template.loader import render_to_string

from evaluation.instrument import load_all
from evaluation.reports import REPORTS, Filters, Report, build
from evaluation.reports.printing import as_rows, as_text
from opm.spreadsheet import csv_text


class Command(BaseCommand):
    help = "Print a report: exact figures, nothing hidden. For evaluators; pages hide small counts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=sorted(REPORTS))
        parser.add_argument("--format", choices=sorted(FORMATS), default="text")
        parser.add_argument("--edition", default="graduate")
        parser.add_argument(
            "--instrument", default=None, help="only responses to this version, such as main-1"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        filters = Filters(options["edition"], options["instrument"])
        if filters.name not in (None, *(version.name for version in load_all())):
            raise CommandError(f"There is no instrument {filters.name}.")
        if filters.edition not in filters.asked.editions:
            raise CommandError(f"There is no edition {filters.edition}.")
        self.stdout.write(FORMATS[options["format"]](build(options["name"], filters)), ending="")


def as_json(report: Report) -> str:
    return json.dumps(report.as_json(), indent=2) + "\n"


def as_html(report: Report) -> str:
    return render_to_string(
        "evaluation/report_document.html",
        {
            "title": report.title,
            "tables": report.tables(shielded=False),
            "notes": report.notes(shielded=False),
        },
    )


FORMATS = {
    "text": lambda report: as_text(report.title, report.tables(shielded=False), report.notes(shielded=False)),
    "csv": lambda report: csv_text(as_rows(report.tables(shielded=False), report.notes(shielded=False))),
    "json": as_json,
    "html": as_html,
}
