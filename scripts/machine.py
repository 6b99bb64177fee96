"""What the machine must have: found, installed by apt-get where allowed, else named in one line to type."""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
# In a .venv that `make setup` made. One that somebody made by hand is added to, and never thrown away.
MADE_HERE = VENV / "made-by-setup"

# What WeasyPrint loads by name, and the Debian and Ubuntu package it is in
PANGO = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}


def stop(message: str) -> NoReturn:
    print(f"\n{message}", file=sys.stderr)
    sys.exit(1)


def say(message: str) -> None:
    print(message, flush=True)


def var_dir() -> Path:
    """The folder that all data of the embedded run goes to: VAR_DIR, or var/ in the checkout."""
    return Path(os.environ.get("VAR_DIR") or ROOT / "var").resolve()


def missing_pango() -> list[str]:
    """Packages of the system libraries that PDFs need and that cannot be loaded here."""
    return [package for library, package in PANGO.items() if not _loads(library)]


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def install(packages: list[str]) -> None:
    """apt-get install, as root or by password-less sudo; else print the one line to type and stop."""
    if not packages:
        return
    line = f"apt-get install -y --no-install-recommends {' '.join(packages)}"
    if not shutil.which("apt-get"):
        stop(f"Please install what is missing on this machine (Debian names): {', '.join(packages)}")
    prefix = _as_root()
    if prefix is None:
        stop(f"System packages are missing. Type this line, then run the same command again:\n  sudo {line}")
    say(f"Installing system packages: {', '.join(packages)}")
    command = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive"]
    # A fresh machine has no package lists yet; where they cannot be fetched, the ones it has may do
    subprocess.run([*command, "apt-get", "-qq", "update"], check=False)
    if subprocess.run([*command, *line.split(), "-qq"], check=False, stdout=subprocess.DEVNULL).returncode:
        stop(f"System packages could not be installed. Type this line to see why:\n  sudo {line}")


def _as_root() -> list[str] | None:
    """What to put before a command so that it runs as root; None where that would ask for a password."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], check=False, capture_output=True).returncode == 0:
        return [sudo, "-n"]
    return None


def build_venv(lock: str) -> None:
    """Make .venv hold what the lock file names, by hash. Nothing is done when it already does.

    requirements-dev.txt names all that requirements.txt does: installing it serves both.
    """
    with (ROOT / "requirements.txt").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # two copies may start at once in one checkout
        runs = _runs()
        if runs and _is_installed(lock):
            return
        if not runs or (MADE_HERE.is_file() and not _is_installed("requirements.txt")):
            _make_venv()  # anew, so that nothing stays which the lock no longer names
        say(f"Installing the Python packages of {lock} (this takes a minute or two)")
        pip = [str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-input"]
        if subprocess.run([*pip, "--require-hashes", "-r", str(ROOT / lock)], check=False).returncode:
            stop(
                "Python packages could not be installed; the lines above say why. Run the same command again."
            )
        for name in {lock, "requirements.txt"}:
            _stamp(name).write_bytes((ROOT / name).read_bytes())


def _is_installed(lock: str) -> bool:
    return _stamp(lock).is_file() and _stamp(lock).read_bytes() == (ROOT / lock).read_bytes()


def _stamp(name: str) -> Path:
    return VENV / f"installed-{name}"


def _runs() -> bool:
    """Whether .venv has a Python that starts: it may have gone with an upgrade of the machine."""
    try:
        return subprocess.run([PYTHON, "-c", ""], check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def _make_venv() -> None:
    try:
        import ensurepip  # noqa: F401 - Debian leaves it out of python3; without it there is no pip in a venv
    except ImportError:
        install([f"python3.{sys.version_info.minor}-venv"])
    say("Making .venv")
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)], check=False, capture_output=True, text=True
    )
    if made.returncode:
        stop(f"python -m venv failed:\n{made.stdout}{made.stderr}")
    MADE_HERE.touch()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_port_free(port: int) -> bool:
    with socket.socket() as probe:
        # As the servers do: a port in TIME_WAIT after a stop is free
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def is_answering(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
