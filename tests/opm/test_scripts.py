"""The commands: what they do step by step, and two of them for real, on ports and in folders of their own."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import pytest

from opm.environment import ROOT
from opm.tickets import sign, verify
from scripts import machine, run, setup, test


@pytest.fixture(autouse=True)
def var_dir(monkeypatch, tmp_path):
    """A VAR_DIR of our own, and no option of the caller's."""
    for name in test.OPTIONS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    return tmp_path / "var"


def message_of(capsys, action, *arguments):
    """What is said on the way out: exit code 1 and one message on stderr."""
    with pytest.raises(SystemExit) as leaving:
        action(*arguments)
    assert leaving.value.code == 1
    return capsys.readouterr().err.strip()


# What the machine must have


def test_no_library_is_missing_where_the_tests_run():
    assert machine.missing_pango() == []


def test_a_missing_library_is_named_by_its_package(monkeypatch):
    monkeypatch.setattr(machine, "PANGO", {"libc.so.6": "libc6", "libnone-1.0.so.0": "libnone-1.0-0"})
    assert machine.missing_pango() == ["libnone-1.0-0"]


@pytest.fixture
def calls(monkeypatch):
    """Every program that would run, and does not; sudo asks for a password."""
    made = []

    def run(command, **options):
        made.append(command)
        return SimpleNamespace(returncode=1 if command[0].endswith("sudo") else 0)

    monkeypatch.setattr(machine.subprocess, "run", run)
    monkeypatch.setattr(machine.shutil, "which", lambda name: f"/usr/bin/{name}")
    return made


def test_root_installs_what_is_missing(monkeypatch, calls):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    machine.install(["libpango-1.0-0"])
    assert [command[2:4] for command in calls] == [["apt-get", "-qq"], ["apt-get", "install"]]


def test_without_rights_the_one_line_to_type_is_printed(monkeypatch, calls, capsys):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    message = message_of(capsys, machine.install, ["libpango-1.0-0", "libharfbuzz-subset0"])
    assert message.splitlines()[-1] == (
        "  sudo apt-get install -y --no-install-recommends libpango-1.0-0 libharfbuzz-subset0"
    )
    assert calls == [["/usr/bin/sudo", "-n", "true"]]


def test_nothing_runs_where_nothing_is_missing(calls):
    machine.install([])
    assert calls == []


def test_an_old_python_is_told_what_it_needs(tmp_path):
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    code = "import sys; sys.version_info = (3, 9, 2); import scripts.run"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stderr.splitlines()) == (
        1,
        [
            "OPM needs Python 3.11 or newer; this is 3.9.",
            "Name another one like this: make setup PYTHON=python3.12",
        ],
    )


# make setup, step by step


@pytest.fixture
def venv(monkeypatch, tmp_path):
    """A checkout with two locks. `steps` says what was done to its .venv; `runs` whether its Python starts."""
    state = SimpleNamespace(
        steps=[], runs=False, folder=tmp_path / ".venv", lock=tmp_path / "requirements.txt"
    )

    def make():
        state.steps.append("made")
        shutil.rmtree(state.folder, ignore_errors=True)
        state.folder.mkdir()
        (state.folder / "made-by-setup").touch()
        state.runs = True

    def run(command, **options):
        state.steps.append(f"installed {Path(command[-1]).name}")
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(machine, "ROOT", tmp_path)
    monkeypatch.setattr(machine, "VENV", state.folder)
    monkeypatch.setattr(machine, "MADE_HERE", state.folder / "made-by-setup")
    monkeypatch.setattr(machine, "_make_venv", make)
    monkeypatch.setattr(machine, "_runs", lambda: state.runs)
    monkeypatch.setattr(machine.subprocess, "run", run)
    for name in ("requirements.txt", "requirements-dev.txt"):
        (tmp_path / name).write_text("first==1")
    return state


def test_the_virtual_environment_is_made_once(venv):
    for _ in range(2):
        machine.build_venv("requirements.txt")
    assert venv.steps == ["made", "installed requirements.txt"]


def test_the_lock_for_developers_is_added_to_the_other_one_and_serves_both(venv):
    for lock in ("requirements.txt", "requirements-dev.txt", "requirements.txt"):
        machine.build_venv(lock)
    assert venv.steps == ["made", "installed requirements.txt", "installed requirements-dev.txt"]


def test_a_new_lock_or_a_python_that_is_gone_make_it_anew(venv):
    machine.build_venv("requirements.txt")
    venv.lock.write_text("second==2")
    machine.build_venv("requirements.txt")
    venv.runs = False
    machine.build_venv("requirements.txt")
    assert venv.steps == ["made", "installed requirements.txt"] * 3


def test_one_made_by_hand_is_added_to_and_never_thrown_away(venv):
    venv.folder.mkdir()
    venv.runs = True
    for _ in range(2):
        machine.build_venv("requirements.txt")
    assert venv.steps == ["installed requirements.txt"]


