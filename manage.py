#!/usr/bin/env python
"""Django's command line. Commands of the survey side run under the survey settings."""

import os
import sys

from django.core.management import execute_from_command_line

SURVEY_COMMANDS = {"open_ballot_box"}


def main() -> None:
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    settings = "opm.survey_settings" if command in SURVEY_COMMANDS else "opm.settings"
    if command in SURVEY_COMMANDS:
        os.environ["DJANGO_SETTINGS_MODULE"] = settings
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings)
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
