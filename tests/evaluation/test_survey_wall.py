"""The survey process as it runs, from its WSGI entry: what it loads, what it knows, and what it leaves behind."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from opm import tickets

ROOT = Path(__file__).resolve().parents[2]
DATABASE_URL = "postgres://canary-5417@database.example/registration"
AGENT = "canary-agent-5417"
SECRETS = {"change_text": "canary-words-5417", "follow_up_code": "canary-code-5417"}
PAGE_AFTER_PAGE = """
import json, os, sys
from io import BytesIO
from urllib.parse import urlencode
from opm.survey_wsgi import application

def call(method, path, **fields):
    body = urlencode(fields).encode()
    environ = {
        "REQUEST_METHOD": method, "PATH_INFO": path, "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8001",
        "CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH": str(len(body)),
        "HTTP_USER_AGENT": job["agent"], "HTTP_ORIGIN": "null", "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr, "wsgi.url_scheme": "http",
    }
    seen = []
    response = application(environ, lambda status, headers: seen.append((int(status[:3]), dict(headers))))
    text = b"".join(response)
    response.close()
    statuses.append(seen[0][0])
    cookies.extend(name for name in seen[0][1] if name.lower() == "set-cookie")

job, statuses, cookies = json.load(sys.stdin), [], []
first, second = job["tickets"]
call("GET", "/")
call("GET", "/nowhere")
call("GET", "/static/survey.css")
call("POST", "/", ticket="bad")
call("POST", "/", ticket=first)
call("POST", "/", ticket=first, will_change="1", **job["secrets"])
call("POST", "/", ticket=first, will_change="1", action="change", **job["secrets"])
call("POST", "/", ticket=first, will_change="9", **job["secrets"])
call("POST", "/", ticket=first, action="send")
from evaluation.ballot_box import BallotBox
def fail(*args):
    raise RuntimeError(args)
BallotBox.drop = fail
call("POST", "/", ticket=second, will_change="1", action="send", **job["secrets"])

from django.conf import settings
result = {
    "statuses": statuses, "cookies": cookies, "modules": sorted(sys.modules), "environment": dict(os.environ),
    "settings": repr({name: getattr(settings, name) for name in dir(settings) if name.isupper()}),
}
json.dump(result, sys.stdout)
"""


@pytest.fixture(scope="module")
def var_dir(tmp_path_factory):
    return tmp_path_factory.mktemp("var")


@pytest.fixture(scope="module")
def handed_out():
    signing, verify = tickets.generate_key()
    return verify, [tickets.sign(signing, "main", "graduate", "1") for _ in range(2)]


@pytest.fixture(scope="module")
def visit(var_dir, handed_out):
    """What the process says of itself after a whole visit with a forced fault at its end."""
    verify, texts = handed_out
    environment = {
        "PATH": os.environ["PATH"],
        "VAR_DIR": str(var_dir),
        "TMPDIR": str(var_dir),
        "TICKET_VERIFY_KEYS": verify,
        "DATABASE_URL": DATABASE_URL,
        "TICKET_SIGNING_KEY": "canary-key-5417",
        "DJANGO_SETTINGS_MODULE": "opm.settings",
    }
    job = json.dumps({"tickets": texts, "secrets": SECRETS, "agent": AGENT})
    command = [sys.executable, "-c", PAGE_AFTER_PAGE]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, input=job, capture_output=True, text=True, check=True
    )
    return {**json.loads(done.stdout), "errors": done.stderr}


def test_the_visit_went_as_meant(visit):
    assert visit["statuses"] == [200, 404, 200, 400, 200, 200, 200, 400, 200, 500]
    assert visit["cookies"] == []


NEVER = ("auth", "sessions", "admin", "messages", "contenttypes")


def test_it_loads_no_accounts_and_none_of_the_training_side(visit):
    banned = {f"django.contrib.{name}" for name in NEVER}
    banned |= {
        "allauth",
        "registration",
        "training",
        "evaluation.models",
        "opm.settings",
        "opm.urls",
        "celery",
    }
    loaded = {name for name in visit["modules"] if any(f"{name}.".startswith(f"{bad}.") for bad in banned)}
    assert loaded == set()


def test_it_knows_no_way_to_the_registration_database(visit):
    assert "canary" not in visit["settings"]
    assert [name for name, value in visit["environment"].items() if "canary" in value] == []


def test_it_says_nothing_not_even_of_a_fault(visit):
    assert visit["errors"] == ""


def test_what_was_not_sent_is_in_no_file(visit, var_dir, handed_out):
    canaries = [AGENT, *SECRETS.values(), *handed_out[1], *(text.split(".")[4] for text in handed_out[1])]
    files = {path: path.read_bytes() for path in var_dir.rglob("*") if path.is_file()}
    assert [path.name for path in files] == ["box.sqlite"]
    found = [
        (path.name, word) for path, content in files.items() for word in canaries if word.encode() in content
    ]
    assert found == []


def test_a_faulty_verify_key_stops_it_at_the_start(tmp_path):
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), "TICKET_VERIFY_KEYS": "nonsense"}
    command = [sys.executable, "-c", "import opm.survey_wsgi"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, "TICKET_VERIFY_KEYS: nonsense is not a key" in done.stderr) == (1, True)
