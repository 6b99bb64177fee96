"""`make run`: both processes of the embedded run in one terminal, until Ctrl-C. Sets up what is missing."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

from scripts.machine import PYTHON, ROOT, is_answering, is_port_free, say, stop, var_dir
from scripts.setup import embedded_environment, manage, setup, write_private

DAY = 24 * 60 * 60
# All that the survey process may know: no database, no signing key, no secret key
SURVEY_ENVIRONMENT = [
    *("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "XDG_CACHE_HOME", "PYTHONUNBUFFERED"),
    *("VAR_DIR", "PORT", "SURVEY_PORT", "SITE_URL", "SURVEY_URL", "SITE_NAME", "CONTACT_EMAIL"),
    *("SURVEY_DIR", "SURVEY_ALLOWED_HOSTS", "TICKET_VERIFY_KEYS"),
]
# Whether the databases are empty: a folder that `make setup` made and that somebody filled by hand is not new. The list
# of institutions comes with the setup
IS_EMPTY = """
import django; django.setup()
from django.apps import apps
ours = [apps.get_app_config(name) for name in ("registration", "training", "evaluation")]
models = [model for app in ours for model in app.get_models() if not model.__name__.startswith("Institution")]
raise SystemExit(any(model.objects.exists() for model in models))
"""


def port(name: str, default: int) -> int:
    text = os.environ.get(name) or str(default)
    if not text.isdigit() or not 0 < int(text) < 65536:
        stop(f"{name} is {text!r}; it has to be a number from 1 to 65535.")
    return int(text)


def check_ports(training: int, survey: int) -> None:
    if training == survey:
        stop(f"PORT and SURVEY_PORT are both {training}; the two sites need one each.")
    for name, number in (("PORT", training), ("SURVEY_PORT", survey)):
        if not is_port_free(number):
            stop(f"Port {number} is in use. Stop what runs there, or try: make run {name}={number + 100}")


def seed() -> str:
    """Fill a new VAR_DIR with demo data, once. Gives the accounts to print: none without demo data."""
    state, accounts = var_dir() / "demo", var_dir() / "demo-accounts.txt"
    if not state.is_file() and (os.environ.get("DEMO") == "0" or not is_empty()):
        state.write_text("none\n")
    if not state.is_file() or state.read_text() == "unfinished\n":
        say("Making demo data: people, progress and survey responses, all made up")
        state.write_text("unfinished\n")
        done = manage("seed_demo")
        if done.returncode:
            stop("Demo data could not be made; the lines above say why. To start without it: make run DEMO=0")
        write_private(accounts, done.stdout)
        state.write_text("made\n")
    return accounts.read_text() if accounts.is_file() else ""


def is_empty() -> bool:
    environment = {**embedded_environment(), "DJANGO_SETTINGS_MODULE": "opm.settings"}
    return subprocess.run([PYTHON, "-c", IS_EMPTY], cwd=ROOT, env=environment, check=False).returncode == 0


class Children:
    """The processes of one run. Each leads a process group: stopping it takes its own children along."""

    def __init__(self) -> None:
        self.servers: dict[str, subprocess.Popen[bytes]] = {}
        self.jobs: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=stop_with_parent if sys.platform == "linux" else None,
        )

    def stopped_server(self) -> str:
        """The name of a server that ended by itself, or an empty text."""
        return next((name for name, server in self.servers.items() if server.poll() is not None), "")

    def is_running(self, job: str) -> bool:
        return job in self.jobs and self.jobs[job].poll() is None

    def stop(self) -> None:
        running = [child for child in [*self.servers.values(), *self.jobs.values()] if child.poll() is None]
        for child in running:
            os.killpg(child.pid, signal.SIGTERM)
        deadline = time.monotonic() + 5
        for child in running:
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()


def stop_with_parent() -> None:
    """Runs in a child: the kernel ends it when this process is killed without a chance to clean up."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


