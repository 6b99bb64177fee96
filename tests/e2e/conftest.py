"""A browser, and both sites as `make run` starts them: two processes on two host names, in a new VAR_DIR."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from opm.environment import ROOT
from scripts.machine import free_port, is_answering
from tests.e2e.people import PASSWORD

CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
]
CODE = re.compile(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b")


@dataclass
class Site:
    """A running installation: its addresses, its folder, its command line and its mailbox."""

    training: str
    survey: str
    var_dir: Path
    environment: dict

    def manage(self, *arguments, code=""):
        """What `manage.py` prints; it has to succeed."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, input=code
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @cached_property
    def people(self):
        """A process that registers people and signs them in; it ends with the tests."""
        environment = {"DJANGO_SETTINGS_MODULE": "opm.settings", **self.environment}
        return subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.people"],
            cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
        )  # fmt: skip

    def close(self):
        if "people" in vars(self):
            self.people.stdin.close()
            self.people.stdout.close()
            assert self.people.wait(20) == 0

    def ask(self, line):
        self.people.stdin.write(line + "\n")
        answer = self.people.stdout.readline().strip()
        assert answer, f"{line} failed; the lines above say why"
        return answer

    def person(self, email="", role="learner"):
        """The address of somebody new, who is registered and verified, and has PASSWORD."""
        return self.ask(f"person {email or f'{uuid.uuid4().hex[:12]}@example.org'} {role}")

    def sign_in(self, page, email):
        """Sign them in in this page's browser, which then shows their own page. Through the form: enter()."""
        cookie = {"name": "sessionid", "value": self.ask(f"session {email}"), "url": self.training}
        page.context.add_cookies([cookie])
        page.goto(f"{self.training}/me/")
        return page

    def enter(self, page, email):
        """Sign in by password, as people do."""
        page.goto(f"{self.training}/accounts/login/")
        page.fill("input[name=login]", email)
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url("**/me/")
        return page

    def get(self, path):
        with urllib.request.urlopen(self.training + path, timeout=20) as answer:
            return answer.read()

    def newest_mail(self, subject):
        """Path of the newest mail with this subject at /dev/mail/."""
        listing = self.get("/dev/mail/").decode()
        links = re.findall(r'<a href="(/dev/mail/[^"]+)"[^>]*>\s*([^<]+?)\s*</a>', listing)
        return next(path for path, text in links if subject in text)

    def code(self, subject):
        return CODE.search(self.get(self.newest_mail(subject)).decode()).group()


@contextmanager
def running(var_dir, **options):
    """Both sites as `make run` starts them, until the block ends."""
    training, survey = free_port(), free_port()
    kept = ("SECRET_KEY", "TICKET_SIGNING_KEY", "DEBUG", "DJANGO_SETTINGS_MODULE")
    environment = {name: value for name, value in os.environ.items() if name not in kept}
    environment |= {"VAR_DIR": str(var_dir), "PORT": str(training), "SURVEY_PORT": str(survey), "DEMO": "0"}
    environment |= options
    run = subprocess.Popen([sys.executable, "-m", "scripts.run"], cwd=ROOT, env=environment)
    deadline = time.monotonic() + 90
    while not (is_answering(training) and is_answering(survey)):
        assert run.poll() is None, "make run stopped by itself"
        assert time.monotonic() < deadline, "make run does not answer"
        time.sleep(0.1)
    site = Site(f"http://localhost:{training}", f"http://127.0.0.1:{survey}", var_dir, environment)
    yield site
    site.close()
    run.send_signal(signal.SIGTERM)
    assert run.wait(20) == 0


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    with running(tmp_path_factory.mktemp("var")) as site:
        yield site


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
        yield playwright.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)


@pytest.fixture
def open_page(chromium):
    """open_page(width=..., **options of a browser context) -> a page whose faults on the console fail the test."""
    contexts, faults = [], []

    def open_page(width=1280, height=900, **options):
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def sign_in(site):
    return site.sign_in
