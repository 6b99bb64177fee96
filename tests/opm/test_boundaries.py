"""The walls between the apps and around the survey process, and that each of the lints sees a breach."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from opm.environment import ROOT
from opm.tickets import generate_key

PACKAGES = ["opm", "registration", "training", "evaluation"]
# The survey process as it runs: one page asked for, one refused ticket; then the names of all loaded modules
SERVE_AND_LIST = """
import io, sys
from wsgiref.util import setup_testing_defaults
from opm.survey_wsgi import application

def ask(method, body=b""):
    request = {"REQUEST_METHOD": method, "HTTP_HOST": "127.0.0.1", "wsgi.input": io.BytesIO(body),
               "CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": "application/x-www-form-urlencoded"}
    setup_testing_defaults(request)
    statuses = []
    b"".join(application(request, lambda status, headers: statuses.append(status[:3])))
    return statuses[0]

print(ask("GET"), ask("POST", b"ticket=none"), *sorted(sys.modules))
"""
SURVEY_SIDE = {
    *("evaluation", "evaluation.ballot_box", "evaluation.instrument", "evaluation.survey"),
    *("evaluation.survey_form", "evaluation.survey_views"),
    *(
        "opm",
        "opm.environment",
        "opm.strict_yaml",
        "opm.survey_settings",
        "opm.survey_urls",
        "opm.survey_wsgi",
    ),
    "opm.tickets",
}
# Accounts, sessions and the like; drivers of other databases; and what has no business in so small a process
NEVER = [
    *("django.contrib.auth", "django.contrib.sessions", "django.contrib.admin", "django.contrib.messages"),
    *("django.contrib.contenttypes", "allauth", "celery", "psycopg", "redis", "weasyprint", "scipy"),
]


@pytest.fixture(scope="module")
def survey_modules(tmp_path_factory):
    """What the survey process has loaded after it has served."""
    environment = {
        "VAR_DIR": str(tmp_path_factory.mktemp("var")),
        "TICKET_VERIFY_KEYS": generate_key()[1],
        "PATH": "/usr/bin:/bin",
    }
    served = subprocess.run(
        [sys.executable, "-c", SERVE_AND_LIST],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert served.stderr == ""
    got, posted, *modules = served.stdout.split()
    assert (got, posted) == ("200", "400")
    return modules


def test_the_survey_process_loads_no_other_part_of_ours(survey_modules):
    ours = {name for name in survey_modules if name.split(".")[0] in PACKAGES}
    assert ours - SURVEY_SIDE == set()


def test_the_survey_process_loads_no_accounts_and_no_other_database(survey_modules):
    loaded = [
        name for name in survey_modules if any(name == bad or name.startswith(f"{bad}.") for bad in NEVER)
    ]
    assert loaded == []


def lint_imports(tmp_path: Path, module: str, line: str) -> list[str]:
    """The broken contracts after this line has been added to this module, in a copy of all packages."""
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("content", "__pycache__")
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / module).open("a") as file:
        file.write(f"\n\n{line}\n")
    linter = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([linter, "--no-cache"], cwd=tmp_path, capture_output=True, text=True, check=False)
    broken = [text.removesuffix(" BROKEN") for text in result.stdout.splitlines() if text.endswith(" BROKEN")]
    assert result.returncode == bool(broken)
    return broken


@pytest.mark.parametrize(
    ("module", "line", "broken"),
    [
        ("training/views.py", "import registration.models", []),
        ("registration/models.py", "import training.models", ["registration imports neither other app"]),
        (
            "training/views.py",
            "import evaluation.models",
            ["training may import registration, never evaluation"],
        ),
        ("evaluation/models.py", "import registration.models", ["evaluation imports neither other app"]),
        ("opm/pdf.py", "import training.models", ["Shared tools know no app"]),
        ("evaluation/ballot_box.py", "import evaluation.models", ["The survey process stays by itself"]),
        ("opm/survey_urls.py", "import opm.settings", ["The survey process stays by itself"]),
        ("evaluation/survey_form.py", "import scipy", ["The survey process stays by itself"]),
    ],
)
def test_a_breach_between_our_packages_is_seen(module, line, broken, tmp_path):
    assert lint_imports(tmp_path, module, line) == broken


@pytest.mark.parametrize(
    ("module", "is_banned"),
    [
        ("evaluation/survey_views.py", True),
        ("evaluation/survey_form.py", True),
        ("evaluation/ballot_box.py", True),
        ("evaluation/instrument.py", True),
        ("evaluation/survey/management/commands/open_ballot_box.py", True),
        ("evaluation/models.py", False),
    ],
)
@pytest.mark.parametrize(
    "part", ["django.contrib.auth", "django.contrib.sessions.models", "django.db", "logging"]
)
def test_a_part_of_django_in_the_survey_process_is_seen(module, is_banned, part):
    ruff = Path(sys.executable).with_name("ruff")
    command = [ruff, "check", "--no-cache", "--select", "TID251", "--output-format", "concise"]
    result = subprocess.run(
        [*command, "--stdin-filename", module, "-"],
        cwd=ROOT, input=f"from {part} import x\n\nx()\n", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ("TID251" in result.stdout, result.returncode) == (is_banned, int(is_banned))
