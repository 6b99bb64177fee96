"""Print a report with exact figures."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template.loader import render_to_string

from evaluation.instrument import load_all
from evaluation.reports import REPORTS, Filters, Printable, build
from evaluation.reports.printing import as_rows, as_text
from opm.reach import Reach
from opm.spreadsheet import csv_text

# Reports on people, who belong to the whole site: they have no edition and no instrument
SITE_REPORTS = {"reach": Reach.count}


class Command(BaseCommand):
    help = "Print a report: exact figures, nothing hidden. For evaluators; pages hide small counts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=sorted(REPORTS | SITE_REPORTS))
        parser.add_argument("--format", choices=sorted(FORMATS), default="text")
        parser.add_argument("--edition", default=None, help="of the answers (default: graduate)")
        parser.add_argument(
            "--instrument", default=None, help="only responses to this version, such as main-1"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        name, edition, instrument = options["name"], options["edition"], options["instrument"]
        if name in SITE_REPORTS:
            report = self.site_report(name, edition or instrument)
        else:
            report = self.report_on_answers(name, edition or "graduate", instrument)
        self.stdout.write(FORMATS[options["format"]](report), ending="")

    def site_report(self, name: str, narrowed: str | None) -> Printable:
        if narrowed:
            raise CommandError(
                f"{name} counts people of the whole site: it takes no edition and no instrument."
            )
        return SITE_REPORTS[name]()

    def report_on_answers(self, name: str, edition: str, instrument: str | None) -> Printable:
        filters = Filters(edition, instrument)
        if filters.name not in (None, *(version.name for version in load_all())):
            raise CommandError(f"There is no instrument {filters.name}.")
        if filters.edition not in filters.asked.editions:
            raise CommandError(f"There is no edition {filters.edition}.")
        return build(name, filters)


def as_json(report: Printable) -> str:
    return json.dumps(report.as_json(), indent=2) + "\n"


def as_html(report: Printable) -> str:
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
