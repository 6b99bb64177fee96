"""`make setup`: everything short of serving. Each step is skipped when its work is already done."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import subprocess
from pathlib import Path

from scripts.machine import PYTHON, ROOT, build_venv, install, missing_pango, say, stop, var_dir

# Run by the Python of .venv: the keys that sign and check survey tickets
MAKE_KEYS = "import json; from opm.tickets import generate_key; print(json.dumps(generate_key()))"


def setup() -> None:
    """Virtual environment, system libraries, folders, keys and databases. No demo data."""
    build_venv("requirements.txt")
    install(missing_pango())
    make_folders()
    make_keys()
    migrate()
    load_institutions()


def embedded_environment() -> dict[str, str]:
    """What `manage.py` runs in here: the caller's environment, with DEBUG on and all files under VAR_DIR."""
    given = {name: value for name, value in os.environ.items() if value}
    ours = {"DEBUG": "1", "VAR_DIR": str(var_dir()), "XDG_CACHE_HOME": str(var_dir() / "cache")}
    return {**given, **ours, "PYTHONUNBUFFERED": "1"}


def manage(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a management command and give its output; errors go to the terminal."""
    command = [str(PYTHON), "manage.py", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=embedded_environment(), check=False, text=True, stdout=subprocess.PIPE
    )


def make_folders() -> None:
    try:
        for name in ("", "mail", "cache"):
            (var_dir() / name).mkdir(parents=True, exist_ok=True)
        # Answers that wait in the box are for the survey process alone
        (var_dir() / "survey").mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        stop(f"VAR_DIR cannot be used: {error}. Name another folder, for example: make run VAR_DIR=/tmp/opm")


def make_keys() -> None:
    """Write both env files. The survey process reads only the second: it can check tickets and sign none."""
    embedded, survey = var_dir() / "embedded.env", var_dir() / "survey.env"
    if embedded.is_file() and survey.is_file():
        return
    say("Making keys")
    made = subprocess.run([PYTHON, "-c", MAKE_KEYS], cwd=ROOT, check=False, text=True, stdout=subprocess.PIPE)
    if made.returncode:
        stop("The keys for the survey tickets could not be made; the lines above say why.")
    signing, verify = json.loads(made.stdout)
    write_private(survey, f"TICKET_VERIFY_KEYS={verify}\n")
    write_private(
        embedded, f"DEBUG=1\nSECRET_KEY={secrets.token_urlsafe(50)}\nTICKET_SIGNING_KEY={signing}\n"
    )


def write_private(path: Path, text: str) -> None:
    """Write a file whole or not at all, readable by its owner only."""
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    unfinished.replace(path)


def migrate() -> None:
    """Bring both databases to the newest migration. Takes no time when nothing that decides on it changed."""
    stamp = var_dir() / "migrated"
    state = migration_state()
    files = {"DATABASE_URL": "opm.sqlite3", "EVALUATION_DATABASE_URL": "evaluation.sqlite3"}
    are_here = all(os.environ.get(name) or (var_dir() / file).is_file() for name, file in files.items())
    if are_here and stamp.is_file() and stamp.read_text() == state:
        return
    say("Preparing the databases")
    for arguments in (["migrate", "--verbosity=0"], ["migrate", "--verbosity=0", "--database=evaluation"]):
        if manage(*arguments).returncode:
            stop("The databases could not be prepared; the lines above say why.")
    stamp.write_text(state)


def load_institutions() -> None:
    """Load the starter list of institutions, once, and again when the list is another one."""
    stamp, starter = var_dir() / "institutions", ROOT / "registration" / "institutions.csv"
    database = os.environ.get("DATABASE_URL", "")
    is_here = database or (var_dir() / "opm.sqlite3").is_file()
    state = hashlib.sha256(starter.read_bytes() + database.encode()).hexdigest()
    if is_here and stamp.is_file() and stamp.read_text() == state:
        return
    if manage("load_institutions").returncode:
        stop("The starter list of institutions could not be loaded; the lines above say why.")
    stamp.write_text(state)


def migration_state() -> str:
    """A fingerprint of all that decides which migrations there are, and of where they have to run."""
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for path in sorted(ROOT.glob("*/migrations/*.py")):
        digest.update(path.name.encode() + path.read_bytes())
    for name in ("DATABASE_URL", "EVALUATION_DATABASE_URL"):
        digest.update(os.environ.get(name, "").encode())
    return digest.hexdigest()


if __name__ == "__main__":
    setup()
    say(f"Ready. Data goes to {var_dir()}. Start both sites with: make run")
