"""The survey process inside the tests: its own settings, its own directory, a key of its own."""

import importlib
from types import SimpleNamespace

import pytest
from django.test import Client, override_settings

from evaluation.ballot_box import BallotBox
from opm import tickets

# What differs between the two processes while both run in one: all but the apps and the databases
PROCESS = [
    *(
        "ALLOWED_HOSTS",
        "CONTENT_SECURITY_POLICY",
        "DATA_UPLOAD_MAX_MEMORY_SIZE",
        "DEBUG",
        "FILE_UPLOAD_HANDLERS",
    ),
    *("MIDDLEWARE", "ROOT_URLCONF", "SECURE_REFERRER_POLICY", "STATIC_ROOT", "STATIC_URL", "SURVEY_DIR"),
    *("TEMPLATES", "TICKET_VERIFY_KEYS", "WHITENOISE_ALLOW_ALL_ORIGINS", "WHITENOISE_USE_FINDERS"),
    "X_FRAME_OPTIONS",
]


@pytest.fixture
def ticket_keys():
    signing, verify = tickets.generate_key()
    return SimpleNamespace(signing=signing, verify=verify)


@pytest.fixture
def make_ticket(ticket_keys):
    """make_ticket(edition, version) -> a verified ticket, as the ballot box takes it; `.text` is what people hold."""

    def make(edition="graduate", version="1", survey="main"):
        text = tickets.sign(ticket_keys.signing, survey, edition, version)
        return tickets.verify([ticket_keys.verify], text)

    return make


@pytest.fixture
def survey_dir(tmp_path):
    return tmp_path / "survey"


@pytest.fixture
def ballot_box(survey_dir):
    return BallotBox(survey_dir)


@pytest.fixture
def survey_process(monkeypatch, survey_dir, ticket_keys):
    """The very settings of the survey process, for the time of one test. Yields a client for its host."""
    monkeypatch.setenv("TICKET_VERIFY_KEYS", ticket_keys.verify)
    monkeypatch.setenv("SURVEY_DIR", str(survey_dir))
    settings = importlib.reload(importlib.import_module("opm.survey_settings"))
    with override_settings(**{name: getattr(settings, name) for name in PROCESS}):
        yield Client(SERVER_NAME=settings.ALLOWED_HOSTS[0], raise_request_exception=False)