def start_servers(children: Children, training: int, survey: int) -> None:
    environment = embedded_environment() | {"DJANGO_RUNSERVER_HIDE_WARNING": "true"}
    children.servers["training site"] = children.start(
        [str(PYTHON), "manage.py", "runserver", f"localhost:{training}"], environment
    )
    gunicorn = [str(PYTHON), "-m", "gunicorn", "opm.survey_wsgi", "--bind", f"127.0.0.1:{survey}"]
    # One small process. No access log: the survey keeps no trace of who came when
    gunicorn += [
        "--workers=1",
        "--threads=4",
        "--no-control-socket",
        "--log-level=error",
        "--graceful-timeout=2",
    ]
    children.servers["survey"] = children.start(gunicorn, survey_environment())


def survey_environment() -> dict[str, str]:
    given = embedded_environment()
    return {name: given[name] for name in SURVEY_ENVIRONMENT if name in given}


class Timers:
    """What cron does in production: open the ballot box and count polls daily, and load what the box released at once."""

    def __init__(self, children: Children) -> None:
        self.children = children
        self.daily_at = -float(DAY)
        survey_dir = Path(os.environ.get("SURVEY_DIR") or var_dir() / "survey")
        self.released = Path(os.environ.get("RELEASED_FILE") or survey_dir / "released.sqlite")
        self.stamp = var_dir() / "loaded-released"
        self.loading = ""

    def tick(self) -> None:
        if time.monotonic() - self.daily_at >= DAY and not self.children.is_running("open_ballot_box"):
            self.daily_at = time.monotonic()
            self.start("open_ballot_box", survey_environment())
            self.start("refresh_polls", embedded_environment())
        if self.children.is_running("load_released"):
            return
        job = self.children.jobs.get("load_released")
        if self.loading and job and job.returncode == 0:
            self.stamp.write_text(self.loading)
        state = self.released_state()
        is_new = (
            state and state != self.loading and not (self.stamp.is_file() and self.stamp.read_text() == state)
        )
        if is_new:
            self.loading = state
            self.start("load_released", embedded_environment(), str(self.released))

    def start(self, command: str, environment: dict[str, str], *arguments: str) -> None:
        line = [str(PYTHON), "manage.py", command, *arguments]
        self.children.jobs[command] = self.children.start(line, environment)

    def released_state(self) -> str:
        """Changes whenever the file is replaced. Its mtime may not: it is the start of the quarter."""
        try:
            status = self.released.stat()
        except OSError:
            return ""
        return f"{status.st_ino} {status.st_size} {status.st_ctime_ns}"


def interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def run() -> int:
    training, survey = port("PORT", 8000), port("SURVEY_PORT", 8001)
    check_ports(training, survey)
    setup()
    accounts = seed()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    children = Children()
    try:
        start_servers(children, training, survey)
        return serve(children, training, survey, accounts)
    except KeyboardInterrupt:
        say("\nStopping both sites.")
        return 0
    finally:
        # A second Ctrl-C must not leave a process behind
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        children.stop()


def serve(children: Children, training: int, survey: int, accounts: str) -> int:
    """Watch both servers until one ends by itself, or an interrupt comes."""
    parent, timers, is_announced = os.getppid(), Timers(children), False
    while not (stopped := children.stopped_server()):
        if not is_announced and is_answering(training) and is_answering(survey):
            is_announced = True
            announce(accounts)
        if is_announced:
            timers.tick()
        if os.environ.get("MAKELEVEL") and os.getppid() != parent:
            return 1  # make was killed: nobody is left to stop us
        time.sleep(0.5 if is_announced else 0.05)
    say(f"The {stopped} stopped by itself; the lines above say why.")
    return 1


def announce(accounts: str) -> None:
    site = os.environ.get("SITE_URL") or f"http://localhost:{port('PORT', 8000)}"
    survey = os.environ.get("SURVEY_URL") or f"http://127.0.0.1:{port('SURVEY_PORT', 8001)}"
    say(f"\n  Training site   {site}/\n  Survey          {survey}/\n  Mail it sends   {site}/dev/mail/\n")
    if accounts:
        say(accounts.rstrip() + "\n")
    say("Stop with Ctrl-C.")


if __name__ == "__main__":
    sys.exit(run())
