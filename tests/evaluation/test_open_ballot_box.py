import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def open_ballot_box(survey_dir, ticket_keys, tmp_path):
    """open_ballot_box(*options) runs the real command and returns its exit status and output."""

    def run(*options):
        environment = {
            "PATH": os.environ["PATH"],
            "VAR_DIR": str(tmp_path),
            "SURVEY_DIR": str(survey_dir),
            "TICKET_VERIFY_KEYS": ticket_keys.verify,
            "DJANGO_SETTINGS_MODULE": "opm.settings",
        }
        command = [sys.executable, "manage.py", "open_ballot_box", *options]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    return run


@pytest.fixture
def fill(ballot_box, make_ticket):
    def drop(count, edition="graduate", sections=4):
        for _ in range(count):
            ballot_box.drop(make_ticket(edition), {"sections_completed": sections}, {}, False)

    return drop


def test_an_empty_box(open_ballot_box):
    assert open_ballot_box() == (0, "The ballot box is empty: nothing waiting.\n", "")


def test_one_line_a_pile(open_ballot_box, fill):
    fill(12)
    fill(3, sections=2)
    fill(10, "undergraduate")
    assert open_ballot_box("--today", "2026-03-01", "--edition", "graduate") == (
        0,
        "main-1 graduate, all sections: 12 opened\nmain-1 graduate, fewer sections: fewer than 10 waiting\n",
        "",
    )
    assert open_ballot_box("--today", "2026-03-31") == (
        0,
        (
            "main-1 graduate, all sections: opened this month\n"
            "main-1 graduate, fewer sections: fewer than 10 waiting\n"
            "main-1 undergraduate, all sections: 10 opened\n"
        ),
        "",
    )


def test_a_day_that_is_none(open_ballot_box):
    status, _, errors = open_ballot_box("--today", "tomorrow")
    assert (status, "invalid fromisoformat value" in errors) == (2, True)
