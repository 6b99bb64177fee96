import re

import pytest
from django.core import mail
from django.core.cache import cache


@pytest.fixture(autouse=True)
def fresh_limits():
    """Rate limits live in the cache, which outlasts a test."""
    cache.clear()


@pytest.fixture
def post(client, django_capture_on_commit_callbacks):
    """post(address, data) -> the response; what was to happen after commit has happened."""

    def send(address, data=None, **kwargs):
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(address, data or {}, **kwargs)

    return send


@pytest.fixture
def newest_code():
    """newest_code() -> the code in the newest mail."""

    def read() -> str:
        (code,) = re.findall(r"^[A-Z]{4}-[A-Z]{4}$", str(mail.outbox[-1].body), re.MULTILINE)
        return code

    return read


@pytest.fixture
def answers():
    """What somebody new types into the registration form."""
    return {
        "name": "Ada Okafor",
        "email": "ada@example.edu",
        "job_title": "Associate professor",
        "job_category": "faculty_or_administrator",
        "institution": "Example University",
        "reasons": ["reason_required", "reason_own_development"],
        "reason_other_text": "",
        "password1": "",
    }