def test_the_box_is_for_its_owner_only(var_dir):
    setup.make_folders()
    assert stat.S_IMODE((var_dir / "survey").stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_used_is_said(var_dir, capsys):
    var_dir.write_text("a file, not a folder")
    assert message_of(capsys, setup.make_folders).startswith("VAR_DIR cannot be used: ")


def env_file(path):
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    return dict(line.split("=", 1) for line in path.read_text().splitlines())


def test_the_survey_gets_a_key_that_checks_what_the_site_signs_and_no_more(var_dir):
    setup.make_folders()
    setup.make_keys()
    embedded, survey = env_file(var_dir / "embedded.env"), env_file(var_dir / "survey.env")
    assert (sorted(embedded), sorted(survey)) == (
        ["DEBUG", "SECRET_KEY", "TICKET_SIGNING_KEY"],
        ["TICKET_VERIFY_KEYS"],
    )
    ticket = sign(embedded["TICKET_SIGNING_KEY"], "main", "graduate", "2019")
    assert verify([survey["TICKET_VERIFY_KEYS"]], ticket).survey == "main"

    setup.make_keys()
    assert env_file(var_dir / "embedded.env") == embedded


def test_migrations_run_once_and_again_when_something_changed(var_dir, monkeypatch):
    commands = []

    def manage(*arguments):
        commands.append(arguments)
        for name in ("opm.sqlite3", "evaluation.sqlite3"):
            (var_dir / name).touch()
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(setup, "manage", manage)
    setup.make_folders()
    for _ in range(2):
        setup.migrate()
    both = [("migrate", "--verbosity=0"), ("migrate", "--verbosity=0", "--database=evaluation")]
    assert commands == both

    (var_dir / "evaluation.sqlite3").unlink()
    setup.migrate()
    assert commands == both * 2

    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/opm")
    setup.migrate()
    assert commands == both * 3


def test_the_starter_list_is_loaded_once_and_again_for_another_database(var_dir, monkeypatch):
    commands = []

    def manage(*arguments):
        commands.append(arguments)
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(setup, "manage", manage)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    setup.make_folders()
    (var_dir / "opm.sqlite3").touch()
    for _ in range(2):
        setup.load_institutions()
    assert commands == [("load_institutions",)]

    (var_dir / "opm.sqlite3").unlink()
    setup.load_institutions()
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/opm")
    for _ in range(2):
        setup.load_institutions()
    assert commands == [("load_institutions",)] * 3


# make run, step by step


@pytest.mark.parametrize("text", ["x", "0", "70000", "80 80"])
def test_a_port_has_to_be_a_number(monkeypatch, capsys, text):
    monkeypatch.setenv("PORT", text)
    message = message_of(capsys, run.port, "PORT", 8000)
    assert message == f"PORT is {text!r}; it has to be a number from 1 to 65535."


def test_a_port_in_use_is_said(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        message = message_of(capsys, run.check_ports, machine.free_port(), number)
    assert message == (
        f"Port {number} is in use. Stop what runs there, or try: make run SURVEY_PORT={number + 100}"
    )


def test_one_port_cannot_serve_both(capsys):
    message = message_of(capsys, run.check_ports, 8000, 8000)
    assert message == "PORT and SURVEY_PORT are both 8000; the two sites need one each."


def test_the_survey_process_is_given_no_secret_of_the_site(monkeypatch):
    for name in ("SECRET_KEY", "TICKET_SIGNING_KEY", "DATABASE_URL", "REDIS_URL", "EMAIL_URL"):
        monkeypatch.setenv(name, "secret")
    monkeypatch.setenv("SURVEY_PORT", "9001")
    given = run.survey_environment()
    assert ("secret" in given.values(), given["SURVEY_PORT"]) == (False, "9001")


@pytest.fixture
def seeding(var_dir, monkeypatch):
    """What seed() runs. Set `fails` to have seed_demo fail, `is_empty` to say what is in the databases."""
    state = SimpleNamespace(commands=[], fails=False, is_empty=True)

    def manage(*arguments):
        state.commands.append(arguments)
        return SimpleNamespace(returncode=int(state.fails), stdout="learner@example.org\n")

    monkeypatch.setattr(run, "manage", manage)
    monkeypatch.setattr(run, "is_empty", lambda: state.is_empty)
    var_dir.mkdir()
    return state


def test_a_new_folder_is_seeded_once_and_its_accounts_are_always_shown(seeding):
    assert [run.seed(), run.seed()] == ["learner@example.org\n"] * 2
    assert seeding.commands == [("seed_demo",)]


def test_no_demo_data_where_it_is_not_wanted(seeding, monkeypatch):
    monkeypatch.setenv("DEMO", "0")
    assert run.seed() == ""
    monkeypatch.delenv("DEMO")
    assert (run.seed(), seeding.commands) == ("", [])


def test_no_demo_data_among_what_is_already_there(seeding):
    seeding.is_empty = False
    assert (run.seed(), seeding.commands) == ("", [])


def test_seeding_that_failed_is_tried_again(seeding, capsys):
    seeding.fails = True
    message_of(capsys, run.seed)
    seeding.fails, seeding.is_empty = False, False
    assert run.seed() == "learner@example.org\n"


class RecordedJobs(run.Children):
    """Jobs that are only written down, and end at once with the given code."""

    def __init__(self):
        super().__init__()
        self.commands = []
        self.code = 0

    def start(self, command, environment):
        self.commands.append(command[2:])
        return SimpleNamespace(poll=lambda: self.code, returncode=self.code)


@pytest.fixture
def timers(var_dir):
    (var_dir / "survey").mkdir(parents=True)
    return run.Timers(RecordedJobs())


def publish(var_dir, text):
    new = var_dir / "survey" / "new"
    new.write_text(text)
    os.utime(new, (0, 0))  # as the ballot box does: the time of the file tells nothing
    new.replace(var_dir / "survey" / "released.sqlite")


DAILY = [["open_ballot_box"], ["refresh_polls"]]


def test_the_box_is_opened_and_polls_counted_at_the_start_and_then_once_a_day(timers):
    for _ in range(3):
        timers.tick()
    assert timers.children.commands == DAILY
    timers.daily_at -= run.DAY
    timers.tick()
    assert timers.children.commands == DAILY * 2


def test_each_released_file_is_loaded_once(timers, var_dir):
    load = ["load_released", str(var_dir / "survey" / "released.sqlite")]
    loads = []
    for text in ("one", "two"):
        publish(var_dir, text)
        for _ in range(3):
            timers.tick()
        loads.append([command for command in timers.children.commands if command == load])
    assert loads == [[load], [load, load]]

    after_a_restart = run.Timers(RecordedJobs())
    after_a_restart.tick()
    assert after_a_restart.children.commands == DAILY


def test_a_file_that_could_not_be_loaded_is_tried_again_after_a_restart_only(timers, var_dir):
    timers.children.code = 1
    publish(var_dir, "faulty")
    for _ in range(3):
        timers.tick()
    assert len(timers.children.commands) == len(DAILY) + 1  # and one try
    again = run.Timers(RecordedJobs())
    again.tick()
    assert len(again.children.commands) == len(DAILY) + 1


# make test


def test_a_stage_that_finds_no_tests_fails(tmp_path):
    assert test.pytest(["-m", "browser", "tests/opm/test_locks.py"], test.environment(tmp_path)) is False


def test_an_unknown_stage_is_said(capsys):
    message = message_of(capsys, test.test, ["units"])
    assert message == "No such stage: units. There are: lint, types, unit, postgresql, services, browser."


# Both commands for real


class Copy:
    """`make run` as a process, in a VAR_DIR and on ports of its own."""

    def __init__(self, var_dir: Path):
        self.port, self.survey_port = machine.free_port(), machine.free_port()
        options = {"PORT": str(self.port), "SURVEY_PORT": str(self.survey_port), "VAR_DIR": str(var_dir)}
        given = {name: value for name, value in os.environ.items() if name not in ("SECRET_KEY", "DEBUG")}
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "scripts.run"],
            cwd=ROOT, env={**given, **options, "DEMO": "0"}, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def wait_until_ready(self):
        """Lines printed until both sites answer, and the seconds it took."""
        lines = []
        for line in self.process.stdout:
            lines.append(line.strip())
            if line.startswith("Stop with"):
                return lines, time.monotonic() - self.started_at
        raise AssertionError(f"make run ended with {self.process.wait()}: {lines}")

    def statuses(self):
        addresses = (f"http://localhost:{self.port}/healthz", f"http://127.0.0.1:{self.survey_port}/healthz")
        return [urllib.request.urlopen(address, timeout=10).status for address in addresses]

    def stop(self, number=signal.SIGTERM):
        """Exit code, and whether both ports are free again."""
        self.process.send_signal(number)
        self.process.stdout.read()
        self.process.stdout.close()
        code = self.process.wait(20)
        return code, machine.is_port_free(self.port) and machine.is_port_free(self.survey_port)


@pytest.mark.services
def test_two_copies_run_side_by_side_and_start_again_within_three_seconds(tmp_path):
    first, second = Copy(tmp_path / "first"), Copy(tmp_path / "second")
    try:
        for copy in (first, second):
            lines, _ = copy.wait_until_ready()
            assert [
                line.split()[-1] for line in lines if line.startswith(("Training", "Survey", "Mail"))
            ] == [
                f"http://localhost:{copy.port}/",
                f"http://127.0.0.1:{copy.survey_port}/",
                f"http://localhost:{copy.port}/dev/mail/",
            ]
            assert copy.statuses() == [200, 200]
    finally:
        stopped = [first.stop(signal.SIGINT), second.stop(signal.SIGTERM)]
    assert stopped == [(0, True), (0, True)]

    again = Copy(tmp_path / "first")
    try:
        _, seconds = again.wait_until_ready()
    finally:
        again.stop()
    assert seconds < 3
