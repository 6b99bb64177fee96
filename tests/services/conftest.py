"""Real servers: the training site under gunicorn and a Celery worker, on a PostgreSQL and Redis of their own.

The test itself looks into the same databases, the same Redis and the mail server that all of them talk to.
"""

import email
import os
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from email.policy import default as modern
from http.cookiejar import CookieJar

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings
from django.db import connections

from opm.environment import ROOT
from scripts.machine import free_port


def wait_for(condition, what, seconds=20):
    """The first true value of condition(); other processes are at work, so this is asked again until then."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"Waited {seconds} seconds for {what}"
        time.sleep(0.02)
    return value


class Postbox:
    """A mail server that keeps what it is given."""

    def __init__(self):
        self.messages = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - the name aiosmtpd asks for
        self.messages.append(email.message_from_bytes(envelope.content, policy=modern))
        return "250 OK"

    def to(self, address):
        return [message for message in self.messages if message["To"] == address]


class Browser:
    """What a browser without JavaScript does: keeps cookies, sends forms, follows redirects."""

    def __init__(self, site):
        self.site = site
        self.cookies = CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def cookie(self, name):
        return next((cookie.value for cookie in self.cookies if cookie.name == name), "")

    def get(self, path):
        return self._open(urllib.request.Request(self.site + path))

    def post(self, path, **fields):
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": self.cookie("csrftoken"), **fields}).encode()
        return self._open(urllib.request.Request(self.site + path, body, {"Referer": self.site + path}))

    def _open(self, request):
        """(status, path it ended at, text)"""
        try:
            answer = self.opener.open(request, timeout=20)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return answer.status, urllib.parse.urlsplit(answer.url).path, answer.read().decode()


@pytest.fixture(scope="session")
def postbox():
    postbox = Postbox()
    server = Controller(postbox, hostname="127.0.0.1", port=free_port())
    server.start()
    postbox.port = server.port
    yield postbox
    server.stop()


@pytest.fixture(scope="session")
def site_address():
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture(scope="session")
def environment(django_db_setup, postbox, site_address, tmp_path_factory):
    """What the processes of a production run are given: the test's own databases, Redis, mail server."""
    names = {"default": "DATABASE_URL", "evaluation": "EVALUATION_DATABASE_URL"}
    assert settings.REDIS_URL, "Service tests need their servers: python3 -m scripts.test services"
    urls = {}
    for alias, name in names.items():
        database = settings.DATABASES[alias]
        assert connections[alias].vendor == "postgresql"
        urls[name] = (
            f"postgresql://{database['USER']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
        )
    return {
        **{name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"},
        **urls,
        "DEBUG": "0",
        "VAR_DIR": str(tmp_path_factory.mktemp("var")),
        "REDIS_URL": settings.REDIS_URL,
        "EMAIL_URL": f"smtp://127.0.0.1:{postbox.port}",
        "SITE_URL": site_address,
    }


@pytest.fixture(scope="session")
def start(environment):
    """start(module, *arguments): a process of the production run, which ends with the tests."""
    processes = []

    def start(*command):
        processes.append(subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, env=environment))
        return processes[-1]

    yield start
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait(20)


@pytest.fixture(scope="session")
def worker(start):
    """A running Celery worker for both queues, asked the way an operator asks: celery inspect."""
    from opm.celery import app

    start(
        *(
            "celery",
            "-A",
            "opm",
            "worker",
            "--queues",
            "celery,codes",
            "--concurrency",
            "2",
            "--loglevel",
            "warning",
        ),
        *("--without-gossip", "--without-mingle"),
    )
    wait_for(app.control.inspect(timeout=0.3, limit=1).ping, "the Celery worker")
    return app.control.inspect(timeout=20, limit=1)


@pytest.fixture(scope="session")
def site(start, environment, site_address):
    """The training site as in production: DEBUG off, static files collected, sync workers."""
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity=0"]
    subprocess.run(collect, cwd=ROOT, env=environment, check=True)
    port = site_address.rpartition(":")[2]
    start("gunicorn", "opm.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2", "--no-control-socket")

    def answers():
        try:
            return urllib.request.urlopen(f"{site_address}/healthz", timeout=1).read()
        except OSError:
            return b""

    wait_for(answers, "the training site")
    return site_address


@pytest.fixture
def browser(site):
    return Browser(site)
