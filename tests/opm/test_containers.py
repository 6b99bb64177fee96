"""docker-compose.yml, Dockerfile and Procfile cannot be run here; what can be read off them is held."""

import re

import pytest
import yaml

from opm.environment import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
SURVEY_SIDE = ["survey", "survey_timer"]


def test_the_processes_of_production_are_all_there():
    assert sorted(SERVICES) == [
        *("beat", "migrate", "postgres", "redis", "survey", "survey_timer", "web", "worker"),
    ]


def test_the_procfile_starts_the_same_processes():
    lines = (ROOT / "Procfile").read_text().splitlines()
    processes = dict(line.split(": ", 1) for line in lines)
    assert sorted(processes) == ["beat", "release", "survey", "web", "worker"]
    for name in ("beat", "survey", "web", "worker"):
        in_a_container = re.sub(r"\$\{(SURVEY_)?PORT:-(\d+)\}", r"\2", processes[name])
        assert in_a_container == SERVICES[name]["command"]


@pytest.mark.parametrize("name", SURVEY_SIDE)
def test_the_survey_cannot_reach_the_database_and_is_given_no_secret(name):
    service = SERVICES[name]
    assert (service["networks"], service["user"], service["logging"]) == (
        ["survey"],
        "survey",
        {"driver": "none"},
    )
    assert sorted(service["environment"]) == [
        *("CONTACT_EMAIL", "SITE_NAME", "SITE_URL", "SURVEY_DIR", "SURVEY_URL", "TICKET_VERIFY_KEYS"),
    ]


@pytest.mark.parametrize("name", sorted(set(SERVICES) - set(SURVEY_SIDE)))
def test_nothing_else_sees_the_box_or_the_network_of_the_survey(name):
    service = SERVICES[name]
    volumes = [volume.split(":")[0] for volume in service.get("volumes", [])]
    assert (service["networks"], "box" in volumes) == (["training"], False)


def test_the_training_side_may_only_read_what_was_released():
    mounts = [SERVICES[name]["volumes"] for name in ("web", "worker", "beat", "migrate")]
    assert mounts == [["released:/released:ro"]] * 4


def test_no_value_that_has_to_be_secret_has_a_default():
    text = (ROOT / "docker-compose.yml").read_text()
    secrets = ["SECRET_KEY", "TICKET_SIGNING_KEY", "TICKET_VERIFY_KEYS", "POSTGRES_PASSWORD", "EMAIL_URL"]
    used = [(name, use) for name in secrets for use in re.findall(rf"\$\{{{name}(:[^}}]*)\}}", text)]
    assert {name for name, _ in used} == set(secrets)
    assert {use for _, use in used} == {":?"}


def test_the_image_runs_as_an_ordinary_user():
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert [line for line in lines if line.startswith("USER")] == ["USER opm"]


def options() -> set[str]:
    """Every environment variable that one of the settings files reads."""
    read = r"(?:env\.[a-z_]+|require)\(\s*[\"']([A-Z_]+)[\"']"
    files = [ROOT / "opm" / name for name in ("settings.py", "survey_settings.py", "environment.py")]
    return {name for file in files for name in re.findall(read, file.read_text())}


def test_the_operators_page_names_every_option():
    page = (ROOT / "docs" / "operator.md").read_text()
    named = set(re.findall(r"^\| `([A-Z_]+)`", page, re.MULTILINE))
    assert options() - named == set()


def test_compose_sets_only_options_there_are():
    for name, service in SERVICES.items():
        if name not in ("postgres", "redis"):
            assert set(service["environment"]) - options() == set()
