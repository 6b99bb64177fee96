"""The environment is read in one way, and a fault in it is said in one line."""

import os
import subprocess
import sys

import environ
import pytest
from django.core.exceptions import ImproperlyConfigured

from opm import environment
from opm.environment import ROOT, rate, read_embedded, require


@pytest.fixture
def given(monkeypatch, tmp_path):
    """The environment as a dict of its own, and VAR_DIR in a folder of its own."""
    variables = {}
    monkeypatch.setattr(environ.Env, "ENVIRON", variables)
    monkeypatch.setattr(environment, "VAR_DIR", tmp_path)
    (tmp_path / "embedded.env").write_text("DEBUG=1\nSECRET_KEY=from the file\n")
    return variables


def test_the_file_fills_an_empty_environment(given):
    read_embedded("embedded.env")
    assert given == {"DEBUG": "1", "SECRET_KEY": "from the file"}


def test_the_environment_wins_over_the_file(given):
    given.update(DEBUG="on", SECRET_KEY="mine")
    read_embedded("embedded.env")
    assert given == {"DEBUG": "on", "SECRET_KEY": "mine"}


@pytest.mark.parametrize("production", [{"DEBUG": "0"}, {"DEBUG": "off"}, {"SECRET_KEY": "mine"}])
def test_the_file_is_not_read_in_production(given, production):
    given.update(production)
    read_embedded("embedded.env")
    assert given == production


def test_a_missing_file_changes_nothing(given):
    read_embedded("survey.env")
    assert given == {}


@pytest.mark.parametrize("value", ["", "   "])
def test_an_empty_variable_is_a_missing_one(given, value):
    given["SECRET_KEY"] = value
    with pytest.raises(ImproperlyConfigured) as fault:
        require("SECRET_KEY", "Set it to a long random text.")
    assert str(fault.value) == "SECRET_KEY is not set. Set it to a long random text."


@pytest.mark.parametrize(("value", "limit"), [("20/m", "20/m"), (" 5/s ", "5/s"), (None, "600/m")])
def test_a_limit_is_a_number_and_a_time(given, value, limit):
    given.update({"SIGN_IN_LIMIT_PER_ADDRESS": value} if value else {})
    assert rate("SIGN_IN_LIMIT_PER_ADDRESS", default="600/m") == limit


@pytest.mark.parametrize("value", ["", "many", "0/m", "-1/m", "600", "600/", "600/minute", "1/m,2/h", "٣/m"])
def test_what_is_no_limit_is_said_with_an_example(given, value):
    given["SIGN_IN_LIMIT_PER_ADDRESS"] = value
    with pytest.raises(ImproperlyConfigured) as fault:
        rate("SIGN_IN_LIMIT_PER_ADDRESS", default="600/m")
    assert str(fault.value) == (
        f"SIGN_IN_LIMIT_PER_ADDRESS is {value!r}. Write a number and s, m, h or d, for example 600/m."
    )


def test_one_variable_is_the_limit_of_every_way_in_per_address(tmp_path):
    code = """
import django; django.setup()
from django.conf import settings
limits = {**settings.ACCOUNT_RATE_LIMITS, **settings.MFA_RATE_LIMITS}
print(*sorted({part for limit in limits.values() for part in limit.split(",") if part.endswith("/ip")}))
"""
    variables = {
        "PATH": os.environ["PATH"],
        "VAR_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "opm.settings",
    }
    variables |= {"SECRET_KEY": "x", "SIGN_IN_LIMIT_PER_ADDRESS": "7/m"}
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=variables, capture_output=True, text=True, check=True
    )
    assert run.stdout == "7/m/ip\n"


def start(settings: str, tmp_path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Start Django in a process of its own, with this environment and no other."""
    variables |= {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": settings}
    code = "import django; django.setup(); from django.conf import settings; print(settings.DEBUG)"
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=variables, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("settings", "name"), [("opm.settings", "SECRET_KEY"), ("opm.survey_settings", "TICKET_VERIFY_KEYS")]
)
def test_production_does_not_start_without_its_key(settings, name, tmp_path):
    result = start(settings, tmp_path, DEBUG="0")
    last_line = result.stderr.strip().splitlines()[-1]
    assert (result.returncode, last_line.split(" Set it to ")[0]) == (
        1,
        f"django.core.exceptions.ImproperlyConfigured: {name} is not set.",
    )


def test_debug_is_off_unless_it_is_asked_for(tmp_path):
    assert start("opm.settings", tmp_path, SECRET_KEY="x").stdout == "False\n"


def test_a_key_in_the_environment_keeps_debug_off_in_a_checkout_with_an_env_file(tmp_path):
    (tmp_path / "embedded.env").write_text("DEBUG=1\nSECRET_KEY=from the file\n")
    assert start("opm.settings", tmp_path, SECRET_KEY="x").stdout == "False\n"
    assert start("opm.settings", tmp_path).stdout == "True\n"
