"""Release what waits in the ballot box, pile by pile, ten or more together."""

from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from evaluation.ballot_box import BallotBox


class Command(BaseCommand):
    help = "Release each pile of ten or more answers, at most once a month. Prints one line a pile."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--edition", help="only the piles of this edition, such as graduate")
        parser.add_argument(
            "--today",
            type=date.fromisoformat,
            metavar="YYYY-MM-DD",
            help="the day to open on, instead of today",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        results = BallotBox(settings.SURVEY_DIR).open(  # type: ignore[misc]  # in opm.survey_settings
            options["edition"], options["today"]
        )
        for result in results:
            self.stdout.write(str(result))
        if not results:
            self.stdout.write("The ballot box is empty: nothing waiting.")
